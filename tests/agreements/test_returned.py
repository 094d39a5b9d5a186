"""A living document that comes back as a filled PDF: into its own draft, to be looked at; nobody else's goes in."""

import io

import pypdf
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from planner.agreements import actions
from planner.library.models import WorksheetEdition
from planner.sheets.options import Options
from tests import factories
from tests.agreements import make
from tests.homework.fillers import FILLERS, by_pypdf

pytestmark = pytest.mark.django_db
TYPED = {"pause_word": "Zoë 北京", "helps": "A walk\nМузыка"}


def printed(agreement, by) -> bytes:
    """The draft on paper with fields to type into."""
    draft = agreement.versions.get(adopted_on=None)
    draft.agreement = agreement
    return bytes(actions.print_version(by=by, version=draft, options=Options()).printed.pdf)


def fields(pdf) -> list[str]:
    return list(pypdf.PdfReader(io.BytesIO(pdf)).get_fields())


def send(client, agreement, pdf, version=""):
    """What the page says, and what the draft holds now."""
    data = {"file": SimpleUploadedFile("a.pdf", pdf, "application/pdf"), "version": version}
    answer = client.post(reverse("agreement_returned", args=[agreement.pk]), data)
    assert answer.url == reverse("agreement_fill", args=[agreement.pk])
    said = [str(one) for one in get_messages(answer.wsgi_request)]
    return said[-1], agreement.versions.get(adopted_on=None)


@pytest.mark.parametrize("filler", FILLERS)
def test_it_comes_back_as_it_was_typed(client, clear, owner, filler):
    agreement = make.begun(clear, owner, minutes="20")
    agree = next(name for name in fields(printed(agreement, owner)) if name.startswith("agreed"))
    pdf = FILLERS[filler](printed(agreement, owner), {**TYPED, agree: "on"})
    said, draft = send(client, agreement, pdf)
    assert said == "Taken in. Look at each answer before you adopt it."
    assert {name: draft.answers[name] for name in TYPED} == TYPED
    assert (draft.answers[agree], draft.answers["minutes"], draft.source, draft.adopted_on) == ("on", "20", "pdf", None)
    shown = client.get(reverse("agreement_fill", args=[agreement.pk])).content.decode()
    assert "Zoë 北京" in shown and "Музыка" in shown


def test_a_file_of_somebody_else_goes_nowhere(client, clear, owner, stranger):
    agreement = make.begun(clear, owner, pause_word="Palm up")
    other = make.begun(clear, owner)
    foreign_case = factories.make_case(stranger)
    factories.settle_safety(foreign_case, stranger)
    foreign = make.begun(foreign_case, stranger)
    files = [(other, owner), (foreign, stranger)]
    for row, by in files:
        said, draft = send(client, agreement, by_pypdf(printed(row, by), TYPED))
        assert said == "This file is not a copy of this document. Nothing was taken in."
        assert draft.answers == {"pause_word": "Palm up"}
    said, draft = send(client, agreement, b"hello")
    assert "not a PDF" in said and draft.answers == {"pause_word": "Palm up"}


def test_an_older_edition_is_typed_in(client, clear, owner):
    agreement = make.begun(clear, owner, pause_word="Palm up")
    pdf = by_pypdf(printed(agreement, owner), TYPED)
    make.adopt(agreement, owner)
    sheet = agreement.worksheet
    sheet.current = WorksheetEdition.objects.create(
        worksheet=sheet, number=2, content=sheet.current.content, content_hash="newer", grades={}
    )
    sheet.save()
    actions.renew(by=owner, agreement=agreement)
    said, draft = send(client, agreement, pdf)
    assert draft.edition == sheet.current
    assert said == "The sheet has a newer edition since. Type in what was written."
    assert draft.answers["pause_word"] == "Palm up"


def test_somebody_else_saved_meanwhile(client, clear, owner):
    agreement = make.begun(clear, owner)
    pdf = by_pypdf(printed(agreement, owner), TYPED)
    draft = agreement.versions.get()
    old = draft.version
    actions.save_answers(by=owner, draft=draft, version=old, values={"pause_word": "Lighthouse"})
    said, draft = send(client, agreement, pdf, version=str(old))
    assert said == "Somebody else saved this meanwhile. Look at it, then send the file again."
    assert draft.answers["pause_word"] == "Lighthouse"
