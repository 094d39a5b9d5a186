"""The kept print: the same bytes, a name that tells nothing, and only for those who see the case."""

import pytest
from django.urls import reverse

from planner.homework import actions
from planner.homework.models import PrintedSheet, Printout, PrintoutKind
from planner.practice.models import Practice, TrailEntry
from planner.sheets import addresses, press
from planner.sheets.models import Printed
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, SheetCopy, sheet_paper
from tests import factories


@pytest.fixture
def edition(db):
    return factories.make_intervention(gates=[]).worksheets.get().current


def printed(couple, owner, edition, **fields):
    copy = SheetCopy(title="Our talk", blocks=edition.blocks, address=addresses.new_address())
    paper = sheet_paper(copy, letterhead=Letterhead(), options=Options(discreet=True, fill="lines"))
    person = couple.participants.first().person
    sheets = [(edition, person, copy.address, "")]
    return actions.print_copies(
        by=owner, case=couple, kind=PrintoutKind.HANDOUTS, person=person, audience="person", paper=paper, sheets=sheets,
        **fields,
    )  # fmt: skip


def test_it_serves_the_kept_bytes_under_a_neutral_name(couple, owner, edition, signed_in):
    kept = printed(couple, owner, edition)
    answer = signed_in(owner).get(reverse("printout", args=[kept.pk]))
    assert answer.content == bytes(kept.printed.pdf)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'inline; filename="papers-{kept.pk}.pdf"'
    entry = TrailEntry.objects.get(verb="opened")
    assert (entry.what, entry.what_id, entry.case_id) == ("printout", kept.pk, couple.pk)


def test_it_is_not_there_for_others(couple, owner, edition, stranger, colleague, front_desk, signed_in):
    address = reverse("printout", args=[printed(couple, owner, edition).pk])
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(colleague).get(address).status_code == 404
    assert signed_in(front_desk).get(address).status_code == 403
    assert signed_in(owner).get(reverse("printout", args=[10**6])).status_code == 404


def test_options_without_a_person_are_remembered_for_the_practice_without_the_size(couple, owner, edition):
    printed(couple, owner, edition)
    options = Practice.objects.get(pk=owner.practice_id).print_options
    assert (options["discreet"], options["fill"]) == (True, "lines")
    assert "size" not in options


def test_all_of_it_or_nothing(couple, owner, edition, monkeypatch):
    monkeypatch.setattr(actions, "record", lambda *_args, **_more: (_ for _ in ()).throw(RuntimeError("no trail")))
    with pytest.raises(RuntimeError):
        printed(couple, owner, edition)
    assert (Printout.objects.count(), PrintedSheet.objects.count(), Printed.objects.count()) == (0, 0, 0)


def test_a_rendering_made_before_is_the_one_that_is_kept(couple, owner, edition):
    paper = sheet_paper(SheetCopy(title="Other", blocks=edition.blocks), letterhead=Letterhead(), options=Options())
    rendering = press.render(paper)
    kept = printed(couple, owner, edition, rendering=rendering)
    assert bytes(kept.printed.pdf) == rendering.pdf
