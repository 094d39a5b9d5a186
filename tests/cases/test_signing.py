"""Signing: what each way asks for, what may be drawn, and the drawing on screen and paper."""

from __future__ import annotations

import io
import json

import pikepdf
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from planner.cases import signing
from planner.cases.models import SignatureWay, SignerRole, Stance
from tests import factories
from tests.sheets.test_press import pdf_of

DRAWN = [[[10, 20], [60, 80], [120, 30]]]
MAYA = signing.Signer(SignerRole.CLIENT, "client-1", "Maya Example")
ADA = signing.Signer(SignerRole.CLINICIAN, "clinician", "Ada Author", credentials="LMFT")


def form_of(signer=MAYA, **sent):
    data = QueryDict(mutable=True)
    data.update({f"{signer.key}-{name}": value for name, value in sent.items()})
    return signing.SignatureForm(data, signer=signer)


def test_a_drawn_signature_keeps_its_strokes():
    form = form_of(way="drawn", strokes=json.dumps(DRAWN))
    assert form.is_valid()
    kept = form.signature
    assert (kept["way"], kept["strokes"], kept["name"], kept["stance"]) == ("drawn", DRAWN, "Maya Example", "agrees")
    assert kept["signed_on"] == timezone.localdate()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"way": "drawn"}, "way"),
        ({"way": "drawn", "strokes": "[[[1,1],[2,1]]]"}, "way"),
        ({"way": "typed"}, "typed"),
        ({"way": "typed", "typed": " - "}, "typed"),
        ({"way": "paper", "signed_on": ""}, "signed_on"),
        ({"way": "paper", "signed_on": "2999-01-01"}, "signed_on"),
        ({"way": "paper", "signed_on": "1492-01-01"}, "signed_on"),
        ({"way": "none"}, "reason"),
        ({"way": "typed", "typed": "Maya", "stance": "disagrees"}, "reason"),
        ({"way": "by-magic"}, "way"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(sent, field):
    form = form_of(**sent)
    assert not form.is_valid()
    assert field in form.errors


def test_nobody_is_hurried():
    form = form_of(way="")
    assert form.is_valid()
    assert form.signature is None


def test_not_signing_and_not_agreeing_are_kept_with_their_reason():
    declined = form_of(way="none", reason="Wants to think about it.")
    assert declined.is_valid()
    assert (declined.signature["stance"], declined.signature["reason"]) == (Stance.REFUSES, "Wants to think about it.")
    differs = form_of(way="typed", typed="Maya", stance="disagrees", reason="Goal 2 is not mine.")
    assert differs.is_valid()
    assert differs.signature["stance"] == Stance.DISAGREES


def test_a_drawing_is_not_kept_with_a_typed_name():
    form = form_of(way="typed", typed="Maya", strokes=json.dumps(DRAWN))
    assert form.is_valid()
    assert form.signature["strokes"] == []


def test_staff_sign_with_their_name_and_credentials_in_one_click():
    form = signing.SignatureForm(signer=ADA)
    assert (form["way"].value(), form["typed"].value(), form["credentials"].value()) == ("typed", "Ada Author", "LMFT")
    sent = form_of(ADA, way="typed", typed="Ada Author", credentials="LMFT, PhD")
    assert sent.is_valid()
    assert sent.signature["credentials"] == "LMFT, PhD"


def test_a_guardian_signs_for_somebody_under_age(db):
    case = factories.make_case(factories.make_user(factories.make_practice()), "family", ("Ana", "Ben", "Cleo"))
    signers = signing.clients_of(case)
    assert [(one.role, one.person.name) for one in signers] == [
        ("client", "Ana"), ("client", "Ben"), ("client", "Cleo"), ("guardian", "Cleo")
    ]  # fmt: skip
    form = form_of(signers[-1], way="drawn", strokes=json.dumps(DRAWN))
    assert "guardian" in form.errors
    form = form_of(signers[-1], way="drawn", strokes=json.dumps(DRAWN), guardian="Ana")
    assert form.is_valid()
    assert form.signature["name"] == "Ana"


BAD = [
    "{", "7", "[1]", "[[1]]", "[[[1]]]", "[[[1,2,3]]]", "[[[401,1],[1,1]]]", "[[[-1,1],[99,99]]]",
    "[[[0.5,1],[99,99]]]", '[[["1",1],[99,99]]]', "[[[true,1],[99,99]]]", "[" * 5000, json.dumps([DRAWN[0]] * 81),
    json.dumps([[[1, 1], [99, 99]] * 2001]), "[[[1,NaN],[99,99]]]",
]  # fmt: skip


@pytest.mark.parametrize("strokes", BAD)
def test_a_drawing_beyond_the_field_is_refused(strokes):
    form = form_of(way="drawn", strokes=strokes)
    assert not form.is_valid()


@given(
    st.recursive(st.integers() | st.text() | st.none() | st.booleans(), lambda inner: st.lists(inner), max_leaves=30)
)
def test_whatever_is_sent_is_kept_within_bounds_or_refused(sent):
    try:
        kept = signing.checked_strokes(sent)
    except ValueError:
        return
    assert all(0 <= x <= 400 and 0 <= y <= 120 for stroke in kept for x, y in stroke)


def test_the_drawing_has_its_title_and_nothing_typed_gets_into_it():
    drawn = signing.picture(DRAWN, 'Signature of <b onload="x">')
    assert "<title>Signature of &lt;b onload=&quot;x&quot;&gt;</title>" in drawn
    assert '<polyline points="10,20 60,80 120,30"/>' in drawn


def test_a_drawing_prints_with_its_description():
    body = f"<p>Signed.</p>{signing.picture(DRAWN, 'Maya signed')}"
    answer, pdf = pdf_of(f"<html lang=en><head><title>t</title></head><body>{body}</body></html>")
    assert (answer["left_out"], answer["warnings"]) == ([], [])
    with pikepdf.open(io.BytesIO(pdf)) as file:
        figures = [one for one in file.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
        assert [str(one["/Alt"]) for one in figures] == ["Maya signed"]


@pytest.mark.parametrize(
    "hidden", ["<image href='x'/>", "<script>x</script>", "<use href='#a'/>", "<style>*{}</style>"]
)
def test_a_drawing_holds_shapes_alone(hidden):
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><title>t</title>{hidden}<path d='M0 0L9 9' fill='url(http://e/x)'/></svg>"
    answer, _pdf = pdf_of(f"<html lang='en'><head><title>t</title></head><body>{svg}</body></html>")
    assert len(answer["left_out"]) == 2


def test_the_pad_names_its_fields_for_whoever_cannot_see_it():
    html = render_to_string("cases/_signature_pad.html", {"form": signing.SignatureForm(signer=MAYA)})
    assert "<legend>Client: Maya Example</legend>" in html
    assert html.count("<label") == html.count('type="radio"') + 4
    assert SignatureWay.PAPER in html
