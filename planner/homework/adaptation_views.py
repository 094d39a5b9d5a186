"""The page where a worksheet is adapted for one person of a case; the master stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import clinical, find, find_to_edit
from planner.base.models import Stale
from planner.cases.models import Case, Participant
from planner.cases.names import label
from planner.homework import adaptation_actions, adapting
from planner.homework.models import Adaptation
from planner.library.models import Worksheet, WorksheetEdition
from planner.library.papers import PICTURE_WIDTH, remembered
from planner.practice.paper import paper_head
from planner.sheets import press
from planner.sheets.papers import Letterhead, SheetCopy, sheet_paper


@dataclass(frozen=True)
class Place:
    """Which sheet for whom: the adaptation if there is one, and the edition it counts on."""

    case: Case
    participant: Participant
    edition: WorksheetEdition
    adaptation: Adaptation | None

    @property
    def address(self) -> str:
        return reverse("adaptation", args=[self.case.pk, self.participant.pk, self.edition.worksheet_id])


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def adaptation(request: HttpRequest, case_pk: int, participant_pk: int, pk: int) -> HttpResponse:
    """The sheet block by block: on it or not, in which words, filled in with what."""
    place = _place(request, case_pk, participant_pk, pk)
    may_edit = Case.objects.editable_by(request.user).filter(pk=place.case.pk).exists()
    if request.method != "POST":
        content = place.adaptation.content if place.adaptation else {}
        return _page(request, place, content, may_edit=may_edit)
    if not may_edit:
        raise PermissionDenied("to_edit")
    was = place.adaptation.content if place.adaptation else {}
    content = adapting.read(place.edition, place.participant.tags, was, request.POST)
    if wrong := adapting.problems(place.edition, content):
        return _page(request, place, content, wrong=wrong, status=422)
    person = place.participant.person
    try:
        adaptation_actions.adapt(
            by=request.user, case=place.case, person=person, edition=place.edition, version=_version(request),
            content=content,
        )  # fmt: skip
    except adaptation_actions.TooLong as error:
        return _page(request, place, content, said=str(error), status=422)
    except Stale as stale:
        return _page(request, place, content, theirs=stale.current, status=409)
    messages.success(request, _("Saved for %(name)s. It prints so from now on.") % {"name": person.on_paper})
    return HttpResponseRedirect(place.address)


@require_POST
@clinical
def adaptation_remove(request: HttpRequest, case_pk: int, participant_pk: int, pk: int) -> HttpResponse:
    """Back to the sheet as it is in the library."""
    case = find_to_edit(Case.objects, request.user, pk=case_pk)
    place = _place(request, case.pk, participant_pk, pk)
    if place.adaptation:
        adaptation_actions.remove(by=request.user, adaptation=place.adaptation)
        messages.success(request, _("The sheet prints as it is in the library again."))
    return HttpResponseRedirect(place.address)


@require_safe
@clinical
def adaptation_picture(request: HttpRequest, case_pk: int, participant_pk: int, pk: int) -> HttpResponse:
    """Page one as the person gets it."""
    place = _place(request, case_pk, participant_pk, pk)
    practice = request.user.practice
    with translation.override(place.edition.worksheet.language):
        head = Letterhead(**paper_head(practice))
    try:
        rendering = press.render(sheet_paper(_copy(place), letterhead=head, options=remembered(request.user)))
        png = press.picture(rendering.pdf, page=0, width=PICTURE_WIDTH)
    except press.TooMuch as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


def _copy(place: Place) -> SheetCopy:
    content = adapting.content_of(place.edition, place.adaptation)
    return SheetCopy(
        title=content["title"],
        discreet_title=content.get("discreet_title") or "",
        purpose=content["purpose"],
        ideas=tuple(content.get("ideas") or ()),
        blocks=adapting.blocks(place.edition, place.participant.tags, place.adaptation),
        language=place.edition.worksheet.language,
        name=place.participant.person.on_paper,
        prefilled=adapting.prefilled(place.adaptation),
    )


def _place(request: HttpRequest, case_pk: int, participant_pk: int, pk: int) -> Place:
    """Raises Http404 where the person may not see the case, the participant is of another, or the sheet is none."""
    case = find(Case.objects, request.user, pk=case_pk)
    participant = case.participants.select_related("person").filter(pk=participant_pk).first()
    if participant is None:
        raise Http404
    rows = Adaptation.objects.select_related("edition__worksheet", "changed_by")
    with suppress(Http404):
        row = find(rows, request.user, case=case, person=participant.person, worksheet=pk)
        return Place(case, participant, row.edition, row)
    worksheet = find(Worksheet.objects.select_related("current"), request.user, pk=pk)
    worksheet.current.worksheet = worksheet
    return Place(case, participant, worksheet.current, None)


def _version(request: HttpRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 9 else 0


def _page(
    request: HttpRequest,
    place: Place,
    content: Mapping[str, Any],
    *,
    may_edit: bool = True,
    wrong: Mapping[str, Any] | None = None,
    theirs: Adaptation | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    row = theirs or place.adaptation
    context = {
        "case": place.case, "label": label(place.case), "person": place.participant.person, "place": place,
        "row": row, "edition": place.edition, "version": row.version if row else 0, "may_edit": may_edit,
        "title": content.get("title") or place.edition.content["title"],
        "purpose": content.get("purpose") or place.edition.content["purpose"],
        "blocks": adapting.block_forms(place.edition, place.participant.tags, content, wrong or {}),
        "wrong": wrong, "said": said, "theirs": _differences(place, content, theirs) if theirs else None,
    }  # fmt: skip
    return render(request, "homework/adaptation.html", context, status=status)


def _differences(place: Place, content: Mapping[str, Any], theirs: Adaptation) -> list[tuple[str, str, str]]:
    """(what, what stands there now, what was typed) for everything that two people changed otherwise."""
    tags = place.participant.tags
    sides = [_lines(adapting.block_forms(place.edition, tags, one, {}), one) for one in (theirs.content, content)]
    names = dict.fromkeys([*sides[0], *sides[1]])
    pairs = [(name, sides[0].get(name, ""), sides[1].get(name, "")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _lines(forms: list[adapting.BlockForm], content: Mapping[str, Any]) -> dict[str, str]:
    """What -> its text, for everything on the page."""
    found = {str(name): str(content[name]) for name in adapting.HEAD if content.get(name)}
    for form in forms:
        begin = f"{form.place + 1}. {form.name}"
        found[begin] = _("on the sheet") if form.is_on else _("not on the sheet")
        found |= {f"{begin}, {part.label}": str(part.value) for part in form.parts if part.value}
        found |= {spec.label: value for spec, value in form.fields if value}
    return found
