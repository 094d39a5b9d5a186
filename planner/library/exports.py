"""What goes into a pack that is given out: the chosen entries, and whatever they lead to, so that it can be taken in.

An intervention goes with its sheets. A statement goes with the interventions it names, a pathway with its session
templates and interventions too. A session template of the practice goes along where all that it holds is among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from planner.library import packs, parcels
from planner.library.models import Intervention, OfLibrary, Pathway, SessionTemplate, Statement
from planner.practice.models import User


@dataclass(frozen=True)
class Chosen:
    """Ids of what was ticked, by kind."""

    interventions: frozenset[int] = frozenset()
    statements: frozenset[int] = frozenset()
    pathways: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        return len(self.interventions) + len(self.statements) + len(self.pathways)


def export(user: User, chosen: Chosen, about: Mapping[str, str]) -> bytes:
    """The chosen entries as a zip: own ones, or those of a pack as a starting point, with what they lead to. The same
    content gives the same bytes. `about` has slug, name, author, licence, version and what it is about. Raises
    packs.BadPack where it could not be taken in again."""
    statements, pathways = _rows(Statement, user, chosen.statements), _rows(Pathway, user, chosen.pathways)
    templates = _led_to(SessionTemplate.objects, pathways, "templates")
    rows = list(parcels.with_content(_rows(Intervention, user, chosen.interventions)))
    named = _led_to(Intervention.objects.all(), [*statements, *pathways, *templates], "interventions")
    have = {row.slug for row in rows}
    more = [row.pk for row in named if row.slug not in have]
    rows += parcels.with_content(Intervention.objects.filter(pk__in=more))
    templates += _templates_along(user, templates, {row.slug for row in rows})
    files: dict[str, list[Any]] = {
        "interventions": _whole_files(sorted(rows, key=lambda row: row.slug)),
        "templates": _plain_files("templates", templates),
        "statements": _plain_files("statements", statements),
        "pathways": _plain_files("pathways", pathways),
    }
    return parcels.zipped(_texts(files, about))


def _texts(files: Mapping[str, list[Any]], about: Mapping[str, str]) -> dict[str, str]:
    """Every file by its name; read once as whoever takes it in will read it."""
    languages = Counter(file.language for found in files.values() for file in found)
    main = max(sorted(languages), key=languages.__getitem__) if languages else "en"
    texts = {"pack.yaml": parcels.as_yaml(packs.PackFile(**about, language=main))}
    for kind, found in files.items():
        texts |= {f"{kind}/{packs.file_name(file)}": parcels.as_yaml(file) for file in found}
    if len(texts) < 1 + sum(map(len, files.values())):
        said = _("two of the chosen entries have the same short name; give one of them another")
        raise packs.BadPack([packs.Problem("pack.yaml", 1, said)])
    if len(texts) > parcels.MOST_ENTRIES:
        said = _("the chosen entries and what they lead to are %(n)d files; a pack holds at most %(most)d")
        words = {"n": len(texts), "most": parcels.MOST_ENTRIES}
        raise packs.BadPack([packs.Problem("pack.yaml", 1, said % words)])
    packs.read_texts(texts)
    return texts


def _rows(model: type[OfLibrary], user: User, ids: Iterable[int]) -> Any:
    return model.objects.visible_to(user).filter(pk__in=list(ids)).order_by("slug", "pk")


def _led_to(rows: Any, entries: Iterable[Any], kind: str) -> list[Any]:
    """The rows of a kind that the entries name, each once."""
    found: dict[int, Any] = {}
    for entry in entries:
        slugs = [slug for folder, slug, _path in _file(entry).names() if folder == kind]
        if slugs:
            found |= {row.pk: row for row in rows.named_by(entry, slugs).values()}
    return sorted(found.values(), key=lambda row: (row.slug, row.language))


def _file(row: Any) -> Any:
    """A template, a statement or a pathway as the file that would make it."""
    model = {SessionTemplate: "templates", Statement: "statements", Pathway: "pathways"}[type(row)]
    return packs.KINDS[model].model_validate(row.content)


def _templates_along(user: User, have: Iterable[SessionTemplate], slugs: set[str]) -> list[SessionTemplate]:
    """Own session templates whose interventions all go out."""
    own = SessionTemplate.objects.visible_to(user).filter(practice_id=user.practice_id).order_by("slug")
    known = {row.slug for row in have}
    return [
        row
        for row in own
        if row.slug not in known
        and {item["intervention"] for item in row.content["items"] if item.get("intervention")} <= slugs
    ]


def _plain_files(kind: str, rows: Iterable[Any]) -> list[Any]:
    return [packs.KINDS[kind].model_validate(row.content) for row in rows]


def _whole_files(rows: Iterable[Intervention]) -> list[packs.InterventionFile]:
    """Raises packs.BadPack naming every entry that is not whole, such as one whose last sheet was retired."""
    files, problems = [], []
    for row in rows:
        try:
            files.append(parcels.file_of(row))
        except ValidationError as error:
            said = f"{row.name}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            problems.append(packs.Problem(f"interventions/{row.slug}.yaml", 1, said))
    if problems:
        raise packs.BadPack(problems)
    return files
