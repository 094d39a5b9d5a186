"""The page on which a pack is put together: find entries, tick them, give them out as a zip.

A library may hold thousands of entries, so the page shows some of them at a time; what is ticked stays ticked while one
looks further, listed above what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from planner.base.access import carrying
from planner.base.text import clean_line
from planner.library import exports, packs, parcel_actions, parcels, search
from planner.library.models import Intervention, OfLibrary, Pathway, Statement
from planner.library.parcel_forms import ExportForm
from planner.practice.models import User

PER_PAGE = 30
MOST = parcels.MOST_ENTRIES - 1  # beside pack.yaml
#: Kind in the address -> its model and what its list is called.
KINDS: dict[str, tuple[type[OfLibrary], Any]] = {
    "interventions": (Intervention, gettext_lazy("Interventions with their sheets")),
    "statements": (Statement, gettext_lazy("Plan statements")),
    "pathways": (Pathway, gettext_lazy("Pathways")),
}


@dataclass(frozen=True)
class Tick:
    """An entry to tick: `name` is that of its box."""

    name: str
    row: OfLibrary
    ticked: bool

    @property
    def place(self) -> str:
        return f"{self.name}-{self.row.pk}"


@dataclass(frozen=True)
class Looking:
    """What is looked at now: the kind of entry, own ones only or all, the words and the page."""

    kind: str
    own: bool
    text: str
    page: int

    @classmethod
    def of(cls, sent: QueryDict, has_own: bool) -> Looking:
        """Out of what was sent; at first the practice's own, where it has any."""
        kind = sent.get("kind", "")
        page = sent.get("look", "").removeprefix("page-")
        return cls(
            kind if kind in KINDS else "interventions",
            sent.get("own") == "1" if "kind" in sent else has_own,
            clean_line(sent.get("q", ""))[: search.LONGEST_TEXT],
            max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def rows(self, user: User) -> Any:
        """What is found, own entries first; interventions by the library's own search."""
        model, _label = KINDS[self.kind]
        if self.text and model is Intervention:
            return search.find(self.text, user, {"shelf": "own"} if self.own else None)
        rows = model.objects.visible_to(user).order_by(F("practice").asc(nulls_last=True), "name", "pk")
        rows = rows.filter(practice_id=user.practice_id) if self.own else rows
        for word in self.text.split():
            rows = rows.filter(name__icontains=word)
        return rows


@require_http_methods(["GET", "HEAD", "POST"])
@carrying
def pack_export(request: HttpRequest) -> HttpResponse:
    """Chooses entries and gives them out as a zip of readable files."""
    sent = request.POST if request.method == "POST" else request.GET
    own = _own(request.user)
    chosen = _chosen(sent, request.user)
    if request.method != "POST" and not chosen.count and own.count <= MOST:
        chosen = own
    looking = Looking.of(sent, bool(own.count))
    if request.method != "POST" or "look" in sent:
        return _page(request, looking, _looked(sent, chosen, looking, request.user), _form(request))
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _page(request, looking, chosen, form, status=422)
    if not chosen.count:
        form.add_error(None, _("Tick at least one entry to give out."))
        return _page(request, looking, chosen, form, status=422)
    try:
        return _zip(parcel_actions.export(by=request.user, chosen=chosen, about=form.pack), form.pack["slug"])
    except packs.BadPack as bad:
        return _page(request, looking, chosen, form, status=422, problems=bad.problems)


def _zip(raw: bytes, slug: str) -> HttpResponse:
    response = HttpResponse(raw, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{slug}.zip"'
    return response


def _form(request: HttpRequest) -> ExportForm:
    """What was typed so far, not yet judged."""
    name = request.user.practice.name
    typed = {field: request.POST[field] for field in ExportForm.base_fields if field in request.POST}
    return ExportForm(initial={"author": name, "name": name, **typed})


def _own(user: User) -> exports.Chosen:
    """The ids of everything that is the practice's own, up to one more than a pack can hold."""
    return exports.Chosen(
        **{
            kind: frozenset(
                model.objects.visible_to(user)
                .filter(practice_id=user.practice_id)
                .order_by("pk")
                .values_list("pk", flat=True)[: MOST + 1]
            )
            for kind, (model, _label) in KINDS.items()
        }
    )


def _chosen(sent: QueryDict, user: User) -> exports.Chosen:
    """What is ticked, as far as the person may see it."""
    found = {}
    for kind, (model, _label) in KINDS.items():
        ids = {int(value) for value in sent.getlist(_box(kind)) if value.isdecimal() and len(value) < 12}
        rows = model.objects.visible_to(user).filter(pk__in=ids)
        found[kind] = frozenset(rows.values_list("pk", flat=True)) if ids else frozenset()
    return exports.Chosen(**found)


def _box(kind: str) -> str:
    """The name of its boxes; an intervention's may stand in an address that leads here."""
    return "chosen" if kind == "interventions" else kind


def _looked(sent: QueryDict, chosen: exports.Chosen, looking: Looking, user: User) -> exports.Chosen:
    """The selection after "tick all that were found" (as many as a pack has room for) or "untick everything"."""
    if sent.get("look") == "none":
        return exports.Chosen()
    if sent.get("look") != "all":
        return chosen
    room = max(0, MOST - chosen.count)
    found = [row.pk for row in looking.rows(user)[: MOST + 1]]
    have = getattr(chosen, looking.kind)
    more = [pk for pk in found if pk not in have][:room]
    return replace(chosen, **{looking.kind: have | frozenset(more)})


def _page(
    request: HttpRequest, looking: Looking, chosen: exports.Chosen, form: ExportForm, *, status: int = 200,
    problems: Iterable[packs.Problem] = (),
) -> HttpResponse:  # fmt: skip
    page = Paginator(looking.rows(request.user), PER_PAGE).get_page(looking.page)
    have = getattr(chosen, looking.kind)
    context = {
        "form": form, "problems": list(problems), "looking": looking, "page": page, "count": chosen.count,
        "ticks": [Tick(_box(looking.kind), row, row.pk in have) for row in page],
        "elsewhere": _elsewhere(chosen, looking.kind, page),
        "kinds": [(kind, label) for kind, (_model, label) in KINDS.items()],
    }  # fmt: skip
    part = bool(request.htmx and status == 200)
    return render(
        request, "library/_export_choose.html" if part else "library/pack_export.html", context, status=status
    )


def _elsewhere(chosen: exports.Chosen, kind: str, page: Page) -> list[Tick]:
    """What is ticked and stands on another page."""
    here = {row.pk for row in page}
    wanted: Mapping[str, Iterable[int]] = {
        one: getattr(chosen, one) - (here if one == kind else set()) for one in KINDS
    }
    return [
        Tick(_box(one), row, ticked=True)
        for one, ids in wanted.items()
        if ids
        for row in KINDS[one][0].objects.filter(pk__in=ids).order_by("name", "pk")
    ]
