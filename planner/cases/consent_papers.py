"""The words of a consent, and its form on paper: what the person reads is what is kept and hashed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import formats, translation
from django.utils.translation import gettext as _

from planner.cases.consents import under_part2
from planner.cases.models import Case, Consent, ConsentKind, ContactWay, Person, SecretsPolicy
from planner.practice.paper import paper_head
from planner.sheets.blocks import Block, Signature, TextBlock
from planner.sheets.options import Options
from planner.sheets.papers import Letterhead, Paper, SheetCopy, sheet_paper

#: 42 CFR 2.32, statement 2 (final rule 89 FR 12472 of 16 Feb 2024, in force since 16 Apr 2024). Older copies say less.
PART2_NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."


@dataclass(frozen=True)
class Part:
    """One point of a consent: its heading and what it says."""

    heading: str
    text: str


def title_of(kind: str) -> str:
    """What the form is called on paper."""
    return {
        ConsentKind.TREATMENT: _("Consent to treatment"),
        ConsentKind.SHARING: _("Consent to share"),
        ConsentKind.CONTACT: _("How we may reach you"),
        ConsentKind.RELEASE: _("Consent to a release"),
    }[ConsentKind(kind)]


def words(consent: Consent, case: Case) -> list[Part]:
    """The points of a consent in the order in which they are read, in the active language."""
    parts = {
        ConsentKind.TREATMENT: _treatment,
        ConsentKind.SHARING: _sharing,
        ConsentKind.CONTACT: _contact,
        ConsentKind.RELEASE: _release,
    }[ConsentKind(consent.kind)](consent, case)
    return [*parts, Part(_("How long it holds"), _until(consent)), Part(_("Your rights"), _rights(consent))]


def text_of(parts: list[Part]) -> str:
    """The points as one text: what is kept with the consent."""
    return "\n\n".join(f"{part.heading}\n{part.text}" for part in parts)


def parts_of(text: str) -> list[Part]:
    """The points out of the text that was kept."""
    pairs = (point.partition("\n") for point in text.split("\n\n"))
    return [Part(heading, body) for heading, _newline, body in pairs]


def form(consent: Consent, case: Case, options: Options) -> Paper:
    """The form to sign with a pen: the kept text, and a line for whoever signs."""
    person = consent.person
    with translation.override(person.language):
        copy = SheetCopy(
            title=title_of(consent.kind),
            discreet_title=_("Form"),
            blocks=_blocks(consent),
            language=person.language,
            name=person.on_paper,
        )
        return sheet_paper(copy, letterhead=Letterhead(**paper_head(case.practice)), options=options)


def _blocks(consent: Consent) -> tuple[Block, ...]:
    told = [TextBlock(title=part.heading, text=_plain(part.text)) for part in parts_of(consent.text)]
    guardian = (_("Parent or guardian"),) if consent.person.is_minor else ()
    roles = (*guardian, consent.person.on_paper)
    return (*told, Signature(id="signed", label=_("Sign here if you agree. You may say no."), roles=roles))


def _plain(text: str) -> str:
    """Typed text as it is: what would be a mark of Markdown is none here."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!<>|~" else letter for letter in text)


def _treatment(consent: Consent, case: Case) -> list[Part]:
    named = {"who": consent.discloser or case.practice.name}
    told = _("I was told what we plan to do, what may be hard about it, what else there is, and who may read notes.")
    found = [
        Part(_("What I agree to"), _("I agree to therapy with %(who)s.") % named),
        Part(_("What I was told"), told),
    ]
    if consent.what:
        found.append(Part(_("What we spoke about"), consent.what))
    if case.kind != "individual" and case.secrets_policy:
        found.append(Part(_("What one of us tells alone"), _secrets(case.secrets_policy)))
    return found


def _secrets(policy: str) -> str:
    if policy == SecretsPolicy.NONE:
        return _("There are no secrets in this work. What I tell alone may be brought into the room.")
    return _("What I tell alone stays apart. It is brought into the room only if someone's safety needs it.")


def _sharing(consent: Consent, case: Case) -> list[Part]:
    named = {"who": consent.discloser or case.practice.name, "to": consent.to_person.name}
    found = [
        Part(_("Who may tell whom"), _("%(who)s may share this with %(to)s.") % named),
        Part(_("What may be shared"), consent.what),
        Part(_("About drink or drugs"), _use(consent)),
    ]
    if consent.purpose:
        found.append(Part(_("What it is for"), consent.purpose))
    return found


def _use(consent: Consent) -> str:
    if consent.about_use:
        return _("What I say about my use may be shared, too.")
    return _("What I say about any use is not shared.")


def _contact(consent: Consent, case: Case) -> list[Part]:
    ways = ", ".join(str(ContactWay(way).label) for way in consent.ways)
    return [
        Part(_("How you may reach me"), ways),
        Part(_("Number or address"), consent.recipient or _("As it is on file.")),
        Part(_("What a message says"), consent.what or _("A name to call back and a time. Nothing else.")),
    ]


def _release(consent: Consent, case: Case) -> list[Part]:
    found = [
        Part(_("Whose records"), consent.person.name),
        Part(_("Who may tell it"), consent.discloser),
        Part(_("Who gets it"), consent.recipient),
        Part(_("What exactly"), consent.what),
        Part(_("About drink or drugs"), _use(consent)),
        Part(_("What it is for"), consent.purpose),
    ]
    after = _("Once it is told, the one who gets it may pass it on, as far as the law lets them.")
    if consent.part2:
        after = " ".join((after, _("It may not be used against me in court without my consent or a court order.")))
        after = " ".join((after, PART2_NOTICE))
    return [*found, Part(_("What may happen with it then"), after)]


def _until(consent: Consent) -> str:
    ends = []
    if consent.expires_on:
        day = formats.date_format(consent.expires_on, "j F Y")
        ends.append(_("It ends after %(day)s.") % {"day": day})
    if consent.ends_when:
        ends.append(_("It ends when: %(when)s.") % {"when": consent.ends_when.rstrip(".")})
    return " ".join(ends) or _("It holds until I take it back.")


def _rights(consent: Consent) -> str:
    said = _("I may say no. I can take this back at any time: I say so or write it. What was done before stays done.")
    if consent.kind in (ConsentKind.TREATMENT, ConsentKind.RELEASE):
        return said
    return " ".join((said, _("Therapy goes on if I say no.")))


def is_part2(kind: str, case: Case) -> bool:
    """Whether a consent of this kind is drawn up under 42 CFR Part 2 in this case."""
    return kind in (ConsentKind.SHARING, ConsentKind.RELEASE) and under_part2(case)


def who_signs(person: Person) -> str:
    """Whose signature puts a consent of this person in force."""
    return _("a parent or guardian") if person.is_minor else person.on_paper
