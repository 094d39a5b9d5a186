"""Every room's models, gathered for Django."""

from planner.agreements.models import (  # noqa: F401
    Agreement,
    AgreementSignature,
    AgreementVersion,
    PaperCopy,
    Reentry,
)
from planner.base.models import Job, Once  # noqa: F401
from planner.boosters.models import (  # noqa: F401
    Booster,
    DigestMail,
    Ending,
    ReentryDecision,
    ReentryRule,
    Reminder,
    Series,
)
from planner.cases.models import (  # noqa: F401
    Case,
    Consent,
    ConsentSignature,
    GateOverride,
    Participant,
    Person,
    SafetyFlag,
    TeamMember,
)
from planner.exchange.models import CalendarFeed  # noqa: F401
from planner.homework.models import (  # noqa: F401
    Adaptation,
    Assignment,
    AssignmentSeries,
    PrintedSheet,
    Printout,
    Response,
    ReturnedFile,
    Sharing,
)
from planner.library.models import (  # noqa: F401
    Arrival,
    Draft,
    Facet,
    Favourite,
    Intervention,
    InterventionEdition,
    LibraryState,
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
from planner.plans.models import (  # noqa: F401
    Goal,
    Objective,
    OwnPhrase,
    Plan,
    PlannedIntervention,
    PlanPrint,
    PlanReview,
    PlanSignature,
    Problem,
    Standing,
    SupervisionStep,
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
from planner.progress.models import (  # noqa: F401
    ChartSharing,
    DueRule,
    Event,
    Milestone,
    OwnMeasure,
    ProgressPrint,
    Rating,
    RepairStage,
)
from planner.sessions.models import (  # noqa: F401
    Addendum,
    AgendaItem,
    Handout,
    NoteObjective,
    NoteSignature,
    NoteStep,
    Phrase,
    ProcessNote,
    ProgressNote,
    Session,
)
from planner.sheets.models import Printed  # noqa: F401
