"""A signed note on paper, for the record: what was signed, by whom, what was added later. Never a process note."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from planner.practice.models import Practice
from planner.practice.paper import paper_head
from planner.sessions import note_facts, note_text, note_words
from planner.sessions.models import Addendum, NoteSignature, ProgressNote
from planner.sheets import addresses
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, letterhead_for


@dataclass(frozen=True)
class Signed:
    """A name under the note: whose, in which role, when."""

    name: str
    role: str
    at: str


@dataclass(frozen=True)
class Added:
    """An addendum with its head line."""

    head: str
    text: str


@dataclass(frozen=True)
class NotePaper:
    """The context of paper/note.html. `broken` where the text no longer fits its signature."""

    case: str
    when: str
    format: str
    audience: str
    state: str
    late: bool
    hour: tuple[note_words.Line, ...]
    objectives: tuple[note_words.Line, ...]
    texts: tuple[note_words.Line, ...]
    risk: tuple[note_words.Line, ...]
    signed: tuple[Signed, ...]
    added: tuple[Added, ...]
    sha256: str
    broken: bool


def note_paper(note: ProgressNote, practice: Practice) -> Paper:
    """The paper of a signed note, in the practice's language and text size."""
    options = Options.chosen({**practice.print_options, "paper": practice.paper, "size": practice.text_size},
                             discreet=False)  # fmt: skip
    with translation.override(practice.language):
        return Paper(
            title=_("Progress note"),
            language=practice.language,
            options=options,
            letterhead=letterhead_for(Letterhead(**paper_head(practice)), options),
            template="paper/note.html",
            context={"note": content(note)},
            address=addresses.new_address(),
        )


def content(note: ProgressNote) -> NotePaper:
    """Everything that the paper says."""
    facts = note_facts.facts_of(note)
    signatures = [one for one in note.signatures.all() if one.sha256 == note.sha256]
    return NotePaper(
        case=facts.case,
        when=note_words.when(note, facts),
        format=str(note.get_format_display()),
        audience=note_words.audience(note),
        state=str(note.get_state_display()),
        late=note.late,
        hour=tuple(note_words.hour(note, facts)),
        objectives=tuple(note_words.objectives(facts)),
        texts=tuple(note_words.texts(note)),
        risk=tuple(note_words.risk(note)),
        signed=tuple(map(_signed, signatures)),
        added=tuple(map(_added, note.addenda.all())),
        sha256=note.sha256,
        broken=not note_text.holds_in_the_trail(note),
    )


def _signed(one: NoteSignature) -> Signed:
    name = f"{one.name}, {one.credentials}" if one.credentials else one.name
    return Signed(name, str(one.get_role_display()), _moment(one.at))


def _added(one: Addendum) -> Added:
    name = f"{one.name}, {one.credentials}" if one.credentials else one.name
    told = [f"{_('Place')}: {one.place}"] if one.place else []
    told += [f"{_('Service code')}: {one.service_code}"] if one.service_code else []
    return Added(f"{_moment(one.at)}, {name}", "\n\n".join([one.text, *told]))


def _moment(at: object) -> str:
    return formats.date_format(timezone.localtime(at), "D j M Y, H:i")
