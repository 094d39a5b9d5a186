"""Every room's models, gathered for Django."""

from planner.base.models import Once  # noqa: F401
from planner.cases.models import (  # noqa: F401
    Case,
    GateOverride,
    Participant,
    Person,
    SafetyFlag,
    TeamMember,
)
from planner.homework.models import PrintedSheet, Printout  # noqa: F401
from planner.library.models import (  # noqa: F401
    Facet,
    Intervention,
    InterventionEdition,
    Mention,
    Pack,
    SessionTemplate,
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
