"""Print, fill, read: the same values; and what cannot be read is refused in a sentence."""

import io

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.sheets import press, returned
from planner.sheets.addresses import new_address
from planner.sheets.blocks import read_answers
from planner.sheets.keep import keep
from planner.sheets.options import Options
from tests.sheets.make import make_copy, make_paper
from tests.sheets.test_papers import packet


def fill(pdf: bytes, values: dict[str, str]) -> bytes:
    """The file as a viewer saves it with these values."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for field in file.Root.AcroForm.Fields:
            if (name := str(field.T)) in values:
                ticked = field.FT == "/Btn"
                field.V = pikepdf.Name("/on") if ticked else pikepdf.String(values[name])
                if ticked:
                    field.AS = pikepdf.Name("/on")
        out = io.BytesIO()
        file.save(out)
    return out.getvalue()


def test_every_field_comes_back_as_it_was_filled():
    copy = make_copy(address=new_address())
    rendering = press.render(make_paper(address=copy.address))
    specs = [spec for block in copy.blocks for spec in block.fields()]
    values = {
        spec.name: "on"
        if spec.kind == "check"
        else f"Añó 北 {number}\nmore"
        if spec.kind == "multiline"
        else f"Zoë {number}"
        for number, spec in enumerate(specs)
    }
    back = returned.read_values(fill(rendering.pdf, values))
    assert back.address == copy.address
    assert {name: back.values[name] for name in values} == values
    assert read_answers(copy.blocks, back.values) == read_answers(copy.blocks, values)
    assert not back.active


def test_a_blank_comes_back_blank():
    back = returned.read_values(press.render(make_paper()).pdf)
    assert back.address == ""
    assert set(back.values.values()) <= {"", "Off"}


def test_each_sheet_of_a_packet_has_its_own_values_and_address():
    addresses = [new_address(), new_address()]
    copies = [make_copy(prefix=f"s{n}-", address=address) for n, address in enumerate(addresses, 1)]
    from planner.sheets.papers import packet_paper
    from tests.sheets.make import LETTERHEAD

    paper = packet_paper(
        copies, cover=None, letterhead=LETTERHEAD, options=Options(), title="x", language="en", address=new_address()
    )
    back = returned.read_values(fill(press.render(paper).pdf, {"s1-pause_word": "one", "s2-pause_word": "two"}))
    assert back.address == paper.address
    assert back.sheets == {"s1-": addresses[0], "s2-": addresses[1]}
    assert back.values_of("s1-")["pause_word"] == "one"
    assert back.values_of("s2-")["pause_word"] == "two"


def test_an_address_that_we_did_not_sign_is_no_address():
    paper = make_paper(address="K7QM-3XR2-9TBA-K7QM-3XR2-9TBA")
    assert returned.read_values(press.render(paper).pdf).address == ""


def saved(pdf: bytes, **how) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        out = io.BytesIO()
        file.save(out, **how)
    return out.getvalue()


def test_what_cannot_be_read_is_refused_with_what_to_do():
    pdf = press.render(make_paper([{"short": {"id": "a", "label": "A?"}}])).pdf
    locked = saved(pdf, encryption=pikepdf.Encryption(owner="o", user="secret"))
    for file, said in (
        (b"", "not a PDF"),
        (b"<html>%PDF-1.7", "not a PDF"),
        (b"\x89PNG\r\n", "not a PDF"),
        (b"%PDF-1.7\nnothing", "cannot be read"),
        (pdf[: len(pdf) // 3], "cannot be read"),
        (locked, "locked with a password"),
        (b"%PDF-" + b"x" * returned.LARGEST, "larger than"),
    ):
        with pytest.raises(returned.Unreadable, match=said):
            returned.read_values(file)


def test_a_file_locked_for_changes_only_is_read():
    pdf = press.render(make_paper([{"short": {"id": "a", "label": "A?"}}])).pdf
    opened = saved(pdf, encryption=pikepdf.Encryption(owner="o", user=""))
    assert returned.read_values(opened).values["a"] == ""


def test_active_content_is_told():
    pdf = press.render(make_paper([{"short": {"id": "a", "label": "A?"}}])).pdf
    with pikepdf.open(io.BytesIO(pdf)) as file:
        file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS=pikepdf.String("app.alert(1)"))
        out = io.BytesIO()
        file.save(out)
    assert returned.read_values(out.getvalue()).active


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.binary(max_size=300), st.integers(0, 20_000), st.integers(0, 200))
def test_damage_is_read_or_refused_but_never_breaks(small_pdf, noise, place, cut):
    damaged = small_pdf[:place] + noise + small_pdf[place + cut :]
    try:
        returned.read_values(damaged)
    except returned.Unreadable as error:
        assert str(error).endswith(".")


@pytest.fixture(scope="module")
def small_pdf():
    return press.render(make_paper([{"short": {"id": "a", "label": "A?"}}])).pdf


@pytest.mark.django_db
def test_what_was_printed_is_kept_byte_for_byte():
    paper = packet(Options(size=14))
    rendering = press.render(paper)
    kept = keep(rendering, paper, address=new_address())
    kept.refresh_from_db()
    assert bytes(kept.pdf) == rendering.pdf
    assert (kept.pages, kept.title, kept.options["size"]) == (rendering.pages, "Packet for Maya", 14)
