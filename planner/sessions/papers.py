"""What is printed for an hour: the clinician's agenda, each person's handouts, joint sheets, and the whole packet.

A person's handouts carry that person's name, wording, language and text size, and nothing of anybody else's. The whole
packet of several people is for handing out: its cover, which says whose pages are whose, stays with the clinician. It
is one document in one text size, the largest that anybody in it needs; printed person by person, each has their own.

Safety flags and screening are no part of anything built here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import formats, translation
from django.utils.translation import gettext as _

from planner.base.prepared import ID, MOMENT, prepared
from planner.cases import talk
from planner.cases.models import Audience, Case, Participant, Person
from planner.homework import adapting
from planner.homework.actions import SheetOf
from planner.homework.models import Adaptation, PrintoutKind
from planner.library.models import Worksheet, WorksheetEdition
from planner.practice.models import Practice
from planner.practice.paper import paper_head
from planner.sessions.models import AgendaItem, Handout, Session, SessionState
from planner.sheets import addresses
from planner.sheets.blocks import Prompt, blocks_for
from planner.sheets.options import NAMES, Options
from planner.sheets.papers import Cover, Letterhead, Paper, SheetCopy, letterhead_for, packet_paper, sheet_paper


@dataclass(frozen=True)
class AgendaStep:
    """A step of an intervention on the clinician's agenda; `words` are (to whom or "", what one might say)."""

    title: str
    minutes: int
    do: str
    words: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AgendaLine:
    """One item of the agenda as it is printed; `clock` is when it begins if all goes as planned."""

    number: int
    clock: str
    title: str
    minutes: int
    prompt: str = ""
    steps: tuple[AgendaStep, ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgendaPaper:
    """The clinician's agenda of one hour: the context of paper/agenda.html."""

    who: str
    when: str
    minutes: int
    planned: int
    kind: str
    lines: tuple[AgendaLine, ...]
    talk: str = ""  # where the case talks about past use


@dataclass(frozen=True)
class Copy:
    """One sheet for one reader (None: a joint sheet): which edition, in that reader's language."""

    edition: WorksheetEdition
    participant: Participant | None
    gates: tuple[str, ...]
    behind: bool = False  # a translation whose original has moved on
    adaptation: Adaptation | None = None  # what was changed for this reader; `edition` is the one it counts on


@dataclass(frozen=True)
class Order:
    """One document to print, and what its record needs. `gates` have to be open first."""

    kind: str
    audience: str
    paper: Paper
    person: Person | None = None
    sheets: tuple[SheetOf, ...] = ()
    gates: frozenset[str] = frozenset()
    people: tuple[Person, ...] = ()
    notices: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Choice:
    """One thing the print dialog offers."""

    value: str
    label: str
    count: int


AGENDA, PACKET, JOINT = "agenda", "packet", "joint"


def person_value(participant: Participant) -> str:
    """What the dialog sends for one person's handouts."""
    return f"person-{participant.pk}"


def copies_of(session: Session, attending: list[Participant]) -> list[Copy]:
    """Every sheet that is wanted: person by person in the order of the case, joint sheets last. Three queries."""
    places = {participant.pk: place for place, participant in enumerate(attending)}
    handouts = [
        row for row in _wanted(session=session.pk) if row.participant_id is None or row.participant_id in places
    ]
    translated = _translations(handouts)
    adapted = adapting.for_people(session.case, handouts)
    found = []
    for row in handouts:
        language = row.participant.person.language if row.participant else ""
        edition, behind = translated.get((row.edition_id, language), (row.edition, False))
        person = row.participant.person_id if row.participant else 0
        own = adapted.get((person, row.edition.worksheet_id)) or adapted.get((person, edition.worksheet_id))
        if own:
            edition, behind = own.edition, behind and own.worksheet_id == edition.worksheet_id
        shut_by = dict.fromkeys([*row.gates, *(edition.own_gates or ())])
        found.append(Copy(edition, row.participant, tuple(shut_by), behind, own))
    return sorted(found, key=lambda copy: places[copy.participant.pk] if copy.participant else len(places))


@prepared(session=ID)
def _wanted(session: int) -> QuerySet[Handout]:
    rows = Handout.objects.filter(item__session=session, item__removed_at=None, wanted=True)
    rows = rows.select_related(
        "edition__worksheet", "item__edition", "item__sheet__worksheet__intervention__current", "participant__person"
    )
    return rows.order_by("item__position", "pk")


def _translations(handouts: Iterable[Handout]) -> dict[tuple[int, str], tuple[WorksheetEdition, bool]]:
    """(edition, language) -> the sheet's current edition in that language, and whether it is behind its original."""
    wanted = {
        (row.edition, row.participant.person.language)
        for row in handouts
        if row.participant and row.participant.person.language != row.edition.worksheet.language
    }
    if not wanted:
        return {}
    sheets = Worksheet.objects.filter(
        slug__in={edition.worksheet.slug for edition, _language in wanted},
        language__in={language for _edition, language in wanted},
        retired_at=None,
        current__isnull=False,
    ).select_related("current__worksheet", "intervention__original")
    by_name = {(sheet.practice_id, sheet.slug, sheet.language): sheet for sheet in sheets}
    found = {}
    for edition, language in wanted:
        sheet = by_name.get((edition.worksheet.practice_id, edition.worksheet.slug, language))
        if sheet:
            found[edition.pk, language] = (sheet.current, sheet.intervention.is_behind)
    return found


def choices(session: Session, attending: list[Participant], copies: list[Copy]) -> list[Choice]:
    """What there is to print, the whole packet first."""
    joint = [copy for copy in copies if copy.participant is None]
    found = []
    if copies:
        found.append(Choice(PACKET, _("Whole packet"), len(copies)))
    for participant in attending:
        own = _own(copies, participant, attending)
        if own:
            label = _("Handouts for %(name)s") % {"name": participant.person.on_paper}
            found.append(Choice(person_value(participant), label, len(own)))
    if joint and len(attending) > 1:
        found.append(Choice(JOINT, _("Joint sheets, one copy"), len(joint)))
    return [*found, Choice(AGENDA, _("My agenda"), 1)]


def _own(copies: list[Copy], participant: Participant, attending: list[Participant]) -> list[Copy]:
    """The sheets of one person; where only one attends, the joint ones are theirs too."""
    alone = len(attending) == 1
    return [
        copy
        for copy in copies
        if (copy.participant and copy.participant.pk == participant.pk) or (alone and copy.participant is None)
    ]


def default_options(practice: Practice, people: Iterable[Person]) -> Options:
    """What the next print starts from: the practice's way, over it each person's. Several people get the largest text
    that any of them needs and are as discreet as the most careful of them."""
    house = {**practice.print_options, "paper": practice.paper, "size": practice.text_size}
    own = [
        Options.chosen(house, person.print_options, **({"size": person.text_size} if person.text_size else {}))
        for person in people
    ]
    if not own:
        return Options.chosen(house)
    return Options.chosen(
        own[0].as_json(),
        size=max(one.size for one in own),
        discreet=any(one.discreet for one in own),
        name=max((one.name for one in own), key=NAMES.index),
    )


def people_in(what: str, attending: list[Participant]) -> list[Person]:
    """For whose eyes a choice of the dialog is; nobody for the agenda, which is the clinician's."""
    if what == AGENDA:
        return []
    return [
        participant.person for participant in attending if what in (PACKET, JOINT) or what == person_value(participant)
    ]


def build(
    what: str,
    session: Session,
    attending: list[Participant],
    copies: list[Copy],
    options: Options,
    *,
    real: bool = True,
) -> Order | None:
    """The document that a choice of the dialog means; None where there is nothing of that kind to print.

    `real` gives every sheet its return address; a picture for looking at has none.
    """
    practice = session.case.practice
    if what == AGENDA:
        return _agenda_order(session, attending, options, practice, real=real)
    if what == PACKET:
        chosen = copies
    elif what == JOINT:
        chosen = [copy for copy in copies if copy.participant is None]
    else:
        mine = next((one for one in attending if person_value(one) == what), None)
        chosen = _own(copies, mine, attending) if mine else []
    if not chosen:
        return None
    return _sheets_order(what, session, attending, chosen, options, practice, real=real)


def page_one(paper: Paper) -> Paper:
    """As much of a paper as its first page needs, so that a picture of a long packet is quick. Its page count is not
    the packet's."""
    copies = paper.context.get("copies")
    return replace(paper, context={**paper.context, "copies": copies[:1]}) if copies else paper


def letterhead(practice: Practice) -> Letterhead:
    """The practice's letterhead as the press takes it."""
    return Letterhead(**paper_head(practice))


def _sheets_order(
    what: str,
    session: Session,
    attending: list[Participant],
    chosen: list[Copy],
    options: Options,
    practice: Practice,
    *,
    real: bool,
) -> Order:
    if len(attending) == 1:
        reader = attending[0]
    else:
        reader = next((one for one in attending if person_value(one) == what), None)
    language = reader.person.language if reader else practice.language
    back = next_date(session)
    with translation.override(language):
        prefixes = [f"s{number}-" if len(chosen) > 1 else "" for number in range(1, len(chosen) + 1)]
        sheet_copies = [
            _sheet_copy(copy, prefix, session.case, attending, back, real=real)
            for copy, prefix in zip(chosen, prefixes, strict=True)
        ]
        address = addresses.new_address() if real else ""
        if len(sheet_copies) == 1:
            paper = sheet_paper(sheet_copies[0], letterhead=letterhead(practice), options=options)
        else:
            cover = _cover(chosen, sheet_copies, attending, reader, back)
            paper = packet_paper(
                sheet_copies,
                cover=cover,
                letterhead=letterhead(practice),
                options=options,
                title=cover.title,
                language=language,
                address=address,
            )
    return Order(
        kind=PrintoutKind.PACKET if what == PACKET else PrintoutKind.HANDOUTS,
        audience=_audience(chosen, reader),
        paper=paper,
        person=reader.person if reader else None,
        sheets=tuple(
            (copy.edition, copy.participant.person if copy.participant else None, sheet.address, sheet.prefix)
            for copy, sheet in zip(chosen, sheet_copies, strict=True)
        ),
        gates=frozenset(gate for copy in chosen for gate in copy.gates),
        people=tuple(people_in(what, attending)),
        notices=_notices(chosen),
    )


def _notices(chosen: list[Copy]) -> tuple[str, ...]:
    """What the clinician should know before these go out."""
    said = _("The translation of “%(title)s” is older than its original.")
    return tuple(said % {"title": copy.edition.content["title"]} for copy in chosen if copy.behind)


def _audience(chosen: list[Copy], reader: Participant | None) -> str:
    """A packet that holds somebody's own pages beside another's is for the clinician, who hands them out."""
    if reader:
        return Audience.PERSON
    return Audience.CLINICIAN if any(copy.participant for copy in chosen) else Audience.CASE


def _sheet_copy(
    copy: Copy, prefix: str, case: Case, attending: list[Participant], back: Any, *, real: bool
) -> SheetCopy:
    """One sheet as its reader gets it: own wording, own language, own name."""
    content = adapting.content_of(copy.edition, copy.adaptation)
    worksheet = copy.edition.worksheet
    person = copy.participant.person if copy.participant else None
    with translation.override(worksheet.language):
        role_line = _("Your sheet, %(name)s.") % {"name": person.on_paper} if person and len(attending) > 1 else ""
        # A box of its own at the end would push a full sheet onto one page more; in a packet the cover says it.
        lines = [role_line, talk.said_on(case, copy.edition), "" if prefix else _bring_back(back)]
        joint = () if person else tuple(other.person.on_paper for other in attending)
        alone = joint[0] if len(joint) == 1 else ""
        return SheetCopy(
            title=content["title"],
            discreet_title=content.get("discreet_title") or "",
            purpose=content["purpose"],
            ideas=tuple(content.get("ideas") or ()),
            blocks=_blocks(copy, attending),
            language=worksheet.language,
            name=person.on_paper if person else alone,
            role_line=" ".join(filter(None, lines)),
            address=addresses.new_address() if real else "",
            prefix=prefix,
            edition=_("%(slug)s, edition %(number)d") % {"slug": worksheet.slug, "number": copy.edition.number},
            joint_names=joint if len(joint) > 1 else (),
            prefilled=adapting.prefilled(copy.adaptation),
        )


def _blocks(copy: Copy, attending: list[Participant]) -> tuple:
    """The blocks that the reader should see. A joint sheet holds nothing that only its writer may read."""
    if copy.participant:
        return adapting.blocks(copy.edition, copy.participant.tags, copy.adaptation)
    blocks = blocks_for(copy.edition.blocks, frozenset().union(*(one.tags for one in attending)))
    if len(attending) == 1:
        return blocks
    return tuple(block for block in blocks if not (isinstance(block, Prompt) and block.audience == "person"))


def _cover(
    chosen: list[Copy], copies: list[SheetCopy], attending: list[Participant], reader: Participant | None, back: Any
) -> Cover:
    """A person's cover lists their sheets. A packet for several says whose is whose and stays with the clinician."""
    if reader:
        hint = _("Tick each sheet when you have looked at it. You need not do all of them.")
        titles = tuple(copy.title for copy in copies)
        return Cover(_("Your sheets"), reader.person.on_paper, titles, hint, _bring_back(back))
    contents = tuple(
        _("%(name)s: %(title)s") % {"name": copy.participant.person.on_paper, "title": sheet.title}
        if copy.participant
        else _("Together: %(title)s") % {"title": sheet.title}
        for copy, sheet in zip(chosen, copies, strict=True)
    )
    names = ", ".join(participant.person.on_paper for participant in attending)
    title = _("Sheets to hand out (this page stays with the clinician)")
    return Cover(title, names, contents, _("Tick each sheet when it has been handed out."))


def _bring_back(day: Any) -> str:
    """The line that asks to bring a sheet along, with the date where one is planned."""
    if not day:
        return _("Please bring this to our next session.")
    return _("Please bring this to our session on %(day)s.") % {"day": day_words(day)}


def _agenda_order(
    session: Session, attending: list[Participant], options: Options, practice: Practice, *, real: bool
) -> Order:
    lines = _agenda_lines(session, attending)
    content = AgendaPaper(
        who=", ".join(participant.person.on_paper for participant in attending),
        when=f"{day_words(session.wall_start)}, {formats.date_format(session.wall_start, 'H:i')}",
        minutes=session.minutes,
        planned=sum(line.minutes for line in lines),
        kind=session.get_kind_display(),
        lines=lines,
        talk=talk.rule(session.case),
    )
    paper = Paper(
        title=_("Agenda"),
        discreet_title=_("Agenda"),
        language=translation.get_language() or practice.language,
        options=options,
        letterhead=letterhead_for(letterhead(practice), options),
        template="paper/agenda.html",
        context={"agenda": content},
        address=addresses.new_address() if real else "",
    )
    return Order(kind=PrintoutKind.AGENDA, audience=Audience.CLINICIAN, paper=paper)


def _agenda_lines(session: Session, attending: list[Participant]) -> tuple[AgendaLine, ...]:
    start = session.wall_start.replace(tzinfo=None)
    passed, found = 0, []
    sheets: dict[int, dict[str, None]] = defaultdict(dict)  # each title once
    for item, title in _titles(session=session.pk):
        sheets[item][title] = None
    for number, item in enumerate(_items(session=session.pk), 1):
        minute = start.hour * 60 + start.minute + passed
        found.append(
            AgendaLine(
                number=number,
                clock=f"{minute // 60 % 24:02d}:{minute % 60:02d}",
                title=item.title,
                minutes=item.minutes,
                prompt=item.prompt,
                steps=steps_of(item, attending),
                sheets=tuple(sheets[item.pk]),
            )
        )
        passed += item.minutes
    return tuple(found)


@prepared(session=ID)
def _items(session: int) -> QuerySet[AgendaItem]:
    return AgendaItem.objects.filter(session=session).kept().select_related("edition")


@prepared(session=ID)
def _titles(session: int) -> QuerySet[Handout]:
    """(Item, title) of each sheet that is to be given out."""
    rows = Handout.objects.filter(item__session=session, item__removed_at=None, wanted=True)
    return rows.annotate(title=KeyTextTransform("title", "edition__content")).values_list("item_id", "title")


def steps_of(item: AgendaItem, attending: Iterable[Participant]) -> tuple[AgendaStep, ...]:
    """The steps of an item from the library, with the words for those who attend."""
    if item.edition is None:
        return ()
    names: dict[str, list[str]] = {}
    for participant in attending:
        for tag in participant.tags:
            names.setdefault(tag, []).append(participant.person.on_paper)
    return tuple(
        AgendaStep(step["title"], step["minutes"], step["do"], _words(step.get("words") or (), names))
        for step in item.edition.content["steps"]
    )


def _words(words: Iterable[str | Mapping[str, str]], names: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    """(names or "", words): what is meant for a role is kept where somebody of that role attends."""
    found = []
    for said in words:
        if isinstance(said, str):
            found.append(("", said))
        elif not said.get("to"):
            found.append(("", said["say"]))
        elif said["to"] in names:
            found.append((", ".join(names[said["to"]]), said["say"]))
    return tuple(found)


def next_date(session: Session) -> Any:
    """When the case meets next after this session, on the wall; None where nothing is planned."""
    return next((one.wall_start for one in _following(case=session.case_id, moment=session.starts_at)), None)


@prepared(case=ID, moment=MOMENT)
def _following(case: int, moment: datetime) -> QuerySet[Session]:
    coming = Session.objects.filter(case=case, state=SessionState.PLANNED, starts_at__gt=moment)
    return coming.order_by("starts_at", "pk").only("starts_at", "zone")[:1]


def day_words(day: Any) -> str:
    """ "Thu 26 Nov" in the language that is active; nothing where there is no day."""
    return formats.date_format(day, "D j M") if day else ""
