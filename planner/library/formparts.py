"""One form for everything that has a schema: the parts of a block, of a sheet's head, of an intervention.

A part is derived from the JSON Schema of its pydantic model. Lists are typed one item a line. What cannot be read as
what it should be stays as it was typed, so that the schema names the problem and no letter is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from planner.base.text import clean, clean_line
from planner.library.words import FAMILY, FOR_WHOM, GATE, PHASE, ROLE, SETTING, SHEET_KIND, STRENGTH

LONG_LINE = 40  # letters that a one-line control shows on a phone
OPEN = "open"  # how a sheet's empty list of gates is ticked
MOST_ROWS = 40  # groups of parts in one list
LONG = 400  # letters; a text that may be longer gets a box of several lines

LABELS = {
    "title": gettext_lazy("Title"), "discreet_title": gettext_lazy("Discreet title"), "text": gettext_lazy("Text"),
    "items": gettext_lazy("Steps, one a line"), "label": gettext_lazy("Prompt"), "help": gettext_lazy("Line of help"),
    "id": gettext_lazy("Name of its field"), "audience": gettext_lazy("Who sees the answer"),
    "for": gettext_lazy("Only for"), "example": gettext_lazy("Worked example"), "lines": gettext_lazy("Lines"),
    "unit": gettext_lazy("Unit"), "min": gettext_lazy("Least"), "max": gettext_lazy("Most"),
    "from": gettext_lazy("First number"), "to": gettext_lazy("Last number"), "low": gettext_lazy("Word at the low end"),
    "high": gettext_lazy("Word at the high end"), "options": gettext_lazy("Options, one a line"),
    "own_line": gettext_lazy("A line for their own words"), "columns": gettext_lazy("Columns, one a line"),
    "rows": gettext_lazy("Rows"), "mark": gettext_lazy("To do in each field"),
    "groups": gettext_lazy("Groups of words, one a line: name: word, word"),
    "terms": gettext_lazy("Terms, one a line; after | when it does not hold; after || what always holds"),
    "own_rows": gettext_lazy("Empty terms to write in"),
    "each_own": gettext_lazy("Each is its writer's own and needs nobody's yes"),
    "blanks": gettext_lazy("Blanks to write on, one a line"),
    "roles": gettext_lazy("Who signs, one a line"), "height": gettext_lazy("Height in millimetres"),
    "kind": gettext_lazy("Kind"), "one_for_each": gettext_lazy("One for each"),
    "purpose": gettext_lazy("Why this, now"),
    "ideas": gettext_lazy("Ideas, one a line (at most three)"), "name": gettext_lazy("Name"),
    "aim": gettext_lazy("Aim"), "family": gettext_lazy("Family"), "for_whom": gettext_lazy("For whom"),
    "phase": gettext_lazy("Phase"), "setting": gettext_lazy("Setting"), "use_when": gettext_lazy("Use when"),
    "not_when": gettext_lazy("Not when"), "cautions": gettext_lazy("Cautions, one a line"),
    "steps": gettext_lazy("Steps"), "minutes": gettext_lazy("Minutes"), "do": gettext_lazy("What to do"),
    "words": gettext_lazy("Words one might say, one a line"), "watch": gettext_lazy("Watch for"),
    "when_it_goes_wrong": gettext_lazy("When it goes wrong"), "sign": gettext_lazy("Sign to look for"),
    "then": gettext_lazy("What to do"), "variants": gettext_lazy("Variants"), "homework": gettext_lazy("Homework"),
    "individual": gettext_lazy("Individual"), "couple": gettext_lazy("Couple"),
    "telehealth": gettext_lazy("Telehealth"),
    "full": gettext_lazy("In full"), "small": gettext_lazy("For a hard week"),
    "progress_shows": gettext_lazy("How progress shows"), "evidence": gettext_lazy("Evidence"),
    "strength": gettext_lazy("Strength"), "statement": gettext_lazy("What it is, in honest words"),
    "tags": gettext_lazy("Other words to find it by, one a line"),
    "gates": gettext_lazy("Gates of its own (nothing ticked: those of its entry)"),
}  # fmt: skip
#: What one group of a list of groups is called.
ROWS = {"steps": gettext_lazy("Step"), "when_it_goes_wrong": gettext_lazy("When it goes wrong")}
#: What a value of a choice is called; the rest are named as in the library.
VALUES = {
    "tip": gettext_lazy("Tip"), "caution": gettext_lazy("Caution"), "pause": gettext_lazy("Pause"),
    "example": gettext_lazy("Example"), "person": gettext_lazy("Only the writer"), "tick": gettext_lazy("Tick"),
    "note": gettext_lazy("Write a word"), "participant": gettext_lazy("Each person"),
    "clinician": gettext_lazy("The clinician alone"), "case": gettext_lazy("Everyone together"),
    **SHEET_KIND, **ROLE, **STRENGTH, **FAMILY, **PHASE, **SETTING, **FOR_WHOM, **GATE,
    OPEN: gettext_lazy("No gate: safe to give to one person alone"),
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One control of the form. `kind`: line, text, list, number, choice, choices, tick, groups, terms, rows, said;
    one or many for parts within parts, each of whose `rows` is a list of parts. `value` is what the control shows."""

    name: str
    label: str
    kind: str
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Part, ...], ...] = ()
    problem: str = ""
    needed: bool = False

    @property
    def slug(self) -> str:
        """The name as a piece of an id."""
        return self.name.replace(".", "-")

    @property
    def row_name(self) -> str:
        """What one of its groups is called."""
        return str(ROWS.get(self.name, self.label))

    @property
    def is_long(self) -> bool:
        """Whether a line needs a box that shows all of it, also on a phone."""
        return len(str(self.value)) > LONG_LINE

    @property
    def height(self) -> int:
        """Rows of the box: enough for what stands in it, within reason."""
        text = str(self.value)
        return min(14, max(2, text.count("\n") + 1 + len(text) // 90))


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    return model.model_json_schema()


@dataclass
class Form:
    """The parts of `model`, some left out, filled from `body`. `problems` maps the path of a part to a sentence."""

    model: type[BaseModel]
    body: Mapping[str, Any]
    without: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def _schema(self) -> Mapping[str, Any]:
        return schema_of(self.model)

    def parts(self) -> tuple[Part, ...]:
        return self._parts(self._schema, self.body, "")

    def read(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The body as it was typed in `data` (a QueryDict). A part whose text is as it was shown keeps its value."""
        return self._read(self._schema, self.body, data, "")

    def _named(self, schema: Mapping[str, Any], prefix: str) -> list[tuple[str, Mapping[str, Any]]]:
        found = [(name, part) for name, part in schema["properties"].items() if prefix or name not in self.without]
        if self.only and not prefix:
            found = sorted((pair for pair in found if pair[0] in self.only), key=lambda pair: self.only.index(pair[0]))
        return found

    def _parts(self, schema: Mapping[str, Any], body: Mapping[str, Any], prefix: str) -> tuple[Part, ...]:
        return tuple(
            self._part(name, part, body.get(name, part.get("default")), prefix, name in schema.get("required", ()))
            for name, part in self._named(schema, prefix)
        )

    def _part(self, name: str, part: Mapping[str, Any], value: Any, prefix: str, needed: bool) -> Part:
        path, kind, inner = prefix + name, *self._kind_of(name, part)
        told = {"problem": self.problems.get(path, ""), "needed": needed}
        label = str(LABELS.get(name, name))
        if name == "rows" and kind == "rows":
            label = _("Rows: a number of free rows, or their names one a line")
        if kind == "choice":
            return Part(path, label, kind, value, _choices(inner["enum"], value), **told)
        if kind == "gates":
            given = [] if value is None else list(value) or [OPEN]
            return Part(path, label, "choices", given, _choices([OPEN, *inner["items"]["enum"]], None), **told)
        if kind == "choices":
            values = inner["items"].get("enum") or list(ROLE)
            return Part(path, label, kind, list(value or ()), _choices(values, None), **told)
        if kind == "one":
            return Part(path, label, kind, rows=(self._parts(inner, value or {}, f"{path}."),), **told)
        if kind == "many":
            bodies = [one if isinstance(one, Mapping) else {} for one in (value or ())]
            rows = tuple(self._parts(inner, one, f"{path}.{n}.") for n, one in enumerate(bodies))
            return Part(path, label, kind, rows=rows, **told)
        return Part(path, label, kind, bool(value) if kind == "tick" else shown(kind, value), **told)

    def _kind_of(self, name: str, part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """As `_kind`; a sheet's gates alone tell an empty list from none."""
        kind, inner = self._kind(part)
        return ("gates" if name == "gates" else kind), inner

    def _kind(self, part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """What control a part of the schema gets, and the schema that counts."""
        if "anyOf" in part:
            kinds = [one for one in part["anyOf"] if one.get("type") != "null"]
            return self._kind(kinds[0]) if len(kinds) == 1 else ("rows", part)
        if "$ref" in part:
            return "one", self._schema["$defs"][part["$ref"].rpartition("/")[2]]
        if "enum" in part:
            return "choice", part
        if part["type"] == "array":
            return self._list_kind(part)
        if part["type"] in ("integer", "number"):
            return "number", part
        if part["type"] == "boolean":
            return "tick", part
        return ("text" if part.get("maxLength", 0) > LONG else "line"), part

    def _list_kind(self, part: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        items = part["items"]
        if "anyOf" in items:
            return "said", part
        if "$ref" in items:
            named = items["$ref"].rpartition("/")[2]
            special = {"WordGroup": "groups", "Term": "terms"}.get(named)
            return (special, part) if special else ("many", self._schema["$defs"][named])
        return ("choices" if "enum" in items or "pattern" in items else "list"), part

    def _read(
        self, schema: Mapping[str, Any], body: Mapping[str, Any], data: Mapping[str, Any], prefix: str
    ) -> dict[str, Any]:
        shown_names = {name for name, _part in self._named(schema, prefix)}
        found = {name: value for name, value in body.items() if name not in shown_names}
        for name, part in self._named(schema, prefix):
            value = self._typed(name, part, body.get(name), data, prefix)
            if value not in (None, "", [], {}) or (name in body and value == body[name]) or (name, value) == _NO_GATE:
                found[name] = value
            elif name in schema.get("required", ()):
                found[name] = value if value is not None else ""
        return found

    def _typed(self, name: str, part: Mapping[str, Any], was: Any, data: Mapping[str, Any], prefix: str) -> Any:
        path, kind, inner = prefix + name, *self._kind_of(name, part)
        if kind == "one":
            return self._read(inner, was or {}, data, f"{path}.")
        if kind == "many":
            return self._typed_many(inner, was or (), data, path)
        if kind == "tick":
            return data.get(path) in ("on", "1", "true")
        if kind == "gates":
            return _gates(_list(data, path))
        if kind == "choices":
            return [clean_line(value) for value in _list(data, path) if value]
        if path not in data:
            return was
        text = clean(str(data[path])).strip() if kind not in ("line", "number", "choice") else clean_line(data[path])
        default = part.get("default")
        if text == shown(kind, was if was is not None else default):
            return was
        return typed(kind, text)

    def _typed_many(
        self, inner: Mapping[str, Any], was: Any, data: Mapping[str, Any], path: str
    ) -> list[dict[str, Any]]:
        """Every group that was sent, in order. An emptied group stays, to be filled again or taken away."""
        count = 0
        while any(key.startswith(f"{path}.{count}.") for key in data) and count < MOST_ROWS:
            count += 1
        bodies = [one if isinstance(one, Mapping) else {} for one in was]
        return [self._read(inner, bodies[n] if n < len(bodies) else {}, data, f"{path}.{n}.") for n in range(count)]


_NO_GATE = ("gates", [])


def _gates(ticked: list[str]) -> list[str] | None:
    """A ticked gate counts for more than the tick that says there is none."""
    gates = [clean_line(value) for value in ticked if value and value != OPEN]
    return gates or ([] if OPEN in ticked else None)


def _list(data: Any, name: str) -> list[str]:
    if hasattr(data, "getlist"):
        return data.getlist(name)
    value = data.get(name) or []
    return [value] if isinstance(value, str) else list(value)


def _choices(values: Any, chosen: Any) -> tuple[tuple[str, str], ...]:
    found = [(value, str(VALUES.get(value, value))) for value in values]
    if chosen and chosen not in values:
        found.append((str(chosen), str(chosen)))
    return tuple(found)


def shown(kind: str, value: Any) -> str:
    """A value as the text of its control."""
    if value is None:
        return ""
    if kind == "number" and isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, (list, tuple)):
        return str(value)
    if kind == "groups":
        return "\n".join(_group_text(one) for one in value)
    if kind == "terms":
        return "\n".join(_term_text(one) for one in value)
    if kind == "said":
        return "\n".join(_said_text(one) for one in value)
    return "\n".join(str(one) for one in value)


def _group_text(group: Mapping[str, Any]) -> str:
    between = "; " if any("," in word for word in group.get("words", ())) else ", "
    return f"{group['name']}: {between.join(group.get('words', ()))}"


def _term_text(term: Mapping[str, Any]) -> str:
    bar = "||" if term.get("always") else "|" if term.get("exception") else ""
    return f"{term['text']} {bar} {term.get('exception') or ''}".strip()


def _said_text(said: Any) -> str:
    if isinstance(said, str):
        return said
    return f"{said['to']}: {said['say']}" if said.get("to") else said["say"]


def typed(kind: str, text: str) -> Any:
    """What a control's text means; the text itself where it means nothing, so that its problem can be named."""
    if kind == "number":
        return _number(text)
    lines = [line for line in map(clean_line, text.split("\n")) if line]
    if kind == "line" and len(lines) > 1:
        return " ".join(lines)
    if kind == "rows":
        return int(lines[0]) if len(lines) == 1 and lines[0].isdecimal() and len(lines[0]) < 6 else lines
    if kind == "list":
        return lines
    if kind == "groups":
        return [_group(line) for line in lines]
    if kind == "terms":
        return [_term(line) for line in lines]
    if kind == "said":
        return [_said(line) for line in lines]
    return text


def _number(text: str) -> Any:
    try:
        return int(text) if len(text) < 10 else text
    except ValueError:
        pass
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return number if number - number == 0 else text


def _group(line: str) -> dict[str, Any]:
    name, _colon, rest = line.partition(":")
    words = rest.split(";") if ";" in rest else rest.split(",")
    return {"name": name.strip(), "words": [word.strip() for word in words if word.strip()]}


def _term(line: str) -> dict[str, Any]:
    """ "We stop at ten | on weekdays"; "Each may say no || This always holds." """
    text, _bar, rest = line.partition("|")
    exception = rest.removeprefix("|").strip()
    told: dict[str, Any] = {"exception": exception} if exception else {}
    return {"text": text.strip(), **told, **({"always": True} if rest.startswith("|") else {})}


def _said(line: str) -> Any:
    to, colon, say = line.partition(":")
    return {"to": to.strip(), "say": say.strip()} if colon and to.strip() in ROLE and say.strip() else line


def problems_of(error: ValidationError) -> dict[str, str]:
    """Path of a part -> what is wrong with it, in a sentence. What no part shows stands under the part above it."""
    found: dict[str, str] = {}
    for item in error.errors():
        found.setdefault(path_of(item["loc"]), sentence(item))
    return found


def path_of(loc: tuple[Any, ...]) -> str:
    """A place in the data as the name of a control: steps.0.title; a line of a list stands for the list."""
    plain = [str(part) for part in loc]
    if len(plain) >= 3 and plain[1].isdecimal():
        return ".".join(plain[:3]) if plain[0] in ("steps", "when_it_goes_wrong") else plain[0]
    if len(plain) >= 2 and plain[0] in ("homework", "variants", "evidence"):
        return ".".join(plain[:2])
    return plain[0] if plain else ""


def sentence(item: Mapping[str, Any]) -> str:
    """pydantic's finding in words for the person who types."""
    kind, about = item["type"], item.get("ctx") or {}
    if kind in ("missing", "string_too_short") or (kind == "too_short" and about.get("min_length") == 1):
        return _("This is needed.")
    if kind == "too_short":
        return _("At least %(n)s lines are needed.") % {"n": about.get("min_length")}
    if kind == "too_long":
        return _("At most %(n)s lines.") % {"n": about.get("max_length")}
    if kind == "string_too_long":
        return _("At most %(n)s letters; this is longer.") % {"n": about.get("max_length")}
    if kind in ("int_parsing", "int_type", "float_parsing", "int_from_float", "float_type"):
        return _("A number is needed here.")
    if kind in ("greater_than_equal", "less_than_equal"):
        least, most = about.get("ge"), about.get("le")
        return _("At least %(n)s.") % {"n": least} if least is not None else _("At most %(n)s.") % {"n": most}
    if kind == "literal_error":
        return _("Choose one of the list.")
    if kind == "string_pattern_mismatch":
        return _("Small letters, digits and _ only, a letter first.")
    return str(item["msg"]).removeprefix("Value error, ").capitalize()
