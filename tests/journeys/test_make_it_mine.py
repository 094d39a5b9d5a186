"""A sheet made one's own, from the copy to another practice: edited by keyboard alone, printed for one person, given
out as a pack and taken in elsewhere; and what two people who write at once, and too much text, get."""

from __future__ import annotations

import re
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from planner.homework.models import PrintedSheet
from planner.library import drafts, parcels
from planner.library.models import Draft, Intervention, Worksheet
from planner.sheets.blocks import MOST_BLOCKS
from tests.factories import PASSWORD
from tests.journeys import paper
from tests.journeys.conftest import case_of
from tests.journeys.look import arrived
from tests.library import make

pytestmark = [pytest.mark.journey]
COUNT_PRESSES = "window.presses = 0; addEventListener('pointerdown', () => { window.presses += 1; }, true);"
TITLE = "What sets it off, with the bus"
QUESTION = "What helped on the bus home?"
STATUS_409 = r"the server responded with a status of 409"
STATUS_422 = r"the server responded with a status of 422"


def test_a_sheet_is_copied_edited_by_keyboard_printed_and_carried_to_another_practice(window, house, tmp_path):
    tab = window(house.dana)
    tab.allow(STATUS_422)  # it is published once while a part of it is wrong
    tab.page.add_init_script(COUNT_PRESSES)
    copy_by_keyboard(tab.page)
    edit_by_keyboard(tab.page)
    publish_by_keyboard(tab.page)
    assert tab.page.evaluate("window.presses") == 0
    print_for_one_person(tab.page, tmp_path)
    pack = give_out(tab.page, tmp_path)
    take_in_elsewhere(window, house, pack)


# By keyboard


def tab_to(page, selector: str, *, back: bool = False) -> None:
    """Presses Tab until the first thing that the selector names has the focus."""
    for _press in range(400):
        if page.evaluate("wanted => document.activeElement === document.querySelector(wanted)", selector):
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def settled(page) -> None:
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def typed(page, words: str) -> None:
    """Puts the words in place of what the field holds, and waits until they are saved."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status == 200):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(words)
    settled(page)


def picture(page) -> str:
    return page.locator("#draft-picture").get_attribute("src")


def blocks(page) -> list[str]:
    return page.locator(".draft-block").evaluate_all("rows => rows.map(row => row.dataset.block)")


def copy_by_keyboard(page) -> None:
    entry = Intervention.objects.get(slug="trigger-map", language="en", practice=None)
    sheet = entry.worksheets.get(slug="my-trigger-map")
    page.goto(reverse("intervention", args=[entry.pk]))
    page.wait_for_load_state()
    tab_to(page, f'form[action="{reverse("worksheet_copy", args=[sheet.pk])}"] button')
    page.keyboard.press("Enter")
    page.wait_for_url("**/library/drafts/*/")
    arrived(page, "Draft: What sets it off")


def edit_by_keyboard(page) -> None:
    tab_to(page, "#head-title")
    before = picture(page)
    typed(page, TITLE)
    assert picture(page) != before
    shows_a_picture(page)

    first = blocks(page)
    tab_to(page, "#add-kind")
    page.keyboard.type("Several lines")
    tab_to(page, "#add-block")
    page.keyboard.press("Enter")
    expect(page.locator("#draft-status")).to_contain_text(f"Added as block {len(first) + 1}: Several lines to write.")
    expect(page.locator(".draft-wrong")).to_contain_text(f"Block {len(first) + 1}, Several lines to write")
    added = blocks(page)[-1]
    assert focus(page) == added, "what was added has the focus"
    tab_to(page, f"#{added}-label")
    typed(page, QUESTION)
    expect(page.locator(".draft-wrong")).to_have_count(0)

    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#draft-status")).to_contain_text(f"Block {len(first)} of {len(first) + 1} now.")
    assert blocks(page) == [*first[:-1], added, first[-1]]
    assert focus(page) == added, "the focus stays on what was moved"

    tab_to(page, f"#remove-{first[0]}", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#draft-status")).to_contain_text("Removed.")
    assert blocks(page) == [*first[1:-1], added, first[-1]]
    expect(page.locator("#draft-grade")).to_contain_text("Reading grade")


def focus(page) -> str:
    """The block that has the focus."""
    settled(page)
    return page.evaluate("document.activeElement.closest('[data-block]')?.dataset.block")


def shows_a_picture(page) -> None:
    """Page one has been drawn, not only asked for."""
    shown = page.locator("#draft-picture")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("picture => picture.naturalWidth") > 300


def publish_by_keyboard(page) -> None:
    """A wrong place is named; from there one gets to it, mends it, and publishes."""
    tab_to(page, "#head-purpose", back=True)
    typed(page, " ")
    tab_to(page, "#publish", back=True)
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_contain_text("Nothing you typed is lost")
    tab_to(page, ".errors a")
    page.keyboard.press("Enter")
    tab_to(page, "#head-purpose")
    typed(page, "When you know what starts it, you have more time.")
    tab_to(page, "#publish", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Published as edition 2.")).to_be_visible()


# On paper for one person, and out


def print_for_one_person(page, tmp_path) -> None:
    page.goto(reverse("give", args=[case_of("Jonas").pk]))
    page.get_by_label("Find a sheet").fill("bus")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("button", name="Give", exact=True).click()
    page.get_by_role("link", name="Print").first.click()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Print", exact=True).click()
    opened.value.close()
    sheet = PrintedSheet.objects.select_related("printout__printed").order_by("-pk").first()
    file = tmp_path / "sheet.pdf"
    file.write_bytes(bytes(sheet.printout.printed.pdf))
    text = paper.text_of(file)
    assert TITLE in text and QUESTION in text and "Jonas" in text


def give_out(page, tmp_path):
    page.goto(reverse("library"))
    page.get_by_role("link", name="Give out a pack").click()
    page.get_by_label("Name of the pack").fill("From the river")
    page.get_by_label("What it is about").fill("A map of triggers, with the bus.")
    page.get_by_label("Licence").fill("CC BY 4.0")
    with page.expect_download() as given:
        page.get_by_role("button", name="Give out the zip").click()
    file = tmp_path / given.value.suggested_filename
    given.value.save_as(file)
    with zipfile.ZipFile(file) as parcel:
        assert "interventions/trigger-map.yaml" in parcel.namelist()
        assert TITLE in parcel.read("interventions/trigger-map.yaml").decode()
    return file


def take_in_elsewhere(window, house, pack) -> None:
    page = window(None).page
    page.goto("/")
    page.get_by_label("E-mail address").fill(house.nora.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, "Today")
    page.goto(reverse("pack_import"))
    page.get_by_label("The pack, a zip").set_input_files(pack)
    page.get_by_role("button", name="Look into the pack").click()
    arrived(page, "What the pack would bring")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Trigger map"))
    expect(row).to_contain_text("that one stays, this one stands beside it")
    assert not Intervention.objects.filter(practice=house.nora.practice).exists(), "looking takes nothing in"
    page.get_by_role("button", name=re.compile("into our library")).click()
    arrived(page, "Library")
    here, there = (
        Worksheet.objects.get(practice=who.practice, name=TITLE).current.content_hash
        for who in (house.dana, house.nora)
    )
    assert here == there
    own = Intervention.objects.get(practice=house.nora.practice, slug="trigger-map")
    page.goto(reverse("intervention", args=[own.pk]))
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


# Two who write at once, and too much


@pytest.fixture
def draft(things):
    return Draft.objects.get(pk=things["draft"])


def says_something(draft) -> str:
    """The key of a block with a label."""
    return next(one["key"] for one in draft.content["blocks"] if one["body"].get("label"))


def test_two_who_change_one_block_see_both_texts(window, house, draft):
    key = says_something(draft)
    mine, theirs = window(house.dana), window(house.colin)
    mine.allow(STATUS_409)
    for tab in (mine, theirs):
        tab.page.goto(reverse("draft", args=[draft.pk]))
        tab.page.wait_for_load_state()
    field = f"#{key}-label"
    theirs.page.locator(field).fill("What Colin asks?")
    expect(theirs.page.locator("#draft-status")).to_contain_text("last by Colin Colleague")
    mine.page.locator(field).fill("What Dana asks?")
    both = mine.page.locator("#draft-conflict")
    expect(both).to_contain_text("Colin Colleague changed this meanwhile.")
    expect(both.locator("q.theirs").first).to_have_text("What Colin asks?")
    expect(both.locator("q.mine").first).to_have_text("What Dana asks?")
    expect(mine.page.locator(field)).to_have_value("What Dana asks?")
    draft.refresh_from_db()
    assert drafts.block(draft.content, key)["body"]["label"] == "What Colin asks?"
    both.get_by_role("button", name="Put mine in its place").click()
    expect(mine.page.locator(field)).to_have_value("What Dana asks?")
    draft.refresh_from_db()
    assert drafts.block(draft.content, key)["body"]["label"] == "What Dana asks?"


def test_too_much_is_told_and_the_draft_kept(window, house, draft):
    key = says_something(draft)
    tab = window(house.dana)
    tab.allow(STATUS_422)
    page = tab.page
    page.goto(reverse("draft", args=[draft.pk]))
    page.wait_for_load_state()
    before = draft.content
    page.locator(f"#{key}-label").fill("word " * 220_000)
    expect(page.locator("#draft-conflict")).to_contain_text("a draft holds a million letters at most")
    draft.refresh_from_db()
    assert draft.content == before
    page.locator(f"#{key}-label").fill("Shorter")
    expect(page.locator("#draft-conflict")).to_be_empty()
    draft.refresh_from_db()
    assert drafts.block(draft.content, key)["body"]["label"] == "Shorter"


def test_a_sheet_of_three_hundred_blocks_is_written_and_has_its_end(window, house, draft):
    one = {"rev": 1, "kind": "text", "body": {"text": "A calm line."}}
    many = [{**one, "key": f"b{n}"} for n in range(1, MOST_BLOCKS + 1)]
    draft.change(draft.version, content={**draft.content, "next": MOST_BLOCKS + 1, "blocks": many})
    tab = window(house.dana)
    tab.allow(STATUS_422)
    page = tab.page
    page.goto(reverse("draft", args=[draft.pk]))
    page.wait_for_load_state()
    page.locator("#b300-text").fill("The last line.")
    expect(page.locator("#draft-status")).to_contain_text("Saved")
    page.locator("#add-block").click()
    expect(page.locator("#draft-conflict")).to_contain_text("at most 300 blocks")
    draft.refresh_from_db()
    kept = drafts.block(draft.content, "b300")
    assert (len(draft.content["blocks"]), kept["body"]["text"]) == (MOST_BLOCKS, "The last line.")


def test_a_broken_pack_is_refused_whole_with_file_line_and_what_was_expected(window, house, tmp_path):
    texts = dict(make.PARCEL)
    name = next(name for name in texts if name.startswith("interventions/"))
    texts[name] = texts[name].replace("minutes: 2,", "minutes: two,", 1)
    file = tmp_path / "broken.zip"
    file.write_bytes(parcels.zipped(texts))
    before = Intervention.objects.count()
    tab = window(house.nora)
    tab.allow(STATUS_422)
    page = tab.page
    page.goto(reverse("pack_import"))
    page.get_by_label("The pack, a zip").set_input_files(file)
    page.get_by_role("button", name="Look into the pack").click()
    said = page.get_by_role("alert")
    line = texts[name][: texts[name].index("minutes: two")].count("\n") + 1
    expect(said).to_contain_text("The pack was refused whole")
    expect(said).to_contain_text(f"{name}, line {line}: steps")
    assert Intervention.objects.count() == before
