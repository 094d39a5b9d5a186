"""Pages of living documents: filled in as one types, adopted, signed or not, compared, on paper, looked at again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planner.agreements import actions
from planner.agreements.models import Agreement, AgreementVersion, PaperCopy, Reentry
from planner.library.models import Worksheet
from tests import factories
from tests.agreements import make
from tests.agreements.conftest import begun
from tests.pages import opened

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
LATER = (TODAY() + timedelta(days=40)).isoformat()


def at(name, row, query=""):
    return reverse(name, args=[getattr(row, "pk", row)]) + query


def page(client, name, row, query="", status=200):
    response = client.get(at(name, row, query))
    assert response.status_code == status
    return response.content.decode()


# Filled in


def test_it_is_saved_as_one_types(client, clear, owner):
    agreement = make.begun(clear, owner)
    sent = {"version": 1, "pause_word": " Palm\u202e up ", "agreed-1-yes": "on", "not_of_the_sheet": "x"}
    answer = client.post(at("agreement_fill", agreement), sent, headers={"X-Background": "1"})
    draft = agreement.versions.get()
    assert (answer.status_code, answer.json()["version"]) == (200, draft.version)
    assert draft.answers == {"pause_word": "Palm up", "agreed-1-yes": "on"} and draft.is_draft
    shown = page(client, "agreement_fill", agreement)
    assert "Palm up" in shown
    assert [name for name in re.findall(r'name="(agreed-[^"]+)"[^>]*checked', shown)] == ["agreed-1-yes"]


def test_somebody_else_was_quicker(client, clear, owner):
    agreement = make.begun(clear, owner)
    draft = agreement.versions.get()
    actions.save_answers(by=owner, draft=draft, version=1, values={"pause_word": "Theirs"})
    behind = client.post(at("agreement_fill", agreement), {"version": 1, "pause_word": "Mine"},
                         headers={"X-Background": "1"})  # fmt: skip
    answer = client.post(at("agreement_fill", agreement), {"version": 1, "pause_word": "Mine"})
    shown = answer.content.decode()
    assert (behind.status_code, answer.status_code) == (409, 409)
    assert "Theirs" in shown and 'value="Mine"' in shown
    assert agreement.versions.get().answers == {"pause_word": "Theirs"}


def test_what_is_no_number_gets_a_sentence_and_is_kept(client, clear, owner):
    agreement = make.begun(clear, owner)
    answer = client.post(at("agreement_fill", agreement), {"version": 1, "minutes": "a while"})
    assert answer.status_code == 422
    assert "Write this as a number" in answer.content.decode() and "a while" in answer.content.decode()


def test_it_is_adopted_once(client, clear, owner):
    agreement = make.begun(clear, owner)
    key = re.search(r'name="adopt-once" value="([^"]+)"', page(client, "agreement_fill", agreement))[1]
    sent = {"version": 1, "pause_word": "Palm up", "adopt": "1", "adopt-review_on": LATER, "adopt-once": key}
    assert client.post(at("agreement_fill", agreement), sent).url == at("agreement", agreement)
    assert client.post(at("agreement_fill", agreement), sent).status_code == 404  # nothing is a draft any more
    agreement.refresh_from_db()
    assert agreement.review_on.isoformat() == LATER
    assert list(agreement.versions.values_list("number", "adopted_on")) == [(1, TODAY())]


def test_a_day_that_has_passed_is_no_review_day(client, clear, owner):
    agreement = make.begun(clear, owner)
    sent = {"version": 1, "pause_word": "Palm up", "adopt": "1", "adopt-review_on": TODAY().isoformat()}
    answer = client.post(at("agreement_fill", agreement), sent)
    assert answer.status_code == 422 and "Give a day that lies ahead." in answer.content.decode()
    assert agreement.versions.get().answers == {"pause_word": "Palm up"}


def test_what_stands_against_it_is_said_and_nothing_can_be_adopted(client, couple, owner):
    agreement = make.begun(couple, owner, kind="prevention", pause_word="Palm up")
    shown = page(client, "agreement_fill", agreement)
    assert "This cannot be filled in yet." in shown and "data-fill" not in shown
    sent = {"version": 1, "pause_word": "Palm up", "adopt": "1", "adopt-review_on": LATER}
    assert client.post(at("agreement_fill", agreement), sent).status_code == 422
    assert agreement.versions.get().is_draft


def test_each_says_yes_or_no_to_each_term(client, clear, owner):
    agreement = make.adopted(clear, owner, **{"agreed-1-yes": "on", "agreed-1-yes-2": "on", "agreed-2-yes": "on"})
    shown = page(client, "agreement", agreement)
    assert "Maya: yes, Ruben: yes" in shown and "Maya: yes, Ruben: no" in shown
    in_force = shown.split("<h3>In force</h3>")[1].split("</ul>")[0]
    assert "We take a break." in in_force and "We come back." not in in_force


def test_a_new_part_starts_with_what_its_person_wrote(client, settled, owner, maya, ruben):
    """Ruben's triggers and supports; never what Maya wrote, though her sheets are the newer ones."""
    worksheets = {sheet.slug: sheet for sheet in _sheets("my-trigger-map", "my-rings")}
    for place, word in ((ruben, "Payday"), (maya, "CANARYOFMAYA")):
        for slug, values in (("my-trigger-map", {"map-1-1": word}), ("my-rings", {"people-1-1": f"{word}'s friend"})):
            given = factories.make_assignment(settled, owner, person=place.person, edition=worksheets[slug].current)
            factories.make_response(given, owner, values=values)
    address = reverse("agreement_new", args=[settled.pk, "prevention"])
    assert client.post(address, {"part": f"my-steady-plan.{ruben.pk}"}).status_code == 302
    shown = page(client, "agreement_fill", Agreement.objects.get())
    assert "Payday" in shown and "Payday&#x27;s friend" in shown and "CANARYOFMAYA" not in shown


def _sheets(*slugs):
    return Worksheet.objects.filter(slug__in=slugs, language="en", practice=None).select_related("current")


@pytest.mark.parametrize(
    ("setting", "said"), [("session", "in our sessions, not at home"), ("check-in", "at our weekly check-in")]
)
def test_the_setting_about_past_use_stands_over_the_sheet(client, settled, owner, setting, said):
    settled.past_use_talk = setting
    settled.save()
    agreement = begun(settled, owner, "ground-rules", "our-ground-rules")
    assert said in page(client, "agreement_fill", agreement)


# Signed


def test_one_signs_and_the_other_declines(client, clear, owner, couple):
    agreement = make.adopted(clear, owner)
    maya, ruben = [place.person for place in couple.participants.select_related("person")]
    sent = {
        f"client-{maya.pk}-way": "typed", f"client-{maya.pk}-typed": "Maya L.", f"client-{maya.pk}-stance": "agrees",
        f"client-{ruben.pk}-way": "none", f"client-{ruben.pk}-reason": "Not yet.", "clinician-way": "",
    }  # fmt: skip
    assert client.post(at("agreement_sign", agreement), sent).status_code == 302
    kept = agreement.versions.get().signatures.values_list("person_id", "stance", "reason")
    assert sorted(kept) == sorted([(maya.pk, "agrees", ""), (ruben.pk, "refuses", "Not yet.")])
    assert "Still open:" not in page(client, "agreement", agreement)


def test_a_refusal_without_a_reason_gets_a_sentence(client, clear, owner, couple):
    agreement = make.adopted(clear, owner)
    pk = couple.participants.first().person_id
    answer = client.post(at("agreement_sign", agreement), {f"client-{pk}-way": "none", "clinician-way": ""})
    assert answer.status_code == 422 and "Write why there is no signature" in answer.content.decode()
    assert not agreement.versions.get().signatures.exists()


# Versions


def test_the_versions_stand_side_by_side(client, clear, owner):
    agreement = make.adopted(clear, owner, pause_word="Palm up", helps="Tea", again={"pause_word": "Red card"})
    shown = page(client, "agreement_compare", agreement)
    assert shown.index("Palm up") < shown.index("Red card") and "A quieter word." in shown
    assert "Version 1" in shown and "Version 2" in shown
    assert "The two say the same." in page(client, "agreement_compare", agreement, "?a=1&b=1")
    assert "Palm up" in page(client, "agreement_compare", agreement, "?a=nothing&b=99999999999")


def test_the_copies_of_an_older_version_are_listed_until_they_are_gone(client, clear, owner):
    agreement = make.adopted(clear, owner)
    client.post(at("copy_add", agreement), {"where": "Fridge door"})
    assert "These copies on paper" not in page(client, "case_agreements", clear)
    client.post(at("agreement_renew", agreement))
    draft = agreement.versions.get(adopted_on=None)
    client.post(at("agreement_fill", agreement), {
        "version": draft.version, "pause_word": "Red card", "adopt": "1", "adopt-review_on": LATER,
        "adopt-reason": "A quieter word.",
    })  # fmt: skip
    listed = page(client, "case_agreements", clear)
    assert "These copies on paper" in listed and "Fridge door" in listed
    assert "Shows an older version: replace it" in page(client, "agreement", agreement)
    client.post(at("copy_replaced", PaperCopy.objects.get()))
    assert "These copies on paper" not in page(client, "case_agreements", clear)


def test_a_version_is_not_new_without_a_reason(client, clear, owner):
    agreement = make.adopted(clear, owner)
    client.post(at("agreement_renew", agreement))
    sent = {"version": 1, "pause_word": "Red card", "adopt": "1", "adopt-review_on": LATER}
    answer = client.post(at("agreement_fill", agreement), sent)
    assert answer.status_code == 422 and "why there is a new version" in answer.content.decode()
    assert agreement.versions.first().answers == {"pause_word": "Red card"}


# Looked at again


def test_today_asks_for_it_when_its_day_has_come(client, clear, owner):
    agreement = make.adopted(clear, owner)
    assert at("agreement", agreement) not in opened(client, reverse("today"))
    Agreement.objects.filter(pk=agreement.pk).update(review_on=TODAY())
    assert at("agreement", agreement) in opened(client, reverse("today"))
    client.post(at("agreement_review", agreement), {"review_on": LATER})
    assert at("agreement", agreement) not in opened(client, reverse("today"))


def recorded(client, case, **fields):
    person = case.participants.all()[1]
    sent = {
        "person": person.pk, "on": TODAY().isoformat(), "audience": "clinician", "children": "unknown",
        "violence": "clear", "red_flags": ["fit"], "known": "CANARYKNOWN", **fields,
    }  # fmt: skip
    answer = client.post(at("relapse_record", case), sent)
    assert answer.status_code == 302, answer.content.decode()
    return Reentry.objects.get()


def test_a_relapse_asks_for_a_look_and_lays_out_the_day(client, clear, owner):
    agreement = make.adopted(clear, owner)
    way_back = recorded(client, clear)
    shown = page(client, "after_relapse", way_back)
    titles = re.findall(r'id="step-\w[\w-]*">\d\. ([^<]+?)\s*</h2>', shown)
    assert titles == [
        "Safety first", "The safety net", "Who may be told what", "The next session",
        "Plans and agreements to look at again", "Treatment plan and boosters", "The first steps again",
    ]  # fmt: skip
    assert "Get medical help today: A fit" in shown and "Find out who is with the children." in shown
    assert "Maya: may not be told by you." in shown
    assert at("agreement", agreement) in shown and "?kind=repair" in shown
    today = opened(client, reverse("today"))
    assert at("agreement", agreement) in today and at("after_relapse", way_back) in today


def test_a_step_is_ticked_and_the_whole_closed(client, clear, owner):
    way_back = recorded(client, clear)
    client.post(at("after_relapse_step", way_back), {"version": 1, "step": "safety", "done": "1"})
    way_back.refresh_from_db()
    assert way_back.done["safety"]["on"] == TODAY().isoformat()
    client.post(at("after_relapse_step", way_back), {"version": 1, "step": "net", "done": "1"})  # from an old page
    assert "net" not in Reentry.objects.get().done
    client.post(at("after_relapse_step", way_back), {"version": way_back.version, "close": "1"})
    assert at("after_relapse", way_back) not in opened(client, reverse("today"))


# Constant queries


def test_as_many_queries_for_one_row_as_for_three(client, clear, owner, django_assert_max_num_queries):
    pages = {
        at("case_agreements", clear): 16,
        reverse("case_part", args=[clear.pk, "out"]): 11,
        reverse("waits", args=["papers"]): 12,
    }
    counts = {address: [] for address in pages}
    for more in (1, 2):  # one row, then three
        for _ in range(more):
            agreement = make.adopted(clear, owner, again={"pause_word": "Red card"})
            first = AgreementVersion.objects.get(agreement=agreement, number=1)
            actions.add_copy(by=owner, version=first, where="Fridge door")
            Agreement.objects.filter(pk=agreement.pk).update(review_on=TODAY())
        for address, most in pages.items():
            client.get(address)
            with django_assert_max_num_queries(most) as counted:
                client.get(address)
            counts[address].append(len(counted))
    assert all(one == three for one, three in counts.values()), counts


def test_as_many_queries_for_a_short_history_as_for_a_long_one(client, clear, owner, django_assert_max_num_queries):
    counts = []
    agreement = make.adopted(clear, owner)
    for _ in range(2):
        make.renewed(agreement, owner, pause_word="Red card")
        for version in agreement.versions.all():
            actions.add_copy(by=owner, version=version, where="Fridge door")
        client.get(at("agreement", agreement))
        with django_assert_max_num_queries(30) as counted:
            client.get(at("agreement", agreement))
        counts.append(len(counted))
    assert counts[0] == counts[1]
