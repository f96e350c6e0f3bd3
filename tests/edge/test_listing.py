"""Lists are read until they are proven complete, or the run stops."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.edge.listing import Page, read_complete, rows_of
from reconciler.model.clock import Step, silent
from reconciler.model.errors import NotUnderstood, RunRefused

from .wire import VirtualClock

Fetch = Callable[[int], Page]


def people(count: int, first: int = 1) -> list[dict[str, Any]]:
    return [{"id": ident, "email": f"u{ident}@acme.example"} for ident in range(first, first + count)]


def pages(rows: list[dict[str, Any]], size: int, total: bool = True) -> Fetch:
    """An honest platform that gives `size` rows a page."""
    return lambda number: Page(tuple(rows[(number - 1) * size : number * size]), len(rows) if total else None)


def read(fetch: Fetch) -> list[int]:
    return [int(str(row["id"])) for row in read_complete(fetch, "reading people", VirtualClock(), silent)]


def counted(fetch: Fetch) -> tuple[Fetch, list[int]]:
    asked: list[int] = []

    def counting(number: int) -> Page:
        asked.append(number)
        return fetch(number)

    return counting, asked


@given(st.integers(0, 40), st.integers(1, 12), st.booleans())
def test_N_48_an_honest_list_is_read_whole_whatever_its_pages(count: int, size: int, total: bool) -> None:
    assert read(pages(people(count), size, total)) == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("count", "size", "asked"), [(3, 10, 1), (10, 10, 1), (25, 10, 3), (30, 10, 3), (0, 10, 1)]
)
def test_with_a_total_no_page_too_many_is_asked_for(count: int, size: int, asked: int) -> None:
    fetch, numbers = counted(pages(people(count), size))
    read(fetch)
    assert sorted(numbers) == list(range(1, asked + 1))


def test_unknown_14_a_platform_that_ignores_the_page_is_fine_where_the_total_says_that_all_came() -> None:
    assert read(lambda _: Page(tuple(people(3)), 3)) == [1, 2, 3]


@pytest.mark.parametrize("total", [None, 9])
def test_unknown_14_a_page_that_repeats_stops_the_run(total: int | None) -> None:
    with pytest.raises(NotUnderstood, match="page 2 repeats"):
        read(lambda _: Page(tuple(people(3)), total))


def test_N_48_a_platform_that_repeats_its_last_page_stops_the_run() -> None:
    whole = people(5)
    with pytest.raises(NotUnderstood, match="repeats"):
        read(lambda number: Page(tuple(whole[:3] if number == 1 else whole[3:]), None))


@pytest.mark.parametrize("total", [True, False])
def test_N_48_an_empty_page_in_the_middle_is_never_the_end(total: bool) -> None:
    honest = pages(people(25), 10, total)

    def fetch(number: int) -> Page:
        return Page((), honest(2).total) if number == 2 else honest(number - (number > 2))

    assert read(fetch) == list(range(1, 26))


@pytest.mark.parametrize("total", [2, 7])
def test_N_49_a_total_that_does_not_fit_is_read_again_and_then_refused(total: int) -> None:
    fetch, numbers = counted(lambda number: Page(tuple(people(3) if number == 1 else ()), total))
    with pytest.raises(RunRefused, match="live state is moving"):
        read(fetch)
    assert numbers.count(1) == 4


class Moving:
    """A platform whose people change just before the k-th page is read."""

    def __init__(self, change: Callable[[list[dict[str, Any]]], Any], at: int, total: bool = True) -> None:
        self.rows, self.change, self.at, self.total, self.asked = people(25), change, at, total, 0

    def __call__(self, number: int) -> Page:
        self.asked += 1
        if self.asked == self.at:
            self.change(self.rows)
        return pages(self.rows, 10, self.total)(number)


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("at", [2, 3])
def test_N_49_somebody_who_leaves_between_pages_hides_nobody(at: int, total: bool) -> None:
    fetch = Moving(lambda rows: rows.pop(0), at, total)
    assert read(fetch) == list(range(2, 26))


@pytest.mark.parametrize("total", [True, False])
def test_N_49_somebody_who_comes_between_pages_doubles_nobody(total: bool) -> None:
    fetch = Moving(lambda rows: rows.insert(0, {"id": 99}), 2, total)
    assert sorted(read(fetch)) == [*range(1, 26), 99]


def test_N_49_a_list_that_never_rests_is_refused_after_four_readings() -> None:
    rows = people(25)

    def fetch(number: int) -> Page:
        rows.append({"id": len(rows) + 1})
        return pages(rows, 10)(number)

    with pytest.raises(RunRefused, match="live state is moving") as caught:
        read(fetch)
    assert caught.value.exit_code == 4


def test_L_17_two_people_of_one_address_with_their_own_ids_are_two() -> None:
    twins: Any = ({"id": 1, "email": "a@x.example"}, {"id": 2, "email": "A@x.example"})
    assert read(lambda _: Page(twins, 2)) == [1, 2]


@pytest.mark.parametrize(
    "rows", [({"email": "a@x.example"}, {"email": "A@x.example "}), ({"name": "x"}, {"name": "x"})]
)
def test_without_ids_the_address_and_then_the_whole_record_tells_people_apart(rows: tuple[Any, ...]) -> None:
    with pytest.raises(RunRefused):
        read(lambda number: Page(rows if number == 1 else (), 2))


def test_an_error_of_one_page_ends_the_reading() -> None:
    def fetch(number: int) -> Page:
        if number == 3:
            raise NotUnderstood("page 3")
        return pages(people(100), 10)(number)

    with pytest.raises(NotUnderstood, match="page 3"):
        read(fetch)


def test_progress_is_told_in_order() -> None:
    steps: list[Step] = []
    read_complete(pages(people(25), 10), "reading people", VirtualClock(), steps.append)
    assert steps == [Step("reading people", done, 25) for done in (10, 20, 25)]


ROWS = [{"id": 1}]


@pytest.mark.parametrize(
    "body", [ROWS, *({key: ROWS, "extra": 1} for key in ("users", "data", "items", "results"))]
)
def test_unknown_16_a_list_or_one_known_envelope_is_accepted(body: Any) -> None:
    assert list(rows_of(body, "GET users")) == ROWS


@pytest.mark.parametrize(
    "body",
    [None, {}, "", "[]", 0, False, {"users": None}, {"users": {}}, {"other": ROWS}, {"users": ROWS, "data": ROWS}],
)
def test_N_16_anything_else_is_never_nobody(body: Any) -> None:
    with pytest.raises(NotUnderstood, match="a list was expected"):
        rows_of(body, "GET users")


@pytest.mark.parametrize("row", [None, "x", 1, []])
def test_N_16_a_row_that_is_no_object_stops_the_run(row: Any) -> None:
    with pytest.raises(NotUnderstood, match="a list of objects"):
        rows_of([{"id": 1}, row], "GET users")


def test_N_21_a_surrogate_in_a_strange_answer_can_be_shown() -> None:
    with pytest.raises(NotUnderstood) as caught:
        rows_of("\ud800", "GET users")
    assert str(caught.value).encode()
