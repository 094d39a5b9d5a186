"""The doors of the sessions room, as a browser with and without the script uses them."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.practice.models import TrailEntry
from planner.sessions import actions
from planner.sessions.models import AgendaItem, Done, Handout, ItemKind, Session, SessionState
from tests import factories
from tests.pages import opened

HTMX = {"HTTP_HX_REQUEST": "true"}
SCRIPT = {"HTTP_X_BACKGROUND": "1"}


@pytest.fixture
def session(couple, owner):
    return factories.make_session(couple, owner, items=("Arrive", "Talk", "Close"))


@pytest.fixture
def page(owner, signed_in):
    return signed_in(owner)


def url(name, *args):
    return reverse(name, args=args)


def text_of(response):
    return response.content.decode()


# Lists


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_queries_for_one_and_for_three(page, owner, count, django_assert_num_queries):
    for n in range(count):
        factories.make_session(factories.make_case(owner, names=(f"Anna{n}", f"Bo{n}")), owner)
    page.get(url("sessions"))
    with django_assert_num_queries(LIST_QUERIES):
        assert page.get(url("sessions")).status_code == 200


LIST_QUERIES = 5


def test_the_list_filters_by_time_kind_and_case(page, owner, session):
    other = factories.make_session(factories.make_case(owner, names=("Xenia", "Yann")), owner, days=-3, kind="repair")
    assert "M. &amp; R." in text_of(page.get(url("sessions")))
    assert "X. &amp; Y." not in text_of(page.get(url("sessions")))
    past = text_of(page.get(url("sessions") + "?when=past"))
    assert ("X. &amp; Y." in past, "M. &amp; R." in past) == (True, False)
    assert "X. &amp; Y." in text_of(page.get(url("sessions") + f"?when=past&kind=repair&case={other.case_id}"))
    assert "X. &amp; Y." not in text_of(page.get(url("sessions") + "?when=past&kind=booster"))
    assert page.get(url("sessions") + "?case=²&kind=%00&page=zz").status_code == 200


def test_the_front_desk_sees_appointments_and_nothing_else(front_desk, signed_in, session):
    desk = signed_in(front_desk)
    shown = text_of(desk.get(url("sessions")))
    assert "Maya" in shown and "50 min" in shown
    for clinical in ("Regular", "Arrive", url("session_plan", session.pk), "kind"):
        assert clinical not in re.sub(r"<nav.*?</nav>", "", shown, flags=re.S)
    for name in ("session_plan", "session_run", "session_print", "session_edit", "session_library"):
        assert desk.get(url(name, session.pk)).status_code == 403


# Doors


READS = ["session_plan", "session_run"]
WRITES = ["session_template", "session_carry", "item_add", "session_start", "session_end", "session_cancel"]


@pytest.mark.parametrize("name", [*READS, "session_library", "session_edit", "session_print", "session_print_picture"])
def test_a_stranger_and_a_colleague_off_the_team_get_the_404_of_nothing(stranger, colleague, signed_in, session, name):
    for who in (stranger, colleague):
        client = signed_in(who)
        assert client.get(url(name, session.pk)).status_code == client.get(url(name, 999_999)).status_code == 404


@pytest.mark.parametrize("name", WRITES)
def test_writes_need_post_and_a_place_on_the_case(page, stranger, signed_in, session, name):
    assert page.get(url(name, session.pk)).status_code == 405
    assert signed_in(stranger).post(url(name, session.pk)).status_code == 404


def test_a_supervisor_reads_and_changes_nothing(supervisor, signed_in, session, couple):
    couple.team.create(user=supervisor, role="supervisor")
    reader = signed_in(supervisor)
    shown = text_of(reader.get(url("session_plan", session.pk)))
    assert "Talk" in shown
    assert "item_move" not in shown and "Print packet" not in shown and 'name="title"' not in shown
    item = session.items.first()
    assert reader.get(url("session_run", session.pk)).status_code == 200
    assert reader.post(url("item_remove", session.pk, item.pk), {"version": 1}).status_code == 403
    assert reader.get(url("session_print", session.pk)).status_code == 403


def test_an_item_of_another_session_is_not_found(page, owner, session):
    other = factories.make_session(factories.make_case(owner), owner)
    for name in ("item_change", "item_move", "item_remove", "item_restore", "item_done"):
        assert page.post(url(name, session.pk, other.items.first().pk), {"version": 1}).status_code == 404


# A new session


def new_session(page, couple, **changes):
    form = page.get(url("session_new", couple.pk)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in values.items() if value not in (None, False)}
    return {**data, "clock": "10:00", **changes}


def test_from_the_chart_with_template_and_carry_over_in_three_actions(page, owner, couple):
    last = factories.make_session(couple, owner, days=-7, items=("Left over",), state=SessionState.HELD)
    last.items.update(done=Done.LEFT)
    answer = page.post(url("session_new", couple.pk), new_session(page, couple))
    session = Session.objects.exclude(pk=last.pk).get()
    assert answer.url == url("session_plan", session.pk)
    assert "Left over" in session.items.values_list("title", flat=True)
    assert session.starts_at > timezone.now()


def test_the_form_sent_twice_plans_one_session(page, couple):
    data = new_session(page, couple)
    first = page.post(url("session_new", couple.pk), data)
    second = page.post(url("session_new", couple.pk), data)
    assert first.url == second.url
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"day": "soon"}, {"day": "9999-12-31"}, {"clock": "25:00"}, {"minutes": "5"}, {"attendees": []}, {"kind": "x"},
     {"day": "2027-03-14", "clock": "02:30"}, {"template": "99999"}],
    ids=str,
)  # fmt: skip
def test_bad_input_is_told_and_kept(page, couple, changes):
    answer = page.post(url("session_new", couple.pk), new_session(page, couple, **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Session.objects.count() == 0


# The planner


def test_the_planner_shows_agenda_library_suggestions_and_budget(page, session, couple):
    factories.make_intervention("steady-talk", gates=[], phase=[couple.phase])
    shown = opened(page, url("session_plan", session.pk))
    assert "15 of 50 min" in shown and "35 min free" in shown
    assert "phase: safety and stabilisation" in shown
    assert "Homework to give:" in shown
    assert shown.count("<h1") == 1


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["session_plan", "session_library", "session_suggested"])
def test_the_planner_asks_the_same_number_of_queries(page, owner, couple, count, name, django_assert_num_queries):
    factories.settle_safety(couple, owner)
    session = factories.make_session(couple, owner, items=())
    for n in range(count):
        made = factories.make_intervention(f"talk-{n}", gates=["joint-task"])
        actions.add_library_item(session, made, by=owner, version=session.version)
        factories.make_intervention(f"more-{n}", gates=["joint-task"], phase=[couple.phase])
    asked = {} if name == "session_plan" else HTMX
    page.get(url(name, session.pk), **asked)
    with django_assert_num_queries(PLAN_QUERIES[name]):
        page.get(url(name, session.pk), **asked)


PLAN_QUERIES = {"session_plan": 15, "session_library": 10, "session_suggested": 15}


def test_without_a_script_the_parts_are_the_whole_planner(page, session, couple):
    factories.make_intervention("steady-talk", gates=[], phase=[couple.phase])
    shown = text_of(page.get(url("session_plan", session.pk)))
    for name in ("session_library", "session_suggested"):
        assert f'<a href="{url(name, session.pk)}' in shown
        whole = text_of(page.get(url(name, session.pk)))
        assert (whole.count("Steady talk"), 'id="agenda"' in whole, "<html" in whole) == (4, True, True)


def test_who_only_reads_gets_nothing_to_add(supervisor, signed_in, session, couple):
    couple.team.create(user=supervisor, role="supervisor")
    factories.make_intervention("steady-talk", gates=[], phase=[couple.phase])
    for name in ("session_library", "session_suggested"):
        assert text_of(signed_in(supervisor).get(url(name, session.pk), **HTMX)) == ""


def test_a_button_of_the_script_gets_the_agenda_anew_and_the_words_to_say(page, session):
    item = session.items.get(title="Close")
    answer = page.post(url("item_move", session.pk, item.pk), {"version": 1, "to": "up"}, **HTMX)
    shown = text_of(answer)
    assert answer.status_code == 200
    assert 'data-version="2"' in shown
    assert "Close: now 2 of 3." in shown
    assert f'id="up-{item.pk}"' in shown
    assert "<html" not in shown


def test_without_a_script_the_button_leads_back_to_the_plan(page, session):
    item = session.items.first()
    answer = page.post(url("item_remove", session.pk, item.pk), {"version": 1})
    assert answer.url == url("session_plan", session.pk)
    assert "Removed: Arrive" in text_of(page.get(answer.url))


def test_the_same_press_sent_twice_moves_once(page, session):
    item = session.items.get(title="Close")
    data = {"version": 1, "to": "up", "once": "k" * 32}
    for _time in range(2):
        assert page.post(url("item_move", session.pk, item.pk), data, **HTMX).status_code == 200
    assert list(session.items.kept().values_list("title", flat=True)) == ["Arrive", "Close", "Talk"]


def test_a_free_item_sent_twice_is_added_once(page, session):
    data = {"version": 1, "title": "My own", "minutes": 5, "once": "f" * 32}
    for _time in range(2):
        assert page.post(url("item_add", session.pk), data, **HTMX).status_code == 200
    assert session.items.filter(title="My own").count() == 1


def test_a_free_item_with_bad_minutes_is_told_and_kept(page, session):
    answer = page.post(url("item_add", session.pk), {"version": 1, "title": "My own", "minutes": "0"}, **HTMX)
    assert answer.status_code == 422
    assert 'value="My own"' in text_of(answer)
    assert session.items.count() == 3


def test_a_gated_intervention_is_refused_with_the_way_to_settle_it(page, session, couple):
    made = factories.make_intervention("joint-talk", gates=["joint-task"])
    answer = page.post(url("item_add", session.pk), {"version": 1, "intervention": made.pk}, **HTMX)
    shown = text_of(answer)
    assert answer.status_code == 422
    assert url("gate_override", couple.pk, "joint-task") in shown
    assert url("flag_record", couple.pk) in shown
    assert not session.items.filter(kind=ItemKind.LIBRARY).exists()
    plain = page.post(url("item_add", session.pk), {"version": 1, "intervention": made.pk})
    assert plain.status_code == 422 and "<html" in text_of(plain)


def test_the_search_beside_the_agenda(page, session):
    factories.make_intervention("steady-talk", gates=[])
    shown = text_of(page.get(url("session_library", session.pk), {"family": "dialogue"}, **HTMX))
    assert "Steady talk" in shown
    assert "Steady talk" not in text_of(page.get(url("session_library", session.pk), {"family": "relapse"}, **HTMX))


def test_the_agenda_names_its_sheets_and_who_gets_them(page, session, owner):
    made = factories.make_intervention(gates=[])
    actions.add_library_item(session, made, by=owner, version=1)
    title = made.worksheets.get().current.content["title"]
    shown = " ".join(text_of(page.get(url("session_plan", session.pk))).split())
    assert f"<b>Homework to give:</b> {title} (Maya, Ruben)" in shown
    assert f'aria-label="{title}: Maya"' in shown


def test_handouts_are_ticked_for_each_person(page, session, owner):
    actions.add_library_item(session, factories.make_intervention(gates=[]), by=owner, version=1)
    handout = Handout.objects.first()
    answer = page.post(url("handout_set", session.pk, handout.pk), {"version": 2, "wanted": "0"}, **HTMX)
    assert answer.status_code == 200
    handout.refresh_from_db()
    assert handout.wanted is False
    assert page.post(url("handout_set", session.pk, 10**6), {"version": 3}).status_code == 404


# Saving as one types


def save(page, session, item, **data):
    return page.post(url("item_change", session.pk, item.pk), data, **SCRIPT)


def test_saving_answers_with_version_time_and_budget(page, session):
    answer = save(page, session, session.items.first(), version=1, minutes=45)
    said = answer.json()
    assert said["version"] == 2
    assert (said["budget"], said["says"], said["over"]) == ("55 of 50 min", "over by 5 min", True)
    assert re.fullmatch(r"\d\d:\d\d", said["at"])


def test_a_stale_save_shows_both_texts_and_overwrites_nothing(page, session, colleague, couple):
    item = session.items.first()
    couple.team.create(user=colleague, role="co")
    actions.change_item(item, by=colleague, version=1, prompt="Theirs <b>now</b>")
    answer = save(page, session, item, version=1, prompt="Mine, typed for long")
    shown = text_of(answer)
    assert answer.status_code == 409
    assert "Colin Colleague changed this plan at" in shown
    assert "Theirs &lt;b&gt;now&lt;/b&gt;" in shown and "Mine, typed for long" in shown
    assert 'name="version" value="2"' in shown
    item.refresh_from_db()
    assert item.prompt == "Theirs <b>now</b>"
    put = page.post(url("item_change", session.pk, item.pk), {"version": 2, "prompt": "Mine, typed for long"})
    assert put.status_code == 302
    item.refresh_from_db()
    assert item.prompt == "Mine, typed for long"


def test_a_stale_form_without_a_script_gets_a_page_with_both(page, session, colleague):
    item = session.items.first()
    actions.change_item(item, by=colleague, version=1, title="Theirs")
    answer = page.post(url("item_change", session.pk, item.pk), {"version": 1, "title": "Mine"})
    assert answer.status_code == 409
    assert "<html" in text_of(answer) and "Mine" in text_of(answer) and "Theirs" in text_of(answer)


def test_two_tabs_of_one_person_do_not_overwrite_each_other(page, session):
    first, second = session.items.all()[:2]
    assert save(page, session, first, version=1, title="Tab one").status_code == 200
    assert save(page, session, second, version=1, title="Tab two").status_code == 409


def test_a_stale_button_gets_the_newest_agenda_and_says_so(page, session, colleague):
    first = session.items.first()
    actions.change_item(first, by=colleague, version=1, title="Theirs")
    answer = page.post(url("item_remove", session.pk, first.pk), {"version": 1}, **HTMX)
    assert answer.status_code == 409
    assert "Theirs" in text_of(answer) and "Your last step was not done" in text_of(answer)
    assert AgendaItem.objects.get(pk=first.pk).removed_at is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", ""), ("title", "x" * 301), ("minutes", "-1"), ("minutes", "many"), ("prompt", "x" * 3001)],
)
def test_what_cannot_be_saved_is_said_beside_it(page, session, name, value):
    answer = save(page, session, session.items.first(), version=1, **{name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][name]


def test_hostile_text_is_shown_as_text(page, session):
    hostile = "<script>alert(1)</script>\u202e\x00"
    assert save(page, session, session.items.first(), version=1, title=hostile).status_code == 200
    shown = text_of(page.get(url("session_plan", session.pk)))
    assert "<script>alert" not in shown
    assert "\u202e" not in shown and "\x00" not in shown


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 40])
def test_a_wild_version_is_a_stale_one(page, session, version):
    assert save(page, session, session.items.first(), version=version, title="Mine").status_code == 409


# The hour


def test_the_run_view_shows_the_step_with_its_words_and_ticks_it(page, session, owner):
    words = ["Let us look at the week.", {"to": "partner", "say": "And you?"}, {"to": "child", "say": "Not here."}]
    step = {"title": "Frame it", "minutes": 15, "do": "Say what it is.", "words": words}
    made = factories.make_intervention("steady-talk", gates=[], steps=[step])
    actions.add_library_item(session, made, by=owner, version=1)
    session.items.kept().exclude(kind=ItemKind.LIBRARY).update(done=Done.DONE)
    assert page.post(url("session_start", session.pk), {"version": 2}).url == url("session_run", session.pk)
    shown = text_of(page.get(url("session_run", session.pk)))
    assert "Frame it" in shown and "Let us look at the week." in shown
    assert "To Maya:" in shown and "Not here." not in shown
    item = session.items.get(kind=ItemKind.LIBRARY)
    page.post(url("item_done", session.pk, item.pk), {"version": 3, "done": "done", "note": "Went well."})
    item.refresh_from_db()
    assert (item.done, item.note) == ("done", "Went well.")


def test_ending_shows_planned_and_done_and_offers_the_next(page, session):
    page.post(url("session_start", session.pk), {"version": 1})
    page.post(url("session_end", session.pk), {"version": 2})
    shown = text_of(page.get(url("session_run", session.pk)))
    assert "Left for later" in shown and "3 items left" in shown
    assert url("session_new", session.case_id) in shown


def test_a_stale_tick_keeps_the_note(page, session, colleague):
    page.post(url("session_start", session.pk), {"version": 1})
    item = session.items.first()
    actions.change_item(item, by=colleague, version=2, note="Theirs")
    answer = page.post(url("item_done", session.pk, item.pk), {"version": 2, "done": "done", "note": "Mine"})
    assert answer.status_code == 409
    assert "Mine" in text_of(answer) and "Theirs" in text_of(answer)


def test_cancel_and_edit(page, session):
    form = page.get(url("session_edit", session.pk)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert page.post(url("session_edit", session.pk), {**data, "clock": "11:30", "minutes": 90}).status_code == 302
    assert page.post(url("session_edit", session.pk), {**data, "clock": "12:30"}).status_code == 409
    session.refresh_from_db()
    assert (session.minutes, session.wall_start.strftime("%H:%M")) == (90, "11:30")
    page.post(url("session_cancel", session.pk), {"version": session.version})
    session.refresh_from_db()
    assert session.state == SessionState.CANCELLED


def test_add_from_the_library_names_the_planned_sessions(page, session, owner):
    made = factories.make_intervention(gates=[])
    address = url("sessions_add_from_library") + f"?intervention={made.pk}"
    assert url("item_add", session.pk) in text_of(page.get(address))
    Session.objects.update(state=SessionState.CANCELLED)
    assert url("session_new", session.case_id) in text_of(page.get(address))
    assert page.get(url("sessions_add_from_library") + "?intervention=x").status_code == 404


def test_opening_a_plan_stands_in_the_trail(page, session):
    page.get(url("session_plan", session.pk))
    assert TrailEntry.objects.filter(verb="viewed", what="session", what_id=session.pk).exists()
