"""The list of jobs shifts while it is read; none of ours is missed."""

from typing import Any

import pytest

from reconciler.edge.job_list import read_jobs
from reconciler.edge.listing import Page
from reconciler.model.errors import NotUnderstood

from .wire import job


class Server:
    """Jobs newest first, three a page; `comes` new ones before each page but the first."""

    def __init__(self, count: int, comes: int = 0, total: bool = True) -> None:
        self.idents, self.comes, self.total, self.asked = list(range(count, 0, -1)), comes, total, 0

    def __call__(self, number: int) -> Page:
        self.asked += 1
        if self.asked > 1:
            for _ in range(self.comes):
                self.idents.insert(0, max(self.idents) + 1)
        rows: Any = tuple(job(ident) for ident in self.idents[(number - 1) * 3 : number * 3])
        return Page(rows, len(self.idents) if self.total else None)


def idents(server: Any, newer_than: int | None = None) -> list[int]:
    return [found.ident for found in read_jobs(server, newer_than)]


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 3, 7, 9])
def test_all_jobs_come_newest_first(count: int, total: bool) -> None:
    assert idents(Server(count, total=total)) == list(range(count, 0, -1))


def test_N_50_pages_are_turned_only_until_the_ids_pass_below() -> None:
    server = Server(90)
    assert idents(server, newer_than=85) == [90, 89, 88, 87, 86]
    assert server.asked == 2


@pytest.mark.parametrize("comes", [1, 2])
@pytest.mark.parametrize("total", [True, False])
def test_N_50_jobs_that_come_meanwhile_double_and_hide_none(comes: int, total: bool) -> None:
    found = idents(Server(9, comes, total), newer_than=2)
    assert found == sorted(set(found), reverse=True)
    assert set(found) >= set(range(3, 10))


def test_a_page_out_of_order_does_not_end_the_search() -> None:
    pages = {1: [9, 1, 8], 2: [7], 3: []}
    rows: Any = {number: tuple(job(ident) for ident in page) for number, page in pages.items()}
    assert idents(lambda number: Page(rows[number], None), newer_than=6) == [9, 8, 7]


def test_a_page_that_repeats_stops_the_run() -> None:
    with pytest.raises(NotUnderstood, match="repeats"):
        idents(lambda _: Page((job(1),), None))


def test_a_list_that_ends_before_its_total_is_not_taken() -> None:
    with pytest.raises(NotUnderstood, match="the total says 9"):
        idents(lambda number: Page((job(1),) if number == 1 else (), 9))
