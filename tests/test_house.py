"""What imports cannot show of the house's order. The floors are read from the import contract in pyproject.toml."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

ROOT = Path(__file__).resolve().parent.parent
PLANNER = ROOT / "planner"
TEMPLATES = ROOT / "templates"


def floors() -> dict[str, int]:
    """Room -> floor, 0 at the bottom."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")["layers"]
    return {room.strip(" ()"): floor for floor, layer in enumerate(reversed(layers)) for room in layer.split("|")}


FLOORS = floors()
ROOMS = sorted(path.parent.name for path in PLANNER.glob("*/__init__.py") if path.parent.name in FLOORS)
MODELS = [model for model in apps.get_app_config("planner").get_models(include_auto_created=False)]


def room_of(model) -> str:
    return model.__module__.split(".")[1]


def test_every_package_of_the_planner_has_a_floor():
    packages = {path.parent.name for path in PLANNER.glob("*/__init__.py")}
    assert packages - set(FLOORS) == {"management", "migrations", "templatetags"}


@pytest.mark.parametrize("room", ROOMS)
def test_the_docstring_of_a_room_says_what_it_holds(room):
    said = importlib.import_module(f"planner.{room}").__doc__
    assert said and len(said.split()) >= 6


def test_foreign_keys_point_down():
    upward = []
    for model in MODELS:
        for field in model._meta.get_fields():
            if isinstance(field, (ForeignKey, OneToOneField, ManyToManyField)):
                target = field.related_model
                if target._meta.app_label != "planner":
                    continue
                mine, theirs = room_of(model), room_of(target)
                if mine != theirs and FLOORS[theirs] >= FLOORS[mine]:
                    upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert upward == []


def accessors_from_above() -> dict[str, tuple[int, str]]:
    """Reverse accessor that a higher room made on a lower room's model -> (floor of the maker, what made it)."""
    found = {}
    for model in MODELS:
        for relation in model._meta.related_objects:
            maker = relation.related_model
            name = relation.get_accessor_name()
            if maker._meta.app_label == "planner" and name and FLOORS[room_of(maker)] > FLOORS[room_of(model)]:
                found[name] = (FLOORS[room_of(maker)], maker.__name__)
    return found


def python_names(path: Path) -> set[str]:
    """Every attribute asked for, and every first part of a look-up such as sessions__state."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            names.update(node.arg.split("__")[:-1])
    return names


def template_names(path: Path) -> set[str]:
    return set(re.findall(r"\.([a-z_]+)", " ".join(re.findall(r"\{[{%].*?[%}]\}", path.read_text(), re.S))))


def test_no_room_uses_an_accessor_that_a_higher_room_made():
    made = accessors_from_above()
    assert "sessions" in made  # the check sees what it is meant to see
    #: Words that are also plain attributes of something else in that file.
    innocent = {("practice", "sessions"), ("library", "sheets"), ("library", "sessions")}
    upward = []
    for room in ROOMS:
        python = [(path, python_names(path)) for path in (PLANNER / room).rglob("*.py")]
        pages = [(path, template_names(path)) for path in (TEMPLATES / room).rglob("*.html")]
        for path, names in python + pages:
            for name in names & set(made):
                floor, maker = made[name]
                if floor > FLOORS[room] and (room, name) not in innocent:
                    upward.append(f"{path.relative_to(ROOT)}: .{name} (made by {maker})")
    assert upward == []


def test_templates_include_only_downward():
    upward = []
    for path in TEMPLATES.rglob("*.html"):
        room = path.relative_to(TEMPLATES).parts[0]
        if room not in FLOORS:
            continue
        for name in re.findall(r"{%\s*(?:include|extends)\s+\"([a-z_]+)/", path.read_text()):
            if name in FLOORS and name != room and FLOORS[name] >= FLOORS[room]:
                upward.append(f"{path.relative_to(ROOT)} -> {name}")
    assert upward == []


def test_every_rooms_models_are_gathered():
    gathered = set(vars(importlib.import_module("planner.models")))
    written = set()
    for path in PLANNER.glob("*/models.py"):
        module = importlib.import_module(f"planner.{path.parent.name}.models")
        written |= {model.__name__ for model in MODELS if model.__module__ == module.__name__}
    assert written - gathered == set()
    assert written == {model.__name__ for model in MODELS}


SCOPES = {"visible_to", "editable_by", "appointments_of", "for_practice", "current"}
FINDERS = {"find", "find_to_edit", "find_and_may_edit"}


def unscoped_queries(path: Path) -> list[str]:
    """`Model.objects...` in a view that neither starts from the person nor hangs on a row already found."""
    tree = ast.parse(path.read_text())
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr == "objects"):
            continue
        chain, scoped, at = [], False, node
        while isinstance(parents.get(at), (ast.Attribute, ast.Call)) and at is not None:
            parent = parents[at]
            if isinstance(parent, ast.Call) and parent.func is not at:
                name = getattr(parent.func, "id", getattr(parent.func, "attr", ""))
                scoped |= name in FINDERS or name.startswith("_")
                break
            if isinstance(parent, ast.Attribute):
                chain.append(parent.attr)
            elif at is parent.func:
                scoped |= any(hangs_on_something_found(keyword) for keyword in parent.keywords)
            at = parent
        if isinstance(parents.get(at), ast.Assign):
            scoped |= {target.id for target in parents[at].targets if isinstance(target, ast.Name)} <= handed_on(tree)
        if not scoped and not set(chain) & SCOPES and chain[:1] != ["none"]:
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


#: Parts of a look-up by which a query hangs on a row that was found through the access layer, or on the person.
OWNERS = {"case", "session", "item", "practice", "by", "user", "person", "intervention"}


def hangs_on_something_found(keyword: ast.keyword) -> bool:
    value = keyword.value
    if isinstance(value, ast.Attribute) and value.attr == "pk" and isinstance(value.value, ast.Name):
        return True  # the same row again: pk=session.pk
    return isinstance(keyword.value, (ast.Name, ast.Call)) and bool(OWNERS & set((keyword.arg or "").split("__")))


def handed_on(tree: ast.AST) -> set[str]:
    """Names handed to the access layer later: rows = Model.objects...; find(rows, ...), rows.visible_to(...)."""
    found = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", "") in FINDERS
            and isinstance(node.args[0], ast.Name)
        ):
            found.add(node.args[0].id)
        if isinstance(node, ast.Attribute) and node.attr in SCOPES and isinstance(node.value, ast.Name):
            found.add(node.value.id)
    return found


@pytest.mark.parametrize("path", sorted(PLANNER.glob("*/views.py")), ids=lambda path: path.parent.name)
def test_no_query_in_a_view_is_unscoped(path):
    assert unscoped_queries(path) == []


def test_an_unscoped_query_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_house.ROOT", tmp_path)
    view = tmp_path / "views.py"
    view.write_text(
        "a = Case.objects.get(pk=pk)\nb = Case.objects.visible_to(user).filter(pk=pk)\nc = find(Case.objects, user)\n"
        "d = Session.objects.filter(case=found)\n"
    )
    assert unscoped_queries(view) == ["views.py:1"]


def test_every_field_is_classified_for_retention():
    said = yaml.safe_load((PLANNER / "retention.yaml").read_text())
    classes, rows = set(said["classes"]), said["models"]
    fields = {model.__name__: {field.name for field in model._meta.get_fields() if field.concrete} for model in MODELS}
    assert {name: set(row["fields"]) for name, row in rows.items()} == fields
    assert {value for row in rows.values() for value in row["fields"].values()} <= classes
    assert all(row["kept"] and row["erased"] for row in rows.values())


#: Where text is called markup although no literal says so: how often, and why nobody's words can be markup there.
CALLED_MARKUP = {
    "planner/base/renderer.py": (2, "a control, each of its values escaped as it is put in"),
    "planner/base/text.py": (1, "Markdown, through the allow-list of nh3"),
    "planner/cases/forms.py": (1, "a row as its template drew it, with a number of ours"),
    "planner/plans/stencil.py": (3, "what a template drew, each word put into it escaped"),
    "planner/progress/charts.py": (1, "cells of a table, each escaped"),
    "planner/progress/shapes.py": (2, "numbers, and words that were escaped where a shape is made"),
    "planner/templatetags/agenda.py": (1, "options by format_html"),
    "planner/templatetags/hours.py": (1, "lines by format_html"),
    "planner/templatetags/house.py": (2, "an icon of the package, and pairs escaped the line before"),
    "planner/templatetags/house_form.py": (2, "controls that Django or the renderer of the house drew"),
    "planner/templatetags/plans.py": (3, "each word escaped as it is put in"),
    "planner/templatetags/sheets.py": (6, "blocks by their templates, counted pages, lines escaped one by one"),
    "templates/bootstrap5/layout/help_text_and_errors.html": (1, "help texts of ours"),
}


def calls_it_markup(node: ast.AST) -> bool:
    """mark_safe(...) or SafeString(...) of something else than a literal."""
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ("mark_safe", "SafeString"):
        return False
    return not isinstance(node.args[0], ast.Constant)


def test_text_is_called_markup_only_where_somebody_looked():
    found = {
        path: sum(map(calls_it_markup, ast.walk(ast.parse(path.read_text()))))
        for package in (PLANNER, ROOT / "clinic")
        for path in package.rglob("*.py")
    }
    found |= {
        path: len(re.findall(r"\|\s*safe\b|autoescape off", path.read_text())) for path in TEMPLATES.rglob("*.html")
    }
    told = {str(path.relative_to(ROOT)): count for path, count in found.items() if count}
    assert told == {path: count for path, (count, _why) in CALLED_MARKUP.items()}


def test_the_project_speaks_of_itself_alone():
    """No path of a machine, no address of a registry."""
    telling = re.compile(r"/(?:root|home|work)/[a-z]|registry\.npmjs|files\.pythonhosted", re.I)
    shown = [
        *ROOT.glob("*.md"),
        *ROOT.glob("*.lock"),
        *ROOT.glob("*.toml"),
        *PLANNER.rglob("*.py"),
        *PLANNER.rglob("*.yaml"),
    ]
    assert [str(path.relative_to(ROOT)) for path in shown if telling.search(path.read_text())] == []
