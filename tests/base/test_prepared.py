"""A prepared question has the answer of the ordinary one, for everybody, on every day, with one making of its SQL."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, F, Prefetch, Q
from django.db.models.sql.compiler import SQLCompiler
from django.http import Http404
from django.utils import timezone, translation

from planner.agreements.models import Agreement
from planner.base.access import LARGEST_ID, Plain, find, find_and_may_edit
from planner.base.prepared import DAY, ID, MOMENT, WORDS, Asker, counted, prepared, several
from planner.boosters.models import Booster, Series
from planner.cases.models import Case, Consent, Participant, TeamMember
from planner.homework.models import Assignment
from planner.plans.models import Objective, Plan
from planner.practice.models import Role, User
from planner.progress.models import Event
from planner.sessions.models import ProgressNote, Session
from tests.factories import make_case, make_practice, make_session, make_user

pytestmark = pytest.mark.django_db

QUESTIONS = {
    "joined rows": lambda case, name, day, since: Participant.objects.filter(case=case).select_related("person"),
    "an annotation": lambda case, name, day, since: (
        Case.objects.filter(pk=case).annotate(people=Count("participants")).values("pk", "people")
    ),
    "values": lambda case, name, day, since: (
        Participant.objects.filter(Q(case=case) | Q(person__name=name)).order_by("pk").values_list("pk", "person__name")
    ),
    "one column": lambda case, name, day, since: (
        Session.objects.filter(starts_at__gte=since).order_by("pk").values_list("starts_at", flat=True)
    ),
    "days": lambda case, name, day, since: TeamMember.objects.filter(Q(until=None) | Q(until__gte=day)).order_by("pk"),
    "the first rows": lambda case, name, day, since: Session.objects.filter(case=case).order_by("-starts_at", "pk")[:2],
    "moments": lambda case, name, day, since: Case.objects.filter(changed_at__gte=since).exclude(pk=case),
    "rows of rows": lambda case, name, day, since: Case.objects.filter(pk=case).prefetch_related(
        Prefetch("participants", Participant.objects.select_related("person"))
    ),
    "rows within": lambda case, name, day, since: Participant.objects.filter(
        case__in=Case.objects.filter(pk=case), person__name=name
    ),
    "a column beside a value": lambda case, name, day, since: Participant.objects.filter(
        case=case, person__print_name=F("person__name")
    ),
    "how many": lambda case, name, day, since: counted(Session.objects.filter(case=case, starts_at__gte=since)),
    "none": lambda case, name, day, since: Case.objects.none(),
}


def cast():
    practice = make_practice()
    owner = make_user(practice, Role.OWNER)
    cases = [
        make_case(owner),
        make_case(owner, "family", ("Ada", "Bo", "Maya")),
        make_case(owner, "individual", ("Z",)),
    ]
    for n, case in enumerate(cases):
        for days in range(n + 1):
            make_session(case, owner, days=days - 1)
    TeamMember.objects.filter(case=cases[0]).update(until=timezone.localdate())
    return owner, cases


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_answers_as_the_ordinary_question_does(name):
    _owner, cases = cast()
    question = prepared(case=ID, name=WORDS, day=DAY, since=MOMENT)(QUESTIONS[name])
    today, now = timezone.localdate(), timezone.now()
    for case in (*(case.pk for case in cases), 0):
        for hours in (-1, 1, 40):
            since = now + timedelta(hours=hours)
            given = {"case": case, "name": "Maya", "day": today + timedelta(days=hours), "since": since}
            assert told(question(**given)) == told(list(QUESTIONS[name](**given)))


def told(rows: list) -> list:
    """What is known of each row without another question."""
    return [told_of(row) for row in rows]


def told_of(row, up=()):
    if not hasattr(row, "_state"):
        return row
    known = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    up = (*up, row)
    joined = {name: told_of(one, up) for name, one in row._state.fields_cache.items() if one and one not in up}
    known_rows = getattr(row, "_prefetched_objects_cache", {})
    fetched = {name: [told_of(one, up) for one in rows.all()] for name, rows in known_rows.items()}
    return type(row), known, joined, fetched


def test_the_sql_is_made_once_for_each_question():
    _owner, cases = cast()

    @prepared(case=ID)
    def people(case, at_most):
        return Participant.objects.filter(case=case).order_by("pk")[:at_most]

    with mock.patch.object(SQLCompiler, "as_sql", autospec=True, side_effect=SQLCompiler.as_sql) as made:
        for case in cases * 2:
            for at_most in (1, 2):
                assert [row.case_id for row in people(case=case.pk, at_most=at_most)] == [case.pk] * min(
                    at_most, case.participants.count()
                )
        of_ours = [call for call in made.call_args_list if call.args[0].query.is_sliced]
    assert len(of_ours) == 2  # for one person and for two


def test_several_values_are_a_page_of_a_list(django_assert_num_queries):
    """None, one, all places, more than there are: each time what the ordinary question gives."""
    owner, cases = cast()
    elsewhere = make_case(owner, "individual", ("Zoe",))

    @prepared(cases=several(ID, 3), name=WORDS)
    def named(cases, name, upwards):
        rows = Participant.objects.filter(case__pk__in=cases).exclude(person__name=name)
        return rows.order_by("pk" if upwards else "-pk").values_list("case", "person__name")

    everybody = [*cases, elsewhere]
    for wanted in ([], cases[:1], cases[1:], cases, [cases[0], cases[0], cases[2]], everybody, cases[:1]):
        ids = [case.pk for case in wanted]
        for upwards in (True, False):
            rows = Participant.objects.filter(case__in=ids).exclude(person__name="Maya")
            with django_assert_num_queries(1 if ids else 0):
                found = named(cases=ids, name="Maya", upwards=upwards)
            assert found == list(rows.order_by("pk" if upwards else "-pk").values_list("case", "person__name"))


def test_two_lists_that_are_too_long_are_asked_of_in_the_ordinary_way():
    _owner, (case, other, *_others) = cast()

    @prepared(cases=several(ID, 1), but=several(ID, 1))
    def people(cases, but):
        return Participant.objects.filter(case__pk__in=cases).exclude(pk__in=but).order_by("pk")

    ids = [case.pk, other.pk]
    places = list(Participant.objects.filter(case__pk__in=ids).order_by("pk"))
    for cases, but in ((ids, [places[0].pk, places[1].pk]), (ids, [places[0].pk]), (ids[1:], [places[0].pk, 0])):
        asked = Participant.objects.filter(case__pk__in=cases).exclude(pk__in=but).order_by("pk")
        assert people(cases=cases, but=but) == list(asked)


@pytest.mark.parametrize("read", [timezone.now, timezone.localdate, translation.get_language])
def test_a_question_that_reads_what_changes_is_found_out(read):
    """By the guard that all tests run under (tests/conftest.py)."""
    read_by_name = f"{read.__name__} was read"
    module = {"get_language": translation}.get(read.__name__, timezone)

    @prepared(case=ID)
    def people(case):
        getattr(module, read.__name__)()
        return Participant.objects.filter(case=case)

    with pytest.raises(AssertionError, match=read_by_name):
        people(case=1)


def test_a_row_is_read_anew_each_time():
    owner, (case, *_others) = cast()
    assert find(Case.objects.all(), owner, pk=case.pk).focus == ""
    Case.objects.filter(pk=case.pk).update(focus="the winter")
    assert find(Case.objects.all(), owner, pk=case.pk).focus == "the winter"


def test_who_asks_is_never_kept():
    """Two people with one role: each finds their own, whoever asked first."""
    owner, (case, *_others) = cast()
    colleague = make_user(owner.practice, Role.OWNER)
    theirs = make_case(colleague)
    stranger = make_user(make_practice("Elsewhere"), Role.OWNER)
    for person, reached in ((owner, {case.pk}), (colleague, {theirs.pk}), (stranger, set())):
        for asked in (case, theirs):
            if asked.pk in reached:
                assert find_and_may_edit(Case.objects.all(), person, pk=asked.pk) == (asked, True)
            else:
                with pytest.raises(Http404):
                    find_and_may_edit(Case.objects.all(), person, pk=asked.pk)


def test_a_role_that_changes_is_asked_for_anew():
    owner, (case, *_others) = cast()
    assert find_and_may_edit(Case.objects.all(), owner, pk=case.pk)[1]
    owner.role = Role.SUPERVISOR
    assert not find_and_may_edit(Case.objects.all(), owner, pk=case.pk)[1]
    owner.role = Role.FRONT_DESK
    with pytest.raises(Http404):
        find(Case.objects.all(), owner, pk=case.pk)
    owner.role, owner.is_active = Role.OWNER, False
    with pytest.raises(Http404):
        find(Case.objects.all(), owner, pk=case.pk)


def test_the_day_is_never_kept(time_machine):
    """A place on a team ends at its day's end, also in a process that began before."""
    owner, (case, *_others) = cast()
    today = timezone.localdate()
    TeamMember.objects.filter(case=case).update(until=today)
    assert find(Case.objects.all(), owner, pk=case.pk) == case
    time_machine.move_to(timezone.now() + timedelta(days=1))
    with pytest.raises(Http404):
        find(Case.objects.all(), owner, pk=case.pk)


@pytest.mark.parametrize("pk", [LARGEST_ID, LARGEST_ID + 1, 10**40])
def test_an_id_that_no_row_can_have_is_no_row(pk):
    owner, _cases = cast()
    with pytest.raises(Http404):
        find(Case.objects.all(), owner, pk=pk)


def test_rows_that_are_narrowed_stay_narrowed():
    """Only all rows of a model are prepared; what a caller has narrowed or joined is asked as the caller says."""
    owner, (case, other, *_others) = cast()
    for rows in (
        Case.objects.filter(pk=other.pk),
        Case.objects.exclude(pk=case.pk),
        Session.objects.filter(case=other),
        Case.objects.none(),
    ):
        with pytest.raises(Http404):
            find(rows, owner, pk=case.pk if rows.model is Case else case.sessions.first().pk)
    session = case.sessions.get()
    assert find(Session.objects.select_related("case__practice"), owner, pk=session.pk).case.practice == owner.practice
    found = find(Session.objects.select_related("case"), owner, pk=session.pk)
    assert set(found._state.fields_cache) == {"case"}
    assert find(Case.objects.annotate(people=Count("participants")), owner, pk=case.pk).people == 2
    assert "focus" in find(Case.objects.defer("focus"), owner, pk=case.pk).get_deferred_fields()


def test_an_asker_is_nobody():
    """It has no name, address or anything else of the person for whom a question was made ready."""
    owner, _cases = cast()
    assert set(vars(Asker(owner))) == {
        "is_authenticated", "is_active", "role", "is_owner", "is_clinical", "is_front_desk",
    }  # fmt: skip
    assert not isinstance(Asker(owner), User)


def test_the_rows_that_a_team_reaches_are_prepared():
    """Said of a model instead of its queryset, it would be heard by nobody."""
    said = {
        model.__name__ for model in apps.get_app_config("planner").get_models() if hasattr(model, "may_be_prepared")
    }
    assert said == set()
    for model in (Agreement, Assignment, Booster, Case, Consent, Event, Objective, Plan, ProgressNote, Series, Session):
        assert Plain.of(model.objects.all()), model


def test_how_many_are_counted_as_by_count():
    owner, _cases = cast()

    @prepared(since=MOMENT)
    def to_come(user, since):
        return counted(Session.objects.visible_to(user).filter(starts_at__gte=since))

    now = timezone.now()
    for person in (owner, make_user(owner.practice, Role.FRONT_DESK), make_user(make_practice("Elsewhere"))):
        for since in (now - timedelta(days=3), now, now + timedelta(days=30)):
            expected = Session.objects.visible_to(person).filter(starts_at__gte=since).count()
            assert sum(to_come(user=person, since=since)) == expected
    assert Session.objects.visible_to(owner).count() > 1


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_alone():
    """Also by a question that was made ready inside one. A database without such locks gives the rows."""
    owner, (case, *_others) = cast()

    @prepared(pk=ID)
    def locked(pk):
        return Case.objects.select_for_update().filter(pk=pk)

    with transaction.atomic():
        assert locked(pk=case.pk) == [case]
    if connection.features.has_select_for_update:
        with pytest.raises(transaction.TransactionManagementError):
            locked(pk=case.pk)
    else:
        assert locked(pk=case.pk) == [case]
