"""The packs that come with the product: sound, sourced, licensed, readable, and complete; and hostile packs refused.

Prints the table of reading grades by sheet (`pytest tests/test_packs.py -s -k grades`).
"""

from __future__ import annotations

import json
import re
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.agreements import kinds
from planner.cases.gates import MATRIX, Effect
from planner.cases.models import FlagKind
from planner.library import actions, courses, packs, search
from planner.library.words import FAMILY, FOR_WHOM, GATE, PHASE, ROLE, SETTING, SHEET_KIND, STRENGTH, words_of
from planner.progress import instruments
from planner.sessions import agenda
from planner.sheets import reading
from tests.library.make import PACK, entry, write_pack

FOLDERS = sorted(path.parent for path in actions.CONTENT.glob("*/pack.yaml"))
SOURCE_TEXTS = {"000_ffd02ba796340e6c.txt", "001_c5389f2dbfec6dff.txt"}
HARDEST, MEDIAN = 8, 6  # United States school grades
LONGEST_SENTENCE = 20  # words; one idea a sentence
#: What the first pack holds without fail: one of the names in each line.
REQUIRED = [
    "externalising", "re-authoring", "mindfulness-practice", "grounding", "paced-breathing", "boundary-agreement",
    "needs-without-coercion", "responsive-listening", "weekly-check-in", "shared-journal", "relapse-disclosure",
    "disclosure-preparation", "relapse-prevention-plan", "relapse-safety-net", "trigger-map", "pattern-map",
    "reliability-log", "maintenance-plan",
]  # fmt: skip
GATED = {
    "relapse-disclosure": "disclosure", "facilitated-disclosure": "facilitated-disclosure",
    "weekly-check-in": "joint-task",
    "shared-journal": "shared-record", "boundary-agreement": "joint-task", "mindfulness-practice": "mindfulness",
}  # fmt: skip
#: The problems and the courses that the field asks for first.
PROBLEMS = {
    "injury-after-relapse", "secrecy-and-broken-disclosure", "vigilance-and-checking", "pursuit-and-withdrawal",
    "people-pleasing", "anger-as-protection", "fear-of-abandonment", "fear-of-engulfment", "shame-after-relapse",
    "craving-under-relational-stress", "broken-small-promises", "inherited-patterns-with-children",
    "disconnection-after-caregiving-failures", "drift-after-therapy",
}  # fmt: skip
PATHWAYS = {
    "first-eight-weeks",
    "disclosure-prepared-and-held",
    "boundaries-and-needs",
    "narrative-re-authoring",
    "mindfulness-and-pause",
    "rebuilding-small-reliability",
    "family-attunement",
    "maintenance-year",
}
#: Words that shame; no client reads them.
UNKIND = re.compile(
    r"\b(addicts?|junkie|victims?|failed|failure|non-?complian\w+|clean and sober|dirty)\b", re.IGNORECASE
)
#: Words that no sheet for two may carry, nor any discreet title.
PRIVATE = re.compile(r"\b(hotline|violence|abuse|coercion|screening|screened)\b", re.IGNORECASE)
TELLING = re.compile(
    r"\b(relapse\w*|drinks?|drinking|drugs?|alcohol|sober|sobriety|substance|craving|violence|abuse)\b", re.IGNORECASE
)


@cache
def read(folder):
    return packs.read_pack(folder)


def first():
    return read(actions.FIRST_PACK)


def english():
    return [file for file in first().interventions if file.language == "en"]


def client_sheets():
    """(file, sheet) for every sheet a client gets, in every language."""
    return [
        (file, sheet)
        for folder in FOLDERS
        for file in read(folder).interventions
        for sheet in file.sheets
        if sheet.one_for_each != "clinician"
    ]


def wordings():
    """(file, sheet, role, text) for every wording a client reads."""
    return [
        (file, sheet, role, list(sheet.client_text(blocks)))
        for file, sheet in client_sheets()
        for role, blocks in sheet.wordings()
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_pack_is_sound_and_has_its_licence(folder):
    about = read(folder).about
    assert about.licence and about.author and about.version


def test_the_first_pack_is_complete():
    slugs = {file.slug for file in english()}
    assert [slug for slug in REQUIRED if slug not in slugs] == []
    assert len(slugs) >= 18
    assert {file.family for file in english()} == set(get_args(packs.Family))
    assert len([file for file in first().templates if file.language == "en"]) >= 6


def test_the_maintenance_plan_has_its_boosters():
    plan = next(file for file in english() if file.slug == "maintenance-plan")
    assert "booster-sessions" in plan.elements


def test_every_entry_is_finished():
    for file in english():
        assert len(file.steps) >= 4 and len(file.when_it_goes_wrong) >= 3 and file.tags and file.elements, file.slug
        assert any(step.words for step in file.steps), file.slug
        assert file.variants.telehealth and (file.variants.individual or file.variants.couple), file.slug
        assert any(sheet.one_for_each != "clinician" for sheet in file.sheets), file.slug


def test_every_entry_cites_its_source_texts():
    for file in first().interventions:
        cited = [source for source in file.sources if source.seed]
        assert cited, file.slug
        assert {source.seed for source in cited} <= SOURCE_TEXTS, file.slug
        assert all(len(source.paragraph.split()) >= 3 for source in cited), file.slug


def test_the_gates_that_must_be_there():
    gates = {file.slug: set(file.gates) for file in english()}
    assert [slug for slug, gate in GATED.items() if slug in gates and gate not in gates[slug]] == []


#: The gates that stay shut in a couple or a family until each person has been asked alone about violence.
ASKED_ALONE = {gate for gate, effects in MATRIX.items() if effects.get(FlagKind.VIOLENCE.value) is Effect.JOINT}


def test_no_sheet_for_all_together_before_each_was_asked_alone():
    together = {file.slug: file for file in english() for sheet in file.sheets if sheet.one_for_each == "case"}
    assert [slug for slug, file in together.items() if not set(file.gates) & ASKED_ALONE] == []


def test_a_telling_at_home_waits_for_all_that_a_held_one_waits_for():
    gates = {file.slug: set(file.gates) for file in english()}
    assert gates["relapse-disclosure"] >= gates["facilitated-disclosure"]


#: Where a person alone meets the worst: what to tell, what was heard, a hurt, a return to use, the days after.
HARD_ALONE = {
    "getting-ready-to-tell", "what-i-want-to-tell", "when-you-have-heard-it", "after-talk-card", "next-three-days",
    "saying-and-hearing", "my-steady-plan", "after-a-hard-week", "steps-for-a-dark-hour", "when-to-get-help",
    "what-i-carry", "hard-hour-kit",
}  # fmt: skip


def test_a_hard_sheet_says_what_to_do_with_thoughts_of_ending_ones_life():
    seen = {(sheet.slug, role): " ".join(texts) for _f, sheet, role, texts in wordings() if sheet.slug in HARD_ALONE}
    assert {slug for slug, _role in seen} == HARD_ALONE
    assert [key for key, said in seen.items() if not re.search(r"ending (your|a) life", said)] == []
    assert [key for key, said in seen.items() if not re.search(r"emergency number|get help now", said)] == []


#: Sheets with which somebody alone turns to the body, the breath or a strong feeling.
INWARD = {
    "slow-breath", "breath-card", "soup-breath", "quiet-practice", "noticing-card", "ways-back", "watch-the-wave",
    "small-brave-steps", "step-notes", "word-for-it", "what-i-carry",
}  # fmt: skip


def test_an_exercise_done_alone_says_when_to_leave_it():
    seen = {(sheet.slug, role): " ".join(texts) for _f, sheet, role, texts in wordings() if sheet.slug in INWARD}
    leave = re.compile(r"\b(stop|no more steps|leave it|put the pen down)\b", re.IGNORECASE)
    assert {slug for slug, _role in seen} == INWARD
    assert [key for key, said in seen.items() if not leave.search(said)] == []


def test_slow_breath_is_for_no_body_that_needs_a_doctor_first():
    said = next(" ".join(texts) for _f, sheet, _r, texts in wordings() if sheet.slug == "slow-breath").lower()
    asked = ("lung", "heart", "pregnant", "chest pain", "a fit", "drive", "emergency number")
    assert [word for word in asked if word not in said] == []


def test_with_an_urge_nobody_is_left_to_watch_it_alone():
    """In recovery, a sheet that turns to feelings says to move away and call someone."""
    seen = {
        sheet.slug: " ".join(texts)
        for _file, sheet, role, texts in wordings()
        if role == "person-in-recovery" and sheet.slug in {"quiet-practice", "watch-the-wave", "my-trigger-map"}
    }
    assert {slug: bool(re.search(r"(pull|urge).*call someone", said)) for slug, said in seen.items()} == {
        "quiet-practice": True, "watch-the-wave": True, "my-trigger-map": True,
    }  # fmt: skip


def test_no_sheet_tells_anybody_to_stop_a_substance_suddenly():
    sudden = re.compile(r"\b(all at once|at once on your own|just stop|go cold)\b", re.IGNORECASE)
    warns = re.compile(r"\b(do not|unsafe|ask a doctor)\b", re.IGNORECASE)
    found = {
        (sheet.slug, text)
        for _file, sheet, _role, texts in wordings()
        for text in texts
        if sudden.search(text) and "stop" in text.lower() and not warns.search(text)
    }
    assert found == set()


def test_nobody_who_hurt_another_is_told_that_it_was_not_their_doing():
    told = [
        sheet.slug
        for _file, sheet, role, texts in wordings()
        for text in texts
        if role in ("injuring", "person-in-recovery") and re.search(r"\bdid not cause\b", text)
    ]
    assert told == []


def test_no_source_points_at_papers_that_a_reader_has_not_got():
    named = [
        (file.slug, source.source)
        for file in [*first().interventions, *first().templates, *first().statements, *first().pathways]
        for source in file.sources
        if source.source and ".md" in source.source
    ]
    assert named == []


#: What a person must always get, whatever is known of anybody: how to get help, and where to turn.
ALWAYS_OPEN = {
    "when-to-get-help", "after-talk-card", "next-three-days", "start-again-card", "hard-hour-kit", "hard-hour-card",
}  # fmt: skip
#: What stays behind the gates of its entry, however private it looks: it leads to telling, to asking, or to the other.
NEVER_ALONE = {
    "what-i-want-to-tell", "getting-ready-to-tell", "getting-ready-to-hear", "my-questions", "check-in-sheet",
    "saying-and-hearing", "asking-sheet", "my-limits", "when-i-am-let-down", "small-brave-steps", "kept-or-mended",
    "my-half", "my-part",
}  # fmt: skip


def test_sheets_that_are_safe_alone_are_open_and_no_other():
    sheets = {sheet.slug: (file, sheet) for file in english() for sheet in file.sheets}
    assert {slug: sheets[slug][1].gates for slug in ALWAYS_OPEN} == dict.fromkeys(ALWAYS_OPEN, ())
    assert {slug: sheets[slug][1].gates for slug in NEVER_ALONE} == dict.fromkeys(NEVER_ALONE, None)
    joint = {"joint-task", "disclosure", "facilitated-disclosure", "shared-record", "joint-relapse-plan"}
    for file, sheet in sheets.values():
        if sheet.gates is not None:
            assert sheet.one_for_each == "participant" and not set(sheet.gates) & joint, sheet.slug
            kept = set(file.gates) - joint - {"exposure-or-guilt", "information-sharing", "adult-content"}
            assert set(sheet.gates) >= kept, f"{sheet.slug} drops what looks after the reader: {kept}"


def test_what_a_sheet_for_one_person_asks_is_kept_for_the_person():
    """Every answer on a sheet that is given without asking about safety is the writer's alone, or a tick. (A child's
    sheet is for the grown-ups to see.)"""
    shared = [
        (sheet.slug, block.label)
        for file in english()
        for sheet in file.sheets
        if sheet.gates is not None and "joint-task" in file.gates and sheet.for_roles != ("child",)
        for block in sheet.parsed()
        if getattr(block, "audience", "person") != "person" and block.kind in ("lines", "scale", "table", "if_then")
    ]
    assert shared == []


#: What two people do with each other at home: what each writes alone for it is for nobody to check.
BETWEEN = {"needs-and-boundaries", "dialogue", "trust-building", "predictability"}


def test_what_one_writes_alone_for_the_two_is_for_the_writer():
    shown = [
        (sheet.slug, block.id)
        for file in english()
        if file.family in BETWEEN
        for sheet in file.sheets
        if sheet.one_for_each == "participant" and sheet.for_roles != ("child",)
        for block in sheet.parsed()
        if getattr(block, "audience", "person") != "person"
    ]
    assert shown == []


def test_a_limit_and_a_right_need_nobody_s_yes():
    """A limit is its owner's; and what always holds is no term that one of them could leave unticked."""
    terms = [
        (sheet.slug, block) for file, sheet in client_sheets() for block in sheet.parsed() if block.kind == "terms"
    ]
    assert [(slug, block.id) for slug, block in terms if block.each_own] == [("our-limits", "own_terms")]
    said = [(slug, term) for slug, block in terms for term in block.terms if "always holds" in (term.exception or "")]
    assert [(slug, term.text) for slug, term in said if not term.always] == []


#: Entries whose words differ by the side that a person is on in the injury. In all others they differ by what the
#: person is in the case: a parent who was hurt is still the caregiver.
BY_SIDE = {"hurt-acknowledgement", "guilt-processing", "couple-resilience-story", "facilitated-disclosure"}
SIDES = {"injured", "injuring"}


def named_by_side() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(entry, block, its `for`) of each block that names a side."""
    for file in english():
        for sheet in file.sheets:
            for block in sheet.parsed():
                if SIDES & set(block.for_tags):
                    yield file.slug, getattr(block, "id", block.kind), block.for_tags


def test_a_side_in_the_injury_gives_nobody_the_words_of_another():
    assert {slug for slug, _block, _tags in named_by_side()} == BY_SIDE
    late = [(slug, block) for slug, block, tags in named_by_side() if tags[0] not in SIDES]
    assert late == []  # where the side decides it stands first: a partner who did the hurting is not told of being hurt


def test_a_translation_says_what_its_original_says_today():
    """Whoever changes the original reads the translation again and writes the new state into it."""
    for folder in FOLDERS:
        entries = {(file.slug, file.language): file for file in read(folder).interventions}
        behind = [
            packs.file_name(file)
            for file in read(folder).interventions
            if file.follows and file.follows != packs.whole_hash(entries[file.slug, read(folder).about.language])
        ]
        assert behind == []


@pytest.mark.parametrize("kind", ["case", "clinician"])
def test_only_a_sheet_for_one_person_has_gates_of_its_own(tmp_path, kind):
    text = entry("alpha", gates="joint-task").replace(
        "    blocks:", f"    gates: []\n    one_for_each: {kind}\n    blocks:"
    )
    with pytest.raises(packs.BadPack, match=r"alpha.yaml, line \d+: sheets.0: only a sheet for one person"):
        packs.read_pack(write_pack(tmp_path, text))


def test_an_unknown_gate_of_a_sheet_is_refused_at_its_line(tmp_path):
    text = entry("alpha").replace("    blocks:", "    gates: [nothing]\n    blocks:")
    with pytest.raises(
        packs.BadPack, match=rf"alpha.yaml, line {text[: text.index('    gates')].count(chr(10)) + 1}: "
    ):
        packs.read_pack(write_pack(tmp_path, text))


def test_a_translation_keeps_the_gates_of_each_sheet(tmp_path):
    spanish = entry("alpha", language="es", gates="joint-task").replace("    blocks:", "    gates: []\n    blocks:")
    with pytest.raises(packs.BadPack, match=r"alpha.es.yaml, line \d+: .*gates of its original: those of its entry"):
        packs.read_pack(write_pack(tmp_path, entry("alpha", gates="joint-task"), spanish))


def test_a_sheet_without_gates_of_its_own_freezes_as_before():
    plain = packs.parse(packs.InterventionFile, entry("alpha"), "alpha.yaml").sheets[0]
    assert "gates" not in packs.frozen_sheet(plain)
    assert packs.frozen_sheet(plain.model_copy(update={"gates": ()}))["gates"] == []


def test_every_value_has_its_words():
    pairs = [
        (FAMILY, packs.Family), (FOR_WHOM, packs.ForWhom), (PHASE, packs.Phase), (SETTING, packs.Setting),
        (ROLE, packs.Role), (GATE, packs.Gate), (STRENGTH, packs.Strength),
    ]  # fmt: skip
    for words, values in pairs:
        assert set(words) == set(get_args(values))
    assert set(SHEET_KIND) == set(get_args(packs.Sheet.model_fields["kind"].annotation))


def test_reading_grades(capsys):
    """Every sheet in every wording is at most grade 8 by both formulas; half of all are at grade 6 or below."""
    rows = []
    for file, sheet in client_sheets():
        seen = {}
        for role, grade in sheet.grades(file.language).items():
            if grade:
                seen.setdefault(grade, []).append(role or "everybody")
        rows += [(sheet.slug, ", ".join(roles)[:34], grade) for grade, roles in seen.items()]
    medians = [statistics.median(getattr(grade, name) for *_who, grade in rows) for name in ("kincaid", "smog")]
    table = [f"{'sheet':34} {'wording':34} {'kincaid':>7} {'smog':>5} {'words':>5}"]
    table += [
        f"{slug:34} {role:34} {grade.kincaid:7.1f} {grade.smog:5.1f} {grade.words:5}"
        for slug, role, grade in sorted(rows, key=lambda row: row[:2])
    ]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *table, f"{'median':69} {medians[0]:7.1f} {medians[1]:5.1f}", ""]))
    assert [(slug, role, grade.worst) for slug, role, grade in rows if grade.worst > HARDEST] == []
    assert max(medians) <= MEDIAN
    assert len(rows) >= 18


def test_no_sentence_is_long():
    """What an average hides: one long sentence among many short ones."""
    found = {
        (sheet.slug, " ".join(words))
        for file, sheet, _role, texts in wordings()
        if file.language == "en" and len(words := reading.longest(texts)) > LONGEST_SENTENCE
    }
    assert sorted(found) == []


def test_no_unkind_word():
    found = [
        (sheet.slug, UNKIND.search(text)[0])
        for _f, sheet, _r, texts in wordings()
        for text in texts
        if UNKIND.search(text)
    ]
    assert found == []


def test_nothing_about_screening_on_a_client_s_paper():
    found = [
        (sheet.slug, PRIVATE.search(text)[0])
        for _f, sheet, _r, texts in wordings()
        for text in texts
        if PRIVATE.search(text)
    ]
    assert found == []


def test_discreet_titles_tell_nothing():
    shown = [(sheet.slug, sheet.discreet_title or sheet.title) for _file, sheet in client_sheets()]
    assert [(slug, title) for slug, title in shown if TELLING.search(title)] == []


def test_field_names_are_their_own_within_a_sheet():
    for _file, sheet in client_sheets():
        for role, blocks in sheet.wordings():
            names = [field.name for block in blocks for field in block.fields()]
            assert len(set(names)) == len(names), (sheet.slug, role)


def test_template_items_are_found():
    slugs = {file.slug for file in english()}
    for template in first().templates:
        assert {item.intervention for item in template.items if item.intervention} <= slugs, template.slug


def statements():
    return [file for file in first().statements if file.language == "en"]


def pathways():
    return [file for file in first().pathways if file.language == "en"]


def test_the_statement_bank_is_complete():
    slugs = {file.slug for file in statements()}
    assert len(slugs) >= 14 and slugs >= PROBLEMS
    for file in statements():
        assert len({goal.clinical for goal in file.goals}) == len(file.goals) >= 3, file.slug
        assert len({one.text for one in file.objectives}) == len(file.objectives) >= 6, file.slug
        named = {name for one in file.objectives for name in courses.blanks_of(one.text)}
        assert named >= {"what", "how often", *courses.MUST}, file.slug


#: What one would call somebody, in place of what one would see or hear; and whom not everybody has.
TRAIT = re.compile(
    r"\b(manipulat\w*|co-?dependen\w+|needy|clingy|controlling|narciss\w+|immature|lazy|resistant|toxic|in denial"
    r"|enabl(?:er|ing)|passive-aggressive|attention-seeking|unmotivated|treatment-refractory|should)\b",
    re.IGNORECASE,
)
ONE_KIND_OF_FAMILY = re.compile(
    r"\b(husbands?|wife|wives|mothers?|fathers?|mum|mom|dad|boyfriends?|girlfriends?|marriages?|spouses?)\b",
    re.IGNORECASE,
)
PROMISE = re.compile(r"\b(will (?:trust|love|forgive|heal|recover|stay sober)|guarantee\w*|cured?)\b", re.IGNORECASE)
#: Measures that are kept elsewhere than among the instruments: what came of homework is rated where homework is.
RATED_WITH_HOMEWORK = {"0-10 homework done"}


def measure_names():
    """What a statement may call a measure: validated ones by their name, ratings of ours as the plan words them."""
    shipped = instruments.shipped().values()
    names = {measure.name for measure in shipped if measure.validated}
    ours = {measure.name.lower() for measure in shipped if not measure.validated}
    return names | {f"0-10 {name}" for name in ours} | {f"0-10 {name}, rated in private" for name in ours}


def thin_in_statement(file):
    """What of a statement could not be worked with as it stands: (part, words)."""
    entries = {one.slug: one for one in english()}
    fit = {slug for slug, one in entries.items() if one.family != "safety-screening"}
    found = [("description", text) for text in file.descriptions if len(text.split()) < 4 or TRAIT.search(text)]
    found += [("own words", goal.own_words) for goal in file.goals if not goal.own_words.endswith("?")]
    found += [("same words", goal.clinical) for goal in file.goals if goal.own_words == goal.clinical]
    for one in file.objectives:
        named = set(courses.blanks_of(one.text))
        if not named >= set(courses.MUST) or not named & {"what", "how often", "how many", "target"}:
            found.append(("blanks", one.text))
        if not one.measured or not one.intervention or len(one.measured.split()) < 2:
            found.append(("measured how, and by what", one.text))
    led_to = [*file.interventions, *(one.intervention for one in file.objectives if one.intervention)]
    found += [("intervention", slug) for slug in led_to if slug not in fit]
    found += [("unit", slug) for slug in led_to if slug in fit and not set(file.for_whom) & set(entries[slug].for_whom)]
    return found + [("measure", name) for name in file.measures if name not in measure_names() | RATED_WITH_HOMEWORK]


def with_objective(file, **given):
    return file.model_copy(update={"objectives": (file.objectives[0].model_copy(update=given), *file.objectives[1:])})


def test_every_statement_can_be_worked_with():
    assert {file.slug: found for file in statements() if (found := thin_in_statement(file))} == {}


BROKEN_STATEMENTS = {
    "description": lambda file: file.model_copy(update={"descriptions": ("Is very manipulative at home.",)}),
    "own words": lambda file: file.model_copy(
        update={"goals": (file.goals[0].model_copy(update={"own_words": "Trust is regained."}),)}
    ),
    "blanks": lambda file: with_objective(file, text="{who} rests by {by when}."),
    "measured how, and by what": lambda file: with_objective(file, measured=None),
    "intervention": lambda file: file.model_copy(update={"interventions": ("hurt-vs-manipulation",)}),
    "measure": lambda file: file.model_copy(update={"measures": ("Horoscope",)}),
}


@pytest.mark.parametrize("part", BROKEN_STATEMENTS)
def test_a_thin_statement_is_seen(part):
    assert [name for name, _words in thin_in_statement(BROKEN_STATEMENTS[part](statements()[0]))] == [part]


def test_nothing_blames_or_promises_or_knows_one_kind_of_family():
    found = [
        (file.slug, word[0])
        for file in [*statements(), *pathways(), *first().templates]
        for words in (TRAIT, ONE_KIND_OF_FAMILY, PROMISE)
        if (word := words.search(file.model_dump_json(exclude={"sources", "slug"})))
        and word[0] != "manipulation"  # the name of an entry
    ]
    assert found == []


#: What a clinician has to be told before it happens, and how a choice point says it.
MISHAPS = {
    "the gate is shut": re.compile(r"\bgate\b"),
    "somebody wants to stop": re.compile(r"\b(wants? to (?:stop|end)|one (?:doubts|wants))\b"),
    "use in between": re.compile(r"\buse has\b|\ba return to use\b|\buse (?:returns|comes back)\b"),
}
SCREENING = "hurt-vs-manipulation"


def gates_by_slug():
    return {one.slug: set(one.gates) for one in english()}


def lines_of(session):
    """The items of a session, a template's where it has one."""
    templates = {one.slug: one for one in first().templates if one.language == "en"}
    return templates[session.template].items if session.template else session.items


def planned_minutes(session):
    """What is planned for it, the hour's own opening and closing included."""
    frame = [] if session.template else [line for part in agenda.frame(session.kind, session.minutes) for line in part]
    return sum(line.minutes for line in [*frame, *lines_of(session)])


def thin_in_pathway(file):
    """What of a pathway would leave a clinician alone: (part, words)."""
    said = [choice.if_ for session in file.sessions for choice in session.choices]
    found = [] if len(file.sessions) > 1 else [("sessions", file.slug)]
    found += [("choice", part) for part, words in MISHAPS.items() if not any(map(words.search, said))]
    found += [("minutes", session.title) for session in file.sessions if planned_minutes(session) != session.minutes]
    joint = [
        n
        for n, session in enumerate(file.sessions)
        if any("joint-task" in gates_by_slug().get(line.intervention, ()) for line in lines_of(session))
    ]
    alone = [
        n
        for n, session in enumerate(file.sessions)
        if any(line.intervention == SCREENING or "alone" in (line.title or "") for line in lines_of(session))
    ]
    if joint and (not alone or alone[0] > joint[0]):
        found.append(("alone first", file.sessions[joint[0]].title))
    return found


def test_every_pathway_says_what_to_do_when_it_goes_otherwise():
    assert {file.slug: found for file in pathways() if (found := thin_in_pathway(file))} == {}


def with_sessions(file, *sessions):
    return file.model_copy(update={"sessions": sessions})


BROKEN_PATHWAYS = {
    "alone first": lambda file: with_sessions(file, *file.sessions[1:], file.sessions[0]),
    "choice": lambda file: with_sessions(file, *(one.model_copy(update={"choices": ()}) for one in file.sessions)),
    "minutes": lambda file: with_sessions(file, *(one.model_copy(update={"minutes": 55}) for one in file.sessions)),
    "sessions": lambda file: with_sessions(file, file.sessions[0]),
}


@pytest.mark.parametrize("part", BROKEN_PATHWAYS)
def test_a_thin_pathway_is_seen(part):
    file = next(one for one in pathways() if one.slug == "boundaries-and-needs")
    assert part in {name for name, _words in thin_in_pathway(BROKEN_PATHWAYS[part](file))}


def test_an_item_takes_no_longer_than_the_whole_of_its_entry():
    whole = {file.slug: file.minutes for file in english()}
    hours = [*first().templates, *(session for file in pathways() for session in file.sessions if session.items)]
    assert [
        (item.intervention, item.minutes)
        for hour in hours
        for item in hour.items
        if item.intervention and item.minutes > whole[item.intervention]
    ] == []


def test_the_minutes_of_a_template_add_up():
    assert {file.slug: sum(item.minutes for item in file.items) for file in first().templates} == {
        file.slug: file.minutes for file in first().templates
    }


def test_the_pathways_are_complete():
    assert {file.slug for file in pathways()} >= PATHWAYS
    for file in pathways():
        assert len(file.sessions) >= 5 and sum(bool(session.choices) for session in file.sessions) >= 2, file.slug


def test_a_pathway_holds_what_is_made_for_those_who_come():
    made_for = {file.slug: set(file.for_whom) for file in english()}
    unfit = [
        (file.slug, item.intervention)
        for file in pathways()
        for session in file.sessions
        for item in session.items
        if item.intervention
        and not set(file.for_whom) <= made_for[item.intervention]
        and not (session.with_roles and set(session.with_roles) <= made_for[item.intervention])
    ]
    assert unfit == []


def test_statements_and_pathways_cite_their_sources_and_say_nothing_unkind():
    for file in [*statements(), *pathways()]:
        cited = [source for source in file.sources if source.seed]
        assert cited and {source.seed for source in cited} <= SOURCE_TEXTS, file.slug
        assert UNKIND.search(file.model_dump_json()) is None, file.slug


def test_synonyms_lead_to_words_of_the_library():
    known = {word for file in first().interventions for word in actions.word_weights(file)}
    dead = sorted({text for texts in search.synonyms().values() for text in texts} - known)
    assert dead == []
    assert all(words_of(word) == [word] for word in search.synonyms())


# Hostile packs: each is refused with its file and line, and nothing else happens.

HOSTILE = {
    "an alias bomb": ("a: &a [x, x]\nb: [*a, *a]\n", 1, "anchors are not allowed"),
    "a tag that runs code": ('slug: !!python/object/apply:os.system ["true"]\n', 1, "tags are not allowed"),
    "a tag that breaks numbers": ("slug: !!int x\n", 1, "tags are not allowed"),
    "a key twice": ("slug: a\nname: b\nslug: c\n", 3, "stands twice"),
    "a list as key": ("? [a, b]\n: c\n", 1, "a key must be a word"),
    "nesting without end": ("[" * 500 + "]" * 500, 1, "nested too deeply"),
    "a NUL": ("slug: a\nname: b\x00c\n", 2, "cannot be seen"),
    "an escaped NUL": ('slug: a\nname: "b\\0c"\n', 2, "cannot be seen"),
    "a turned text": ('slug: a\nname: "b\u202ec"\n', 2, "cannot be seen"),
    "half a letter": ('slug: a\nname: "\\ud800"\n', 2, "cannot be seen"),
    "a number without end": ("minutes: " + "9" * 5000, 1, "a number is too long"),
    "two documents": ("slug: a\n---\nslug: b\n", 2, "not readable as YAML"),
    "an unclosed text": ('slug: "a\n', 2, "not readable as YAML"),
    "nothing": ("", 1, "the file is empty"),
    "a list": ("- a\n", 1, "the file:"),
    "a word": ("hello", 1, "the file:"),
    "too large": ("# " + "x" * packs.LARGEST_FILE, 1, "larger than 200 kB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(tmp_path, name):
    text, line, said = HOSTILE[name]
    write_pack(tmp_path, entry("alpha"))
    (tmp_path / "interventions" / "zeta.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(packs.BadPack) as caught:
        packs.read_pack(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("interventions/zeta.yaml", line)
    assert said in problem.message


def test_bytes_that_are_no_text_are_refused(tmp_path):
    write_pack(tmp_path, entry("alpha"))
    (tmp_path / "interventions" / "zeta.yaml").write_bytes(b"slug: a\nname: \xff\xfe\n")
    with pytest.raises(packs.BadPack, match="zeta.yaml, line 2: cannot be read as UTF-8 text"):
        packs.read_pack(tmp_path)


def test_a_folder_that_is_no_pack(tmp_path):
    with pytest.raises(packs.BadPack, match="pack.yaml, line 1: there is no such file"):
        packs.read_pack(tmp_path)


def test_far_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(packs, "MOST_FILES", 2)
    with pytest.raises(packs.BadPack, match="at most 2 files"):
        packs.read_pack(write_pack(tmp_path, entry("alpha"), entry("beta")))


def refused_or_read(model, text):
    """Parses, and lets nothing through but a sound result or a list of problems with lines."""
    try:
        packs.parse(model, text, "zeta.yaml")
    except packs.BadPack as error:
        lines = (
            text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + text.count("\u2029") + 2
        )
        assert error.problems and all(1 <= problem.line <= lines and problem.message for problem in error.problems)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=200))
@example(text="\ud800")
@example(text="%YAML 9.9\n---\na")
@example(text="<<: {a: b}")
@example(text="? \n: \n")
def test_any_text_is_read_or_refused(text):
    refused_or_read(packs.PackFile, text)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="abc:-[]{},&*!|>'\"#%@? \n\t0.~<", max_size=120))
def test_anything_like_yaml_is_read_or_refused(text):
    refused_or_read(packs.InterventionFile, text)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mangled_entry_is_read_or_refused(data):
    """A sound file with a piece cut out, doubled or replaced."""
    text = entry("alpha")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    put = data.draw(st.one_of(st.just(""), st.just(text[start:end] * 2), st.text(max_size=20)))
    refused_or_read(packs.InterventionFile, text[:start] + put + text[end:])


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "lines", "id", "for"]), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(block=plain)
def test_any_block_is_read_or_refused(block):
    text = entry("alpha").rsplit("      - lines:", 1)[0] + f"      - {json.dumps(block)}\n"
    refused_or_read(packs.InterventionFile, text)


def test_plain_words_stay_words():
    text = PACK.replace("A small pack", "No").replace("For tests.", "10:00")
    about = packs.parse(packs.PackFile, text, "pack.yaml")
    assert (about.name, about.about) == ("No", "10:00")


# The 70 elements of the two source texts

PACK_FOLDER = actions.CONTENT / "attachment-repair"


@pytest.fixture(scope="module")
def elements():
    return yaml.safe_load((PACK_FOLDER / "elements.yaml").read_text())


def test_each_of_the_70_elements_has_its_artefact(elements):
    pack = packs.read_pack(PACK_FOLDER)
    entries = {file.slug: file for file in pack.interventions if file.language == "en"}
    sheets = {sheet.slug for file in entries.values() for sheet in file.sheets}
    assert [row["row"] for row in elements] == list(range(1, 71))
    assert len({row["slug"] for row in elements}) == 70
    for row in elements:
        assert row["interventions"] and set(row["interventions"]) <= set(entries), row["slug"]
        assert row["sheets"] and set(row["sheets"]) <= sheets, row["slug"]
        assert all(row["slug"] in entries[slug].elements for slug in row["interventions"]), row["slug"]


#: What a row's word for its artefact asks of the sheets that it names. A plan may also be a living document.
OF_KIND = {
    "plan": {"plan"}, "worksheet": {"worksheet", "plan"}, "log": {"log"}, "tracker": {"log", "plan"},
    "referral record": {"guide"},
}  # fmt: skip


def test_what_an_element_is_mapped_to_is_such_a_thing(elements):
    pack = packs.read_pack(PACK_FOLDER)
    templates = {file.slug for file in pack.templates}
    pathways = {file.slug: file.slugs("interventions") for file in pack.pathways}
    entries = {file.slug: file for file in pack.interventions if file.language == "en"}
    of_sheet = {sheet.slug: (file.slug, sheet.kind) for file in entries.values() for sheet in file.sheets}
    for row in elements:
        sheets = [of_sheet[slug] for slug in row["sheets"]]
        assert {entry for entry, _kind in sheets} >= {row["interventions"][0]}, row["slug"]
        assert {entry for entry, _kind in sheets} <= set(row["interventions"]), row["slug"]
        wanted = OF_KIND.get(row["artefact"], set())
        kept = set(row["sheets"]) & kinds.slugs() if row["artefact"] == "plan" else set()
        assert not wanted or kept or wanted & {kind for _entry, kind in sheets}, row["slug"]
        assert set(row.get("templates", ())) <= templates and set(row.get("pathways", ())) <= set(pathways), row["slug"]
        assert row["artefact"] not in ("session template", "pathway") or row.keys() & {"templates", "pathways"}, row


def test_the_communication_course_takes_the_dialogue_skills_in_order():
    course = next(file for file in first().pathways if file.slug == "communication-course")
    asked = ["responsive-listening", "needs-without-coercion", "empathic-action-reply", "summarise-before-solve",
             "joint-problem-solving", "prompt-repair"]  # fmt: skip
    assert [slug for slug in course.slugs("interventions") if slug in asked] == asked


def test_no_entry_claims_an_element_that_does_not_exist(elements):
    known = {row["slug"] for row in elements}
    pack = packs.read_pack(PACK_FOLDER)
    assert {element for file in pack.interventions for element in file.elements} == known


def test_the_library_is_as_deep_as_it_is_broad():
    pack = packs.read_pack(PACK_FOLDER)
    entries = [file for file in pack.interventions if file.language == "en"]
    assert len(entries) >= 60
    assert sum(len(file.sheets) for file in entries) >= 120
