"""The site map with one more door: the barest page that somebody who is signed in can get."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

PAGE = "<!doctype html><html lang=en><title>Bare</title><h1>{{ request.user.name }}</h1>"


def bare(request: HttpRequest) -> HttpResponse:
    """A template with the person's name, behind the same middleware as every page."""
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


urlpatterns = [path("bare/", bare, name="bare"), path("", include("planner.urls"))]
handler404 = "planner.practice.views.not_found"
handler500 = "planner.practice.views.server_error"
