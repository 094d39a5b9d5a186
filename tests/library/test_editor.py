"""A practice's own copies: edited as drafts, published as editions, compared, retired, kept and tagged."""

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from planner.library import draft_actions, draft_papers, drafts, own
from planner.library.models import Draft, Favourite, Intervention, OwnTag, Worksheet
from planner.practice.models import TrailEntry
from planner.sheets import press
from planner.sheets.blocks import KINDS
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def original(db):
    return factories.make_intervention("steady-talk", gates=("joint-task",))


@pytest.fixture
def sheet(original, owner):
    return own.copy_worksheet(worksheet=original.worksheets.get(), by=owner)


@pytest.fixture
def draft(sheet, owner):
    return draft_actions.begin(row=sheet, by=owner)


@pytest.fixture
def page(signed_in, owner):
    return signed_in(owner)


@pytest.fixture(autouse=True)
def no_press(monkeypatch):
    """Without the press but where a test says so."""
    draft_papers._first_page.cache_clear()
    monkeypatch.setattr(draft_papers, "first_page", lambda *a, **k: (b"\x89PNG", 1))


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def keys(draft):
    draft = Draft.objects.get(pk=draft.pk)
    return [one["key"] for one in draft.content["blocks"]]


def change(page, draft, key, rev=1, **parts):
    return page.post(reverse("draft_block", args=[draft.pk, key]), {"rev": rev, **parts}, headers=HTMX)


# Copies


def test_a_copy_is_the_practice_s_own_and_remembers_where_it_comes_from(page, original, owner, supervisor, stranger):
    response = page.post(reverse("intervention_copy", args=[original.pk]))
    copy = Intervention.objects.get(practice=owner.practice)
    assert response.url == reverse("intervention", args=[copy.pk])
    assert (copy.copied_from, copy.pack, copy.slug) == (original.current, None, original.slug)
    assert copy.current.content["gates"] == ["joint-task"]
    assert copy.worksheets.get().copied_from == original.worksheets.get().current
    assert set(copy.facets.values_list("kind", flat=True)) == {"phase", "for_whom", "setting"}
    assert Intervention.objects.visible_to(supervisor).filter(pk=copy.pk).exists()
    assert not Intervention.objects.visible_to(stranger).filter(pk=copy.pk).exists()
    assert TrailEntry.objects.last().verb == "copied"


def test_a_second_copy_has_a_slug_of_its_own(original, owner):
    first, second = (own.copy_intervention(intervention=original, by=owner) for _ in range(2))
    assert (first.slug, second.slug) == ("steady-talk", "steady-talk-2")
    assert second.worksheets.get().slug == "steady-talk-sheet-2"


def test_a_sheet_is_copied_with_its_intervention_and_beside_a_copy_that_is_there(page, original, owner):
    factories.make_worksheet(original, slug="other-sheet")
    page.post(reverse("worksheet_copy", args=[original.worksheets.first().pk]))
    home = Intervention.objects.get(practice=owner.practice)
    assert [one.slug for one in home.worksheets.all()] == ["steady-talk-sheet"]
    page.post(reverse("worksheet_copy", args=[original.worksheets.last().pk]))
    home.refresh_from_db()
    assert [one.slug for one in home.worksheets.all()] == ["steady-talk-sheet", "other-sheet"]
    assert home.current.content["sheets"] == ["steady-talk-sheet", "other-sheet"]


def test_a_copy_is_found_by_a_search(page, original, owner):
    own.copy_intervention(intervention=original, by=owner)
    response = page.get("/library/?q=steady&shelf=own")
    assert [line.intervention.practice for line in response.context["lines"]] == [owner.practice]
    assert "Our own" in text(response)


# The editor


def test_the_editor_shows_every_block_with_its_parts(page, draft):
    response = page.get(reverse("draft", args=[draft.pk]))
    shown = response.content.decode()
    assert response.status_code == 200
    assert "5 blocks" in text(response)
    assert 'value="When was it hard to feel safe?"' in shown
    assert shown.count("<h1") == 1
    ids = re.findall(r' id="([^"]+)"', shown)
    assert [one for one in ids if ids.count(one) > 1] == []


def test_a_label_for_every_control(page, draft):
    shown = page.get(reverse("draft", args=[draft.pk])).content.decode()
    main = shown[shown.index("<main") : shown.index("</main>")]
    controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", main)
    labels = set(re.findall(r'<label[^>]*for="([^"]+)"', main))
    named = [re.search(r'id="([^"]+)"', tag)[1] for tag in controls if 'type="hidden"' not in tag]
    assert named and set(named) <= labels


def test_what_is_typed_is_saved_and_the_grade_follows(page, draft):
    response = change(page, draft, "b3", label="What did you do?", lines="4", id="hard")
    assert response.status_code == 200
    draft.refresh_from_db()
    body = drafts.block(draft.content, "b3")["body"]
    assert (body["label"], body["lines"]) == ("What did you do?", 4)
    shown = response.content.decode()
    assert 'id="draft-side"' in shown and "Reading grade" in shown
    assert 'id="rev-b3" value="2" hx-swap-oob="true"' in shown


def test_the_blocks_are_near_and_the_rest_of_the_sheet_is_folded_away(page, draft):
    shown = page.get(reverse("draft", args=[draft.pk]))
    assert [part.name for part in shown.context["head"]] == ["title", "discreet_title", "purpose", "ideas"]
    assert [part.name for part in shown.context["further"]] == ["kind", "one_for_each", "for", "gates"]
    assert "<details><summary>Its kind, whom it is for, and its gates" in shown.content.decode()
    draft.content["head"]["kind"] = "nothing"
    draft.save()
    wrong = page.get(reverse("draft", args=[draft.pk])).content.decode()
    assert "<details open><summary>Its kind, whom it is for, and its gates" in wrong


def test_a_long_line_shows_whole_and_stays_one_line(page, draft):
    long = "A calm talk once a week helps small hurts stay small."
    draft.content["head"] = {**draft.content["head"], "title": "Our talk", "purpose": long}
    draft.save()
    shown = page.get(reverse("draft", args=[draft.pk])).content.decode()
    assert re.search(r'<textarea [^>]*name="purpose"', shown) and re.search(r'<input [^>]*name="title"', shown)
    head = {"title": "Our talk", "kind": "worksheet", "one_for_each": "participant", "rev": draft.content["head_rev"]}
    page.post(reverse("draft_head", args=[draft.pk]), {**head, "purpose": "A calm talk\r\nhelps."}, headers=HTMX)
    draft.refresh_from_db()
    assert draft.content["head"]["purpose"] == "A calm talk helps."


def test_a_sheet_gets_gates_of_its_own_and_gives_them_back(page, draft):
    """Nothing ticked: those of its entry. A ticked gate counts for more than the tick that says there is none."""
    head = {"title": "Our talk", "purpose": "It helps.", "kind": "worksheet", "one_for_each": "participant"}
    address = reverse("draft_head", args=[draft.pk])
    steps = [(["open"], []), (["open", "story-work"], ["story-work"]), (["story-work"], ["story-work"]), ([], None)]
    for rev, (ticked, kept) in enumerate(steps, 1):
        draft.refresh_from_db()
        response = page.post(address, {**head, "rev": draft.content["head_rev"], "gates": ticked}, headers=HTMX)
        draft.refresh_from_db()
        assert (response.status_code, draft.content["head"].get("gates")) == (200, kept), rev
    page.post(address, {**head, "rev": draft.content["head_rev"], "gates": ["open"]}, headers=HTMX)
    shown = page.get(reverse("draft", args=[draft.pk])).content.decode()
    assert re.search(r'name="gates" value="open" id="head-gates-1" checked', shown)
    page.post(reverse("draft_publish", args=[draft.pk]))
    edition = Worksheet.objects.get(pk=draft.worksheet_id).current
    assert (edition.own_gates, edition.gates, edition.worksheet.intervention.current.gates) == ([], [], ["joint-task"])
    assert "No gate: safe to give to one person alone" in text(
        page.get(reverse("intervention", args=[edition.worksheet.intervention_id]))
    )


def test_a_joint_sheet_cannot_be_given_gates_of_its_own(page, draft):
    head = {"title": "Our talk", "purpose": "It helps.", "kind": "worksheet", "one_for_each": "case"}
    page.post(reverse("draft_head", args=[draft.pk]), {**head, "rev": 1, "gates": ["open"]}, headers=HTMX)
    response = page.post(reverse("draft_publish", args=[draft.pk]))
    assert response.status_code == 422 and "nly a sheet for one person" in text(response)


def test_without_a_script_the_page_comes_back_at_its_place(page, draft):
    response = page.post(reverse("draft_block", args=[draft.pk, "b2"]), {"rev": 1, "label": "New", "id": "pause_word"})
    assert (response.status_code, response.url) == (302, reverse("draft", args=[draft.pk]) + "#block-b2")


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_of_every_kind_can_be_added_shown_and_told_what_it_lacks(page, draft, kind):
    response = page.post(reverse("draft_block_add", args=[draft.pk]), {"kind": kind}, headers=HTMX)
    assert response.status_code == 200 and "Added as block 6" in text(response)
    draft.refresh_from_db()
    view = drafts.block_views(draft.content, keys(draft)[-1])[0]
    assert view.is_wrong  # an empty block is none
    assert page.post(reverse("draft_publish", args=[draft.pk])).status_code == 422


#: What may be typed into a new block of each kind, so that it can be printed.
TYPED = {
    "text": {"text": "Some words."}, "steps": {"items": "One\nTwo"}, "callout": {"kind": "pause", "text": "Stop."},
    "word_bank": {"label": "Words", "groups": "Sad: low, blue\nGlad: warm"}, "short": {"label": "A word"},
    "lines": {"label": "Say", "lines": "3"}, "date": {"label": "When"}, "number": {"label": "Count", "max": "7"},
    "scale": {"label": "How", "low": "none", "high": "much", "from": "0", "to": "10"},
    "choice": {"label": "One", "options": "a\nb"}, "checklist": {"label": "Any", "options": "a\nb", "own_line": "on"},
    "table": {"label": "Rows", "columns": "x\ny", "rows": "5"}, "week_grid": {"label": "Week", "rows": "walk"},
    "if_then": {"label": "If", "rows": "2"}, "contacts": {"label": "Who", "rows": "2"},
    "terms": {"label": "We agree", "terms": "To call | at night\nTo say no || At any time.\nTo leave ||\nTo rest",
              "own_rows": "0"},
    "card": {"title": "Card", "lines": "Breathe"}, "signature": {"label": "Sign", "roles": "Me\nYou"},
    "space": {"label": "Draw", "height": "60"},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_of_every_kind_can_be_written_and_comes_back_as_it_was_written(page, draft, kind):
    page.post(reverse("draft_block_add", args=[draft.pk]), {"kind": kind})
    key = keys(draft)[-1]
    ids = {"id": f"new_{key}"} if "id" in KINDS[kind].model_fields else {}
    assert change(page, draft, key, **TYPED[kind], **ids).status_code == 200
    draft.refresh_from_db()
    one = drafts.block(draft.content, key)
    view = drafts.block_views(draft.content, key)[0]
    assert [part.problem for part in view.parts if part.problem] == []
    assert {part.name: part.value for part in view.parts}.items() >= {
        name: value for name, value in TYPED[kind].items() if value not in ("on",)
    }.items()
    assert drafts.block_form(one).read(TYPED[kind] | ids) == one["body"]  # sent again unchanged, it stays the same


def test_a_problem_is_named_at_its_part_and_the_text_is_kept(page, draft):
    response = change(page, draft, "b3", label="", lines="many", id="hard")
    shown = response.content.decode()
    assert re.search(r'id="b3-label-wrong"[^>]*>This is needed\.', shown)
    assert re.search(r'id="b3-lines-wrong"[^>]*>A number is needed here\.', shown)
    draft.refresh_from_db()
    assert drafts.block(draft.content, "b3")["body"]["lines"] == "many"
    assert "Block 3, Several lines to write" in text(response)
    refused = page.post(reverse("draft_publish", args=[draft.pk]))
    assert refused.status_code == 422 and "Lines: A number is needed here." in text(refused)
    assert 'value="many"' in refused.content.decode()


def test_blocks_move_by_a_button_and_focus_has_a_place(page, draft):
    def move(key, to):
        return page.post(reverse("draft_block_move", args=[draft.pk, key]), {"to": to}, headers=HTMX)

    assert "Block 1 of 5 now." in text(move("b2", "up"))
    assert keys(draft) == ["b2", "b1", "b3", "b4", "b5"]
    assert "Block 1 of 5 now." in text(move("b2", "up"))  # there is no further
    move("b5", "1")
    assert keys(draft)[0] == "b5"
    shown = move("b5", "down").content.decode()
    assert 'id="up-b5"' in shown and 'aria-keyshortcuts="Alt+ArrowUp"' in shown


def test_a_block_that_was_removed_can_be_brought_back(page, draft):
    page.post(reverse("draft_block_remove", args=[draft.pk, "b2"]))
    assert keys(draft) == ["b1", "b3", "b4", "b5"]
    assert "One line to write: Our pause word" in text(page.get(reverse("draft", args=[draft.pk])))
    page.post(reverse("draft_block_restore", args=[draft.pk, "b2"]))
    assert keys(draft) == ["b1", "b2", "b3", "b4", "b5"]


def test_a_colleague_s_newer_text_is_shown_beside_mine_and_nothing_is_lost(page, draft, colleague, signed_in):
    theirs = change(signed_in(colleague), draft, "b2", label="Theirs", id="pause_word")
    mine = change(page, draft, "b2", label="Mine", id="pause_word")
    assert (theirs.status_code, mine.status_code) == (200, 409)
    shown = text(mine)
    assert "Colin Colleague changed this meanwhile." in shown and "Theirs" in shown and "Mine" in shown
    draft.refresh_from_db()
    assert drafts.block(draft.content, "b2")["body"]["label"] == "Theirs"
    assert mine.headers["HX-Retarget"] == "#draft-conflict"
    again = page.post(reverse("draft_block", args=[draft.pk, "b2"]), {"rev": 2, "label": "Mine", "id": "pause_word"})
    assert again.status_code == 302
    draft.refresh_from_db()
    assert drafts.block(draft.content, "b2")["body"]["label"] == "Mine"


def test_two_people_in_two_blocks_do_not_meet(page, draft, colleague, signed_in):
    assert change(signed_in(colleague), draft, "b2", label="Theirs", id="pause_word").status_code == 200
    assert change(page, draft, "b5", label="Mine", low="far", high="near", id="close").status_code == 200
    draft.refresh_from_db()
    assert [drafts.block(draft.content, key)["body"]["label"] for key in ("b2", "b5")] == ["Theirs", "Mine"]


def test_three_hundred_blocks_are_the_limit(page, draft):
    content = {**draft.content, "next": 400}
    content["blocks"] = [{"key": f"b{n}", "rev": 1, "kind": "text", "body": {"text": "A."}} for n in range(1, 301)]
    draft.change(draft.version, content=content)
    response = page.post(reverse("draft_block_add", args=[draft.pk]), {"kind": "text"}, headers=HTMX)
    assert response.status_code == 422 and "at most 300 blocks" in text(response)
    assert len(keys(draft)) == 300


def test_a_megabyte_of_text_is_refused_and_the_draft_kept(page, draft):
    response = change(page, draft, "b1", items="word " * 250_000)
    assert response.status_code == 422 and "The draft is kept" in text(response)
    draft.refresh_from_db()
    assert drafts.block(draft.content, "b1")["body"]["items"] == ["Sit down.", "One talks. One listens."]


def test_the_picture_is_page_one_of_the_draft(page, draft, monkeypatch):
    monkeypatch.undo()
    response = page.get(reverse("draft_picture", args=[draft.pk]))
    assert response.headers["Content-Type"] == "image/png" and response.content.startswith(b"\x89PNG\r\n")


# Editions


def test_publishing_makes_an_edition_and_leaves_the_earlier_one(page, draft, sheet):
    change(page, draft, "b2", label="Our new word", id="pause_word")
    response = page.post(reverse("draft_publish", args=[draft.pk]))
    assert response.status_code == 302
    sheet.refresh_from_db()
    assert (sheet.current.number, sheet.editions.count()) == (2, 2)
    assert sheet.editions.get(number=1).blocks[1].label == "Our pause word"
    assert sheet.current.blocks[1].label == "Our new word"
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert (TrailEntry.objects.last().verb, TrailEntry.objects.last().detail["edition"]) == ("published", 2)


def test_too_much_to_print_is_told_at_publishing(page, draft, monkeypatch):
    def refuse(*args, **how):
        raise press.TooMuch("This is too much to print in one go.")

    monkeypatch.setattr(draft_papers, "first_page", refuse)
    response = page.post(reverse("draft_publish", args=[draft.pk]))
    assert response.status_code == 422 and "too much to print" in text(response)
    assert Draft.objects.filter(pk=draft.pk).exists()


def test_a_draft_put_away_leaves_the_edition(page, draft, sheet):
    page.post(reverse("draft_discard", args=[draft.pk]))
    assert not Draft.objects.exists() and Worksheet.objects.get(pk=sheet.pk).current.number == 1


def test_two_editions_beside_each_other(page, draft, sheet):
    change(page, draft, "b2", label="Our new word", id="pause_word")
    page.post(reverse("draft_block_remove", args=[draft.pk, "b1"]))
    page.post(reverse("draft_block_add", args=[draft.pk]), {"kind": "text"})
    change(page, draft, keys(draft)[-1], text="Well done.")
    page.post(reverse("draft_publish", args=[draft.pk]))
    rows = page.get(reverse("worksheet_compare", args=[sheet.pk])).context["rows"]
    states = {row.label: row.state for row in rows if row.key.startswith("block.")}
    assert states == {
        "Numbered steps": "removed", "One line to write": "changed", "Several lines to write": "same",
        "Scale": "same", "Text": "added",
    }  # fmt: skip
    shown = page.get(reverse("worksheet_compare", args=[sheet.pk]))
    assert {row.state for row in shown.context["changed"]} == {"removed", "changed", "added"}
    assert {row.state for row in shown.context["same"]} == {"same"}
    assert len(shown.context["changed"]) + len(shown.context["same"]) == len(rows)
    assert f"{len(shown.context['same'])} parts are the same in both" in text(shown)
    assert "The two say the same." in text(page.get(reverse("worksheet_compare", args=[sheet.pk]) + "?a=1&b=1"))


def test_a_block_that_was_moved_and_changed_is_one_block(page, draft, sheet):
    change(page, draft, "b2", label="Our new word", id="pause_word")
    page.post(reverse("draft_block_move", args=[draft.pk, "b2"]), {"to": "up"})
    page.post(reverse("draft_publish", args=[draft.pk]))
    rows = page.get(reverse("worksheet_compare", args=[sheet.pk])).context["rows"]
    assert [row.state for row in rows if row.key.startswith("block.")] == ["changed", "same", "same", "same", "same"]


def newer(worksheet, **fields):
    """The pack's sheet in a new edition."""
    content = factories.sheet_content(worksheet.slug, **fields)
    edition = worksheet.editions.create(number=2, content=content, content_hash="newer")
    worksheet.current = edition
    worksheet.save()
    return edition


def test_the_changed_original_is_shown_and_taken_over_part_by_part(page, original, sheet):
    blocks = [*factories.SHEET_BLOCKS[:1], {"text": {"text": "A new block."}}, *factories.SHEET_BLOCKS[1:]]
    edition = newer(original.worksheets.get(), title="Our long talk", blocks=blocks)
    assert "has changed" in text(page.get(reverse("intervention", args=[sheet.intervention_id])))
    response = page.get(reverse("worksheet_original", args=[sheet.pk]))
    rows = [row for row in response.context["rows"] if not row.is_same]
    assert [(row.label, row.state) for row in rows] == [("Title", "changed"), ("Text", "added")]
    page.post(reverse("worksheet_original", args=[sheet.pk]), {"take": [rows[1].key]})
    draft = Draft.objects.get(worksheet=sheet)
    assert [one["kind"] for one in draft.content["blocks"]][:3] == ["steps", "text", "short"]
    assert draft.content["head"]["title"] == "Our talk"
    page.post(reverse("draft_publish", args=[draft.pk]))
    sheet.refresh_from_db()
    assert sheet.copied_from == edition and sheet.current.number == 2
    assert "has changed" not in text(page.get(reverse("intervention", args=[sheet.intervention_id])))


def test_nothing_taken_over_is_an_answer_too(page, original, sheet):
    edition = newer(original.worksheets.get(), title="Our long talk")
    page.post(reverse("worksheet_original", args=[sheet.pk]))
    sheet.refresh_from_db()
    assert sheet.copied_from == edition and sheet.current.number == 1 and not Draft.objects.exists()


def test_the_supervisor_reads_and_takes_nothing_over(sheet, original, supervisor, signed_in):
    newer(original.worksheets.get(), title="Our long talk")
    reader = signed_in(supervisor)
    address = reverse("worksheet_original", args=[sheet.pk])
    assert "Take this over" not in text(reader.get(address)) and reader.post(address).status_code == 403


# The text of an intervention


def test_an_intervention_is_edited_in_one_form(page, original, owner):
    copy = own.copy_intervention(intervention=original, by=owner)
    draft = draft_actions.begin(row=copy, by=owner)
    shown = page.get(reverse("draft", args=[draft.pk]))
    sent = fields_of(shown.content.decode())
    sent |= {"name": "Our steady talk", "steps.2.title": "Close", "steps.2.minutes": "5", "steps.2.do": "Thank them."}
    sent["steps.0.words"] = "partner: Look at the week."
    page.post(reverse("draft_head", args=[draft.pk]), sent)
    assert page.post(reverse("draft_publish", args=[draft.pk])).status_code == 302
    copy.refresh_from_db()
    assert (copy.name, copy.minutes, copy.current.number) == ("Our steady talk", 20, 2)
    content = copy.current.content
    assert content["steps"][0]["words"] == [{"to": "partner", "say": "Look at the week."}]
    assert content["gates"] == ["joint-task"] and content["sources"][0]["fact"] == "A fact"
    changed = {row.label for row in page.get(reverse("intervention_compare", args=[copy.pk])).context["rows"]
               if not row.is_same}  # fmt: skip
    assert changed == {"Name", "Steps"}


@pytest.fixture
def steps(original, owner):
    """A draft of an intervention, with a helper that asks for something of its steps and tells their titles."""
    draft = draft_actions.begin(row=own.copy_intervention(intervention=original, by=owner), by=owner)
    draft.content["head"]["steps"] = [
        {"title": title, "minutes": 5, "do": f"{title} it."} for title in ("Frame", "Try", "Close")
    ]
    draft.save()
    return draft


def titles(draft):
    draft.refresh_from_db()
    return [step.get("title", "") for step in draft.content["head"]["steps"]]


def ask(page, draft, row, htmx=True, **typed):
    sent = fields_of(page.get(reverse("draft", args=[draft.pk])).content.decode())
    headers = HTMX if htmx else None
    return page.post(reverse("draft_head", args=[draft.pk]), {**sent, **typed, "row": row}, headers=headers)


@pytest.mark.parametrize(
    ("row", "expected", "focus"),
    [
        ("steps.add.0", ["", "Frame", "Try", "Close"], "head-steps-0"),
        ("steps.add.1", ["Frame", "", "Try", "Close"], "head-steps-1"),
        ("steps.add.3", ["Frame", "Try", "Close", ""], "head-steps-3"),
        ("steps.up.3", ["Frame", "Close", "Try"], "up-head-steps-1"),
        ("steps.up.1", ["Frame", "Try", "Close"], "up-head-steps-0"),
        ("steps.down.1", ["Try", "Frame", "Close"], "down-head-steps-1"),
        ("steps.down.3", ["Frame", "Try", "Close"], "down-head-steps-2"),
        ("steps.remove.2", ["Frame", "Close"], "head-steps"),
    ],
)
def test_a_step_is_added_moved_and_removed_anywhere(page, steps, row, expected, focus):
    response = ask(page, steps, row)
    assert (response.status_code, response["X-Focus"]) == (200, focus)
    assert titles(steps) == expected
    shown = response.content.decode()
    assert shown.startswith('<div id="head-parts"') and (f'id="{focus}"' in shown)
    assert f'id="rev-head" value="{steps.content["head_rev"]}"' in shown


def test_what_was_typed_is_kept_when_a_step_is_added(page, steps):
    response = ask(page, steps, "steps.add.1", htmx=False, **{"steps.1.title": "Try it twice", "aim": "A better aim."})
    assert response.url == reverse("draft", args=[steps.pk]) + "#head-steps-1"
    assert titles(steps) == ["Frame", "", "Try it twice", "Close"] and steps.content["head"]["aim"] == "A better aim."


def test_a_removed_step_comes_back_where_it_stood(page, steps):
    ask(page, steps, "steps.remove.2")
    shown = ask(page, steps, "when_it_goes_wrong.remove.1").content.decode()
    assert "Removed just now" in shown and 'value="steps.back.0"' in shown
    ask(page, steps, "steps.back.0")
    assert titles(steps) == ["Frame", "Try", "Close"]
    ask(page, steps, "when_it_goes_wrong.back.0")
    steps.refresh_from_db()
    assert len(steps.content["head"]["when_it_goes_wrong"]) == 1 and steps.content["gone"] == []


def test_an_empty_step_is_kept_and_named_before_it_is_published(page, steps):
    ask(page, steps, "steps.add.1")
    page.post(
        reverse("draft_head", args=[steps.pk]),
        {**fields_of(page.get(reverse("draft", args=[steps.pk])).content.decode()), "aim": "Other."},
    )
    assert titles(steps) == ["Frame", "", "Try", "Close"]
    refused = page.post(reverse("draft_publish", args=[steps.pk]))
    assert refused.status_code == 422 and "This is needed." in text(refused)


@pytest.mark.parametrize(
    "row", ["steps.up.9", "steps.fly.1", "steps.back.0", "aim.add.0", "steps.add.x", "steps", "..", "steps.remove.0"]
)
def test_what_cannot_be_asked_of_a_step_changes_nothing(page, steps, row):
    response = ask(page, steps, row)
    assert response.status_code == 422 and titles(steps) == ["Frame", "Try", "Close"]


def test_a_step_is_not_moved_over_a_colleagues_newer_steps(page, steps, signed_in, colleague):
    other = signed_in(colleague)
    sent = fields_of(page.get(reverse("draft", args=[steps.pk])).content.decode())
    ask(other, steps, "steps.remove.1", htmx=False)
    response = page.post(reverse("draft_head", args=[steps.pk]), {**sent, "row": "steps.remove.1"}, headers=HTMX)
    assert response.status_code == 409 and titles(steps) == ["Try", "Close"]


def test_there_is_an_end_to_steps(page, steps):
    steps.content["head"]["steps"] = [{"title": "x"}] * 40
    steps.save()
    response = ask(page, steps, "steps.add.40")
    assert response.status_code == 422 and "no room for more" in text(response) and len(titles(steps)) == 40


class Form(HTMLParser):
    """What a browser would send of the form with the id head, unchanged."""

    def __init__(self, page):
        super().__init__()
        self.sent, self.inside, self.area, self.select = {}, False, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        if tag == "form":
            self.inside = at.get("id") == "head"
        elif self.inside:
            getattr(self, f"on_{tag}", lambda at: None)(at)

    def on_input(self, at):
        if at.get("type") != "checkbox":
            self.sent[at["name"]] = at.get("value", "")
        elif "checked" in at:
            self.sent.setdefault(at["name"], []).append(at.get("value", "on"))

    def on_textarea(self, at):
        self.area = at["name"]
        self.sent[self.area] = ""

    def on_select(self, at):
        self.select = at["name"]

    def on_option(self, at):
        if "selected" in at:
            self.sent[self.select] = at["value"]

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] += data if self.sent[self.area] else data.removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.area = ""


def fields_of(page):
    return Form(page).sent


def test_an_unchanged_form_changes_nothing(page, original, owner):
    draft = draft_actions.begin(row=own.copy_intervention(intervention=original, by=owner), by=owner)
    address = reverse("draft", args=[draft.pk])
    page.post(reverse("draft_head", args=[draft.pk]), fields_of(page.get(address).content.decode()))
    after = Draft.objects.get(pk=draft.pk)
    assert after.content == draft.content and after.version == draft.version


# Retired, kept, tagged


def test_retired_instead_of_deleted_and_brought_back(page, sheet):
    row = sheet.intervention
    page.post(reverse("intervention_retire", args=[row.pk]))
    assert page.get(reverse("intervention", args=[row.pk])).status_code == 404
    assert row.name in text(page.get(reverse("library_retired")))
    page.post(reverse("intervention_retire", args=[row.pk]), {"back": "1"})
    assert page.get(reverse("intervention", args=[row.pk])).status_code == 200


def test_a_pack_s_entry_cannot_be_retired_or_edited(page, original):
    for name in ("intervention_retire", "intervention_edit", "intervention_original"):
        assert page.post(reverse(name, args=[original.pk])).status_code == 403


def test_favourites_are_a_person_s_and_tags_the_practice_s(page, original, colleague, stranger, signed_in):
    factories.make_intervention("other-entry")
    page.post(reverse("intervention_favourite", args=[original.pk]), {"wanted": "1"})
    page.post(reverse("intervention_tags", args=[original.pk]), {"tags": "first hour, rainy  day,,first hour"})
    assert list(OwnTag.objects.values_list("text", flat=True)) == ["first hour", "rainy day"]
    mine = page.get("/library/?shelf=favourite&tag=rainy+day")
    assert [line.intervention for line in mine.context["lines"]] == [original]
    assert "Favourite" in text(mine) and "first hour" in text(mine)
    theirs = signed_in(colleague)
    assert theirs.get("/library/?shelf=favourite").context["lines"] == []
    assert len(theirs.get("/library/?tag=rainy+day").context["lines"]) == 1
    elsewhere = signed_in(stranger)
    assert elsewhere.get("/library/?tag=rainy+day").context["lines"] == []
    assert "first hour" not in text(elsewhere.get(reverse("intervention", args=[original.pk])))
    page.post(reverse("intervention_favourite", args=[original.pk]), {"wanted": "0"})
    assert not Favourite.objects.exists()
