"""A small pack in a folder, for tests that load, change and break packs."""

from __future__ import annotations

from pathlib import Path

PACK = """\
slug: small-pack
name: A small pack
version: "1.0"
language: en
author: The authors
licence: CC BY 4.0
about: For tests.
"""

ENTRY = """\
slug: {slug}
language: {language}
{more}name: {name}
family: {family}
aim: {aim}
for_whom: [{for_whom}]
phase: [{phase}]
minutes: {minutes}
setting: [in-person]
use_when: Both can stay in the room.
not_when: Safety is not settled.
gates: [{gates}]
cautions: [Go slowly.]
steps:
  - {{ title: Frame it, minutes: 2, do: Say what it is. }}
  - {{ title: Try it, minutes: {rest}, do: "{do}" }}
when_it_goes_wrong:
  - {{ sign: Silence, then: Wait. }}
variants: {{ couple: As it stands. }}
homework: {{ full: Three times., small: Once. }}
progress_shows: Fewer old topics.
evidence: {{ strength: convention, statement: No trial was found. }}
sources:
  - {{ fact: A fact, source: A paper }}
review: {{ written: 2026-11-22 }}
tags: [{tags}]
sheets:
  - slug: {sheet}
    title: {title}
    purpose: A calm talk helps small hurts stay small.
    blocks:
      - lines: {{ id: hard, lines: 3, label: "When was it hard?", for: [partner] }}
      - lines: {{ id: hard, lines: 3, label: "When did it pull at you?", for: [person-in-recovery] }}
"""

TEMPLATE = """\
slug: {slug}
name: A steady hour
aim: A steady hour for two.
kind: regular
for_whom: [couple]
minutes: 50
items:
  - {{ title: Check-in, minutes: 5 }}
  - {{ intervention: {intervention}, minutes: 20 }}
  - {{ title: Closing, minutes: 5 }}
sources:
  - {{ fact: A fact, source: A paper }}
"""

STATEMENT = """\
slug: {slug}
name: Fear of being left
about: Distance is felt as the start of being left.
for_whom: [couple]
descriptions: [Asks often., Sleeps badly., Waits., Checks.]
goals:
  - {{ clinical: Alarm settles., own_words: "What would you tell yourself?" }}
  - {{ clinical: Reassurance is asked for., own_words: "Which words reach you?" }}
  - {{ clinical: Time apart is bearable., own_words: "What could be good about it?" }}
objectives:
  - "By {{by when}}, {{who}} maps {{what}}, as shown by {{measured how}}."
  - "By {{by when}}, {{who}} waits {{how often}}, as shown by {{measured how}}."
  - "By {{by when}}, {{who}} asks {{how many}} times, as shown by {{measured how}}."
  - "By {{by when}}, {{who}} goes from {{start}} to {{target}}, as shown by {{measured how}}."
  - "By {{by when}}, {{who}} rests {{how often}}, as shown by {{measured how}}."
  - "{objective}"
interventions: [{interventions}]
measures: [{measures}]
sources:
  - {{ fact: A fact, source: A paper }}
review: {{ written: 2026-11-22 }}
"""

PATHWAY = """\
slug: {slug}
name: First weeks
aim: Steady ground.
about: Small steps first.
for_whom: [{for_whom}]
use_when: It is safe.
not_when: It is not.
sessions:
  - title: Ground
    minutes: {minutes}
    template: {template}
    choices:
      - {{ if: it is too much, then: stay here. }}
  - title: A talk
    after: 14
    with: [partner]
    items:
      - {{ intervention: {intervention}, minutes: 20 }}
      - {{ title: Own words, minutes: 5 }}
sources:
  - {{ fact: A fact, source: A paper }}
review: {{ written: 2026-11-22 }}
"""


def statement(slug: str = "fear-of-loss", **given: object) -> str:
    """The text of a statement's file."""
    sound = "By {by when}, {who} does {what}, as shown by {measured how}."
    fields = {
        "slug": slug, "objective": sound, "interventions": "alpha, beta, gamma", "measures": "CORE-10", **given,
    }  # fmt: skip
    return STATEMENT.format(**fields)


def pathway(slug: str = "first-weeks", **given: object) -> str:
    """The text of a pathway's file."""
    fields = {
        "slug": slug, "for_whom": "couple", "minutes": 50, "template": "steady-hour", "intervention": "alpha", **given,
    }  # fmt: skip
    return PATHWAY.format(**fields)


def entry(slug: str = "alpha", **given: object) -> str:
    """The text of an intervention's file."""
    fields = {
        "slug": slug, "language": "en", "more": "", "name": slug.capitalize(), "family": "dialogue", "aim": "A talk.",
        "for_whom": "couple", "phase": "skill-building", "minutes": 15, "gates": "", "do": "Guide one round.",
        "tags": "", "sheet": f"{slug}-sheet", "title": "Our talk", **given,
    }  # fmt: skip
    return ENTRY.format(**fields, rest=int(str(fields["minutes"])) - 2)


def write_pack(
    folder: Path,
    *entries: str,
    templates: tuple[str, ...] = (),
    statements: tuple[str, ...] = (),
    pathways: tuple[str, ...] = (),
) -> Path:
    """A pack folder with these files; the name of each comes from its slug and language."""
    kinds = {"interventions": entries, "templates": templates, "statements": statements, "pathways": pathways}
    for kind, texts in kinds.items():
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for old in (folder / kind).glob("*.yaml"):
            old.unlink()
        for text in texts:
            slug = text.split("slug: ", 1)[1].split("\n", 1)[0]
            language = text.split("language: ", 1)[1].split("\n", 1)[0] if "\nlanguage: " in text else "en"
            name = f"{slug}.yaml" if language == "en" else f"{slug}.{language}.yaml"
            (folder / kind / name).write_text(text, encoding="utf-8")
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    return folder


#: A pack from outside, as it would be sent in: name of the file -> its text.
PARCEL = {"pack.yaml": PACK, "interventions/alpha.yaml": entry("alpha")}
