"""Pages of the practice: coming in, the lock, the person, the people, settings, the trail, what an error says."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import find_to_edit, owner_only
from planner.base.addresses import address
from planner.base.models import Stale
from planner.base.once import once
from planner.base.prepared import prepared
from planner.practice import actions, forms, handover, trail
from planner.practice.adapters import has_second_factor, is_own_address, remember_device
from planner.practice.doors import (
    HOST_ALONE,
    hiding_its_address,
    typed_texts,
    wants_page,
    while_handed_over,
    while_locked,
    without_second_factor,
)
from planner.practice.middleware import is_locked, unlock_session
from planner.practice.models import CrisisLine, Invitation, OpenSession, TrailEntry, User
from planner.practice.words import detail_words, verb_words, verbs

log = logging.getLogger(__name__)
form_page = require_http_methods(["GET", "HEAD", "POST"])
TRAIL_PAGE = 50


# Coming in


@hiding_its_address
@login_not_required
@sensitive_post_parameters()
@form_page
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time page that makes the practice and its owner."""
    try:
        actions.find_link(token, set_up=True)
        form = forms.SetUpForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            owner = actions.set_up(token=token, practice=form.practice_values(), person=form.person_values())
            return _come_in(request, owner)
    except actions.LinkGone:
        return _link_gone(request)
    return render(request, "practice/set_up.html", {"form": form})


@hiding_its_address
@login_not_required
@sensitive_post_parameters()
@form_page
def join(request: HttpRequest, token: str) -> HttpResponse:
    """A colleague takes up an invitation; or somebody who is here already chooses a new password."""
    try:
        invitation = actions.find_link(token)
        if invitation.person:
            return _new_password(request, token, invitation)
        return _join(request, token, invitation)
    except actions.LinkGone:
        return _link_gone(request)


def _join(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = forms.JoinForm(request.POST or None, email=invitation.email, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "credentials", "password")}
        try:
            return _come_in(request, actions.join(token=token, **given))
        except actions.Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "practice/join.html", {"form": form, "invitation": invitation})


def _new_password(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = forms.NewPasswordForm(request.POST or None, person=invitation.person)
    if request.method == "POST" and form.is_valid():
        actions.choose_password(token=token, password=form.cleaned_data["password"])
        messages.success(request, _("Your new password is set. Sign in with it."))
        return redirect("account_login")
    return render(request, "practice/new_password.html", {"form": form})


def _come_in(request: HttpRequest, person: User) -> HttpResponse:
    """Signs the person in who has just chosen a password, and goes on to the second factor."""
    get_adapter(request).login(request, person)
    record_authentication(request, person, method="password", reauthenticated=True)
    response = redirect("second_factor")
    remember_device(request, response, person)
    return response


def _link_gone(request: HttpRequest) -> HttpResponse:
    return render(request, "practice/link_gone.html", status=404)


@without_second_factor
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """The offer of a second factor, once, right after coming in."""
    if has_second_factor(request.user):
        return redirect("/")
    return render(request, "practice/second_factor.html")


@while_locked
@while_handed_over
@without_second_factor
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server; the browser forgets what it kept."""
    trail.record("signed out", by=request.user)
    logout(request)
    response = redirect("account_login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


# The lock


@without_second_factor
@while_handed_over
@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """A human touched the page; the middleware has noted it."""
    return HttpResponse(status=204)


@while_locked
@while_handed_over
@without_second_factor
@sensitive_post_parameters()
@form_page
def unlock(request: HttpRequest) -> HttpResponse:
    """The lock, as a page and, for `lock.js`, as data."""
    form = forms.UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_the_person(request, form):
        unlock_session(request)
        trail.record("unlocked", by=request.user)
    if not wants_page(request):
        return _lock_state(request, form)
    if not is_locked(request):
        following = request.POST.get("next") or request.GET.get("next")
        return HttpResponseRedirect(following if is_own_address(following) else "/")
    following = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "practice/unlock.html", {"form": form, "next": following})


@while_handed_over
@sensitive_post_parameters()
@form_page
def take_back(request: HttpRequest) -> HttpResponse:
    """The way back from a screen that was handed over: the password of the person whose session it is."""
    found = handover.held(request)
    if not found:
        return HttpResponseRedirect("/")
    form = forms.UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _is_the_person(request, form):
        trail.record("took the screen back", by=request.user)
        return HttpResponseRedirect(handover.end(request))
    context = {"form": form, "here": found["here"]}
    return render(request, "practice/take_back.html", context, status=422 if form.errors else 200)


def _is_the_person(request: HttpRequest, form: forms.UnlockForm) -> bool:
    """The password of the person whose session this is; guesses are counted like those at the sign-in."""
    adapter = get_adapter(request)
    try:
        if adapter.reauthenticate(request.user, form.cleaned_data["password"]):
            return True
        form.add_error("password", adapter.error_messages["incorrect_password"])
    except ValidationError as too_many:
        form.add_error("password", too_many)
    return False


def _lock_state(request: HttpRequest, form: forms.UnlockForm) -> JsonResponse:
    locked = is_locked(request)
    state: dict[str, Any] = {"locked": locked, "person": request.user.pk, "csrf": get_token(request)}
    if form.errors:
        state["message"] = " ".join(form.errors.get("password", []))
    return JsonResponse(state, status=400 if form.errors else 200)


# The person


@form_page
def profile(request: HttpRequest) -> HttpResponse:
    """What a person says about themselves, how the pages look, and where they are signed in."""
    fields = ("name", "credentials", "language", "theme")
    form = forms.ProfileForm(request.POST or None, initial={name: getattr(request.user, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        actions.change_profile(by=request.user, **{name: form.cleaned_data[name] for name in fields})
        messages.success(request, _("Saved."))
        return redirect("profile")
    sessions = OpenSession.objects.visible_to(request.user).order_by("-seen_at")
    here = request.session.session_key
    return render(request, "practice/profile.html", {"form": form, "sessions": sessions, "here": here})


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session of the person."""
    actions.sign_out_everywhere(by=request.user)
    logout(request)
    return redirect("account_login")


# The people


@owner_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who works here, and who is invited."""
    persons = User.objects.visible_to(request.user).with_second_factor().order_by("-is_active", "name")
    invited = Invitation.objects.visible_to(request.user).open().filter(person=None).order_by("created_at")
    return render(request, "practice/people.html", {"persons": persons, "invited": invited})


@owner_only
@form_page
def person_invite(request: HttpRequest) -> HttpResponse:
    """Makes an invitation; its link is shown on the answer to this form and never again."""
    form = forms.InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "email", "role")}
        try:
            path = actions.invite(by=request.user, **given)
            return _show_link(request, path, given["name"])
        except actions.Refused as refused:
            form.add_error("email", str(refused))
    return render(request, "practice/person_invite.html", {"form": form})


@owner_only
@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = find_to_edit(Invitation.objects.filter(used_at=None), request.user, pk=pk)
    actions.withdraw(by=request.user, invitation=invitation)
    messages.success(request, _("The invitation is withdrawn. Its link is dead."))
    return redirect("people")


@owner_only
@form_page
def person_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role, or no sign-in any more."""
    person = find_to_edit(User.objects, request.user, pk=pk)
    initial = {"role": person.role, "is_active": person.is_active}
    form = forms.PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("role", "is_active")}
        try:
            actions.change_person(by=request.user, person=person, **given)
            messages.success(request, _("Saved. It holds from now on."))
            return redirect("people" if person.pk != request.user.pk else "/")
        except actions.Refused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "person": person, "has_factor": has_second_factor(person)}
    return render(request, "practice/person_change.html", context)


@owner_only
@require_POST
def person_password_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A link for a colleague who has forgotten the password."""
    person = find_to_edit(User.objects.filter(is_active=True), request.user, pk=pk)
    return _show_link(request, actions.make_password_link(by=request.user, person=person), person.name)


@owner_only
@require_POST
def person_factor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """For a colleague who has lost phone and recovery codes."""
    person = find_to_edit(User.objects, request.user, pk=pk)
    actions.remove_second_factor(by=request.user, person=person)
    messages.success(request, _("The second factor is taken away. The next sign-in asks for the password alone."))
    return redirect("people")


def _show_link(request: HttpRequest, path: str, name: str) -> HttpResponse:
    response = render(request, "practice/link.html", {"link": request.build_absolute_uri(path), "name": name})
    response.headers["Referrer-Policy"] = HOST_ALONE
    return response


# The practice


@owner_only
@form_page
def practice_settings(request: HttpRequest) -> HttpResponse:
    """What stands on paper, where the practice is, and how people sign in."""
    practice = request.user.practice
    names = [name for name in forms.PracticeForm.base_fields if name not in ("once", "version")]
    initial = {name: getattr(practice, name) for name in [*names, "version"]}
    form = forms.PracticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in names}
        try:
            actions.change_practice(by=request.user, version=form.cleaned_data["version"] or 0, **given)
            messages.success(request, _("Saved."))
            return redirect("practice_settings")
        except Stale:
            form.add_error(None, _("Somebody else has changed the practice since you opened this page. "
                                   "Your text is kept here; open the page again to see theirs."))  # fmt: skip
    lines = list(CrisisLine.objects.visible_to(request.user))
    context = {"form": form, "lines": lines, "stale": sum(line.stale for line in lines)}
    return render(request, "practice/settings.html", context)


@owner_only
@form_page
def help_line_add(request: HttpRequest) -> HttpResponse:
    return _help_line(request, None)


@owner_only
@form_page
def help_line_change(request: HttpRequest, pk: int) -> HttpResponse:
    return _help_line(request, find_to_edit(CrisisLine.objects, request.user, pk=pk))


def _help_line(request: HttpRequest, line: CrisisLine | None) -> HttpResponse:
    names = ("name", "reach", "emergency", "partner_violence", "source")
    form = forms.HelpLineForm(request.POST or None, initial={name: getattr(line, name, "") for name in names})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in names}

        def keep() -> str:
            actions.keep_help_line(by=request.user, line=line, **given)
            return reverse("practice_settings")

        there = once(form.one_time_key, request.user.pk, keep)
        messages.success(request, _("Saved, and marked as checked today."))
        return redirect(there)
    return render(request, "practice/help_line.html", {"form": form, "line": line})


@owner_only
@require_POST
def help_line_remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove_help_line(by=request.user, line=find_to_edit(CrisisLine.objects, request.user, pk=pk))
    messages.success(request, _("The help line is taken out."))
    return redirect("practice_settings")


@owner_only
@require_safe
def trail_page(request: HttpRequest) -> HttpResponse:
    """The trail of the practice, newest first."""
    form = forms.TrailFilter(request.GET, people=_names(user=request.user), verbs=verbs())
    form.is_valid()  # a value that means nothing is not in cleaned_data, and so filters nothing
    rows = _filtered(TrailEntry.objects.visible_to(request.user), form.cleaned_data)
    page = Paginator(_lines(rows), TRAIL_PAGE).get_page(request.GET.get("page"))
    if page.number == 1 and not any(form.cleaned_data.values()):
        page.object_list = _newest_lines(user=request.user)
    case = _("case %(n)s")
    for row in page.object_list:
        row |= {"words": verb_words(row["verb"]), "facts": detail_words(row["detail"])}
        if row["case_id"]:
            row |= {"case": case % {"n": row["case_id"]}, "address": address("case", row["case_id"])}
    return render(request, "practice/trail.html", {"form": form, "page": page})


@prepared()
def _names(user: Any) -> QuerySet:
    return User.objects.visible_to(user).order_by("name").values_list("pk", "name")


@prepared()
def _newest_lines(user: Any) -> QuerySet:
    """The first page of the whole trail, which is opened most."""
    return _lines(TrailEntry.objects.visible_to(user))[:TRAIL_PAGE]


def _lines(rows: QuerySet) -> QuerySet:
    """Newest first, with what a line shows."""
    return rows.order_by("-pk").values("by", "at", "verb", "what", "what_id", "case_id", "detail", "by__name")


def _filtered(rows: QuerySet, chosen: dict[str, Any]) -> QuerySet:
    if chosen.get("person"):
        rows = rows.filter(by=chosen["person"])
    if chosen.get("verb"):
        rows = rows.filter(verb=chosen["verb"])
    if chosen.get("since"):
        rows = rows.filter(at__gte=_midnight(chosen["since"]))
    if chosen.get("until"):
        rows = rows.filter(at__lt=_midnight(chosen["until"] + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    """The start of the day where the practice is."""
    return timezone.make_aware(datetime.combine(day, time.min))


# What an error says


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A refusal; it stands in the trail."""
    user = getattr(request, "user", None)
    match = request.resolver_match
    if user is not None and user.is_authenticated:
        try:
            trail.record("refused", by=user, what=(match.url_name or "")[:40] if match else "")
        except DatabaseError:
            log.error("A refusal could not be written to the trail.")
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same words for a thing of somebody else and for none at all."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Says nothing of what went wrong, and asks nothing of what may be broken."""
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without a valid mark of this site. A person's own text is given back, a stranger's is not shown."""
    own = request.headers.get("Sec-Fetch-Site") == "same-origin" or _from_here(request)
    return render(request, "practice/csrf_failure.html", {"texts": typed_texts(request) if own else []}, status=403)


def _from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
