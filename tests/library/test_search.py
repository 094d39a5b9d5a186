"""Finding: beginnings, typos, synonyms, filters with counts, languages, and who finds what."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.library import actions, course_search, search
from planner.library.models import Intervention, Pathway, Statement
from planner.library.words import fold, words_of
from tests import factories
from tests.library.make import TEMPLATE, entry, pathway, statement, write_pack

pytestmark = pytest.mark.django_db

ENTRIES = (
    entry("mindfulness-practice", name="Mindfulness practice", family="regulation", for_whom="individual, couple",
          phase="skill-building", minutes=15, aim="Notice and come back."),
    entry("grounding", name="Grounding", family="regulation", for_whom="individual",
          phase="safety-and-stabilisation", minutes=10, aim="Feel the room.", tags="panic"),
    entry("weekly-check-in", name="Weekly check-in", family="check-ins-and-records", for_whom="couple, family",
          phase="skill-building, maintenance", minutes=20, aim="A steady weekly talk.", gates="joint-task",
          do="Each speaks of the urge and of mindfulness."),
    entry("boundary-agreement", name="Boundary agreement", family="needs-and-boundaries", for_whom="couple",
          phase="skill-building", minutes=15, aim="Say yes and no. Café rules."),
)  # fmt: skip


@pytest.fixture
def library(tmp_path, db):
    actions.load_pack(write_pack(tmp_path, *ENTRIES))
    return tmp_path


def found(text, user, **filters):
    return [row.slug for row in search.find(text, user, filters)]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("mindfulness", ["mindfulness-practice", "weekly-check-in"]),
        ("mindful", ["mindfulness-practice", "weekly-check-in"]),
        ("MINDFUL practice", ["mindfulness-practice"]),
        ("mindfullness", ["mindfulness-practice", "weekly-check-in"]),
        ("mindfull", ["mindfulness-practice", "weekly-check-in"]),
        ("weekley", ["weekly-check-in"]),
        ("wekly chek-in", ["weekly-check-in"]),
        ("bondary", ["boundary-agreement"]),
        ("cafe", ["boundary-agreement"]),
        ("CAFÉ", ["boundary-agreement"]),
        ("panic", ["grounding"]),
        ("craving", ["weekly-check-in"]),
        ("urges", ["weekly-check-in"]),
        ("steady urge", ["weekly-check-in"]),
        ("steady grounding", []),
        ("the weekly", ["weekly-check-in"]),
        ("xyzzy", []),
        ("%", ["boundary-agreement", "grounding", "mindfulness-practice", "weekly-check-in"]),
    ],
)
def test_what_a_search_finds(library, owner, text, slugs):
    assert found(text, owner) == slugs


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "urge",
            [
                "Craving recognition and riding the wave", "Mindfulness practice, short and safe", "Paced breathing",
                "Relapse prevention plan", "Trigger map",
            ],
        ),
        (
            "DV",
            [
                "Hurt or control: telling them apart", "Boundary agreement", "Ground rules for safe talks",
                "Asking without pressure",
            ],
        ),
        ("craving", ["Craving recognition and riding the wave"]),
        ("mindful", ["Mindfulness practice, short and safe"]),
        ("mindfullness", ["Mindfulness practice, short and safe"]),
    ],
)  # fmt: skip
def test_words_of_the_field_find_what_is_about_them_first(owner, text, names):
    actions.load_pack(actions.FIRST_PACK)
    rows = search.find(text, owner)
    assert [row.name for row in rows[: len(names)]] == names
    if text in ("urge", "DV"):
        assert len(rows) <= 10, "a handful, not all that mention it"


def test_another_practice_s_entry_does_not_narrow_what_is_found(library, owner, stranger):
    """It is about the word; here the word is only mentioned. The mention is found all the same."""
    theirs = factories.make_intervention("urge-talk", name="Urge talk")
    Intervention.objects.filter(pk=theirs.pk).update(practice=stranger.practice)
    actions._index_words({theirs.pk: {"urge": actions.NAME}})
    assert found("urge", owner) == ["weekly-check-in"]
    assert found("urge", stranger) == ["urge-talk"]


def test_a_guess_is_told(library, owner):
    assert search.browse("mindfullness", owner).guessed == {"mindfullness": "mindfulness"}
    assert search.browse("mindful", owner).guessed == {}


def test_short_words_are_not_guessed():
    assert search.nearest("wek", ["week"]) == []
    assert search.nearest("weak", ["week", "walk", "weal"]) == ["weal", "week"]
    assert search.nearest("maya", ["may", "mayor"]) == []  # a name, not a mistyped short word


def test_nothing_typed_shows_everything_by_name(library, owner):
    assert found("", owner) == ["boundary-agreement", "grounding", "mindfulness-practice", "weekly-check-in"]


def test_filters_combine(library, owner):
    assert found("", owner, family="regulation") == ["grounding", "mindfulness-practice"]
    assert found("", owner, family="regulation", for_whom="couple") == ["mindfulness-practice"]
    assert found("", owner, for_whom=["family", "individual"], minutes=10) == ["grounding"]
    assert found("mindful", owner, family="regulation") == ["mindfulness-practice"]
    assert found("", owner, family="nothing", minutes="many") == found("", owner)


def test_counts_are_those_given_the_other_filters(library, owner):
    choices = search.browse("", owner, {"family": "regulation", "for_whom": "couple"}).choices
    counts = {kind: {choice.value: choice.count for choice in choices[kind]} for kind in choices}
    assert counts["family"] == {"needs-and-boundaries": 1, "regulation": 1, "check-ins-and-records": 1}
    assert counts["for_whom"] == {"individual": 2, "couple": 1}
    assert counts["phase"] == {"skill-building": 1}
    assert counts["minutes"] == {"5": 0, "10": 0, "15": 1, "20": 1, "30": 1, "45": 1, "60": 1}
    assert [choice.value for choice in choices["family"] if choice.chosen] == ["regulation"]


def test_a_count_keeps_its_promise(library, owner):
    """Whatever is chosen next gives as many entries as its count said."""
    base = {"phase": "skill-building"}
    for kind, choices in search.browse("", owner, base).choices.items():
        for choice in choices:
            assert search.browse("", owner, {**base, kind: choice.value}).total == choice.count, (kind, choice)


def test_an_address_gives_the_filters():
    filters = search.Filters.of(QueryDict("family=regulation&family=dialogue&phase=x&minutes=15&language=es"))
    assert filters == search.Filters(family=("regulation", "dialogue"), minutes=15, language=("es",))
    assert not search.Filters.of(QueryDict("minutes=16&q=a")).any


def with_spanish(folder):
    state = Intervention.objects.get(slug="weekly-check-in", language="en").whole_hash
    spanish = entry("weekly-check-in", language="es", more=f"follows: {state}\n", name="Encuentro semanal",
                    family="check-ins-and-records", for_whom="couple, family", minutes=20, gates="joint-task",
                    aim="Una charla breve.", sheet="weekly-check-in-sheet", title="Nuestra charla")  # fmt: skip
    actions.load_pack(write_pack(folder, *ENTRIES, spanish))


def test_the_language_a_person_reads(library, owner, colleague):
    with_spanish(library)
    colleague.language = "es"
    assert [row.name for row in search.find("", colleague)] == [
        "Encuentro semanal",
        "Boundary agreement",
        "Grounding",
        "Mindfulness practice",
    ]
    assert found("", owner) == ["boundary-agreement", "grounding", "mindfulness-practice", "weekly-check-in"]
    assert [row.language for row in search.find("weekly", colleague)] == ["es"]
    assert [row.language for row in search.find("encuentro", owner)] == ["en"]
    assert [row.language for row in search.find("", owner, {"language": "es"})] == ["es"]


def test_who_finds_what(library, owner, supervisor, front_desk, stranger):
    Intervention.objects.filter(slug="grounding").update(practice=owner.practice, pack=None)
    assert "grounding" in found("", owner) and "grounding" in found("", supervisor)
    assert "grounding" not in found("", stranger) and "grounding" not in found("panic", stranger)
    assert found("", front_desk) == []


@pytest.mark.parametrize("entries", [1, 3])
def test_a_search_costs_the_same_for_one_and_for_three(tmp_path, owner, entries, django_assert_num_queries):
    actions.load_pack(write_pack(tmp_path, *ENTRIES[1 : 1 + entries]))
    with django_assert_num_queries(8):
        list(search.browse("grounding", owner, {"phase": ["safety-and-stabilisation", "skill-building"]}).entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_anything_may_be_typed(library, owner, text):
    list(search.find(text, owner))


@given(text=st.text(max_size=80))
def test_folding_twice_is_folding_once(text):
    assert [words_of(word) for word in words_of(text)] == [[word] for word in words_of(text)]
    assert fold(fold(text)) == fold(text)


# Statements and pathways


@pytest.fixture
def courses(tmp_path):
    actions.load_pack(
        write_pack(
            tmp_path, entry("alpha"), entry("beta"), entry("gamma"),
            templates=(TEMPLATE.format(slug="steady-hour", intervention="alpha"),),
            statements=(statement(), statement("shame-at-night", interventions="alpha, beta, gamma")),
            pathways=(pathway(),),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("loss", ["fear-of-loss"]),
        ("steady ground", ["first-weeks"]),
        ("stedy gruond", ["first-weeks"]),
        ("reassur", ["fear-of-loss", "shame-at-night"]),
        ("talk", ["first-weeks"]),
        ("steady nothing", []),
        ("the", []),
        ("", []),
    ],
)
def test_statements_and_pathways_are_found_by_their_words(courses, owner, text, slugs):
    assert [one.row.slug for one in course_search.find(text, owner)] == slugs


def test_a_synonym_finds_a_statement(owner):
    actions.load_pack(actions.FIRST_PACK)
    assert "craving-under-relational-stress" in {one.row.slug for one in course_search.find("urge", owner)}
    assert "maintenance-year" in {one.row.slug for one in course_search.find("booster", owner)}


def test_what_is_found_is_marked_and_escaped(courses, owner):
    Statement.objects.filter(slug="fear-of-loss").update(name="<script>Fear</script> of loss")
    found = course_search.find("fear", owner)[0]
    assert "&lt;script&gt;<mark>Fear</mark>" in found.name and "<script>" not in found.name


def test_the_front_desk_and_other_practices_find_none(courses, owner, front_desk, stranger):
    Statement.objects.update(practice=owner.practice)
    assert course_search.find("loss", front_desk) == []
    assert course_search.find("loss", stranger) == []
    assert [one.row.slug for one in course_search.find("loss", owner)] == ["fear-of-loss"]


def test_courses_cost_the_same_for_one_and_for_three(owner, courses, django_assert_num_queries):
    with django_assert_num_queries(3):
        course_search.find("fear", owner)
    Statement.objects.exclude(slug="fear-of-loss").delete()
    with django_assert_num_queries(3):
        course_search.find("fear", owner)


def test_the_library_shows_them_above_its_entries(courses, signed_in, owner):
    response = signed_in(owner).get("/library/?q=loss")
    text = response.content.decode()
    assert "Pathways and plan statements" in text and reverse("statement", args=[Statement.objects.first().pk]) in text
    assert "Nothing has all of this" not in text
    assert "Pathways and plan statements" not in signed_in(owner).get("/library/").content.decode()
    assert (
        reverse("pathway", args=[Pathway.objects.get().pk])
        in signed_in(owner).get("/search/?q=ground").content.decode()
    )


@given(st.text(st.characters(max_codepoint=0x24F), max_size=20))
def test_plain_letters_are_folded_as_all_others(text):
    """The short way for plain text gives what the long way gives."""
    long_way = fold(text + "é").removesuffix("e")
    assert fold(text) == long_way
