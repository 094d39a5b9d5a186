"""The site map: every door of the house on one page, with its name."""

from importlib.util import find_spec

from django.urls import include, path

ROOMS = ["practice", "library", "cases", "homework", "sessions", "desk"]
urlpatterns = [path("", include(f"planner.{room}.urls")) for room in ROOMS if find_spec(f"planner.{room}.urls")]
