"""A version on paper: filled in as it stands, for one reader or together, with what was signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from planner.agreements.models import AgreementVersion
from planner.agreements.reading import sheet_of
from planner.cases import talk
from planner.cases.models import Audience, SignatureWay
from planner.cases.signing import picture
from planner.practice.paper import paper_head
from planner.sheets.blocks import Block, Signature, with_names
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper


@dataclass(frozen=True)
class Successor:
    """The version that took the place of this one: its number and day."""

    number: int
    on: Any


def paper(
    version: AgreementVersion, *, options: Options, address: str = "", successor: Successor | None = None
) -> Paper:
    """The version as it prints. `successor` marks an older one as replaced; an address lets a filled copy come back."""
    agreement = version.agreement
    practice = agreement.case.practice
    with translation.override(agreement.worksheet.language):
        return sheet_paper(
            _copy(version, options, address, successor), letterhead=Letterhead(**paper_head(practice)), options=options
        )


def _copy(version: AgreementVersion, options: Options, address: str, successor: Successor | None) -> SheetCopy:
    agreement, content = version.agreement, version.edition.content
    sheet = sheet_of(version, on_paper=True)
    # A signature is a name: where names may not stand in full, nobody's does.
    unsigned = version.is_draft or (options.discreet and options.name != "full")
    signed = [] if unsigned else list(version.signatures.select_related("person"))
    blocks = _with_signatures(sheet.blocks, agreement, signed)
    return SheetCopy(
        title=content["title"],
        discreet_title=content.get("discreet_title") or _("My page"),
        purpose=content["purpose"],
        ideas=tuple(content.get("ideas") or ()),
        blocks=(*talk.lines(agreement.case, version.edition), *blocks),
        language=sheet.language,
        name=agreement.person.on_paper if agreement.audience == Audience.PERSON else "",
        role_line=_state(version, successor),
        date=_day(version.adopted_on) if version.adopted_on else "",
        address=address,
        edition=_("%(slug)s, edition %(number)d") % {
            "slug": agreement.worksheet.slug, "number": version.edition.number,
        },
        joint_names=sheet.names,
        settled=not version.is_draft,
        signed=_drawings(signed),
        prefilled={**version.answers, **_names_and_days(blocks, sheet.names, signed)},
    )  # fmt: skip


def _state(version: AgreementVersion, successor: Successor | None) -> str:
    """The line under the title: which version, until when it holds, or what took its place."""
    if version.is_draft:
        return _("A draft. Nothing on it is agreed yet.")
    told = {"number": version.number, "day": _day(version.adopted_on)}
    if successor:
        told |= {"next": successor.number, "since": _day(successor.on)}
        said = _("An earlier page. Version %(next)d of %(since)s has taken its place; throw this one away.")
        return said % told
    said = [_("Version %(number)d, %(day)s.") % told]
    if version.agreement.review_on:
        said.append(_("We look at it again on %(day)s.") % {"day": _day(version.agreement.review_on)})
    return " ".join(said)


def _day(day: Any) -> str:
    return formats.date_format(day, "j F Y")


def _with_signatures(blocks: tuple[Block, ...], agreement: Any, signed: list[Any]) -> tuple[Block, ...]:
    """A page without a line to sign on gets one where somebody signed it."""
    if not signed or any(isinstance(block, Signature) for block in blocks):
        return blocks
    roles = tuple(dict.fromkeys(_who(row) for row in signed))
    return (*blocks, Signature(id="signed_here", label=_("Signed"), roles=roles[:6]))


def _who(row: Any) -> str:
    return row.person.on_paper if row.person else row.name


def _drawings(signed: list[Any]) -> dict[str, Any]:
    """Who signed -> the drawing, or the name as it was typed."""
    found = {}
    for row in signed:
        if row.way == SignatureWay.DRAWN:
            found[_who(row)] = picture(row.strokes, _("Signature of %(name)s") % {"name": _who(row)})
        elif row.way == SignatureWay.TYPED:
            found[_who(row)] = row.name
        elif row.way == SignatureWay.NONE:
            found[_who(row)] = _("not signed")
    return found


def _names_and_days(blocks: tuple[Block, ...], names: tuple[str, ...], signed: list[Any]) -> dict[str, str]:
    """The name and day beside each line that was signed."""
    by_name = {_who(row): row for row in signed}
    found = {}
    for block in with_names(blocks, names):
        if isinstance(block, Signature):
            for role, name, date in block.people():
                if row := by_name.get(role):
                    found |= {name.name: role, date.name: formats.date_format(row.signed_on, "j M Y")}
    return found
