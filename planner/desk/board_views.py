"""The boosters board: on screen, as a printed list, as a table for a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from planner.base import spreadsheet
from planner.base.access import clinical
from planner.boosters.models import Booster
from planner.cases import names
from planner.desk import board
from planner.practice.paper import paper_head
from planner.practice.trail import record
from planner.sheets import press
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper

MOST_PRINTED = 300
MOST_EXPORTED = 20_000


@clinical
@require_safe
def boosters(request: HttpRequest) -> HttpResponse:
    """What is due, overdue and missed, by clinician where the address says so."""
    asked = board.Asked.of(request.GET)
    context = {
        "asked": asked, "shows": board.SHOWS.items(), "clinicians": board.clinicians(request.user),
        "today": timezone.localdate(), **_rows(request, asked),
    }  # fmt: skip
    return render(request, "desk/boosters.html", context)


@clinical
@require_safe
def boosters_figures(request: HttpRequest) -> HttpResponse:
    """Simple figures with what they are counted from; for the owner, by clinician across the practice."""
    context = {"figures": board.figures(request.user), "by_clinician": board.by_clinician(request.user)}
    return render(request, "desk/booster_figures.html", context)


def _rows(request: HttpRequest, asked: board.Asked) -> dict[str, Any]:
    """The page of boosters or of cases, every label told in one go; where it is empty, the next one (`coming`)."""
    user, is_of_cases = request.user, asked.show == "cases"
    total = board.count_maintained(user, asked) if is_of_cases else board.count(user, asked)
    page = Paginator(range(total), board.PAGE).get_page(request.GET.get("page"))
    if is_of_cases:
        page.object_list = board.with_reasons(board.page_maintained(user, asked, page.number))
        names.tell(page.object_list)
        return {"page": page}
    page.object_list = board.with_labels(board.page(user, asked, page.number))
    names.tell(row.series.case for row in page.object_list)
    coming = None if page.object_list else board.boosters(user, replace(asked, show="open")).first()
    return {"page": page, "coming": coming}


def _all(request: HttpRequest, asked: board.Asked, most: int) -> list[Booster]:
    rows = board.listed(board.boosters(request.user, asked))[:most]
    found = board.with_labels(rows)
    names.tell(row.series.case for row in found)
    return found


@clinical
@require_safe
def boosters_table(request: HttpRequest) -> HttpResponse:
    """The list as CSV: case codes, no names; a cell is never a formula."""
    rows = _all(request, board.Asked.of(request.GET), MOST_EXPORTED)
    record("exported", by=request.user, what="boosters", detail={"rows": len(rows)})
    head = [_("Case"), _("Series"), _("Booster"), _("Of"), _("Due"), _("Time"), _("Zone"), _("Window from"),
            _("Window to"), _("State"), _("Clinician")]  # fmt: skip
    cells = (
        [row.series.case.code, row.series.name, row.number, row.total, row.wall.date(), f"{row.wall:%H:%M}",
         row.series.zone, row.opens_on, row.closes_on, row.state_label, row.lead]
        for row in rows
    )  # fmt: skip
    response = HttpResponse(spreadsheet.table(head, cells), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="list.csv"'
    return response


@clinical
@require_safe
def boosters_paper(request: HttpRequest) -> HttpResponse:
    """The list on paper, for the clinician's desk: initials and codes."""
    user, asked = request.user, board.Asked.of(request.GET)
    rows = _all(request, asked, MOST_PRINTED)
    total = board.boosters(user, asked).count() if len(rows) == MOST_PRINTED else len(rows)
    paper = Paper(
        title=_("Boosters"),
        language=translation.get_language() or "en",
        options=Options.chosen({"paper": user.practice.paper, "size": user.practice.text_size}),
        letterhead=Letterhead(**paper_head(user.practice)),
        template="paper/booster_list.html",
        context={"rows": rows, "total": total, "shown": board.SHOWS[asked.listed], "on": timezone.localdate()},
    )
    record("printed", by=user, what="boosters", detail={"rows": len(rows)})
    response = HttpResponse(press.render(paper).pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="list.pdf"'
    return response
