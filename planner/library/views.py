"""Pages of the library: find an intervention, read it in a minute, see and print its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from planner.base.access import clinical, find
from planner.base.prepared import ID, prepared, several
from planner.base.text import clean_line
from planner.library import actions, beside, course_search, glossary, own_page, packs, papers, recent, search, snippets
from planner.library.forms import PrintForm
from planner.library.models import Intervention, InterventionEdition, Worksheet, WorksheetEdition
from planner.library.words import FAMILY, FOR_WHOM, GATE, PHASE, ROLE, SETTING, SHEET_KIND, STRENGTH, said, words_of
from planner.practice.models import User
from planner.practice.trail import record
from planner.sheets import press

PER_PAGE = 24


@dataclass(frozen=True)
class Line:
    """An intervention in a list."""

    intervention: Intervention
    for_whom: str
    phases: str
    gates: str
    evidence: str
    minutes: str
    name: str
    aim: str
    snippet: tuple[str, str] | None = None  # where the words stand, and the text around them
    marks: Mapping[str, Any] = field(default_factory=dict)  # where it is kept

    @property
    def is_marked(self) -> bool:
        return any(self.marks.values())


@dataclass(frozen=True)
class SheetLine:
    """A sheet beside its intervention: worst reading grade and longest reading time (minutes) of its wordings, roles
    that have one of their own, and what its own gates say where they differ from those of the intervention."""

    worksheet: Worksheet
    kind: str
    pages: int
    grade: str
    roles: list[str]
    for_whom: str
    gates: str = ""
    minutes: int = 0


@require_safe
@clinical
def library(request: HttpRequest) -> HttpResponse:
    """Browse, filter and search. The same address gives the whole page, or only its results to a script."""
    filters = search.Filters.of(request.GET)
    text = clean_line(request.GET.get("q", ""))[: search.LONGEST_TEXT]
    found = search.browse(text, request.user, filters=filters)
    page = Paginator(found.entries.of(_listed), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "text": text, "filters": filters, "found": found, "page": page,
        "lines": _lines(page, found, request), "courses": course_search.find(text, request.user),
        "kinds": _kinds(found), "recent": [] if text or filters.any else recent.used(request.user),
    }  # fmt: skip
    part = bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)
    template = "library/_results.html" if part else "library/library.html"
    response = render(request, template, {**context, "part": part})
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_safe
@clinical
def intervention(request: HttpRequest, pk: int) -> HttpResponse:
    """An intervention as it stands now."""
    row = find(Intervention.objects.select_related("current", "original", "pack", "arrival"), request.user, pk=pk)
    return _page(request, row, row.current)


@require_safe
@clinical
def intervention_edition(request: HttpRequest, pk: int) -> HttpResponse:
    """An edition, perhaps an earlier one: what an old plan was made from."""
    editions = InterventionEdition.objects.select_related(
        "intervention__current", "intervention__original", "intervention__pack", "intervention__arrival"
    )
    edition = find(editions, request.user, pk=pk)
    return _page(request, edition.intervention, edition)


@require_safe
@clinical
def worksheet_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The print dialog of a blank sheet; to a script, only the picture that follows the choices."""
    edition = _sheet(request, pk)
    form = _form(request, edition)
    context = {"worksheet": edition.worksheet, "edition": edition, "form": form, **_preview(request, edition, form)}
    template = "library/_preview.html" if request.htmx else "library/worksheet_print.html"
    response = render(request, template, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_safe
@clinical
def worksheet_picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Page one as it prints."""
    edition = _sheet(request, pk)
    form = _form(request, edition)
    try:
        png, _pages = _first_page(request, edition, form)
    except press.TooMuch as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    response = HttpResponse(png, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@clinical
def worksheet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The blank sheet as a PDF; the print stands in the trail, and choices that were sent (POST) are remembered."""
    edition = _sheet(request, pk)
    form = _form(request, edition)
    options = form.options
    paper = papers.blank(edition, role=form.chosen_role, options=options, practice=request.user.practice)
    try:
        rendering = press.render(paper)
    except press.TooMuch as error:
        context = {"worksheet": edition.worksheet, "edition": edition, "form": form, "too_much": str(error)}
        return render(request, "library/worksheet_print.html", context, status=422)
    if request.method == "POST":
        actions.remember_print_options(by=request.user, options=options.as_json())
        recent.note(by=request.user, interventions=[edition.worksheet.intervention_id])
    detail = {"edition": edition.number, "pages": rendering.pages}
    record("printed", by=request.user, what="worksheet", what_id=edition.worksheet_id, detail=detail)
    response = HttpResponse(rendering.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{press.file_name(paper)}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@clinical
def glossary_page(request: HttpRequest) -> HttpResponse:
    """The words of the field in plain words."""
    return render(request, "library/glossary.html", {"terms": glossary.terms()})


@require_safe
@clinical
def pack_schema(request: HttpRequest) -> HttpResponse:
    """The format of content packs as JSON Schema, for editors and authors."""
    return JsonResponse(packs.json_schema(), json_dumps_params={"indent": 2})


def _listed() -> QuerySet[Intervention]:
    """What a list shows of its interventions, and no more of their columns."""
    rows = Intervention.objects.select_related("current", "original")
    shown = ("name", "aim", "minutes", "language", "follows", "current__content", "original__whole_hash")
    return rows.only(*shown)


def _lines(page: Any, found: search.Found, request: HttpRequest) -> list[Line]:
    """The lines of a page; where something was searched for, with what was found marked. One query then."""
    rows, words = list(page), found.words
    titles: dict[int, list[str]] = {}
    if words:
        for pk, name in _titles(user=request.user, rows=[row.pk for row in rows]):
            titles.setdefault(pk, []).append(name)
    return [line_of(row, words, titles.get(row.pk, ()), found.marks(row.pk)) for row in rows]


@prepared(rows=several(ID))
def _titles(user: User, rows: list[int]) -> QuerySet[Worksheet]:
    """(Intervention, name) of each sheet."""
    sheets = Worksheet.objects.visible_to(user).filter(intervention__pk__in=rows)
    return sheets.order_by("order").values_list("intervention_id", "name")


def line_of(row: Intervention, words: frozenset[str] = frozenset(), sheets: Any = (), marks: Any = None) -> Line:
    """What a list says about an intervention. Costs no query where `current` was fetched."""
    content, told = row.current.content, said()
    in_sight = not words or any(word in words for word in words_of(f"{row.name} {row.aim}"))
    return Line(
        row,
        ", ".join(told["for_whom"][value] for value in content["for_whom"]),
        ", ".join(told["phase"][value] for value in content["phase"]),
        "; ".join(told["gate"][value] for value in content["gates"]),
        told["strength"][content["evidence"]["strength"]],
        _("%(n)s min") % {"n": row.minutes},
        snippets.marked(row.name, words),
        snippets.marked(row.aim, words),
        None if in_sight else snippets.snippet(row, sheets, words),
        marks or {},
    )


def _page(request: HttpRequest, row: Intervention, edition: InterventionEdition) -> HttpResponse:
    content = edition.parsed
    others = _other_languages(row, request)
    context = {
        "row": row, "edition": edition, "content": content, "others": others,
        "is_current": edition.pk == row.current_id, "sheets": _sheets(row),
        "family": FAMILY[content.family], "strength": STRENGTH[content.evidence.strength],
        "for_whom": [FOR_WHOM[value] for value in content.for_whom],
        "phases": [PHASE[value] for value in content.phase],
        "settings": [SETTING[value] for value in content.setting], "gates": [GATE[value] for value in content.gates],
        "steps": [{"step": step, "words": _words(step.words)} for step in content.steps],
        "variants": _variants(content.variants), "sources": content.sources,
        **beside.of(row, edition, request.user), **own_page.of(row, request.user),
    }  # fmt: skip
    return render(request, "library/intervention.html", context)


def _words(words: Any) -> list[dict[str, str]]:
    """Words one might say, with the role they are meant for."""
    return [
        {"to": "", "say": said} if isinstance(said, str) else {"to": str(ROLE.get(said.to, "")), "say": said.say}
        for said in words
    ]


def _variants(variants: packs.Variants) -> list[tuple[str, str]]:
    named = {**FOR_WHOM, **SETTING}
    return [(str(named[name]), text) for name, text in variants if text]


def _other_languages(row: Intervention, request: HttpRequest) -> list[Intervention]:
    """The same entry in other languages."""
    return _versions(user=request.user, but=row.pk, first=row.original_id or row.pk)


@prepared(but=ID, first=ID)
def _versions(user: User, but: int, first: int) -> QuerySet[Intervention]:
    rows = Intervention.objects.visible_to(user).exclude(pk=but)
    return rows.filter(Q(pk=first) | Q(original=first)).select_related("original").order_by("language")


def _sheets(row: Intervention) -> list[SheetLine]:
    """The sheets of an intervention that are in the library now. One query."""
    return [sheet_line(worksheet) for worksheet in _sheets_of(row=row.pk)]


@prepared(row=ID)
def _sheets_of(row: int) -> QuerySet[Worksheet]:
    return Worksheet.objects.filter(intervention=row, retired_at=None).select_related("current")


def sheet_line(worksheet: Worksheet) -> SheetLine:
    """What stands beside a sheet. Costs no query where `current` was fetched."""
    edition = worksheet.current
    content = edition.content
    worst = [max(grade["kincaid"], grade["smog"]) for grade in edition.grades.values()]
    return SheetLine(
        worksheet,
        str(SHEET_KIND[content["kind"]]),
        content["pages"],
        str(max(worst)) if worst else "",
        [words for _role, words in papers.roles_of(edition)],
        _for_each(content["one_for_each"]),
        _own_gates(content.get("gates")),
        max((grade["minutes"] for grade in edition.grades.values()), default=0),
    )


def _own_gates(gates: list[str] | None) -> str:
    if gates is None:
        return ""
    return "; ".join(str(GATE[gate]) for gate in gates) or _("No gate: safe to give to one person alone")


def _for_each(value: str) -> str:
    if value == "clinician":
        return _("for you, never for a client")
    return _("one for everyone together") if value == "case" else _("one for each person")


def _kinds(found: search.Found) -> list[tuple[str, str, list[search.Choice]]]:
    """The filters in the order of the page: name in the address, words, choices."""
    named = [
        ("for_whom", _("For whom")), ("phase", _("Phase")), ("family", _("Family")), ("setting", _("Setting")),
        ("language", _("Language")), ("shelf", _("Kept")), ("tag", _("Our tags")),
    ]  # fmt: skip
    fewest = {"shelf": 1, "tag": 1}  # what most entries have not: one value alone tells them apart
    return [
        (name, label, found.choices[name]) for name, label in named if len(found.choices[name]) >= fewest.get(name, 2)
    ]


def _sheet(request: HttpRequest, pk: int) -> WorksheetEdition:
    """The current edition of a sheet the person may read."""
    rows = Worksheet.objects.select_related("current", "intervention")
    worksheet = find(rows, request.user, pk=pk)
    edition = worksheet.current
    edition.worksheet = worksheet
    return edition


def _form(request: HttpRequest, edition: WorksheetEdition) -> PrintForm:
    remembered = papers.remembered(request.user)
    sent = request.POST if request.method == "POST" else request.GET
    return PrintForm(_sent(sent), remembered=remembered, roles=papers.roles_of(edition))


def _sent(query: QueryDict) -> QueryDict | None:
    """The choices in the address; nothing where the address has none, so that the remembered ones count."""
    return query if "paper" in query else None


def _first_page(request: HttpRequest, edition: WorksheetEdition, form: PrintForm) -> tuple[bytes, int]:
    return papers.first_page(edition, role=form.chosen_role, options=form.options, practice=request.user.practice)


def _preview(request: HttpRequest, edition: WorksheetEdition, form: PrintForm) -> dict[str, Any]:
    """How many pages it will be, or why it cannot be printed; and the query of the picture's address."""
    try:
        _png, pages = _first_page(request, edition, form)
    except press.TooMuch as error:
        return {"too_much": str(error)}
    return {"pages": pages, "query_string": urlencode(form.address)}
