"""The small parts that every kind of pack file is made of: how a slug, a line and a source look."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000)]
Minutes = Annotated[int, Field(ge=1, le=180)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]

Unit = Literal["individual", "couple", "family"]
Role = Literal["person-in-recovery", "partner", "caregiver", "child", "injured", "injuring", "other"]
SessionKind = Literal["regular", "repair", "booster", "intake", "review"]


class Part(BaseModel):
    """Every part of a file refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Part):
    """Either a paragraph of a source text (file and its first words) or a fact with where it was published."""

    seed: Line | None = None
    paragraph: Line | None = None
    fact: Prose | None = None
    source: Line | None = None

    @model_validator(mode="after")
    def _either(self) -> Source:
        if bool(self.seed and self.paragraph) == bool(self.fact and self.source):
            raise ValueError("expected either seed and paragraph, or fact and source")
        return self


class Review(Part):
    """The truth about its review: when it was written; nobody reviewed it until a name and a date stand here."""

    written: datetime.date
    reviewed_by: Line | None = None
    reviewed_on: datetime.date | None = None


class TemplateItem(Part):
    """One item of an agenda: an intervention of the pack, or free text."""

    title: Line | None = None
    minutes: Minutes
    intervention: Slug | None = None
    note: Prose | None = None

    @model_validator(mode="after")
    def _something(self) -> TemplateItem:
        if not self.title and not self.intervention:
            raise ValueError("expected a title or an intervention")
        return self
