"""Takes what the plan asks for onto the agenda."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from planner.base.access import carrying, find_to_edit
from planner.practice.models import User
from planner.sessions import actions
from planner.sessions.models import AgendaItem, Session
from planner.sessions.needs import Need
from planner.sessions.page import Plan
from planner.sessions.views import write_agenda


@carrying
@require_POST
def need_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds a planned intervention, a talk about an objective, or a homework review; each carries its objective."""
    session = find_to_edit(Session.objects.select_related("case__practice"), request.user, pk=pk)
    key = request.POST.get("need", "")[:40]

    def add(version: int) -> str:
        need = Plan(session, request.user).needs.find(key)
        if need is None:
            raise actions.Refused(_("This is on the agenda, or no longer asked for."))
        return _("Added: %(title)s.") % {"title": _take(session, need, by=request.user, version=version).title}

    return write_agenda(request, session, key[:24], add)


def _take(session: Session, need: Need, *, by: User, version: int) -> AgendaItem:
    asked = {"by": by, "version": version, "minutes": need.minutes, "objective": need.objective}
    if need.planned:
        return actions.add_library_item(session, need.planned.edition.intervention, **asked)
    return actions.add_free_item(session, title=need.title, assignment=need.assignment, **asked)
