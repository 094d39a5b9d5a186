"""Pages of returned files: sending them in, looking at a page beside its values, taking in, filing by hand.

The original is served as an attachment alone, in a sandbox; what is looked at is a picture that the press drew of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base import jobs
from planner.base.access import carrying, clinical, find, find_to_edit
from planner.base.models import Job, Stale
from planner.homework import return_actions, returns
from planner.homework.actions import Refused
from planner.homework.forms import HandForm, UploadForm
from planner.homework.give_views import changed_meanwhile, version_of
from planner.homework.models import Assignment, FileState, ReturnedFile
from planner.practice.trail import record
from planner.progress.models import ProgressPrint
from planner.progress.return_views import answers_page
from planner.sheets import press, returned

form_page = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 25
PICTURE_WIDTH = 900  # pixels
MOST_PICTURES = 40  # pages of one file that are drawn


@carrying
@form_page
def returned_files(request: HttpRequest) -> HttpResponse:
    """Sends files in, and lists those that wait for a decision."""
    form, received = UploadForm(), []
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        form.is_valid()
        files = request.FILES.getlist("files")
        if not files:
            form.add_error("files", _("Choose at least one file."))
        elif len(files) > return_actions.MOST_FILES:
            form.add_error("files", _("At most 100 files in one go."))
        else:
            received = [_receive(request, upload) for upload in files]
            _read(request, received)
            if len(received) == 1 and received[0].file:
                return HttpResponseRedirect(reverse("returned_file", args=[received[0].file.pk]))
    status = 422 if request.method == "POST" and not received else 200
    return _list(request, UploadForm() if received else form, received, status=status)


def _receive(request: HttpRequest, upload: Any) -> return_actions.Received:
    """One byte more than is allowed is enough to know that it is too large."""
    raw = upload.read(returned.LARGEST + 1)
    return return_actions.receive(by=request.user, name=upload.name or "", raw=raw)


def _read(request: HttpRequest, received: list[return_actions.Received]) -> None:
    """A few are read now; many in the background."""
    fresh = [one.file for one in received if one.file and not one.again]
    if len(fresh) > return_actions.AT_ONCE:
        return_actions.ask_to_read(by=request.user)
    else:
        for file in fresh:
            return_actions.read_file(file, request.user)


def _list(request: HttpRequest, form: UploadForm, received: Any = (), status: int = 200) -> HttpResponse:
    rows = return_actions.waiting(request.user).select_related("case").prefetch_related("case__participants__person")
    job = jobs.newest(kind=return_actions.KIND, by=request.user)
    context = {
        "form": form, "received": received, "job": job if job and job.is_open else None, "unread": _unread(request),
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    template = "homework/_returned_job.html" if request.htmx else "homework/returned.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _unread(request: HttpRequest) -> int:
    return return_actions.unread(request.user).count()


@carrying
@require_POST
def returned_read(request: HttpRequest) -> HttpResponse:
    """Reads what was not read: begun anew where the work in the background was stopped, or stopped."""
    if request.POST.get("to") == "stop":
        job = find_to_edit(Job.objects.filter(kind=return_actions.KIND), request.user, pk=request.POST.get("job") or 0)
        jobs.cancel(job)
    else:
        return_actions.ask_to_read(by=request.user)
    return HttpResponseRedirect(reverse("returned"))


@clinical
@require_safe
def returned_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: each page as it looks beside the values as they are stored."""
    file = find(_files(), request.user, pk=pk)
    record("viewed", by=request.user, what="file", what_id=file.pk, case_id=file.case_id)
    return _file_page(request, file)


def _files() -> Any:
    return ReturnedFile.objects.select_related("case__practice", "by").defer("content")


def _file_page(
    request: HttpRequest, file: ReturnedFile, *, form: HandForm | None = None, said: str = "", status: int = 200
) -> HttpResponse:
    may_edit = _may_edit(request, file)
    parts = returns.parts(file, request.user) if file.case_id else []
    context = {
        "file": file, "case": file.case, "parts": parts, "may_edit": may_edit, "said": said,
        "waits": file.state == FileState.WAITING, "numbers": range(min(file.pages, MOST_PICTURES)),
        "takeable": any(part.values for part in parts), "form": form or _hand_form(request, file) if may_edit else None,
        "is_rating": bool(not parts and _rating_sheet(request, file)), "responses": _responses(file),
    }  # fmt: skip
    return render(request, "homework/returned_file.html", context, status=status)


def _may_edit(request: HttpRequest, file: ReturnedFile) -> bool:
    mine = ReturnedFile.objects.editable_by(request.user).filter(pk=file.pk).exists()
    return mine and request.user.role in ("owner", "clinician")


def _responses(file: ReturnedFile) -> list[Any]:
    return list(file.responses.select_related("assignment__person"))


def _rating_sheet(request: HttpRequest, file: ReturnedFile) -> ProgressPrint | None:
    return returns.rating_sheet(request.user, file.reading.get("addresses", ()))


def _hand_form(request: HttpRequest, file: ReturnedFile, data: Any = None) -> HandForm:
    """Where it might belong: what is open or waiting in the person's cases, of this case first."""
    rows = Assignment.objects.editable_by(request.user).to_review().select_related("case", "person")
    rows = sorted(rows[:300], key=lambda row: (row.case_id != file.case_id, row.case.code, row.starts_on))
    return HandForm(data, assignments=rows, initial={"version": file.version})


@clinical
@form_page
def returned_rating(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of a measure that came in here: its answers beside its page. Kept as a rating, the file is taken in."""
    file = find_to_edit(_files(), request.user, pk=pk)
    sheet = _rating_sheet(request, file)
    if sheet is None:
        raise Http404

    def also() -> ReturnedFile:
        return return_actions.took_rating(by=request.user, file=file)

    picture = reverse("returned_picture", args=[file.pk, 1]) if file.pages else ""
    return answers_page(request, sheet, file.reading.get("values", {}), picture=picture, also=also)


@clinical
@require_safe
def returned_picture(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A page (from 1) as it looks, drawn in the limited child."""
    file = find(ReturnedFile.objects, request.user, pk=pk)
    if not 1 <= page <= min(file.pages, MOST_PICTURES):
        raise Http404
    try:
        png = press.picture(bytes(file.content), page=page - 1, width=PICTURE_WIDTH)
    except (press.TooMuch, press.Broken):
        return HttpResponse(_("This page cannot be drawn."), status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, no-store"})


@csp_update({"sandbox": True})
@clinical
@require_safe
def returned_original(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it came, to be saved and never shown here: an attachment under a name of ours, in a sandbox."""
    file = find(ReturnedFile.objects, request.user, pk=pk)
    record("opened", by=request.user, what="file", what_id=file.pk, case_id=file.case_id)
    response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="returned-{file.pk}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@carrying
@require_POST
def returned_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the answers of one file in."""
    file = find_to_edit(_files(), request.user, pk=pk)

    def take() -> str:
        taken = return_actions.take_in(by=request.user, file=file, version=version_of(request))
        said = ngettext("Taken in. It waits for its review.", "Taken in: %(n)d sheets.", len(taken))
        messages.success(request, said % {"n": len(taken)})
        one = taken[0].assignment_id if len(taken) == 1 else None
        return reverse("assignment", args=[one]) if one else reverse("homework", args=[file.case_id])

    return _decide(request, file, take)


def _decide(request: HttpRequest, file: ReturnedFile, do: Callable[[], str]) -> HttpResponse:
    """One decision about a file: 409 where somebody was quicker, 422 where a rule forbids it."""
    try:
        return HttpResponseRedirect(do())
    except Stale:
        fresh = find_to_edit(_files(), request.user, pk=file.pk)
        return _file_page(request, fresh, said=changed_meanwhile(), status=409)
    except Refused as refused:
        return _file_page(request, file, said=str(refused), status=422)


@carrying
@require_POST
def returned_take_clear(request: HttpRequest) -> HttpResponse:
    """Takes in every waiting file that asks for no second look."""
    files = return_actions.waiting(request.user).filter(problem="", active=False).exclude(case=None)
    taken = left = 0
    for file in files.defer(None).defer("content").select_related("case__practice"):
        if _took_clear(request, file):
            taken += 1
        else:
            left += 1
    messages.success(request, _("Taken in: %(n)d. To be looked at one by one: %(left)d.") % {"n": taken, "left": left})
    return HttpResponseRedirect(reverse("returned"))


def _took_clear(request: HttpRequest, file: ReturnedFile) -> bool:
    parts = returns.parts(file, request.user)
    if not parts or not all(part.is_clear for part in parts):
        return False
    try:
        return_actions.take_in(by=request.user, file=file, version=file.version)
    except (Stale, Refused):
        return False
    return True


@carrying
@require_POST
def returned_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Files it by hand."""
    file = find_to_edit(_files(), request.user, pk=pk)
    form = _hand_form(request, file, request.POST)
    if not form.is_valid():
        return _file_page(request, file, form=form, status=422)
    row = form.rows[form.cleaned_data["assignment"]]

    def hand() -> str:
        version = form.cleaned_data["version"] or 0
        return_actions.file_by_hand(by=request.user, file=file, assignment=row, version=version)
        messages.success(request, _("Filed. Type in what is on it, or note what came back."))
        return reverse("assignment", args=[row.pk])

    return _decide(request, file, hand)


@carrying
@require_POST
def returned_put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a file away, or brings it back."""
    file = find_to_edit(_files(), request.user, pk=pk)
    back = request.POST.get("to") == "back"

    def do() -> str:
        step = return_actions.bring_back if back else return_actions.put_away
        step(by=request.user, file=file, version=version_of(request))
        if not back:
            messages.success(request, _("Put away. The file itself can be brought back for a day."))
        return reverse("returned_file", args=[file.pk])

    return _decide(request, file, do)
