"""The editor of a practice's own entries: what is typed is kept as a draft until somebody publishes it.

Every change works without a script as a plain form. With one, a block is saved as one types and only what follows from
it is drawn again: the picture of page one, the reading grade, what is wrong. A colleague's newer change of the same
part is answered with 409 and both texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from planner.base.access import carrying, find_to_edit
from planner.library import draft_actions, draft_papers, drafts, own, papers
from planner.library.draft_actions import is_original_newer
from planner.library.formparts import ROWS, Form, Part
from planner.library.models import Draft
from planner.sheets import press


@dataclass(frozen=True)
class Difference:
    """One part that two people changed: what stands there now, what was typed."""

    label: str
    name: str
    theirs: str
    mine: str


@require_safe
@carrying
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor."""
    return _page(request, _find(request, pk))


@require_POST
@carrying
def draft_head(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of a sheet, or the parts of an intervention, as typed; `row` adds, moves or removes one of its steps."""
    row, data = _find(request, pk), request.POST
    asked = data.get("row", "")[:60]
    try:
        row, place = draft_actions.change_head(draft=row, by=request.user, rev=_rev(request), data=data, rows=asked)
    except drafts.Changed as changed:
        return _clash(request, row, changed, reverse("draft_head", args=[pk]), _head_form)
    except drafts.Refused as refused:
        return _refuse(request, row, str(refused))
    return _rows_moved(request, row, asked, *place) if place else _saved(request, row, "head")


@require_POST
@carrying
def draft_block(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One block as typed."""
    row = _find(request, pk)
    try:
        row = draft_actions.change_block(draft=row, by=request.user, key=key, rev=_rev(request), data=request.POST)
    except drafts.Changed as changed:
        kind = drafts.block(Draft.objects.get(pk=row.pk).content, key)["kind"]
        address = reverse("draft_block", args=[pk, key])
        return _clash(request, row, changed, address, lambda body: drafts.block_form({"kind": kind, "body": body}))
    except drafts.Refused as refused:
        return _refuse(request, row, str(refused))
    return _saved(request, row, key)


@require_POST
@carrying
def draft_block_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new block of a kind."""
    row = _find(request, pk)
    try:
        row, key = draft_actions.add_block(
            draft=row, by=request.user, kind=request.POST.get("kind", ""), after=request.POST.get("after", "")
        )
    except drafts.Refused as refused:
        return _refuse(request, row, str(refused))
    view = drafts.block_views(row.content, key)[0]
    said = _("Added as block %(n)d: %(kind)s.") % {"n": view.number, "kind": view.name}
    return _moved(request, row, key, said, focus=f"block-{key}")


@require_POST
@carrying
def draft_block_move(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """A block up or down by one, or to a place."""
    row = _find(request, pk)
    try:
        row, place = draft_actions.move_block(draft=row, by=request.user, key=key, to=request.POST.get("to", ""))
    except drafts.Refused as refused:
        return _refuse(request, row, str(refused))
    said = _("Block %(n)d of %(all)d now.") % {"n": place, "all": len(row.content["blocks"])}
    return _moved(request, row, key, said)


@require_POST
@carrying
def draft_block_remove(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Takes a block away; it stays at hand to be brought back."""
    row = _find(request, pk)
    row = draft_actions.remove_block(draft=row, by=request.user, key=key)
    return _moved(request, row, "", _("Removed. It can be brought back below."), focus="blocks-title")


@require_POST
@carrying
def draft_block_restore(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Brings a removed block back."""
    row = _find(request, pk)
    try:
        row = draft_actions.restore_block(draft=row, by=request.user, key=key)
    except drafts.Refused as refused:
        return _refuse(request, row, str(refused))
    return _moved(request, row, key, _("Brought back."), focus=f"block-{key}")


@require_safe
@carrying
def draft_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Page one as it would print now."""
    row = _find(request, pk)
    if not row.worksheet_id:
        return HttpResponse(_("An intervention has no picture."), status=422, content_type="text/plain; charset=utf-8")
    try:
        png, _pages = _first_page(request, row, request.GET.get("role", ""))
    except press.TooMuch as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@carrying
def draft_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the draft the next edition."""
    row = _find(request, pk)
    try:
        pages = _first_page(request, row, "")[1] if row.worksheet_id else 1
        entry = own.publish(draft=row, by=request.user, pages=pages)
    except press.TooMuch as error:
        return _page(request, row, status=422, problems=[("head", str(error))])
    except own.NotReady as error:
        return _page(request, row, status=422, problems=error.problems)
    number = entry.current.number
    messages.success(request, _("Published as edition %(n)d. What was given before stays as it was.") % {"n": number})
    return HttpResponseRedirect(reverse("intervention", args=[getattr(entry, "intervention_id", entry.pk)]))


@require_POST
@carrying
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a draft away; the current edition stays."""
    row = _find(request, pk)
    home = _home(row)
    draft_actions.put_away(draft=row, by=request.user)
    messages.success(request, _("The draft is put away. The current edition is as it was."))
    return HttpResponseRedirect(home)


def _find(request: HttpRequest, pk: int) -> Draft:
    rows = Draft.objects.select_related(
        "worksheet__intervention", "worksheet__current", "intervention__current", "changed_by"
    )
    return find_to_edit(rows, request.user, pk=pk)


def _home(row: Draft) -> str:
    """The page of the intervention it belongs to."""
    return reverse("intervention", args=[row.worksheet.intervention_id if row.worksheet_id else row.intervention_id])


def _rev(request: HttpRequest) -> int:
    sent = request.POST.get("rev", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def _head_form(body: Mapping[str, Any], *, sheet: bool | None = None) -> Form:
    is_sheet = "one_for_each" in body if sheet is None else sheet
    return drafts.head_form({"head": body}, sheet=is_sheet)


def _first_page(request: HttpRequest, row: Draft, role: str) -> tuple[bytes, int]:
    options = papers.remembered(request.user)
    known = [tag for tag, _words in draft_papers.roles_of(row)]
    chosen = role if role in known else (known[0] if known else "")
    return draft_papers.first_page(row, role=chosen, options=options, practice=request.user.practice)


def _side(row: Draft) -> dict[str, Any]:
    """What stands beside the editor and follows every change."""
    at = timezone.localtime(row.changed_at).strftime("%H:%M")
    told = {"row": row, "at": at, "said": ""}
    if not row.worksheet_id:
        return told
    wrong = [view for view in drafts.block_views(row.content) if view.is_wrong]
    return {**told, "readings": draft_papers.readings(row), "wrong": wrong, "roles": draft_papers.roles_of(row)}


def _page(
    request: HttpRequest, row: Draft, *, status: int = 200, problems: list[tuple[str, str]] | None = None
) -> HttpResponse:
    entry = row.worksheet or row.intervention
    form = drafts.head_form(row.content, sheet=bool(row.worksheet_id))
    parts = form.parts()
    shown = {part.name for part in flat(parts)}
    context = {
        **_side(row), **_blocks(row), **_whole(parts, sheet=bool(row.worksheet_id)),
        "entry": entry, "head_rev": row.content["head_rev"],
        "rest": [text for name, text in form.problems.items() if name not in shown],
        "problems": problems or [], "home": _home(row), "kinds": drafts.KIND_NAMES.items(),
        "newer": is_original_newer(entry) and row.follows is None, "gone": drafts.gone_rows(row.content),
    }  # fmt: skip
    template = "library/draft_sheet.html" if row.worksheet_id else "library/draft_intervention.html"
    return render(request, template, context, status=status)


def _blocks(row: Draft) -> dict[str, Any]:
    """The list of blocks, and what was removed."""
    if not row.worksheet_id:
        return {}
    removed = [
        {"key": one["block"]["key"], "name": drafts.KIND_NAMES[one["block"]["kind"]], "says": drafts.says(one["block"])}
        for one in reversed(row.content["removed"][-3:])
    ]
    return {"blocks": drafts.block_views(row.content), "removed": removed}


def flat(parts: tuple[Part, ...]) -> list[Part]:
    """Every part with the parts within it."""
    return [one for part in parts for one in [part, *(sub for row in part.rows for sub in flat(row))]]


#: Of the sheet as a whole what is typed most often; the rest is folded away, so that the blocks are near.
_FIRST = ("title", "discreet_title", "purpose", "ideas")


def _whole(parts: Sequence[Part], *, sheet: bool) -> dict[str, Any]:
    """The controls of a sheet as a whole in two groups; of an intervention all together."""
    further = [part for part in parts if sheet and part.name not in _FIRST]
    return {
        "head": [part for part in parts if part not in further], "further": further,
        "further_wrong": any(part.problem for part in further),
    }  # fmt: skip


def _saved(request: HttpRequest, row: Draft, key: str) -> HttpResponse:
    """What a saved part changes elsewhere on the page; without a script the whole page at its place."""
    if not request.htmx:
        return HttpResponseRedirect(reverse("draft", args=[row.pk]) + ("#head" if key == "head" else f"#block-{key}"))
    if key == "head":
        form = drafts.head_form(row.content, sheet=bool(row.worksheet_id))
        parts, rev, problem = form.parts(), row.content["head_rev"], ""
    else:
        view = drafts.block_views(row.content, key)[0]
        parts, rev, problem = view.parts, view.rev, view.problem
    context = {**_side(row), "key": key, "rev": rev, "parts": flat(parts), "problem": problem, "oob": True}
    return render(request, "library/_draft_saved.html", context)


def _moved(request: HttpRequest, row: Draft, key: str, said: str, focus: str = "") -> HttpResponse:
    """The list of blocks anew, with a status line; without a script the whole page at its place."""
    if not request.htmx:
        messages.success(request, said)
        return HttpResponseRedirect(reverse("draft", args=[row.pk]) + (f"#block-{key}" if key else "#blocks"))
    context = {**_side(row), **_blocks(row), "said": said, "oob": True, "kinds": drafts.KIND_NAMES.items()}
    response = render(request, "library/_draft_blocks.html", context)
    if focus:
        response["X-Focus"] = focus
    return response


def _rows_moved(request: HttpRequest, row: Draft, asked: str, name: str, at: int) -> HttpResponse:
    """The parts of an intervention anew, after a step was added, moved, removed or brought back."""
    said = (
        _("%(what)s %(n)d now.") % {"what": ROWS[name], "n": at} if at else _("Removed. It can be brought back below.")
    )
    if not request.htmx:
        messages.success(request, said)
        return HttpResponseRedirect(reverse("draft", args=[row.pk]) + f"#head-{name}" + (f"-{at - 1}" if at else ""))
    form = drafts.head_form(row.content, sheet=False)
    context = {
        **_side(row), "head": form.parts(), "head_rev": row.content["head_rev"], "said": said, "oob": True,
        "gone": drafts.gone_rows(row.content),
    }  # fmt: skip
    response = render(request, "library/_draft_parts.html", context)
    act = asked.split(".")[1]
    moved = f"{act}-" if act in ("up", "down") else ""
    response["X-Focus"] = f"{moved}head-{name}-{at - 1}" if at else f"head-{name}"
    return response


def _refuse(request: HttpRequest, row: Draft, said: str) -> HttpResponse:
    """422 with the sentence; the draft is as it was, and what was typed stands in its field still."""
    if request.htmx:
        response = render(request, "library/_draft_refused.html", {"said": said}, status=422)
        response["HX-Retarget"], response["HX-Reswap"] = "#draft-conflict", "innerHTML"
        return response
    row = Draft.objects.select_related("worksheet__intervention", "intervention", "changed_by").get(pk=row.pk)
    return _page(request, row, status=422, problems=[("blocks", said)])


def _clash(request: HttpRequest, row: Draft, changed: drafts.Changed, address: str, form_of: Any) -> HttpResponse:
    """409 with both texts, part by part; the person chooses. Nothing was written."""
    mine, theirs = (flat(form_of(body).parts()) for body in (changed.mine, changed.theirs))
    there = {part.name: part for part in theirs}
    differences = [
        Difference(part.label, part.name, _said(there.get(part.name)), _said(part))
        for part in mine
        if not part.rows and _said(part) != _said(there.get(part.name))
    ]
    sent = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OURS]
    row = Draft.objects.select_related("worksheet__intervention", "intervention", "changed_by").get(pk=row.pk)
    context = {
        "row": row, "who": row.changed_by.name, "differences": differences, "address": address, "rev": changed.rev,
        "sent": sent, "entry": row.worksheet or row.intervention,
    }  # fmt: skip
    template = "library/_draft_conflict.html" if request.htmx else "library/draft_conflict.html"
    response = render(request, template, context, status=409)
    if request.htmx:
        response["HX-Retarget"], response["HX-Reswap"] = "#draft-conflict", "innerHTML"
    return response


_OURS = ("csrfmiddlewaretoken", "rev")


def _said(part: Part | None) -> str:
    if part is None:
        return ""
    if isinstance(part.value, bool):
        return _("yes") if part.value else _("no")
    if isinstance(part.value, list):
        words = dict(part.choices)
        return ", ".join(words.get(one, one) for one in part.value)
    return dict(part.choices).get(part.value, str(part.value))
