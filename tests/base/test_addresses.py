"""`{% url %}` and `address` as the house has them: for every door what `reverse` says."""

from __future__ import annotations

import pytest
from django.template import engines
from django.urls import NoReverseMatch, get_resolver, get_script_prefix, reverse, set_script_prefix

from planner.base.addresses import _pattern, address

DOORS = sorted(
    (name, names)
    for name, doors in get_resolver().reverse_dict.lists()
    if isinstance(name, str)
    for variants, *_ in doors
    for _path, names in variants
)


def drawn(text: str, **context) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.mark.parametrize(("name", "names"), DOORS, ids=lambda one: one if isinstance(one, str) else "")
def test_every_door_has_the_address_that_reverse_gives(name, names):
    for values in (
        [7 + n for n in range(len(names))], ["goal"] * len(names),
        [f"a-{n}" for n in range(len(names))], [0] * len(names), ["draft" if "pk" not in one else 7 for one in names],
    ):  # fmt: skip
        context = {f"n{n}": value for n, value in enumerate(values)}
        words = "".join(f" {key}" for key in context)
        try:
            expected = reverse(name, args=values)
        except NoReverseMatch:
            with pytest.raises(NoReverseMatch):
                drawn(f"{{% url '{name}'{words} %}}", **context)
            with pytest.raises(NoReverseMatch):
                address(name, *values)
            assert drawn(f"{{% url '{name}'{words} as it %}}[{{{{ it }}}}]", **context) == "[]"
        else:
            assert address(name, *values) == expected
            assert drawn(f"{{% url '{name}'{words} %}}", **context) == expected
            assert drawn(f"{{% url '{name}'{words} as it %}}[{{{{ it }}}}]", **context) == f"[{expected}]"


def test_most_doors_take_the_quick_way():
    numbered = [name for name, names in DOORS if all(one == "pk" or one.endswith("_pk") for one in names)]
    quick = [name for name, names in DOORS if _pattern(get_resolver(), name, len(names))[0]]
    assert len(quick) > 0.9 * len(numbered) > 30


@pytest.mark.parametrize("value", [-1, True, "7", "x", None, 7.0])
def test_what_is_no_whole_number_goes_the_long_way(value):
    try:
        expected = reverse("case", args=[value])
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            drawn("{% url 'case' value %}", value=value)
    else:
        assert drawn("{% url 'case' value %}", value=value) == expected


def test_words_and_a_missing_door():
    assert drawn("{% url 'case' pk=7 %}") == reverse("case", args=[7])
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'no-such-door' %}")
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'case' %}")


def test_a_site_under_a_folder_keeps_its_prefix():
    before = get_script_prefix()
    set_script_prefix("/practice/")
    try:
        assert drawn("{% url 'case' 7 %}") == reverse("case", args=[7]) == "/practice/cases/7/"
    finally:
        set_script_prefix(before)
