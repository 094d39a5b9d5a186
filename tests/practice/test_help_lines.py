"""Help lines: stale ones are told of, and one for partner violence is never printed on a sheet that two people read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.library import papers
from planner.practice import crisis
from planner.practice.crisis import LINES, speaks_of_violence, write_lines
from planner.practice.models import CrisisLine
from planner.practice.paper import paper_head
from planner.sheets import press
from planner.sheets.options import Options
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "1-800-555-0199"


def line(practice, days=0, **fields):
    on = timezone.localdate() - timedelta(days=days)
    values = {"name": "Line", "reach": "1", "source": "a page", "country": "US", "verified_on": on, **fields}
    return CrisisLine.objects.create(practice=practice, **values)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (180, False), (181, True)])
def test_half_a_year(owner, days, stale):
    one = line(owner.practice, days)
    assert one.stale is stale
    assert CrisisLine.objects.visible_to(owner).stale().exists() is stale


def test_the_owner_is_warned_on_today_and_in_the_settings(signed_in, owner, colleague):
    line(owner.practice, 182)  # half a year in every zone
    for name in ("today", "practice_settings"):
        assert "Nobody has checked 1 help line" in signed_in(owner).get(reverse(name)).content.decode()
    assert "Nobody has checked" not in signed_in(colleague).get(reverse("today")).content.decode()
    CrisisLine.objects.update(verified_on=timezone.localdate())
    assert "Nobody has checked" not in signed_in(owner).get(reverse("today")).content.decode()


def test_another_practice_s_lines_warn_nobody_here(signed_in, owner, stranger):
    line(stranger.practice, 400)
    assert "Nobody has checked" not in signed_in(owner).get(reverse("today")).content.decode()


def test_no_country_brings_a_partner_violence_line():
    names = [one.name for lines in LINES.values() for one in lines]
    assert names and not any(speaks_of_violence(name) for name in names)


@pytest.mark.parametrize("name", ["National Domestic Violence Hotline", "Women's Aid", "Refuge", "Abuse line"])
def test_a_name_that_says_so_needs_no_tick(signed_in, owner, name):
    signed_in(owner).post(reverse("help_line_add"), {"name": name, "reach": SECRET, "source": "a page"})
    assert CrisisLine.objects.get().partner_violence
    assert paper_head(owner.practice)["help_lines"] == ()


def test_no_joint_sheet_prints_a_partner_violence_line(owner):
    write_lines(owner.practice)
    line(owner.practice, name="The quiet line", reach=SECRET, partner_violence=True)
    line(owner.practice, name="Emergency too", reach=SECRET, partner_violence=True, emergency=True)
    row = factories.make_intervention()
    for n, each in enumerate(("case", "participant", "clinician")):
        sheet = factories.make_worksheet(row, slug=f"sheet-{n}", one_for_each=each)
        for options in (Options(), Options(discreet=True), Options(size=18)):
            paper = papers.blank(sheet.current, role="", options=options, practice=owner.practice)
            html = press.page_html(paper)
            assert SECRET not in html and "The quiet line" not in html
            assert "988" in html


def test_no_sheet_of_the_pack_brings_such_a_number_of_its_own():
    """A joint sheet of the first pack names no line for partner violence in its own words either."""
    from planner.library import actions, packs

    seen = 0
    for path in sorted((actions.FIRST_PACK / "interventions").glob("*.yaml")):
        try:
            file = packs.parse(packs.InterventionFile, path.read_text(encoding="utf-8"), path.name)
        except packs.BadPack:
            continue  # told by the test of the pack itself
        for sheet in file.sheets:
            if sheet.one_for_each == "case":
                seen += 1
                text = " ".join(sheet.client_text(sheet.parsed()))
                assert not crisis._VIOLENCE.search(text), sheet.slug
    assert seen > 5
