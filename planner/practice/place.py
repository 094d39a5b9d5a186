"""Where and in which language a person works: the practice's zone and the person's language, for one request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class PlaceMiddleware:
    """Times are shown in the practice's zone, pages in the person's language (the practice's where none is chosen)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        language = user.language or user.practice.language
        with timezone.override(zone_of(user.practice)), translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers["Content-Language"] = language
        return response


def zone_of(practice) -> zoneinfo.ZoneInfo:
    """The practice's time zone; UTC where its name is unknown to this machine."""
    try:
        return zoneinfo.ZoneInfo(practice.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
