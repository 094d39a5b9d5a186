"""The printed list of the boosters board: whose rows it holds, how much of it, and what the judge says."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.boosters.models import Booster
from planner.desk import board_views
from tests import factories
from tests.boosters import make
from tests.boosters.test_papers import text_of

pytestmark = pytest.mark.django_db
JUDGE = os.environ.get("CLINIC_PDFUA_JUDGE", "")


@pytest.fixture
def overdue(owner):
    """overdue(n): n couples, each with one booster whose window is over."""

    def make_some(count: int) -> list[Booster]:
        found = [make.due(make.make_series(factories.make_case(owner), owner), -20) for _ in range(count)]
        return found

    return make_some


def listed(page, **asked) -> bytes:
    return page.get(reverse("boosters_paper"), {"show": "overdue", **asked}).content


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_row_is_on_the_list_with_initials_and_code(owner, signed_in, overdue, count):
    rows = overdue(count)
    text = text_of(listed(signed_in(owner)))
    for row in rows:
        assert f"M. & R. {row.series.case.code}" in text
    assert text.count(" of 6") == count
    assert ("Nothing here today." in text) is (count == 0)
    assert "Maya" not in text and "Ruben" not in text


def test_a_colleagues_case_is_not_on_it(owner, colleague, signed_in, overdue):
    (row,) = overdue(1)
    assert row.series.case.code not in text_of(listed(signed_in(colleague)))


def test_a_list_that_is_cut_says_so(owner, signed_in, overdue, monkeypatch):
    monkeypatch.setattr(board_views, "MOST_PRINTED", 2)
    overdue(2)
    assert "first" not in text_of(listed(signed_in(owner)))
    overdue(1)
    assert "The first 2 of 3." in text_of(listed(signed_in(owner)))


def test_the_window_is_told_with_its_year_where_it_is_another(owner, signed_in, overdue):
    (row,) = overdue(1)
    closes = timezone.localdate() - timedelta(days=400)
    Booster.objects.filter(pk=row.pk).update(due_on=closes, opens_on=closes, closes_on=closes)
    assert f"{closes.day} {closes:%b %Y}" in text_of(listed(signed_in(owner)))


@pytest.mark.skipif(not JUDGE, reason="CLINIC_PDFUA_JUDGE names no judge")
@pytest.mark.parametrize(("count", "size"), [(0, 12), (1, 12), (3, 24), (40, 14)])
def test_the_judge_finds_nothing_in_the_list(owner, signed_in, overdue, tmp_path, count, size):
    type(owner.practice).objects.update(text_size=size)
    overdue(count)
    file = tmp_path / "list.pdf"
    file.write_bytes(listed(signed_in(owner)))
    judged = subprocess.run([JUDGE, file], capture_output=True, text=True)
    assert judged.returncode == 0, judged.stdout[-3000:]
    if keep := os.environ.get("CLINIC_KEEP_PAPERS"):
        os.rename(file, f"{keep}-{count}-{size}.pdf")
