"""The platform's list of bulk jobs, newest first; it grows while it is read, so pages shift (faults.md N-50)."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from reconciler.edge.job_reader import read_job
from reconciler.edge.listing import PAGING_HINT, Page
from reconciler.model.batch import Job
from reconciler.model.errors import NotUnderstood

NAME: Final = "GET bulk/users/jobs"


def read_jobs(fetch: Callable[[int], Page], newer_than: int | None) -> tuple[Job, ...]:
    """Read the jobs with an id above `newer_than` (None: all), newest first, each once.

    Args:
        fetch: Reads the page of that number, from 1.
        newer_than: Pages are turned until their ids pass below this one; jobs that come meanwhile only push
            known ones onto the next page.

    Raises:
        NotUnderstood: A page repeats the one before, or the list ends before its `Total`.
    """
    found: dict[int, Job] = {}
    before: tuple[int, ...] = ()
    number = 1
    while True:
        page = fetch(number)
        jobs = [read_job(dict(row), NAME) for row in page.rows]
        idents = tuple(job.ident for job in jobs)
        found.update((job.ident, job) for job in jobs if job.ident not in found)
        if _complete(page, len(found)) or _passed(idents, newer_than):
            return _newest_first(found, newer_than)
        if not jobs:
            raise NotUnderstood(f"{NAME}: {len(found)} jobs were read, the total says {page.total}")
        if idents == before:
            raise NotUnderstood(f"{NAME}: page {number} repeats page {number - 1}", PAGING_HINT)
        before, number = idents, number + 1


def _complete(page: Page, found: int) -> bool:
    return not page.rows if page.total is None else found >= page.total


def _passed(idents: tuple[int, ...], newer_than: int | None) -> bool:
    """Say whether the rest of the list is older; only a page that is in order can tell."""
    in_order = all(one > other for one, other in pairwise(idents))
    return newer_than is not None and in_order and bool(idents) and idents[-1] <= newer_than


def _newest_first(found: dict[int, Job], newer_than: int | None) -> tuple[Job, ...]:
    wanted = [job for job in found.values() if newer_than is None or job.ident > newer_than]
    return tuple(sorted(wanted, key=lambda job: job.ident, reverse=True))
