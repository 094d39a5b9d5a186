"""Set-up, invitations, roles, and leaving."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from planner.practice import actions
from planner.practice.models import Invitation, OpenSession, Practice, Role, TrailEntry, User
from tests import factories
from tests.factories import PASSWORD

GOOD = "seven-quiet-herons-count-tides"


def set_up_form(**changes):
    return {
        "practice_name": "Harbour practice", "country": "US", "zone": "America/New_York", "paper": "letter",
        "name": "Olive Owner", "credentials": "LMFT", "email": "Olive@Example.org", "password": GOOD, **changes,
    }  # fmt: skip


# Set-up


@pytest.fixture
def link(db):
    return actions.make_setup_link()


def test_set_up_makes_practice_and_owner_and_signs_in(link):
    client = Client()
    assert client.get(link).status_code == 200
    response = client.post(link, set_up_form())
    assert response["Location"] == reverse("second_factor")
    owner = User.objects.get()
    assert (owner.role, owner.email, owner.practice.name) == (Role.OWNER, "olive@example.org", "Harbour practice")
    assert owner.check_password(GOOD)
    assert [line.reach for line in owner.practice.crisis_lines.all()] == ["988 (call or text)", "911"]
    offer = client.get(response["Location"])
    assert offer.status_code == 200 and reverse("mfa_activate_totp").encode() in offer.content
    # Straight to the authenticator app, without typing the password again.
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert [entry.verb for entry in TrailEntry.objects.all()] == ["set up", "signed in"]


def test_the_link_is_gone_after_use(link):
    Client().post(link, set_up_form())
    for answer in (Client().get(link), Client().post(link, set_up_form(email="evil@example.org"))):
        assert answer.status_code == 404
    assert (Practice.objects.count(), User.objects.count()) == (1, 1)


def test_only_the_hash_is_kept(link):
    token = link.strip("/").rpartition("/")[2]
    assert len(token) >= 43
    kept = Invitation.objects.get()
    assert token not in str(kept.__dict__)


def test_a_wrong_token_is_told_the_same_as_an_old_one(link, words):
    old = Client().post(link, set_up_form()) and Client().get(link)
    wrong = Client().get(reverse("setup", args=["x" * 43]))
    assert (wrong.status_code, words(wrong)) == (404, words(old))


def test_reading_the_page_uses_nothing_up(link):
    for _ in range(3):
        assert Client().get(link).status_code == 200
        assert Client().head(link).status_code == 200
    assert Invitation.objects.get().used_at is None


def test_the_link_runs_out(link):
    with time_machine.travel(Invitation.objects.get().expires_at + timedelta(seconds=1), tick=False):
        assert Client().get(link).status_code == 404
        assert Client().post(link, set_up_form()).status_code == 404


def test_a_new_link_kills_the_old_one(link):
    newer = actions.make_setup_link()
    assert Client().get(link).status_code == 404
    assert Client().get(newer).status_code == 200


def test_no_link_once_there_is_a_practice(practice):
    with pytest.raises(actions.Refused):
        actions.make_setup_link()


def test_an_old_link_is_dead_once_there_is_a_practice(link):
    factories.make_practice()
    assert Client().post(link, set_up_form()).status_code == 404
    assert User.objects.count() == 0


def test_a_wrong_form_keeps_what_was_typed_and_writes_nothing(link):
    page = Client().post(link, set_up_form(password="short", practice_name="Kept <name>"))
    assert page.status_code == 200
    assert page.context["form"].errors["password"]
    assert b"Kept &lt;name&gt;" in page.content
    assert Invitation.objects.get().used_at is None
    assert Practice.objects.count() == 0


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("Har\x00bour", "Harbour"), ("Harbour\u202eevil", "Harbourevil"), ("  Har \n bour ", "Har bour"),
        ("Żółw 漢字 👩‍👩‍👧", "Żółw 漢字 👩‍👩‍👧"), ("<script>x</script>", "<script>x</script>"),
    ],
)  # fmt: skip
def test_odd_text_is_cleaned(link, typed, kept):
    Client().post(link, set_up_form(practice_name=typed))
    assert Practice.objects.get().name == kept


def test_too_much_text_is_an_error_beside_the_field(link):
    page = Client().post(link, set_up_form(practice_name="x" * 200))
    assert "practice_name" in page.context["form"].errors


def test_two_clicks_at_once_have_one_winner(link, monkeypatch):
    """The second click found the link while it was still open; the UPDATE lets it through no more."""
    seen = actions.find_link(link.strip("/").rpartition("/")[2], set_up=True)
    Client().post(link, set_up_form())
    monkeypatch.setattr(actions, "find_link", lambda token, set_up=False: seen)
    assert Client().post(link, set_up_form(email="evil@example.org")).status_code == 404
    assert User.objects.count() == 1


# Invitations


def test_an_invitation_is_shown_once_and_joins_once(signed_in, owner):
    client = signed_in(owner)
    page = client.post(reverse("person_invite"), {"name": "Nina New", "email": "Nina@example.org", "role": "clinician"})
    assert page.status_code == 200 and page["Referrer-Policy"] == "strict-origin"
    link = page.context["link"].removeprefix("http://testserver")
    assert link not in client.get(reverse("people")).content.decode()
    guest = Client()
    assert guest.get(link).status_code == 200
    response = guest.post(link, {"name": "Nina New", "credentials": "", "password": GOOD, "role": "owner"})
    assert response["Location"] == reverse("second_factor")
    nina = User.objects.get(email="nina@example.org")
    assert (nina.role, nina.practice) == (Role.CLINICIAN, owner.practice)
    assert guest.get(reverse("profile")).status_code == 200
    assert Client().get(link).status_code == 404


def test_a_withdrawn_invitation_is_dead(signed_in, owner):
    link = actions.invite(by=owner, name="Nina", email="nina@example.org", role="clinician")
    pk = Invitation.objects.get().pk
    assert signed_in(owner).post(reverse("invitation_withdraw", args=[pk])).status_code == 302
    assert Client().get(link).status_code == 404


def test_an_address_that_is_here_is_told_beside_the_field(signed_in, owner, colleague):
    page = signed_in(owner).post(reverse("person_invite"), {"name": "X", "email": "COLIN@example.org", "role": "owner"})
    assert "in the practice already" in str(page.context["form"].errors["email"])
    assert Invitation.objects.count() == 0


def test_an_address_of_another_practice_is_not_told_to_the_owner(owner, stranger):
    link = actions.invite(by=owner, name="X", email=stranger.email, role="clinician")
    page = Client().post(link, {"name": "X", "password": GOOD})
    assert "signs in here already" in page.content.decode()
    assert Invitation.objects.get().used_at is None
    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)


# Doors


OWNER_PAGES = ["people", "person_invite", "practice_settings", "help_line_add", "trail"]


@pytest.mark.parametrize("name", OWNER_PAGES)
def test_the_owner_gets_in_and_others_do_not(signed_in, owner, colleague, supervisor, front_desk, name):
    assert signed_in(owner).get(reverse(name)).status_code == 200
    for person in (colleague, supervisor, front_desk):
        assert signed_in(person).get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


def test_people_of_another_practice_do_not_exist(signed_in, owner, stranger, words):
    client = signed_in(owner)
    theirs = client.get(reverse("person_change", args=[stranger.pk]))
    nobody = client.get(reverse("person_change", args=[10**9]))
    huge = client.get(reverse("person_change", args=[10**30]))
    assert [theirs.status_code, nobody.status_code, huge.status_code] == [404] * 3
    assert words(theirs) == words(nobody) == words(huge)
    for name in ("person_password_link", "person_factor_remove"):
        assert client.post(reverse(name, args=[stranger.pk])).status_code == 404
    assert Invitation.objects.count() == 0


# Change and leave


def test_deactivation_kills_sessions_and_links_at_once(signed_in, sign_in, owner, colleague):
    inside, _ = sign_in("colin@example.org")
    link = actions.make_password_link(by=owner, person=colleague)
    assert inside.get(reverse("profile")).status_code == 200
    signed_in(owner).post(reverse("person_change", args=[colleague.pk]), {"role": "clinician"})
    assert OpenSession.objects.filter(user=colleague).count() == 0
    assert inside.get(reverse("profile")).status_code == 302
    assert Client().get(link).status_code == 404
    assert sign_in("colin@example.org")[1].status_code == 200


def test_a_session_that_was_copied_back_is_still_dead(sign_in, colleague):
    inside, _ = sign_in("colin@example.org")
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert inside.get(reverse("profile")).status_code == 302


def test_a_role_holds_from_the_next_request(signed_in, owner, colleague):
    inside = signed_in(colleague)
    assert inside.get(reverse("people")).status_code == 403
    signed_in(owner).post(reverse("person_change", args=[colleague.pk]), {"role": "owner", "is_active": "on"})
    assert inside.get(reverse("people")).status_code == 200


@pytest.mark.parametrize("data", [{"role": "clinician", "is_active": "on"}, {"role": "owner"}])
def test_a_practice_keeps_one_owner(signed_in, owner, data):
    page = signed_in(owner).post(reverse("person_change", args=[owner.pk]), data)
    assert page.status_code == 200 and b"needs one owner" in page.content
    owner.refresh_from_db()
    assert owner.is_owner and owner.is_active


def test_other_fields_in_the_form_change_nothing(signed_in, owner, colleague, stranger):
    data = {
        "role": "clinician", "is_active": "on", "email": "evil@example.org", "practice": stranger.practice_id,
        "password": "x", "id": stranger.pk,
    }  # fmt: skip
    signed_in(owner).post(reverse("person_change", args=[colleague.pk]), data)
    colleague.refresh_from_db()
    assert (colleague.email, colleague.practice_id) == ("colin@example.org", owner.practice_id)
    assert colleague.check_password(PASSWORD)


def test_a_password_link_changes_the_password_and_does_not_sign_in(signed_in, sign_in, owner, colleague):
    inside, _ = sign_in("colin@example.org")
    page = signed_in(owner).post(reverse("person_password_link", args=[colleague.pk]))
    link = page.context["link"].removeprefix("http://testserver")
    guest = Client()
    assert guest.post(link, {"password": GOOD})["Location"] == reverse("account_login")
    assert guest.get(reverse("profile")).status_code == 302
    assert inside.get(reverse("profile")).status_code == 302
    colleague.refresh_from_db()
    assert colleague.check_password(GOOD)
    assert Client().post(link, {"password": GOOD + "x"}).status_code == 404


def test_the_command_makes_a_link_for_a_locked_out_owner(owner, capsys):
    from django.core.management import call_command

    call_command("sign_in_link", "olive@example.org", "--base", "http://127.0.0.1:8000")
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8000/join/")
    assert Client().get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_sign_out_everywhere(sign_in, owner):
    here, _ = sign_in("olive@example.org")
    there, _ = sign_in("olive@example.org")
    assert len(here.get(reverse("profile")).context["sessions"]) == 2
    here.post(reverse("sign_out_everywhere"))
    assert OpenSession.objects.filter(user=owner).count() == 0
    assert here.get(reverse("profile")).status_code == there.get(reverse("profile")).status_code == 302


def test_sessions_of_others_are_not_listed(sign_in, owner, colleague):
    here, _ = sign_in("olive@example.org")
    sign_in("colin@example.org")
    assert [row.user for row in here.get(reverse("profile")).context["sessions"]] == [owner]


def test_the_profile_changes_only_what_it_asks(signed_in, owner):
    data = {
        "name": "Olive O.",
        "credentials": "PhD",
        "language": "es",
        "theme": "dark",
        "role": "x",
        "email": "e@x.org",
    }
    assert signed_in(owner).post(reverse("profile"), data).status_code == 302
    owner.refresh_from_db()
    assert (owner.name, owner.credentials, owner.language, owner.theme) == ("Olive O.", "PhD", "es", "dark")
    assert (owner.role, owner.email) == (Role.OWNER, "olive@example.org")


@pytest.mark.parametrize("rows", [1, 3])
def test_people_in_constant_queries(signed_in, owner, django_assert_num_queries, rows):
    for n in range(rows):
        factories.make_user(owner.practice)
        actions.invite(by=owner, name="X", email=f"x{n}@example.org", role="clinician")
    client = signed_in(owner)
    client.get(reverse("people"))
    with django_assert_num_queries(4):
        client.get(reverse("people"))
