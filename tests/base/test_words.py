"""Words that lists show by the hundred are put together by ourselves; they say what Django's own say."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.apps import apps
from django.db.models import Model
from django.utils import formats, timezone, translation

from planner.base.models import Stamped
from planner.cases.models import Case
from planner.templatetags import house

ZONE = "America/New_York"
CHOSEN = [
    (model, field)
    for model in apps.get_app_config("planner").get_models()
    if issubclass(model, Stamped)
    for field in model._meta.fields
    if field.choices
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("model", "field"), CHOSEN, ids=lambda one: getattr(one, "__name__", getattr(one, "name", "")))
def test_a_choice_is_called_what_django_calls_it(model, field, language):
    with translation.override(language):
        for value, _word in [*field.flatchoices, ("no such choice", ""), (None, "")]:
            row = model(**{field.attname: value})
            own = getattr(row, f"get_{field.name}_display")()
            assert own == str(Model._get_FIELD_display(row, field) if value is not None else "")


def test_a_choice_is_called_in_the_language_of_the_moment():
    case, told = Case(kind="couple"), []
    for language in ("es", "en", "es"):
        with translation.override(language):
            told.append(case.get_kind_display())
    assert told == ["Pareja", "Couple", "Pareja"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_day_and_a_time_are_written_as_django_writes_them(language):
    start = datetime.datetime(2026, 1, 1, 0, 5, tzinfo=datetime.UTC)
    with (
        translation.override(language),
        timezone.override(ZONE),
        time_machine.travel("2026-03-01T12:00Z"),
    ):
        for days in range(0, 760, 11):
            moment = start + datetime.timedelta(days=days, minutes=7 * days)
            local = timezone.localtime(moment)
            pattern = "D j M" if local.year == 2026 else "D j M Y"
            assert house.day(moment) == house.day(local.date()) == formats.date_format(local, pattern)
            assert house.clock(moment) == formats.date_format(local, "H:i")
            assert house.when(moment) == f"{house.day(moment)}, {house.clock(moment)}"


@pytest.mark.parametrize(
    ("now", "year_is_told"),
    [("2026-12-31T23:59Z", True), ("2027-01-01T04:59Z", True), ("2027-01-01T05:00Z", False)],
)
def test_the_year_is_left_out_in_its_own_year_of_the_practice(now, year_is_told):
    with timezone.override(ZONE), time_machine.travel(now, tick=False):
        assert house.day(datetime.date(2027, 1, 1)) == ("Fri 1 Jan 2027" if year_is_told else "Fri 1 Jan")
