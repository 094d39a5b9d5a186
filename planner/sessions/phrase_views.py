"""A person's own phrases: the list, a new one, a changed one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planner.base.access import carrying, find_to_edit
from planner.base.models import Stale
from planner.base.once import once
from planner.base.text import clean
from planner.sessions import phrases as words
from planner.sessions.actions import Refused
from planner.sessions.models import Phrase
from planner.sessions.note_forms import PhraseForm

form_page = require_http_methods(["GET", "HEAD", "POST"])
NAMES = ("short", "use", "text")


@carrying
@require_safe
def phrases(request: HttpRequest) -> HttpResponse:
    """Own phrases, nobody else's."""
    return render(request, "sessions/phrases.html", {"phrases": Phrase.objects.visible_to(request.user)})


@carrying
@form_page
def phrase_new(request: HttpRequest) -> HttpResponse:
    """A new phrase. What was marked in a note comes along as `marked`, names taken out, and is kept on saving alone."""
    if request.method == "POST" and "marked" in request.POST:
        marked = words.without_names(clean(request.POST["marked"])[:1000], words.names_known_to(request.user))
        form = PhraseForm(initial={"text": marked})
        return render(request, "sessions/phrase.html", {"form": form})
    return _phrase(request, PhraseForm(request.POST or None), None)


@carrying
@form_page
def phrase_edit(request: HttpRequest, pk: int) -> HttpResponse:
    phrase = find_to_edit(Phrase.objects, request.user, pk=pk)
    initial = {name: getattr(phrase, name) for name in (*NAMES, "version")}
    return _phrase(request, PhraseForm(request.POST or None, initial=initial), phrase)


def _phrase(request: HttpRequest, form: PhraseForm, phrase: Phrase | None) -> HttpResponse:
    status = 200
    if form.is_valid():
        try:
            return HttpResponseRedirect(once(form.one_time_key, request.user.pk, lambda: _keep(request, form, phrase)))
        except Refused as refused:
            form.add_error("short", str(refused))
        except Stale:
            form.add_error(None, _("You changed this phrase in another window. Your text is kept here."))
            status = 409
    if form.errors and status == 200:
        status = 422
    return render(request, "sessions/phrase.html", {"form": form, "phrase": phrase}, status=status)


def _keep(request: HttpRequest, form: PhraseForm, phrase: Phrase | None) -> str:
    given = {name: form.cleaned_data[name] for name in NAMES}
    version = form.cleaned_data["version"] or 0
    kept = words.keep_phrase(by=request.user, phrase=phrase, version=version, **given)
    if kept.text != given["text"]:
        messages.warning(request, _("Names were taken out of it; ___ stands where they stood."))
    return reverse("phrases")


@carrying
@require_POST
def phrase_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a phrase away."""
    words.remove_phrase(find_to_edit(Phrase.objects, request.user, pk=pk), by=request.user)
    messages.success(request, _("The phrase is taken away."))
    return HttpResponseRedirect(reverse("phrases"))
