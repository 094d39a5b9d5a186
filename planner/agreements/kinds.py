"""What each living document is made of: worksheets of the library, each one's own part or everybody's together.

The words, the blocks and the gates are the worksheets'; here stands only which of them belong to a document, when to
look at it again and what a relapse changes. There is no second form engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from planner.agreements.models import Agreement, AgreementKind
from planner.cases import gates
from planner.cases.models import Audience, Case, Participant
from planner.cases.names import current
from planner.library.models import Worksheet

REVIEW_DAYS = 90  # where a worksheet names no day of its own: the usual rhythm of a plan's review


@dataclass(frozen=True)
class Part:
    """One worksheet of a document. A joint one is everybody's; in an individual case it is the person's own."""

    slug: str
    review_days: int = REVIEW_DAYS


@dataclass(frozen=True)
class Kind:
    """A document: its parts in the order in which they are best filled in. `after_relapse`: a relapse asks to look at
    it. `tells_use`: it may tell about somebody's use, so that a joint part needs the consent that names the reader."""

    kind: AgreementKind
    parts: tuple[Part, ...]
    after_relapse: bool = False
    tells_use: bool = False

    @property
    def label(self) -> str:
        return str(self.kind.label)

    def part(self, slug: str) -> Part | None:
        return next((part for part in self.parts if part.slug == slug), None)


def _parts(*slugs: str, days: int = REVIEW_DAYS) -> tuple[Part, ...]:
    return tuple(Part(slug, days) for slug in slugs)


_K = AgreementKind
KINDS: dict[str, Kind] = {
    kind.kind.value: kind
    for kind in (
        Kind(_K.GROUND_RULES, _parts("before-we-talk-notes", "our-ground-rules", "pause-and-return-card", days=42)),
        Kind(_K.CHANNEL, _parts("my-side-of-messages", "our-calm-channel", "before-i-send-card", days=28)),
        Kind(_K.BOUNDARY, _parts("my-limits", "our-limits", "limit-card", days=42), after_relapse=True),
        Kind(_K.SUPPORT, _parts("support-i-want-and-give", "our-support-plan", "support-card", days=14),
             after_relapse=True),
        Kind(_K.DISCLOSURE, _parts("readiness-check", "getting-ready-to-tell", "getting-ready-to-hear",
                                   "after-talk-card", days=14), tells_use=True),
        Kind(_K.PREVENTION, _parts("my-steady-plan", "my-part", "what-we-agreed", "first-moves-card"),
             after_relapse=True, tells_use=True),
        Kind(_K.SAFETY_NET, _parts("my-own-net", "our-safety-net", "when-to-get-help", "first-words-card"),
             after_relapse=True, tells_use=True),
        Kind(_K.COPING_CARD, _parts("my-early-signs", "first-sign-card"), after_relapse=True),
        Kind(_K.SAFETY_PLAN, _parts("steps-for-a-dark-hour", days=28), after_relapse=True),
        Kind(_K.ACCOUNTABILITY, _parts("who-stands-by-me", "for-the-one-who-helps", days=28), after_relapse=True),
        Kind(_K.MAINTENANCE, _parts("my-keeping-well-plan", "our-year-ahead"), after_relapse=True),
        Kind(_K.REENTRY, _parts("after-a-hard-week", "our-first-steps-again", "start-again-card", days=14),
             tells_use=True),
    )
}  # fmt: skip


@cache
def slugs() -> frozenset[str]:
    """Every worksheet that is kept as a living document."""
    return frozenset(part.slug for kind in KINDS.values() for part in kind.parts)


@dataclass(frozen=True)
class Place:
    """Where one part stands in a case: its worksheet, whose it is (None: together), and what there is of it."""

    part: Part
    worksheet: Worksheet
    participant: Participant | None
    audience: str
    agreement: Agreement | None = None

    @property
    def key(self) -> str:
        """What a form sends to choose it."""
        return f"{self.part.slug}.{self.participant.pk if self.participant else 0}"


def places(case: Case, kind: Kind, *, standing: Iterable[Agreement] = ()) -> list[Place]:
    """Every part that a document can have in this case, person by person, joint parts where they come."""
    sheets = _worksheets(case, [part.slug for part in kind.parts])
    kept = {(row.worksheet.slug, row.person_id): row for row in standing}
    found = []
    for part in kind.parts:
        for participant, audience in _owners(case, sheets, part):
            language = participant.person.language if participant else case.practice.language
            sheet = sheets.get((part.slug, language)) or sheets[part.slug, "en"]
            agreement = kept.get((part.slug, participant.person_id if participant else None))
            found.append(Place(part, sheet, participant, audience, agreement))
    return found


def _worksheets(case: Case, wanted: list[str]) -> dict[tuple[str, str], Worksheet]:
    """(slug, language) -> the worksheet as the packs have it now."""
    rows = Worksheet.objects.filter(slug__in=wanted, practice=None, retired_at=None, current__isnull=False)
    rows = rows.select_related("current", "intervention__current")
    return {(row.slug, row.language): row for row in rows}


def _owners(case: Case, sheets: dict, part: Part) -> list[tuple[Participant | None, str]]:
    """Whose a part is: the clinician's, everybody's, or each person's for whom it has words."""
    sheet = sheets.get((part.slug, "en"))
    if sheet is None:
        return []
    content = sheet.current.content
    people = current(case)
    if content["one_for_each"] == "clinician":
        return [(None, Audience.CLINICIAN)]
    if content["one_for_each"] == "case" and gates.is_joint(case):
        return [(None, Audience.CASE)]
    meant = frozenset(content.get("for") or ())
    fitting = [one for one in people if not meant or meant & one.tags]
    return [(one, Audience.PERSON) for one in fitting]
