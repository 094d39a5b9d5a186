"""The site map with two more doors, behind the same middleware as every page: the barest pages for a signed-in person.

`bare` is a heading with the person's name and nothing else; `bare_frame` is the house's own frame (rail, search, menu,
lock) around nothing at all.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

HEADING = "<!doctype html><html lang=en><title>Bare</title><h1>{{ request.user.name }}</h1>"
FRAME = '{% extends "base.html" %}{% block where %}Bare{% endblock %}'


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(HEADING).render({}, request))


def bare_frame(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(FRAME).render({}, request))


urlpatterns = [
    path("bare/", bare, name="bare"),
    path("bare/frame/", bare_frame, name="bare_frame"),
    path("", include("planner.urls")),
]
handler404 = "planner.practice.views.not_found"
handler500 = "planner.practice.views.server_error"
