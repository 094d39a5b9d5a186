"""How a page of this room answers a form: once, with the sentence beside its field, with nothing half-written."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from planner.base.forms import HouseForm
from planner.base.models import Stale
from planner.base.once import once
from planner.boosters.actions import Changed
from planner.boosters.forms import AskingForm
from planner.cases.actions import Refused
from planner.sessions.actions import Refused as SessionRefused
from planner.sessions.times import NoSuchTime


def attempt(request: HttpRequest, form: HouseForm, write: Callable[[], str]) -> tuple[HttpResponse | None, int]:
    """Does the write once and goes on to the address it returns. Where it was refused: None and the status of the
    page that shows the form again, with the sentence in it and the text kept."""
    if not form.is_valid():
        return None, 422
    try:
        return HttpResponseRedirect(once(form.one_time_key, request.user.pk, write)), 302
    except Stale as stale:
        form.data = form.data.copy()
        form.data["version"] = str(stale.current.version)
        form.add_error(None, _("Somebody changed this since you opened it. Look at it again; your text is still here."))
        return None, 409
    except Changed as changed:
        form.add_error(None, str(changed))
        return None, 409
    except NoSuchTime as jumped:
        form.add_error("clock" if "clock" in form.fields else None, str(jumped))
    except (Refused, SessionRefused) as refused:
        _refuse(form, getattr(refused, "field", None), str(refused))
    return None, 422


def _refuse(form: HouseForm, field: str | None, said: str) -> None:
    """The sentence beside the field it is about; a question shows its box."""
    if isinstance(form, AskingForm) and field in form.questions:
        form.ask(field)
    form.add_error(field if field in form.fields else None, said)
