"""May this be given, printed, filled in or shared? The one question that every room asks before it does.

It joins the gates (what is known about safety) with the consents (who said yes to what). A gate may be passed with a
written reason; a consent may not: only the person's own signature brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from django.utils.translation import gettext as _

from planner.cases import consents, gates
from planner.cases.models import Case, ConsentKind, Participant, Person
from planner.cases.names import current

CONSENT = "consent"  # stands in a Reason beside the flag kinds: a consent is what is missing
#: Gates of tasks that tell about somebody's use.
USE_GATES = frozenset({"disclosure", "facilitated-disclosure", "joint-relapse-plan"})


class Doing(Enum):
    """What is about to happen. BLANK: an empty sheet is given or printed. FILLED: it holds what somebody wrote."""

    BLANK = "blank"
    FILLED = "filled"


def look(
    case: Case,
    wanted: Iterable[str],
    *,
    readers: Iterable[Participant] | None = None,
    present: Iterable[Participant] | None = None,
    doing: Doing = Doing.BLANK,
    tells_use: bool | None = None,
) -> gates.Verdict:
    """What stands against giving, printing, filling or sharing something for `readers` (everybody in the case unless
    told), behind the gates in `wanted`.

    What is known about anybody in the case counts, also about one who does not read it: a sheet for one partner reaches
    the other. A minor counts where the minor reads it or is `present` as it is done. `tells_use`: it tells about
    somebody's use (by its gates unless told). At most six queries.
    """
    wanted = frozenset(wanted)
    everybody = current(case)
    reading = everybody if readers is None else list(readers)
    here = {participant.person_id for participant in (*reading, *(present or ()))}
    found = gates.look(case, wanted, participants=everybody)
    blocked = [reason for reason in found.blocked if reason.flag != gates.MINOR or reason.person_id in here]
    warned = [reason for reason in found.warnings if reason.flag != gates.MINOR or reason.person_id in here]
    tasks = USE_GATES if tells_use is None else frozenset()
    tells_use = bool(wanted & USE_GATES) if tells_use is None else tells_use
    using = consents.in_recovery(everybody) if tells_use and consents.under_part2(case) else []
    stops, warns = _consents(case, reading, doing, using=using, tasks=tasks)
    return gates.Verdict([*blocked, *stops], [*warned, *warns])


def look_at_paper(case: Case, person: Person | None, *, joint: bool = False, tells_use: bool = False) -> gates.Verdict:
    """What the consents say of a paper for one person, or (None) for all together, that holds what is in the record.
    With `joint`, the paper of one holds what others told too."""
    everybody = current(case)
    mine = [place for place in everybody if person is None or place.person_id == person.pk]
    verdict = look(case, (), readers=mine, doing=Doing.FILLED, tells_use=tells_use)
    if not joint or len(mine) == len(everybody):
        return verdict
    using = consents.in_recovery(everybody) if tells_use and consents.under_part2(case) else []
    ledger = consents.Ledger.of(case)
    stops = [*_withdrawn(ledger, everybody, mine)]
    stops += [_unshared(about, reader, frozenset()) for about, reader in consents.unshared(using, mine, ledger)]
    return gates.Verdict([*verdict.blocked, *stops], verdict.warnings)


def _consents(
    case: Case, reading: list[Participant], doing: Doing, *, using: list[Participant], tasks: frozenset[str]
) -> tuple[list[gates.Reason], list[gates.Reason]]:
    """What the consents say: (what stops, what to know). `using` are those whose use it would tell."""
    ledger = consents.Ledger.of(case)
    stops = [
        _reason(
            _("%(name)s no longer consents to treatment. Ask first; a new signature opens this.") % _named(one.person),
            one.person_id,
        )
        for one in reading
        if ledger.stopped(one.person_id, ConsentKind.TREATMENT)
    ]
    if len(reading) < 2 or not gates.is_joint(case):
        return stops, []
    shared = _withdrawn(ledger, reading, reading)
    shared += [_unshared(about, reader, tasks) for about, reader in consents.unshared(using, reading, ledger)]
    shared = list({reason.sentence: reason for reason in shared}.values())
    return (stops + shared, []) if doing is Doing.FILLED else (stops, shared)


def _withdrawn(ledger: consents.Ledger, telling: list[Participant], reading: list[Participant]) -> list[gates.Reason]:
    """Consents to share that were taken back or declined: nothing further is shared, whatever it is about."""
    return [
        _reason(
            _("%(name)s does not consent, or no longer consents, to sharing with %(reader)s.")
            % {**_named(one.person), "reader": other.person.on_paper},
            one.person_id,
        )
        for one in telling
        for other in reading
        if one.person_id != other.person_id and ledger.stopped(one.person_id, ConsentKind.SHARING, other.person_id)
    ]


def _unshared(about: Person, reader: Person, tasks: frozenset[str]) -> gates.Reason:
    said = _("%(name)s has not signed yet that what concerns use may be shared with %(reader)s.")
    return _reason(said % {**_named(about), "reader": reader.on_paper}, about.pk, tasks)


def _reason(sentence: str, person_id: int, tasks: frozenset[str] = frozenset()) -> gates.Reason:
    return gates.Reason("", CONSENT, sentence, person_id=person_id, tasks=tasks)


def _named(person: Person) -> dict[str, str]:
    return {"name": person.on_paper or _("This person")}
