"""Addresses of pages, for lists that hold many: Django's own, put together from patterns that are looked up once."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter

_TAKES = {IntConverter: int, SlugConverter: str, StringConverter: str}


def address(name: str, *values: object) -> str:
    """What `reverse` gives for a page, in a fifth of the time where only whole numbers and plain words stand in it."""
    return plain(name, values) or reverse(name, args=values)


def plain(name: str, values: tuple[object, ...]) -> str | None:
    """The address of a page with nothing but whole numbers and plain words in it; None where it is anything else."""
    pattern, takes = _pattern(get_resolver(get_urlconf()), name, len(values))
    if not pattern or not all(map(_fits, values, takes)):
        return None
    return f"{get_script_prefix()}{pattern % values}"


@lru_cache(maxsize=2048)
def _pattern(resolver: URLResolver, name: str, length: int) -> tuple[str, tuple[type, ...]]:
    """ "cases/%s/team/" for a door with that many numbers and words in its address, and which of them it takes where;
    nothing where it is anything else."""
    doors = resolver.reverse_dict.getlist(name)
    if len(doors) != 1 or len(doors[0][0]) != 1:
        return "", ()
    ((((path, names),), _regex, defaults, converters),) = doors
    is_plain = path.isascii() and not path.startswith("/") and quote(path, safe="/%()s~") == path
    takes = tuple(_TAKES.get(type(converters.get(name))) for name in names)
    if defaults or len(names) != length or not is_plain or "%%" in path or None in takes:
        return "", ()
    return path % {name: "%s" for name in names}, takes


def _fits(value: object, takes: type) -> bool:
    """Whether it stands in an address as it is: a whole number, a word of plain letters and figures."""
    if type(value) is not takes:
        return False
    return value >= 0 if takes is int else value.isascii() and value.isalnum()
