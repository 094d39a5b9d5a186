"""Content packs: the format of a file, reading it, and every problem named by file and line.

A pack is a folder: `pack.yaml`, `interventions/*.yaml` (one file an intervention, with its sheets),
`templates/*.yaml` (ready session templates), `statements/*.yaml` (problems and goals for treatment plans) and
`pathways/*.yaml` (several sessions in order). A translation lies beside its original, `weekly-check-in.es.yaml` beside
`weekly-check-in.yaml`, and says which state of the original it follows (`follows`, the original's hash; `manage.py
load_pack --check` prints it).

This module owns the format; `planner.library.actions` writes what it reads into the database. Minutes are whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from planner.library.courses import PathwayFile, StatementFile
from planner.library.packparts import Line, Minutes, Part, Prose, Review, Role, SessionKind, Slug, Source, TemplateItem
from planner.sheets import reading
from planner.sheets.blocks import BadBlock, Block, blocks_for, dump_block, parse_blocks

LARGEST_FILE = 200_000  # bytes
DEEPEST = 14  # levels of nesting in a file
MOST_FILES = 1000  # files in a pack
ROLES = ("person-in-recovery", "partner", "caregiver", "child", "injured", "injuring", "other")

Family = Literal[
    "predictability", "disclosure-and-repair", "needs-and-boundaries", "dialogue", "regulation", "trust-building",
    "patterns-and-triggers", "meaning-and-story", "check-ins-and-records", "relapse", "safety-screening",
    "course-of-therapy", "network-and-care",
]  # fmt: skip
ForWhom = Literal["individual", "couple", "family", "person-in-recovery", "partner", "caregiver"]
Phase = Literal[
    "safety-and-stabilisation", "pattern-recognition", "skill-building", "disclosure-and-repair", "consolidation",
    "maintenance",
]  # fmt: skip
Setting = Literal["in-person", "telehealth"]
#: What must be settled on a case before the intervention may be added or printed; the matrix is planner.cases.gates.
Gate = Literal[
    "joint-task", "disclosure", "facilitated-disclosure", "shared-record", "joint-relapse-plan", "exposure-or-guilt",
    "graded-exposure", "mindfulness", "story-work", "adult-content", "information-sharing", "own-relapse-plan",
]  # fmt: skip
Strength = Literal["trial", "practice-literature", "convention", "clinical-consensus"]


class Said(Part):
    """Words one might say, to one role where they differ."""

    to: Role | None = None
    say: Line


class Step(Part):
    """One step in the hour: what to do, words one might say, what to watch for."""

    title: Line
    minutes: Minutes
    do: Prose
    words: tuple[Line | Said, ...] = ()
    watch: Prose | None = None


class Trouble(Part):
    """What to do when it goes wrong."""

    sign: Line
    then: Prose


class Variants(Part):
    """How it changes for another unit or setting."""

    individual: Prose | None = None
    couple: Prose | None = None
    family: Prose | None = None
    telehealth: Prose | None = None


class Homework(Part):
    """Between sessions: the full version and a small one for a hard week."""

    full: Prose
    small: Prose


class Evidence(Part):
    """What the evidence is and is not, in honest words."""

    strength: Strength
    statement: Prose


class Sheet(Part):
    """A printable sheet. `blocks` stays raw here and is parsed by the sheets room, whose format it is.

    `one_for_each`: participant (a copy and wording for each person), case (one joint copy) or clinician (no client).
    `kind`: worksheet, card, log, plan or guide. `pages`: how many it takes in standard print. `gates`: what has to be
    settled before a person gets it, in place of the gates of its entry: a private sheet of a joint entry may be safe
    alone (an empty list). A joint sheet has those of its entry, a clinician's none.
    """

    slug: Slug
    title: Line
    discreet_title: Line | None = None
    kind: Literal["worksheet", "card", "log", "plan", "guide"] = "worksheet"
    pages: int = Field(default=1, ge=1, le=4)
    one_for_each: Literal["participant", "case", "clinician"] = "participant"
    for_roles: tuple[Role, ...] = Field(default=(), alias="for")  # the only roles who get it; nobody named: everyone
    gates: tuple[Gate, ...] | None = None
    purpose: Line
    ideas: tuple[Line, ...] = Field(default=(), max_length=3)
    blocks: list[Any]

    @model_validator(mode="after")
    def _joint_as_its_entry(self) -> Sheet:
        if self.gates is not None and self.one_for_each != "participant":
            raise ValueError("only a sheet for one person (one_for_each: participant) has gates of its own")
        return self

    def parsed(self) -> tuple[Block, ...]:
        """The blocks, checked. Raises BadBlock."""
        return parse_blocks(self.blocks)

    def wordings(self) -> list[tuple[str | None, tuple[Block, ...]]]:
        """(role or None, blocks) for every wording the sheet has: one for each role that some block is meant for."""
        blocks = self.parsed()
        tags = sorted({tag for block in blocks for tag in block.for_tags} | set(self.for_roles))
        return [(tag, blocks_for(blocks, {tag})) for tag in tags] or [(None, blocks_for(blocks, None))]

    def client_text(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        """What a client reads on it: title, purpose, ideas and every block's words."""
        yield from (reading.Label(self.title), self.purpose, *self.ideas)
        for block in blocks:
            yield from block.client_text()

    def grades(self, language: str) -> dict[str | None, reading.Grade | None]:
        """Role -> reading grade. A clinician's sheet has none."""
        if self.one_for_each == "clinician":
            return {}
        return {role: reading.grade(self.client_text(blocks), language) for role, blocks in self.wordings()}


class InterventionFile(Part):
    """One file: an intervention at the depth that a clinician can read in a minute before the hour."""

    slug: Slug
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"
    follows: str | None = None
    name: Line
    family: Family
    elements: tuple[Slug, ...] = ()  # which of the 70 elements of the source texts it makes usable
    aim: Line
    for_whom: tuple[ForWhom, ...] = Field(min_length=1)
    phase: tuple[Phase, ...] = Field(min_length=1)
    minutes: Minutes
    setting: tuple[Setting, ...] = Field(min_length=1)
    use_when: Prose
    not_when: Prose
    gates: tuple[Gate, ...] = ()
    cautions: tuple[Prose, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=2, max_length=9)
    when_it_goes_wrong: tuple[Trouble, ...] = Field(min_length=1)
    variants: Variants
    homework: Homework
    progress_shows: Prose
    evidence: Evidence
    sources: tuple[Source, ...] = Field(min_length=1)
    review: Review
    tags: tuple[Line, ...] = ()  # other words by which people look for it
    sheets: tuple[Sheet, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> InterventionFile:
        total = sum(step.minutes for step in self.steps)
        if total != self.minutes:
            raise ValueError(f"the steps take {total} minutes, but minutes says {self.minutes}")
        return self


class TemplateFile(Part):
    """A ready session template: what the hour holds between opening and closing items."""

    slug: Slug
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"
    name: Line
    aim: Line
    kind: SessionKind
    for_whom: tuple[Literal["individual", "couple", "family"], ...] = Field(min_length=1)
    minutes: Minutes
    items: tuple[TemplateItem, ...] = Field(min_length=3, max_length=12)
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> TemplateFile:
        total = sum(item.minutes for item in self.items)
        if total > self.minutes:
            raise ValueError(f"the items take {total} minutes, more than the {self.minutes} of the session")
        return self

    def names(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """(folder, slug, path in the file) of every other entry it leads to."""
        for n, item in enumerate(self.items):
            if item.intervention:
                yield "interventions", item.intervention, ("items", n, "intervention")


class PackFile(Part):
    """pack.yaml: who made the pack, under which licence, in which language it is written."""

    slug: Slug
    name: Line
    version: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+){1,2}$")]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"
    author: Line
    licence: Line
    about: Prose


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a pack: which file, which line (from 1), and what was expected, in a sentence."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class BadPack(ValueError):
    """A pack that cannot be loaded. `problems` names every one; nothing of it was taken in."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass
class Pack:
    """A pack read whole: its entries by kind, in the order of their slugs."""

    about: PackFile
    interventions: list[InterventionFile] = field(default_factory=list)
    templates: list[TemplateFile] = field(default_factory=list)
    statements: list[StatementFile] = field(default_factory=list)
    pathways: list[PathwayFile] = field(default_factory=list)


def content_hash(content: Mapping[str, Any]) -> str:
    """The hash of a piece of content: SHA-256 over its JSON with sorted keys, 64 hex digits."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def frozen_sheet(sheet: Sheet) -> dict[str, Any]:
    """What an edition of a worksheet freezes: the sheet with its blocks in their plainest form."""
    inherited = {"gates"} if sheet.gates is None else set()
    content = sheet.model_dump(mode="json", by_alias=True, exclude={"blocks", *inherited})
    return {**content, "blocks": [dump_block(block) for block in sheet.parsed()]}


def frozen_intervention(file: InterventionFile) -> dict[str, Any]:
    """What an edition of an intervention freezes: everything but its sheets, which have editions of their own."""
    content = file.model_dump(mode="json", by_alias=True, exclude={"sheets", "follows"})
    return {**content, "sheets": [sheet.slug for sheet in file.sheets]}


def whole_hash(file: InterventionFile) -> str:
    """The hash of an intervention with its sheets: what a translation says it follows."""
    return content_hash({**frozen_intervention(file), "sheets": [frozen_sheet(sheet) for sheet in file.sheets]})


# Reading YAML: plain data only, with the line of every value.

#: Control characters and marks that turn the direction of what follows: nothing an author writes on purpose.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without anchors and aliases (bombs), without duplicate keys, and where only true and false are booleans
    (an option called "No" stays a word) and 10:00 stays a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=self.peek_event().start_mark)
        event = self.peek_event()
        if getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors are not allowed", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not allowed", problem_mark=event.start_mark)
        if _UNSEEN.search(getattr(event, "value", None) or ""):
            raise yaml.MarkedYAMLError(problem="a character that cannot be seen", problem_mark=event.start_mark)
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", list("tf")),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-0123456789")),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def _lines(node: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], int]:
    """Path of keys and positions -> line (from 1)."""
    found = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found.update(_lines(value, (*path, key.value)))
            found[(*path, key.value)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            found.update(_lines(value, (*path, position)))
    return found


def read_yaml(text: str, name: str) -> tuple[Any, dict[tuple[Any, ...], int]]:
    """The data of a YAML text and the line of each path. Raises BadPack with one problem."""
    if len(text.encode(errors="surrogatepass")) > LARGEST_FILE:
        raise BadPack([Problem(name, 1, f"the file is larger than {LARGEST_FILE // 1000} kB")])
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BadPack([Problem(name, line, "not readable as YAML: a character that cannot be seen")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise BadPack([Problem(name, mark.line + 1 if mark else 1, f"not readable as YAML: {problem}")]) from error
    except ValueError as error:  # a number with thousands of digits
        raise BadPack([Problem(name, 1, "not readable as YAML: a number is too long")]) from error
    if node is None:
        raise BadPack([Problem(name, 1, "the file is empty")])
    return data, _lines(node)


def _line_of(lines: dict[tuple[Any, ...], int], path: tuple[Any, ...]) -> int:
    """The line of the longest known beginning of `path` (pydantic adds parts that stand in no file)."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _problems(error: ValidationError, name: str, lines: dict[tuple[Any, ...], int]) -> list[Problem]:
    found = []
    places = [tuple(item["loc"]) for item in error.errors()]
    for path, item in zip(places, error.errors(), strict=True):
        if item["type"] == "too_short" and any(place != path and place[: len(path)] == path for place in places):
            continue  # the list is too short only because an item in it, or a part of one, was wrong
        where = ".".join(str(part) for part in path) or "the file"
        said = "unknown key" if item["type"] == "extra_forbidden" else item["msg"].removeprefix("Value error, ")
        found.append(Problem(name, _line_of(lines, path), f"{where}: {said}"))
    return found


def parse(model: type[Part], text: str, name: str) -> Any:
    """One file as `model`, its sheets' blocks checked too. Raises BadPack naming file and line."""
    return _parse(model, text, name)[0]


def _parse(model: type[Part], text: str, name: str) -> tuple[Any, dict[tuple[Any, ...], int]]:
    data, lines = read_yaml(text, name)
    try:
        parsed = model.model_validate(data)
    except ValidationError as error:
        raise BadPack(_problems(error, name, lines)) from error
    problems = []
    for position, sheet in enumerate(getattr(parsed, "sheets", ())):
        try:
            sheet.parsed()
        except BadBlock as error:
            path = ("sheets", position, "blocks", *error.path)
            problems.append(Problem(name, _line_of(lines, path), f"sheet {sheet.slug!r}, {error}"))
    if problems:
        raise BadPack(problems)
    return parsed, lines


def files_of(folder: Path) -> list[Path]:
    """The files of a pack in a fixed order: pack.yaml, then kind by kind. Raises BadPack for far too many."""
    inside = [path for kind in KINDS for path in sorted(folder.glob(f"{kind}/*.yaml"))]
    files = [folder / "pack.yaml", *inside]
    if len(files) > MOST_FILES:
        raise BadPack([Problem("pack.yaml", 1, f"a pack holds at most {MOST_FILES} files")])
    return files


def bytes_of(path: Path) -> bytes:
    """A file's bytes, no more than a little over LARGEST_FILE of them: what is larger is refused when it is read.
    A missing file has none."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError:
        return b""


def file_name(file: InterventionFile | TemplateFile | StatementFile | PathwayFile) -> str:
    """How the file of an entry is named: weekly-check-in.yaml, or weekly-check-in.es.yaml."""
    return f"{file.slug}.yaml" if file.language == "en" else f"{file.slug}.{file.language}.yaml"


@dataclass(frozen=True)
class _Read:
    """A file that could be read: its name in the pack, what it says, and the line of each path in it."""

    name: str
    file: Any
    lines: dict[tuple[Any, ...], int]

    def problem(self, message: str, *path: Any) -> Problem:
        return Problem(self.name, _line_of(self.lines, path), message)


def read_pack(folder: Path) -> Pack:
    """A pack folder read whole. Raises BadPack with every problem found, so that an author mends them in one go."""
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        try:
            texts[name] = _text(path, folder, name)
        except BadPack as error:
            problems.extend(error.problems)
    return read_texts(texts, problems)


def read_texts(texts: Mapping[str, str], problems: Sequence[Problem] = ()) -> Pack:
    """The same from the text of each file by its name in the pack. `problems` are those found on the way here."""
    problems, read = list(problems), []
    for name, text in texts.items():
        model = PackFile if name == "pack.yaml" else KINDS[name.partition("/")[0]]
        try:
            read.append(_Read(name, *_parse(model, text, name)))
        except BadPack as error:
            problems.extend(error.problems)
    about = [one.file for one in read if isinstance(one.file, PackFile)]
    broken = {problem.file for problem in problems}
    problems += _cross_check(read, about[0].language if about else "en", broken)
    if problems:
        raise BadPack(sorted(problems, key=lambda problem: (problem.file, problem.line)))
    kinds = {kind: [one.file for one in read if isinstance(one.file, model)] for kind, model in KINDS.items()}
    return Pack(about[0], **kinds)


def _text(path: Path, folder: Path, name: str) -> str:
    """A file's text. A link that leads out of the pack is refused: it would show another file's words in an error."""
    if not path.is_file():
        raise BadPack([Problem(name, 1, "there is no such file")])
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadPack([Problem(name, 1, "the file is a link that leads out of the pack")])
    raw = bytes_of(path)
    try:
        return raw[:LARGEST_FILE].decode("utf-8") if len(raw) <= LARGEST_FILE else "#" * len(raw)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadPack([Problem(name, line, "cannot be read as UTF-8 text")]) from error


def _cross_check(read: list[_Read], language: str, broken: set[str]) -> list[Problem]:
    """What one file alone cannot show: names that clash, names that lead nowhere, file names that do not fit. A name
    that leads to a broken file is not told of a second time."""
    found: list[Problem] = []
    entries = [one for one in read if not isinstance(one.file, PackFile)]
    originals = {
        kind: {one.file.slug: one.file for one in entries if isinstance(one.file, model) and _original(one, language)}
        for kind, model in KINDS.items()
    }
    known = originals["interventions"]
    slugs: dict[tuple[str, str, str], str] = {}
    sheets: dict[tuple[str, str], str] = {}
    for one in entries:
        file, folder = one.file, one.name.partition("/")[0]
        if one.name.partition("/")[2] != file_name(file):
            found.append(one.problem(f"a file with this slug and language is named {file_name(file)}", "slug"))
        if (clash := slugs.setdefault((folder, file.slug, file.language), one.name)) != one.name:
            found.append(one.problem(f"the slug {file.slug!r} is used in {clash} already", "slug"))
        for n, sheet in enumerate(getattr(file, "sheets", ())):
            place = f"{one.name} {n}"
            if (clash := sheets.setdefault((sheet.slug, file.language), place)) != place:
                said = f"the sheet {sheet.slug!r} is used in {clash.partition(' ')[0]} already"
                found.append(one.problem(said, "sheets", n, "slug"))
        for kind, slug, path in getattr(file, "names", tuple)():
            if slug not in originals[kind] and f"{kind}/{slug}.yaml" not in broken:
                found.append(one.problem(f"no {kind[:-1]} {slug!r} in this pack", *path))
        found += _check_translation(one, known.get(file.slug), language)
        found += _check_lengths(one, originals["templates"])
    return found


def _check_lengths(one: _Read, templates: Mapping[str, TemplateFile]) -> list[Problem]:
    """A session of a pathway has room for its template, and the template is for those whom the pathway is for."""
    found = []
    for n, session in enumerate(one.file.sessions if isinstance(one.file, PathwayFile) else ()):
        template = templates.get(session.template or "")
        if template and session.minutes < template.minutes:
            said = f"the template {template.slug!r} takes {template.minutes} minutes"
            found.append(one.problem(said, "sessions", n, "minutes"))
        if template and not set(one.file.for_whom) <= set(template.for_whom):
            said = f"the template {template.slug!r} is for {', '.join(template.for_whom)} alone"
            found.append(one.problem(said, "sessions", n, "template"))
    return found


def _original(one: _Read, language: str) -> bool:
    return one.file.language == language


def _check_translation(one: _Read, original: InterventionFile | None, language: str) -> list[Problem]:
    """A translation must keep the original's gates: a word in another language makes nothing safer."""
    file = one.file
    if not isinstance(file, InterventionFile) or file.language == language or original is None:
        return []
    said = "a translation has the gates of its original: {}"
    found = []
    if set(file.gates) != set(original.gates):
        found.append(one.problem(said.format(", ".join(original.gates) or "none"), "gates"))
    sheets = {sheet.slug: sheet.gates for sheet in original.sheets}
    for n, sheet in enumerate(file.sheets):
        kept = sheets.get(sheet.slug, sheet.gates)
        if sheet.gates != kept:
            words = "those of its entry" if kept is None else ", ".join(kept) or "none"
            found.append(one.problem(said.format(words), "sheets", n, "gates"))
    return found


#: Kind of entry, which is the name of its folder -> its model.
KINDS: dict[str, type[Part]] = {
    "interventions": InterventionFile,
    "templates": TemplateFile,
    "statements": StatementFile,
    "pathways": PathwayFile,
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of each kind of file, for editors and authors of packs."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Content pack",
        "pack.yaml": PackFile.model_json_schema(),
        **{f"{kind}/*.yaml": model.model_json_schema() for kind, model in KINDS.items()},
    }
