"""The order of the house holds in this room's pages too, however they are split."""

from __future__ import annotations

import pytest

from tests.test_house import PLANNER, unscoped_queries

VIEWS = sorted([*(PLANNER / "progress").glob("*_views.py"), PLANNER / "desk" / "progress_views.py"])


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.stem)
def test_no_query_in_a_view_is_unscoped(path):
    assert unscoped_queries(path) == []
