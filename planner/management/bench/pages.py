"""Every main page against a bare signed-in page, through all the middleware, without a network.

A bare signed-in page is the house's frame with nothing in it: what anybody who is signed in to this Django site gets
before a page has said a word. It goes through the same middleware, session, person, practice and `base.html`, and asks
the database nothing of its own. The ratio to an even barer page (one heading, no frame) stands in the note.

A time ends when the answer has been given; what the server does after it has gone out is done between the openings.
Bare and page take turns, so that both see the same machine. Times are the wall's; the processor's own, which other
work on the machine disturbs less, stands in the note as well.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.core.signals import request_finished
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from planner.base.garbage import look_through, settle
from planner.management.bench.figures import Figure, median, p95
from planner.management.bench.filling import Filled
from planner.management.bench.rows import ROWS, Row

MOST = 4  # times the bare page
BARE = (Row("a heading alone", lambda _: "/bare/"), Row("a bare signed-in page", lambda _: "/bare/frame/"))
HEADING, FRAME = (row.name for row in BARE)


@dataclass
class Taken:
    """Seconds of each opening of a page: by the clock on the wall, and of the processor for this process."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def signed_in(filled: Filled) -> Client:
    client = Client(SERVER_NAME="localhost", raise_request_exception=True)
    client.force_login(filled.owner)
    return client


@override_settings(ROOT_URLCONF="planner.management.bench.doors")
def queries(filled: Filled) -> dict[str, int]:
    """name -> how many queries the page makes, warm."""
    client = signed_in(filled)
    counts = {}
    for row in ROWS:
        address = row.address(filled)
        open_page(client, row, address)
        with CaptureQueriesContext(connection) as captured:
            open_page(client, row, address)
        counts[row.name] = len(captured)
    return counts


def open_page(client: Client, row: Row, address: str) -> None:
    response = client.get(address, headers={"HX-Request": "true"} if row.is_part else None)
    if response.status_code != 200:
        raise RuntimeError(f"The page {row.name} ({address}) answered {response.status_code}.")


def figures(filled: Filled, *, few: dict[str, int], many: dict[str, int], times: int, part: str) -> Iterator[Figure]:
    """Each page against the bare page, at the 95th percentile, with the number of its queries."""
    taken = measure(filled, times)
    heading, frame = (taken.pop(row.name) for row in BARE)
    yield Figure(part, HEADING, p95(heading.wall) * 1000, "ms", note="p95, as all of these")
    yield Figure(part, FRAME, p95(frame.wall) * 1000, "ms", HEADING, p95(frame.wall) / p95(heading.wall))
    for name, page in taken.items():
        ratio = p95(page.wall) / p95(frame.wall)
        said = f"{compared(page, frame, heading)}; {counted(few[name], many[name])}"
        yield Figure(part, name, p95(page.wall) * 1000, "ms", "bare", ratio, f"at most {MOST}", ratio <= MOST, said)
    constant, count = sum(few[name] == many[name] for name in taken), len(taken)
    yield Figure(
        part, "pages with a constant number of queries", constant, f"of {count}", aim="all", met=constant == count
    )


def compared(page: Taken, frame: Taken, heading: Taken) -> str:
    """The other ratios: the processor's time at the median, and against the heading alone."""
    processor = median(page.processor) / median(frame.processor)
    return f"processor {processor:.1f}; {p95(page.wall) / p95(heading.wall):.1f} times a heading"


def counted(few: int, many: int) -> str:
    return f"{many} queries" + ("" if few == many else f", but {few} with fewer cases")


@override_settings(ROOT_URLCONF="planner.management.bench.doors")
def measure(filled: Filled, times: int, rows: Sequence[Row] | None = None) -> dict[str, Taken]:
    """name -> what each page took (every main page unless told); the bare pages are opened before each of the
    others."""
    client = signed_in(filled)
    wanted = ROWS if rows is None else rows
    addresses = {row.name: row.address(filled) for row in (*BARE, *wanted)}
    taken = {name: Taken() for name in addresses}
    for row in (*BARE, *wanted) * 3:
        open_page(client, row, addresses[row.name])
    settle()  # as the server does once it has read everything
    request_finished.disconnect(look_through)  # comes when the answer has gone out: nobody waits for it (`_take`)
    for _ in range(times):
        for page in wanted:
            for row in (*BARE, page):
                _take(taken[row.name], client, row, addresses[row.name])
    gc.unfreeze()
    return taken


def _take(taken: Taken, client: Client, row: Row, address: str) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    open_page(client, row, address)
    taken.processor.append(time.process_time() - processor)
    taken.wall.append(time.perf_counter() - wall)
    look_through()
