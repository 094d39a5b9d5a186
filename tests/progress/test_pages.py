"""Pages of the progress room: what they take, what they show to whom, and what they keep apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.desk import today
from planner.progress import actions, own_actions, setting_actions
from planner.progress.models import ChartSharing, DueRule, Event, Milestone, OwnMeasure, Rating, RepairStage
from tests import factories
from tests.pages import opened

SECRET = "Only between the two of us."


@pytest.fixture
def client(signed_in, owner):
    return signed_in(owner)


@pytest.fixture
def places(couple):
    return list(couple.participants.select_related("person"))


def get(client, name, *args, query="", status=200):
    if status == 200:
        return opened(client, reverse(name, args=args) + query)
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == status
    return response.content.decode()


def post(client, name, *args, query="", status=302, **data):
    response = client.post(reverse(name, args=args) + query, data)
    assert response.status_code == status, response.content.decode()[-3000:]
    return response


# Events


def test_an_event_is_recorded_with_its_reader(client, couple, places):
    data = {
        "kind": "rupture",
        "on": "2026-01-05",
        "hour": "21:00",
        "readers": str(places[0].person_id),
        "known": SECRET,
    }
    post(client, "event_record", couple.pk, **data)
    event = Event.objects.get()
    assert (event.kind, event.audience, event.reader, event.hour.hour) == ("rupture", "person", places[0].person, 21)


def test_a_repair_offers_the_ruptures_of_the_case(client, couple, owner):
    rupture = actions.record_event(by=owner, case=couple, kind="rupture", on=date(2026, 1, 5), known="Door slammed")
    html = get(client, "event_record", couple.pk, query=f"?kind=repair&repairs={rupture.pk}")
    assert "Door slammed" in html
    data = {"kind": "repair", "on": "2026-01-06", "repairs": rupture.pk, "hours_to_repair": "20", "readers": "case"}
    post(client, "event_record", couple.pk, **data)
    assert Event.objects.get(kind="repair").hours_to_repair == 20


def test_what_was_typed_stays_where_a_day_lies_ahead(client, couple):
    ahead = (timezone.localdate() + timedelta(days=3)).isoformat()
    html = post(
        client, "event_record", couple.pk, status=422, kind="win", on=ahead, readers="clinician", known="They laughed."
    ).content.decode()
    assert "This day lies ahead" in html and "They laughed." in html
    assert not Event.objects.exists()


def test_a_double_click_records_one_event(client, couple):
    data = {"kind": "win", "on": "2026-01-05", "readers": "case", "once": "same-key"}
    for _ in range(2):
        post(client, "event_record", couple.pk, **data)
    assert Event.objects.count() == 1


def test_a_row_is_taken_back_with_a_reason_and_put_back(client, couple, owner):
    event = actions.record_event(by=owner, case=couple, kind="win", known="They laughed.")
    post(client, "row_take_back", couple.pk, "event", event.pk, status=422, reason="")
    post(client, "row_take_back", couple.pk, "event", event.pk, reason="Other couple")
    assert "They laughed." not in get(client, "timeline", couple.pk)
    html = get(client, "timeline", couple.pk, query="?withdrawn=1")
    assert "They laughed." in html and "Other couple" in html
    post(client, "row_put_back", couple.pk, "event", event.pk)
    assert "They laughed." in get(client, "timeline", couple.pk)


def test_a_row_of_another_case_cannot_be_taken_back(client, couple, owner):
    other = actions.record_event(by=owner, case=factories.make_case(owner), kind="win")
    get(client, "row_take_back", couple.pk, "event", other.pk, status=404)
    get(client, "row_take_back", couple.pk, "booster", other.pk, status=404)


def test_stages_and_milestones_are_recorded_and_shown(client, couple):
    post(
        client, "repair", couple.pk, stage="heard", on="2026-02-01", evidence="He put it in his words.", readers="case"
    )
    post(
        client, "milestones", couple.pk, kind="self-image", on="2026-02-02", evidence="Spoke kindly of herself.",
        seen_by="both", readers="clinician",
    )  # fmt: skip
    assert (RepairStage.objects.get().stage, Milestone.objects.get().kind) == ("heard", "self-image")
    assert "He put it in his words." in get(client, "repair", couple.pk)
    html = get(client, "milestones", couple.pk)
    assert "Spoke kindly of herself." in html and "only you and your team" in html
    assert not any(word in html.lower() for word in ("failed", "missed out", "non-compliant"))


def test_the_time_line_lays_sessions_among_events(client, couple, owner):
    factories.make_session(couple, owner, days=-3, state="held")
    actions.record_event(by=owner, case=couple, kind="relapse", on=timezone.localdate() - timedelta(days=5))
    html = get(client, "timeline", couple.pk)
    assert html.index("Session: Regular") < html.index('<span class="row-title">Relapse')
    assert '<span class="row-title">Relapse' not in get(client, "timeline", couple.pk, query="?kind=session")


# Ratings


def test_a_form_is_entered_answer_by_answer(client, couple, places):
    data = {f"item_{n}": "1" for n in range(1, 9)} | {"item_9": "0"}
    response = post(client, "rate", couple.pk, places[0].pk, "phq-9", on="2026-01-05", private="person", **data)
    assert response["Location"].endswith(f"chart/phq-9/?person={places[0].pk}")
    assert Rating.objects.get().score == 8


def test_a_missing_answer_is_kept_as_missing(client, couple, places):
    post(client, "rate", couple.pk, places[0].pk, "phq-9", on="2026-01-05", private="person", item_1="2")
    rating = Rating.objects.get()
    assert (rating.score, rating.complete) == (None, False)
    assert "an answer is missing" in get(client, "rating", rating.pk)


@pytest.mark.parametrize(
    ("slug", "query", "data", "says"),
    [
        ("phq-9", "", {"item_1": "4"}, "less than or equal to 3"),
        ("phq-9", "?by=score", {"score": "28", "item_9": "0"}, "less than or equal to 27"),
        ("phq-9", "?by=score", {"score": "8"}, "question 9"),
        ("trust", "", {"item_1": "11"}, "less than or equal to 10"),
        ("core-10", "", {"score": "8"}, "This field is required"),
        ("goal-attainment", "", {"item_1": "3"}, "less than or equal to 2"),
        ("csi-4", "", {"score": "-1"}, "greater than or equal to 0"),
    ],
)
def test_an_impossible_value_gets_a_clear_message(client, couple, places, slug, query, data, says):
    data = {"on": "2026-01-05", "private": "person", **data}
    html = post(client, "rate", couple.pk, places[0].pk, slug, query=query, status=422, **data).content.decode()
    assert says in html
    assert not Rating.objects.exists()


def test_goals_are_entered_with_their_weights(client, couple, places):
    data = {"item_1": "1", "item_2": "1", "item_3": "1", "weight_1": "1"}
    post(client, "rate", couple.pk, places[0].pk, "goal-attainment", on="2026-01-05", private="person", **data)
    assert Rating.objects.get().score == 63.7


def test_a_risk_answer_leads_to_the_prompt_at_once(client, couple, places):
    data = {f"item_{n}": "1" for n in range(1, 10)}
    response = post(client, "rate", couple.pk, places[0].pk, "phq-9", on="2026-01-05", private="person", **data)
    rating = Rating.objects.get()
    assert response["Location"] == reverse("rating", args=[rating.pk])
    html = get(client, "rating", rating.pk)
    assert f"{reverse('flag_record', args=[couple.pk])}?person={places[0].person_id}&amp;kind=suicide" in html
    for page in ("case", "progress"):
        assert "asks you to look at suicide risk" in get(client, page, couple.pk)
    assert "An answer asks you to look at safety" in get(client, "today")
    post(client, "rating", rating.pk, note="Asked alone; safety plan renewed.")
    for name, args in (("case", [couple.pk]), ("progress", [couple.pk]), ("today", [])):
        assert "asks you to look" not in get(client, name, *args)


def test_what_is_due_stands_on_the_chart_and_on_today(client, couple, owner, places):
    setting_actions.set_due(by=owner, case=couple, person=places[0].person, measure="trust", unit="sessions")
    assert "Trust, Maya" in get(client, "case", couple.pk)
    assert "Measures due today" not in get(client, "today")
    factories.make_session(couple, owner, starts_at=timezone.now())
    assert "Measures due today: 1" in get(client, "today")
    actions.rate(by=owner, case=couple, person=places[0].person, measure="trust", items={1: 3})
    assert "Measures due today" not in get(client, "today")


def test_a_measure_for_boosters_is_due_when_the_next_hour_is_one(client, couple, owner, places):
    setting_actions.set_due(by=owner, case=couple, person=places[0].person, measure="trust", unit="booster")
    factories.make_session(couple, owner, days=5)
    assert "at every booster" not in get(client, "case", couple.pk)
    factories.make_session(couple, owner, days=2, kind="booster")
    assert "at every booster" in get(client, "case", couple.pk)


def test_rules_are_set_and_ended(client, couple, places):
    data = {"person": places[0].person_id, "measure": "phq-9", "unit": "weeks", "every": "4", "since": "2026-01-01"}
    post(client, "measures_due", couple.pk, **data)
    rule = DueRule.objects.get()
    assert "every 4 weeks" in get(client, "measures_due", couple.pk)
    post(client, "due_end", couple.pk, rule.pk)
    assert "every 4 weeks" not in get(client, "measures_due", couple.pk)


# Private, and what may be shared


def rated(owner, case, places, measure="trust"):
    for n, place in enumerate(places):
        for days in (20, 10):
            actions.rate(
                by=owner, case=case, person=place.person, measure=measure, items={1: 3 + n},
                on=timezone.localdate() - timedelta(days=days),
            )  # fmt: skip


def allow(owner, case, places, allowed=True):
    for place in places:
        setting_actions.set_sharing(
            by=owner, case=case, person=place.person, measure="trust", allowed=allowed, basis="Asked alone"
        )


def test_a_joint_chart_shows_only_what_each_allowed(client, couple, owner, places):
    rated(owner, couple, places)
    html = get(client, "measure_chart", couple.pk, "trust")
    assert "No joint chart yet" in html and '<svg class="chart-svg"' not in html
    allow(owner, couple, places[:1])
    assert "No joint chart yet" in get(client, "measure_chart", couple.pk, "trust")
    allow(owner, couple, places[1:])
    html = get(client, "measure_chart", couple.pk, "trust")
    assert '<svg class="chart-svg"' in html and "Maya: 2 values" in html and "Ruben: 2 values" in html
    allow(owner, couple, places[:1], allowed=False)
    assert "Maya: 2 values" not in get(client, "measure_chart", couple.pk, "trust")


def test_one_persons_chart_holds_nothing_of_the_other(client, couple, owner, places):
    rated(owner, couple, places)
    ruben = places[1].person
    actions.record_event(
        by=owner, case=couple, kind="relapse", person=ruben, audience="person", reader=ruben, known=SECRET,
        on=timezone.localdate() - timedelta(days=15),
    )  # fmt: skip
    html = get(client, "measure_chart", couple.pk, "trust", query=f"?person={places[0].pk}")
    assert "Maya: 2 values" in html
    assert "Ruben: 2 values" not in html and SECRET not in html
    figure = html[html.index("<figure") : html.index("</figure>")]
    assert "Relapse" not in figure
    shown = get(client, "measure_chart", couple.pk, "trust", query=f"?person={places[0].pk}&all=1")
    assert "Relapse" in shown and "Do not show this to anybody else" in shown
    Rating.objects.filter(person=places[0].person).update(audience="clinician", reader=None)
    assert "Maya: 2 values" not in get(client, "measure_chart", couple.pk, "trust", query=f"?person={places[0].pk}")
    assert "Maya: 2 values" in get(client, "measure_chart", couple.pk, "trust", query=f"?person={places[0].pk}&all=1")


def test_what_each_said_is_recorded_and_the_newest_counts(client, couple, places):
    data = {"person": places[0].person_id, "measure": "trust", "basis": "Asked alone"}
    post(client, "charts_shared", couple.pk, allowed="yes", **data)
    post(client, "charts_shared", couple.pk, allowed="no", **data)
    assert [row.allowed for row in ChartSharing.objects.order_by("pk")] == [True, False]


# The screen in the client's hands


def test_the_sheet_opens_only_while_it_is_handed_over(client, couple, places):
    address = [couple.pk, places[0].pk, "trust"]
    get(client, "rate_screen", *address, status=404)
    post(client, "rate_hand_over", *address)
    html = get(client, "rate_screen", *address)
    assert "How much do you trust" in html and "Ruben" not in html
    assert client.get(reverse("case", args=[couple.pk])).status_code != 200
    html = post(client, "rate_screen", *address, status=422).content.decode()
    assert "Tick the number that fits best." in html
    html = post(client, "rate_screen", *address, status=422, **{"i1-3": "on", "i1-7": "on"}).content.decode()
    assert "More than one is ticked" in html
    post(client, "rate_screen", *address, **{"i1-7": "on"})
    rating = Rating.objects.get()
    assert (rating.score, rating.way, rating.reader) == (7, "screen", places[0].person)
    html = get(client, "rate_screen", *address, query="?done=1")
    assert "nobody else" in html and "7" not in html.split("<h1>")[1].split("</main>")[0]


def test_a_measure_without_its_text_is_not_handed_over(client, couple, places):
    post(client, "rate_hand_over", couple.pk, places[0].pk, "phq-9", status=404)


# Measures


def test_every_measure_has_its_page(client):
    from planner.progress.instruments import shipped

    listed = get(client, "measures")
    for slug, measure in shipped().items():
        assert measure.name in listed
        html = get(client, "measure", slug)
        assert ("not a validated measure" in html) is (not measure.validated)


def test_a_practice_brings_a_measure_that_then_prints_fills_and_scores(client, couple, places):
    post(client, "measure_add", text=factories.OWN_MEASURE, right="Letter of the publisher, 3 May")
    assert "Our scale" in get(client, "measures")
    post(
        client, "rate", couple.pk, places[0].pk, "our-scale", on="2026-01-05", private="person",
        item_1="1", item_2="3", item_3="0",
    )  # fmt: skip
    assert Rating.objects.get().score == 1
    post(client, "rate_hand_over", couple.pk, places[0].pk, "our-scale")
    post(client, "rate_screen", couple.pk, places[0].pk, "our-scale", **{"i1-1": "on", "i2-2": "on", "i3-3": "on"})
    rating = Rating.objects.latest("pk")
    assert (rating.items, rating.score, rating.risk) == ({"1": 0, "2": 1, "3": 2}, 4, [3])


LICENCE = "licence: { text: Licensed to us., source: A letter, mark: primary }\n"
REFUSED_FILES = [
    ("", "Choose a file"),
    ("slug: phq-9", "about: Field required"),
    (factories.OWN_MEASURE.replace("slug: our-scale", "slug: phq-9"), "ships with the program"),
    (factories.OWN_MEASURE.split("texts:")[0], "expected the text of the sheet"),
    (
        factories.OWN_MEASURE.replace(LICENCE, ""),
        "rights",
    ),
    (factories.OWN_MEASURE + "colour: red\n", "unknown key"),
    (factories.OWN_MEASURE.replace("[never, some days, most days, always]", "[no, no, no, no]"), "different"),
    ("a: &b [*b]", "not allowed"),
    ("\x00", "Choose a file"),
]


@pytest.mark.parametrize(("text", "says"), REFUSED_FILES)
def test_a_file_that_does_not_fit_is_refused_with_its_line(client, text, says):
    html = post(client, "measure_add", status=422, text=text, right="Letter of the publisher").content.decode()
    assert says in html
    assert not OwnMeasure.objects.exists()


def test_the_same_version_is_taken_once_and_a_retired_one_stays_readable(client, couple, owner, places):
    row = own_actions.add(by=owner, text=factories.OWN_MEASURE, right="Letter of the publisher")
    html = post(client, "measure_add", status=422, text=factories.OWN_MEASURE, right="Letter of it").content.decode()
    assert "is here already" in html
    rating = actions.rate(by=owner, case=couple, person=places[0].person, measure=row.slug, items={1: 1, 2: 1, 3: 1})
    post(client, "measure_retire", row.slug)
    assert "Our scale" in get(client, "rating", rating.pk)
    get(client, "rate", couple.pk, places[0].pk, row.slug, status=404)


# Queries are constant in number


@pytest.mark.parametrize(
    ("name", "most"), [("progress", 20), ("timeline", 17), ("repair", 17), ("milestones", 17), ("measures_due", 17)]
)
def test_as_many_queries_for_one_row_as_for_three(
    client, couple, owner, places, django_assert_max_num_queries, name, most
):
    counts = []
    for rows in (("trust",), ("distress", "craving")):
        for measure in rows:
            rated(owner, couple, places, measure)
            setting_actions.set_due(by=owner, case=couple, person=places[0].person, measure=measure, unit="sessions")
            event = actions.record_event(by=owner, case=couple, kind="win", audience="case")
            actions.record_stage(by=owner, case=couple, stage="named", evidence="Seen", about=event, audience="case")
            actions.record_milestone(by=owner, case=couple, kind="alliance", evidence="Seen", person=places[0].person)
        get(client, name, couple.pk)
        with django_assert_max_num_queries(most) as counted:
            get(client, name, couple.pk)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_today_asks_as_often_for_one_rule_as_for_three(couple, owner, places, django_assert_max_num_queries):
    factories.make_session(couple, owner, starts_at=timezone.now())
    counts = []
    for measures in (("trust",), ("distress", "craving")):
        for measure in measures:
            setting_actions.set_due(by=owner, case=couple, person=places[0].person, measure=measure, unit="sessions")
            actions.rate(
                by=owner, case=couple, person=places[1].person, measure="phq-9", items=dict.fromkeys(range(1, 10), 1)
            )
        with django_assert_max_num_queries(25) as counted:
            today.waiting(owner)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_the_stranger_and_the_colleague_find_nothing(signed_in, couple, owner, places, stranger, colleague):
    rating = actions.rate(by=owner, case=couple, person=places[0].person, measure="trust", items={1: 4})
    for person in (stranger, colleague):
        client = signed_in(person)
        get(client, "rating", rating.pk, status=404)
        get(client, "progress", couple.pk, status=404)
        post(client, "rating", rating.pk, status=404, note="x")
