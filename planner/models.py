"""Every room's models, gathered for Django."""

from planner.base.models import Job, Once  # noqa: F401
from planner.cases.models import (  # noqa: F401
    Case,
    GateOverride,
    Participant,
    Person,
    SafetyFlag,
    TeamMember,
)
from planner.homework.models import (  # noqa: F401
    Adaptation,
    Assignment,
    PrintedSheet,
    Printout,
    Response,
    ReturnedFile,
    Series,
    Sharing,
)
from planner.library.models import (  # noqa: F401
    Arrival,
    Draft,
    Facet,
    Favourite,
    Intervention,
    InterventionEdition,
    Mention,
    OwnReview,
    OwnTag,
    Pack,
    Parcel,
    Pathway,
    SessionTemplate,
    Statement,
    Use,
    Word,
    Worksheet,
    WorksheetEdition,
)
from planner.practice.models import (  # noqa: F401
    CrisisLine,
    Invitation,
    OpenSession,
    Practice,
    TrailEntry,
    TrailHead,
    User,
)
from planner.sessions.models import AgendaItem, Handout, Session  # noqa: F401
from planner.sheets.models import Printed  # noqa: F401
