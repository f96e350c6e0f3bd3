"""Lists in pages, read until proven complete: an incomplete read is never a state (faults.md N-48, N-49)."""

import json
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from math import ceil
from typing import Final

from reconciler.edge.limiter import INTERVAL_S
from reconciler.model.clock import Clock, Progress, Step
from reconciler.model.errors import NotUnderstood, RunRefused
from reconciler.model.source import Json, RawRecord
from reconciler.model.spelling import describe

ENVELOPES: Final = ("users", "data", "items", "results")
"""Keys under which a list may stand instead of at the top (platform-api unknown 16)."""
READERS: Final = 8
"""Most pages asked for at the same time, so that a slow answer does not slow the pace of requests."""
WITHIN: Final = 0.05
"""A first page that took one interval and this part of it was not slow: one reader keeps the pace."""
READINGS: Final = 4
"""A moving list is read again at most three times."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its records, and how many the whole list has by the `Total` header (None: not said)."""

    rows: tuple[RawRecord, ...]
    total: int | None


class Moving(Exception):
    """The list changed while its pages were read."""


def rows_of(body: Json, name: str, envelopes: tuple[str, ...] = ENVELOPES) -> tuple[RawRecord, ...]:
    """Return the records of an answer; `name` says what was asked.

    Raises:
        NotUnderstood: It is neither a list of objects nor an object with one such list (N-16): `null`, `{}` or
            a text is never "nobody".
    """
    rows = body
    if isinstance(body, dict):
        lists = [body[key] for key in envelopes if isinstance(body.get(key), list)]
        rows = lists[0] if len(lists) == 1 else None
    if not isinstance(rows, list):
        raise NotUnderstood(f"{name}: a list was expected, the platform answered {described(body)}")
    records = tuple(row for row in rows if isinstance(row, dict))
    if len(records) != len(rows):
        strange = next(row for row in rows if not isinstance(row, dict))
        raise NotUnderstood(f"{name}: a list of objects was expected, one of them is {described(strange)}")
    return records


def described(body: Json) -> str:
    """Name an answer's type with a sample; lone surrogates are escaped, so that it can always be printed."""
    return describe(body).encode("ascii", "backslashreplace").decode("ascii")


def read_complete(
    fetch: Callable[[int], Page], name: str, clock: Clock, progress: Progress
) -> tuple[RawRecord, ...]:
    """Read every page of a list whose order and size may change meanwhile.

    Complete is: every record once, and as many as the `Total` header says. Without that header: up to an empty
    page and one more, and where there is more than one page, twice with the same people; somebody who leaves a
    page makes somebody else slip over its border unseen.

    Args:
        fetch: Reads the page of that number, from 1; called from several threads.
        name: What is read, for messages and progress.
        clock: Waits between two readings.
        progress: Is told after each page.

    Raises:
        NotUnderstood: A page repeats another one: the platform does not turn pages.
        RunRefused: The list moved in each of four readings.
    """
    before: frozenset[str] | None = None
    why = ""
    for reading in range(READINGS):
        clock.sleep(float(reading))
        try:
            pages = _read_once(fetch, name, clock, progress)
        except Moving as moving:
            before, why = None, str(moving)
            continue
        rows = tuple(row for page in pages for row in page.rows)
        seen = frozenset(map(identity, rows))
        if pages[0].total is not None or sum(bool(page.rows) for page in pages) < 2 or seen == before:
            return rows
        why = "two readings showed different people" if before is not None else "it could not be read twice"
        before = seen
    raise RunRefused(
        f"the live state is moving: {name} changed in each of {READINGS} readings ({why})",
        "run again when no job and nobody in the portal is changing people",
    )


def identity(row: RawRecord) -> str:
    """Return what tells one record from another: its id, else its address, else all that it says."""
    ident, email = row.get("id"), row.get("email")
    if isinstance(ident, int | str) and ident != "" and not isinstance(ident, bool):
        return f"id {ident}"
    if isinstance(email, str) and email.strip():
        return f"email {email.strip().lower()}"
    return json.dumps(row, sort_keys=True)


def _read_once(fetch: Callable[[int], Page], name: str, clock: Clock, progress: Progress) -> list[Page]:
    """Read all pages once; raises `Moving` where they do not fit together."""
    pages: list[Page] = []
    seen: set[str] = set()
    turned: set[tuple[str, ...]] = set()
    with closing(_turn(fetch, clock)) as turning:
        for page in turning:
            keys = tuple(map(identity, page.rows))
            if keys and keys in turned:
                raise NotUnderstood(f"{name}: page {len(pages) + 1} repeats an earlier page", PAGING_HINT)
            turned.add(keys)
            if pages and page.total != pages[0].total and page.total is not None:
                raise Moving(f"the total went from {pages[0].total} to {page.total}")
            if len(seen | set(keys)) != len(seen) + len(keys):
                raise Moving("somebody came twice")
            seen.update(keys)
            pages.append(page)
            progress(Step(name, len(seen), pages[0].total))
            if len(seen) == pages[0].total:
                return pages
    total = pages[0].total
    if total is not None:
        raise Moving(f"{len(seen)} were read, the total says {total}")
    return pages


def _turn(fetch: Callable[[int], Page], clock: Clock) -> Generator[Page, None, None]:
    """Yield the pages in order up to two empty ones in a row; those that the total promises are read ahead."""
    begin = clock.monotonic()
    first = fetch(1)
    readers = min(READERS, ceil((clock.monotonic() - begin) / INTERVAL_S - WITHIN))
    yield first
    promised = -(-first.total // len(first.rows)) if first.total and first.rows else 1
    empty = not first.rows
    for page in _all_of(fetch, promised, readers):
        yield page
        empty = not page.rows
    number = promised + 1
    while True:
        page = fetch(number)
        yield page
        if empty and not page.rows:
            return
        empty, number = not page.rows, number + 1


def _all_of(fetch: Callable[[int], Page], last: int, readers: int) -> Iterator[Page]:
    """Yield pages 2 to `last` in order, read by as many threads as it takes to keep the pace."""
    if readers < 2 or last < 2:
        yield from map(fetch, range(2, last + 1))
        return
    pool = ThreadPoolExecutor(min(readers, last - 1), thread_name_prefix="page")
    try:
        yield from pool.map(fetch, range(2, last + 1))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


PAGING_HINT: Final = "the platform does not turn pages as its reference says; nothing was read to its end"
