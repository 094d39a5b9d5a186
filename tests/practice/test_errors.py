"""What an error says: plain words, what was kept, nothing of the inside."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

SAME_ORIGIN = {"HTTP_SEC_FETCH_SITE": "same-origin"}


@pytest.fixture
def strict(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    return client


def test_an_old_form_gets_its_text_back(strict, owner):
    data = {"name": "My long <i>text</i>", "password": "tell-nobody", "once": "k1", "csrfmiddlewaretoken": "old"}
    page = strict.post(reverse("profile"), data, **SAME_ORIGIN)
    assert page.status_code == 403
    assert b"My long &lt;i&gt;text&lt;/i&gt;" in page.content
    assert b"tell-nobody" not in page.content and b"k1<" not in page.content


def test_the_text_of_another_site_is_not_shown(strict):
    for extra in ({"HTTP_SEC_FETCH_SITE": "cross-site"}, {"HTTP_ORIGIN": "https://evil.example"}, {}):
        page = strict.post(reverse("profile"), {"name": "call this number"}, **extra)
        assert page.status_code == 403 and b"call this number" not in page.content


def test_too_much_at_once_is_told(signed_in, owner, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    page = signed_in(owner).post(reverse("profile"), {"name": "x" * 500})
    assert page.status_code == 400
    assert b"too much at once" in page.content
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    page = signed_in(owner).post(reverse("profile"), {f"f{n}": "x" for n in range(9)})
    assert page.status_code == 400


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "429.html", "500.html"])
def test_every_error_page_stands_alone(template, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        html = render_to_string(template)
    assert '<html lang="' in html and "<main" in html and html.count("<h1>") == 1
    assert "<title>" in html and 'href="/"' in html


def test_a_wrong_method_is_refused(signed_in, owner):
    client = signed_in(owner)
    for name in ("alive", "sign_out", "sign_out_everywhere"):
        assert client.get(reverse(name)).status_code == 405
    assert client.put(reverse("profile")).status_code == 405
    assert client.delete(reverse("people")).status_code == 405


def test_reading_changes_nothing(signed_in, owner):
    from planner.practice.models import TrailEntry

    client = signed_in(owner)
    names = ("profile", "people", "person_invite", "practice_settings", "help_line_add", "trail", "unlock", "mfa_index")
    before = TrailEntry.objects.count()
    for name in names:
        assert client.get(reverse(name)).status_code in (200, 302), name
        assert client.head(reverse(name)).status_code in (200, 302), name
    assert TrailEntry.objects.count() == before
