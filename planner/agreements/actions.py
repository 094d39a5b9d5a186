"""Writes of the agreements room. Each is one transaction with its line in the trail: facts, never names or text."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from planner.agreements import papers, prefill
from planner.agreements.kinds import KINDS, REVIEW_DAYS, Place
from planner.agreements.models import (
    Agreement,
    AgreementSignature,
    AgreementVersion,
    PaperCopy,
    ReviewBecause,
    VersionSource,
)
from planner.agreements.reading import readers, sheet_of
from planner.base.text import clean_line
from planner.cases import clearance, gates
from planner.cases.actions import Refused, must_be_open
from planner.cases.models import Case, Participant, SignerRole
from planner.cases.names import current
from planner.library.models import WorksheetEdition
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import addresses, keep, onscreen, press
from planner.sheets.onscreen import fields
from planner.sheets.options import Options
from planner.sheets.returned import Returned

FEWEST_TOGETHER = 2


def must_be_clear(agreement: Agreement, people: Iterable[Participant]) -> gates.Verdict:
    """The verdict on filling in, printing or sharing this document for these people. Raises Stopped."""
    verdict = look(agreement.case, agreement.kind, agreement.worksheet.current, people)
    must_be_open(verdict)
    return verdict


def look(case: Case, kind: str, edition: Any, people: Iterable[Participant]) -> gates.Verdict:
    """What stands against a document that holds what people wrote, for those who would read it. A clinician's own
    notes are read by nobody else."""
    if edition.for_clinician:
        return gates.Verdict()
    tells = KINDS[kind].tells_use
    return clearance.look(case, edition.gates, readers=people, doing=clearance.Doing.FILLED, tells_use=tells)


def verdict_of(version: AgreementVersion) -> gates.Verdict:
    """What stands against filling in, printing or sharing this version."""
    agreement = version.agreement
    return look(agreement.case, agreement.kind, version.edition, readers(agreement, people_of(version)))


def look_at_places(case: Case, kind: str, free: Iterable[Place]) -> list[gates.Reason]:
    """What stands against any part that could be begun, each reason once."""
    everybody = current(case)
    reasons: dict[str, gates.Reason] = {}
    for place in free:
        reading = [place.participant] if place.participant else everybody
        verdict = look(case, kind, place.worksheet.current, reading)
        reasons |= {reason.sentence: reason for reason in verdict.blocked}
    return list(reasons.values())


@transaction.atomic
def start(*, by: User, case: Case, kind: str, place: Place, people: Iterable[Participant] = ()) -> Agreement:
    """A document begun: its first version, as a draft, with what is known already. `people` are those of a joint one
    (everybody of age unless told). Raises Refused or Stopped."""
    together = list(people) or [one for one in current(case) if not one.person.is_minor] or current(case)
    agreement = Agreement(
        case=case, kind=kind, worksheet=place.worksheet, audience=place.audience, by=by,
        person=place.participant.person if place.participant else None,
    )  # fmt: skip
    if agreement.audience == "case" and len(together) < FEWEST_TOGETHER:
        raise Refused(_("Choose at least two people for a page that is kept together."), "people")
    must_be_clear(agreement, readers(agreement, together))
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError:
        raise Refused(_("There is one already. Open it and make a new version.")) from None
    known, sources = prefill.suggested(case.pk, agreement.person_id, place.part.slug)
    ids = [one.person_id for one in together] if agreement.audience == "case" else []
    AgreementVersion.objects.create(
        agreement=agreement, number=1, edition=place.worksheet.current, people=ids, by=by,
        answers=_of_sheet(agreement, place.worksheet.current, ids, known),
    )  # fmt: skip
    detail = {"kind": kind, "sheet": place.part.slug, "prefilled": sources}
    record("began", by=by, what="agreement", what_id=agreement.pk, case_id=case.pk, detail=detail)
    return agreement


def _of_sheet(agreement: Agreement, edition: Any, people: list[int], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values whose fields this sheet has."""
    draft = AgreementVersion(agreement=agreement, edition=edition, people=people)
    sheet = sheet_of(draft)
    names = {spec.name for spec in fields(sheet.blocks, sheet.names)}
    return {name: value for name, value in values.items() if name in names}


@transaction.atomic
def renew(*, by: User, agreement: Agreement, people: Iterable[Participant] = ()) -> AgreementVersion:
    """A new version as a draft: the answers of the last one, on the newest edition of its worksheet. Where a draft is
    there already, it is that one. Raises Refused or Stopped."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("worksheet__current", "case")
    agreement = rows.get(pk=agreement.pk)
    if agreement.ended_on:
        raise Refused(_("This document was ended. Begin a new one."))
    last = agreement.versions.first()
    if last.is_draft:
        return last
    together = list(people) or [one for one in current(agreement.case) if one.person_id in last.people]
    must_be_clear(agreement, readers(agreement, together))
    edition = agreement.worksheet.current
    ids = [one.person_id for one in together] if last.people else []
    made = AgreementVersion.objects.create(
        agreement=agreement, number=last.number + 1, edition=edition, people=ids, by=by,
        answers=_of_sheet(agreement, edition, ids, _kept(last, ids, edition)),
    )  # fmt: skip
    detail = {"number": made.number}
    record("renewed", by=by, what="agreement", what_id=agreement.pk, case_id=agreement.case_id, detail=detail)
    return made


def _kept(last: AgreementVersion, people: list[int], edition: WorksheetEdition) -> dict[str, Any]:
    """The answers of the last version; where other people take part now, or the sheet says something else by now,
    nobody's yes is carried over."""
    if people == last.people and edition == last.edition:
        return dict(last.answers)
    return {name: value for name, value in last.answers.items() if "-yes" not in name}


@transaction.atomic
def save_answers(
    *, by: User, draft: AgreementVersion, version: int, values: Mapping[str, Any], source: str = VersionSource.SCREEN
) -> AgreementVersion:
    """What was filled in so far. Raises Stale where somebody saved meanwhile, Refused once it is adopted."""
    if not draft.is_draft:
        raise Refused(_("This version is adopted. Make a new one to change it."))
    return draft.change(version, answers=dict(values), source=source, by=by)


@transaction.atomic
def adopt(
    *, by: User, draft: AgreementVersion, version: int, reason: str = "", review_on: datetime.date | None = None
) -> AgreementVersion:
    """The draft becomes the version that holds: frozen with its hash, the review day set, what asked for a review
    settled. A second version says why. Raises Refused, Stopped or Stale."""
    agreement = draft.agreement
    if not draft.is_draft:
        raise Refused(_("This version is adopted already."))
    if not draft.answers:
        raise Refused(_("Nothing is filled in yet."))
    reason = clean_line(reason)
    if draft.number > 1 and not reason:
        raise Refused(_("Write in a few words why there is a new version."), "reason")
    check_review_day(review_on)
    must_be_clear(agreement, readers(agreement, people_of(draft)))
    draft.change(version, adopted_on=timezone.localdate(), reason=reason, sha256=digest(draft), by=by)
    _review_set(agreement, review_on or review_day(agreement))
    detail = {"kind": agreement.kind, "number": draft.number}
    record("adopted", by=by, what="agreement", what_id=agreement.pk, case_id=agreement.case_id, detail=detail)
    return draft


def digest(version: AgreementVersion) -> str:
    """The hash of what is agreed: edition, people and answers. The same text gives the same hash for ever."""
    content = [version.edition.content_hash, version.people, version.answers]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def people_of(version: AgreementVersion) -> list[Participant]:
    """The participants of a joint version, in its order; whoever left since has no place any more."""
    here = {one.person_id: one for one in current(version.agreement.case)}
    return [here[person] for person in version.people if person in here]


def review_day(agreement: Agreement) -> datetime.date:
    """The day to look at it again, counted from today by the rhythm of its kind."""
    part = KINDS[agreement.kind].part(agreement.worksheet.slug)
    return timezone.localdate() + timedelta(days=part.review_days if part else REVIEW_DAYS)


def check_review_day(day: datetime.date | None) -> None:
    """Raises Refused for a review day that has passed or lies more than two years off."""
    today = timezone.localdate()
    if day and day <= today:
        raise Refused(_("Give a day that lies ahead."), "review_on")
    if day and day > today + timedelta(days=731):
        raise Refused(_("Look at it again within two years."), "review_on")


def _review_set(agreement: Agreement, day: datetime.date) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(
        review_on=day, review_because=ReviewBecause.NOTHING, changed_at=timezone.now()
    )


@transaction.atomic
def looked_at(*, by: User, agreement: Agreement, review_on: datetime.date | None = None) -> Agreement:
    """The document was looked at and holds as it is; the next day to look is set. Raises Refused."""
    if agreement.ended_on:
        raise Refused(_("This document was ended."))
    check_review_day(review_on)
    _review_set(agreement, review_on or review_day(agreement))
    record("reviewed", by=by, what="agreement", what_id=agreement.pk, case_id=agreement.case_id)
    agreement.refresh_from_db()
    return agreement


@transaction.atomic
def drop_draft(*, by: User, draft: AgreementVersion) -> None:
    """The draft is put away; a document that never had another version goes with it. Raises Refused once adopted."""
    agreement = draft.agreement
    if not draft.is_draft:
        raise Refused(_("This version is adopted and stays."))
    if draft.copies.exists():
        raise Refused(_("A copy of this draft was printed, so it stays. Adopt it, or end the document."))
    alone = draft.number == 1
    (agreement if alone else draft).delete()
    record("dropped", by=by, what="agreement", what_id=agreement.pk, case_id=agreement.case_id)


@transaction.atomic
def sign(*, by: User, version: AgreementVersion, signatures: Iterable[Mapping[str, Any]]) -> list[AgreementSignature]:
    """Signatures under an adopted version, or that somebody declines. Each is the columns of SignatureBase, as
    planner.cases.signing gives them. Whoever is not in the document cannot sign it. Raises Refused."""
    if version.is_draft:
        raise Refused(_("Adopt the version first; then it is signed."))
    if digest(version) != version.sha256:
        raise Refused(_("The text is not the one that was adopted. It cannot be signed."))
    asked = signing_people(version)
    signed = {(row.role, row.person_id, row.user_id) for row in version.signatures.all()}
    made = []
    for given in signatures:
        person, user = given.get("person"), given.get("user")
        if person is not None and person.pk not in asked:
            raise Refused(_("Choose a person of this document."))
        if (given["role"], getattr(person, "pk", None), getattr(user, "pk", None)) in signed:
            raise Refused(_("%(name)s has signed this version already.") % {"name": given["name"]})
        row = AgreementSignature.objects.create(agreed=version, sha256=version.sha256, by=by, **given)
        detail = {"number": version.number, "stance": row.stance, "way": row.way}
        case_id = version.agreement.case_id
        record("signed", by=by, what="agreement", what_id=version.agreement_id, case_id=case_id, detail=detail)
        made.append(row)
    return made


def signing_people(version: AgreementVersion) -> list[int]:
    """The ids of the persons whose signatures the version asks for."""
    if version.people:
        return list(version.people)
    return [version.agreement.person_id] if version.agreement.person_id else []


def unsigned(version: AgreementVersion) -> list[int]:
    """Those who have neither signed nor declined yet."""
    done = {row.person_id for row in version.signatures.all() if row.role == SignerRole.CLIENT}
    return [person for person in signing_people(version) if person not in done]


@transaction.atomic
def end(*, by: User, agreement: Agreement, version: int, why: str = "") -> Agreement:
    """The document ends: nothing of it is lost, and no review is asked for any more. Raises Stale or Refused."""
    if agreement.ended_on:
        raise Refused(_("This document was ended already."))
    agreement.change(
        version, ended_on=timezone.localdate(), ended_why=clean_line(why), review_because=ReviewBecause.NOTHING
    )
    record("ended", by=by, what="agreement", what_id=agreement.pk, case_id=agreement.case_id)
    return agreement


def ask_for_review(*, by: User, case: Case, because: str) -> int:
    """Marks the standing documents of a case that this concerns; how many. Called inside the write that causes it."""
    kinds = [name for name, kind in KINDS.items() if kind.after_relapse]
    rows = Agreement.objects.filter(case=case, ended_on=None, kind__in=kinds, versions__adopted_on__isnull=False)
    count = Agreement.objects.filter(pk__in=rows.values("pk")).update(review_because=because, changed_at=timezone.now())
    record("asked for review", by=by, what="agreements", case_id=case.pk, detail={"documents": count})
    return count


# Paper copies


def print_version(
    *,
    by: User,
    version: AgreementVersion,
    options: Options,
    where: str = "",
    rendering: press.Rendering | None = None,
    paper: papers.Paper | None = None,
) -> PaperCopy:
    """The version on paper, kept with its bytes, and where the copy will be. A version that was replaced prints with
    that said on it. Raises Stopped, and what the press raises."""
    agreement = version.agreement
    must_be_clear(agreement, readers(agreement, people_of(version)))
    paper = paper or paper_of(version, options=options, real=True)
    rendering = rendering or press.render(paper)
    with transaction.atomic():
        printed = keep.keep(rendering, paper, address=paper.address)
        copy = PaperCopy.objects.create(
            of=version, person=agreement.person, where=clean_line(where), printed=printed, by=by
        )
        detail = {"number": version.number, "pages": rendering.pages, "discreet": options.discreet}
        case_id = agreement.case_id
        record("printed", by=by, what="agreement", what_id=agreement.pk, case_id=case_id, detail=detail)
    return copy


def paper_of(version: AgreementVersion, *, options: Options, real: bool) -> papers.Paper:
    """The paper of a version; `real` gives it its return address, a picture for looking at has none."""
    newer = version.agreement.versions.filter(adopted_on__isnull=False, number__gt=version.number).first()
    successor = papers.Successor(newer.number, newer.adopted_on) if newer else None
    address = addresses.new_address() if real else ""
    return papers.paper(version, options=options, address=address, successor=successor)


@transaction.atomic
def note_copy(*, by: User, copy: PaperCopy, where: str) -> PaperCopy:
    """Where a copy is kept: fridge, wallet, sponsor."""
    copy.where = clean_line(where)
    copy.save(update_fields=["where"])
    _copy_trail("noted", by, copy)
    return copy


@transaction.atomic
def add_copy(*, by: User, version: AgreementVersion, where: str) -> PaperCopy:
    """A copy that was made elsewhere (by hand, on another printer). Raises Refused without a place."""
    where = clean_line(where)
    if not where:
        raise Refused(_("Write where the copy is kept."), "where")
    copy = PaperCopy.objects.create(of=version, person=version.agreement.person, where=where, by=by)
    _copy_trail("noted", by, copy)
    return copy


@transaction.atomic
def copy_replaced(*, by: User, copy: PaperCopy) -> PaperCopy:
    """The copy is gone: the new version lies in its place, or it was thrown away."""
    if copy.replaced_on is None:
        copy.replaced_on = timezone.localdate()
        copy.save(update_fields=["replaced_on"])
        _copy_trail("replaced", by, copy)
    return copy


def _copy_trail(verb: str, by: User, copy: PaperCopy) -> None:
    record(verb, by=by, what="paper_copy", what_id=copy.pk, case_id=copy.of.agreement.case_id)


def take_returned(*, by: User, draft: AgreementVersion, version: int, returned: Returned) -> AgreementVersion:
    """The answers of a PDF that came back, into the draft: the copy must be one of this very document, printed from
    the same edition. What the file says wins over what was there. Raises Refused or Stale."""
    rows = PaperCopy.objects.filter(printed__address=returned.address or None).select_related("of")
    copy = rows.first()
    if copy is None or copy.of.agreement_id != draft.agreement_id:
        raise Refused(_("This file is not a copy of this document. Nothing was taken in."), "file")
    if copy.of.edition_id != draft.edition_id:
        raise Refused(_("The sheet has a newer edition since. Type in what was written."), "file")
    sheet = sheet_of(draft)
    filled = onscreen.read(sheet.blocks, returned.values, names=sheet.names)
    return save_answers(
        by=by, draft=draft, version=version, values={**draft.answers, **filled.values}, source=VersionSource.PDF
    )
