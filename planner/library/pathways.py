"""What a pathway holds, hour by hour, with the interventions and templates that it leads to. Three queries at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planner.library.courses import PathwaySession
from planner.library.models import Intervention as Entry
from planner.library.models import InterventionEdition, Pathway, SessionTemplate


@dataclass(frozen=True)
class Item:
    """One item of an hour. `edition` is None for free text, and for an intervention that has left the library."""

    title: str
    minutes: int
    note: str
    edition: InterventionEdition | None

    @property
    def gates(self) -> list[str]:
        return self.edition.gates if self.edition else []


@dataclass(frozen=True)
class Hour:
    """One session of a pathway: `number` from 1, `day` days after the first."""

    number: int
    day: int
    session: PathwaySession
    template: SessionTemplate | None
    items: tuple[Item, ...]

    @property
    def gates(self) -> list[str]:
        """What has to be settled for it: the gates of its interventions, each once."""
        return list(dict.fromkeys(gate for item in self.items for gate in item.gates))


def hours_of(pathway: Pathway) -> list[Hour]:
    """The sessions of a pathway with everything they lead to."""
    file = pathway.parsed
    templates = _templates(pathway, file.slugs("templates"))
    lines = [line for template in templates.values() for line in template.content["items"]]
    wanted = [*file.slugs("interventions"), *(line["intervention"] for line in lines if line.get("intervention"))]
    editions = _editions(pathway, wanted)
    days = file.days
    return [
        _hour(number, days[number - 1], session, templates.get(session.template or ""), editions)
        for number, session in enumerate(file.sessions, 1)
    ]


def _hour(
    number: int, day: int, session: PathwaySession, template: SessionTemplate | None, editions: dict[str, Any]
) -> Hour:
    lines = template.content["items"] if template else [item.model_dump() for item in session.items]
    return Hour(number, day, session, template, tuple(_item(line, editions) for line in lines))


def _item(line: dict[str, Any], editions: dict[str, InterventionEdition]) -> Item:
    slug = line.get("intervention") or ""
    edition = editions.get(slug)
    name = edition.intervention.name if edition else slug.replace("-", " ").capitalize()
    return Item(line.get("title") or name, line["minutes"], (line.get("note") or "").strip(), edition)


def _templates(pathway: Pathway, slugs: Iterable[str]) -> dict[str, SessionTemplate]:
    return SessionTemplate.objects.named_by(pathway, slugs)


def _editions(pathway: Pathway, slugs: Iterable[str]) -> dict[str, InterventionEdition]:
    rows = Entry.objects.exclude(current=None).select_related("current__intervention")
    return {slug: row.current for slug, row in rows.named_by(pathway, slugs).items()}
