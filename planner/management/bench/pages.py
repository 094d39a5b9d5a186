"""Every main page against a bare signed-in page, through all the middleware, without a network."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from planner.library.models import Intervention, Worksheet
from planner.management.bench.figures import Figure, p95, seconds
from planner.management.bench.filling import Filled

MOST = 4  # times the bare page
WITHOUT_WORDS = (
    "today",
    "caseload",
    "library",
    "sessions",
    "case_new",
    "people",
    "practice_settings",
    "profile",
    "trail",
)


def addresses(filled: Filled) -> dict[str, str]:
    """name -> address of every main page that there is."""
    found = {name: _address(name) for name in WITHOUT_WORDS}
    for name in ("case", "case_edit", "flag_record", "participant_add", "team"):
        found[name] = _address(name, filled.case.pk)
    for name in ("session_plan", "session_library", "session_edit", "session_run", "session_print"):
        found[name] = _address(name, filled.session.pk)
    found["session_new"] = _address("session_new", filled.case.pk)
    found["intervention"] = _address("intervention", Intervention.objects.filter(retired_at=None).first().pk)
    sheet = Worksheet.objects.filter(retired_at=None, current__isnull=False).first()
    found["worksheet_print"] = _address("worksheet_print", sheet.pk)
    for name, query in {"search": "maya", "library": "mindful"}.items():
        if _address(name):
            found[f"{name}?q={query}"] = f"{_address(name)}?q={query}"
    return {name: address for name, address in found.items() if address}


def _address(name: str, *args: int) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


#: Not pages of their own: htmx fetches them into one.
PARTS = ("session_library",)


def signed_in(filled: Filled) -> Client:
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(filled.owner)
    return client


@override_settings(ROOT_URLCONF="planner.management.bench.doors")
def queries(filled: Filled) -> dict[str, int]:
    """name -> how many queries the page makes, warm."""
    client = signed_in(filled)
    counts = {}
    for name, address in addresses(filled).items():
        open_page(client, name, address)
        with CaptureQueriesContext(connection) as captured:
            open_page(client, name, address)
        counts[name] = len(captured)
    return counts


def open_page(client: Client, name: str, address: str) -> None:
    response = client.get(address, headers={"HX-Request": "true"} if name in PARTS else None)
    if response.status_code != 200:
        raise RuntimeError(f"The page {name} ({address}) answered {response.status_code}.")


def figures(filled: Filled, *, few: dict[str, int], many: dict[str, int], times: int, part: str) -> Iterator[Figure]:
    """Each page against the bare page, at the 95th percentile, with the number of its queries."""
    bare, taken = measure(filled, times)
    floor = p95(bare)
    yield Figure(part, "a bare signed-in page", floor * 1000, "ms", note="p95, as all of these")
    for name, values in taken.items():
        ratio = p95(values) / floor
        said = f"{many[name]} queries" + ("" if few[name] == many[name] else f", but {few[name]} with fewer cases")
        yield Figure(part, name, p95(values) * 1000, "ms", "bare", ratio, f"at most {MOST}", ratio <= MOST, said)
    constant, count = sum(few[name] == many[name] for name in taken), len(taken)
    yield Figure(
        part, "pages with a constant number of queries", constant, f"of {count}", aim="all", met=constant == count
    )


@override_settings(ROOT_URLCONF="planner.management.bench.doors")
def measure(filled: Filled, times: int) -> tuple[list[float], dict[str, list[float]]]:
    """Seconds of the bare page and of each page: in turn, so that both see the same machine."""
    client = signed_in(filled)
    pages = addresses(filled)
    for name, address in {"bare": "/bare/", **pages}.items():
        for _ in range(3):
            open_page(client, name, address)
    bare: list[float] = []
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(times):
        for name, address in pages.items():
            bare += seconds(lambda: open_page(client, "bare", "/bare/"), 1)
            taken[name] += seconds(lambda: open_page(client, name, address), 1)  # noqa: B023  (called at once)
    return bare, taken
