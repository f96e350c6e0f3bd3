"""Pages and the links that tell about them."""

import pytest

from reconciler.simulator.paging import job_link, page_of, paging_headers
from reconciler.simulator.switches import Settings

URL = "http://127.0.0.1:1/apps/api/v1/users"


def test_pages_cut_a_list_without_loss() -> None:
    items = list(range(7))
    assert [page_of(items, page, 3) for page in (1, 2, 3, 4)] == [[0, 1, 2], [3, 4, 5], [6], []]


@pytest.mark.parametrize(("page", "has_link"), [(1, True), (2, True), (3, False)])
def test_only_a_page_with_a_next_one_has_a_link(page: int, has_link: bool) -> None:
    assert ("Link" in paging_headers(7, page, 3, URL, Settings({}))) is has_link


@pytest.mark.parametrize(
    ("form", "link"),
    [
        ("documented", f'<{URL}?page=2&per_page=3>; rel="next"'),
        ("bare", f"{URL}?page=2&per_page=3"),
        ("http", '<http://ujet.co/apps/api/v1/users?page=2&per_page=3>; rel="next"'),
        ("wrong_host", '<https://elsewhere.example/apps/api/v1/users?page=2&per_page=3>; rel="next"'),
    ],
)
def test_forms_of_the_next_link(form: str, link: str) -> None:
    assert paging_headers(7, 1, 3, URL, Settings({"link_header": form}))["Link"] == link


@pytest.mark.parametrize(
    ("form", "link"),
    [
        ("documented", "http://ujet.co/apps/api/v1/bulk/users_jobs/7"),
        ("http", "http://127.0.0.1:1/apps/api/v1/bulk/users_jobs/7"),
        ("wrong_host", "https://elsewhere.example/apps/api/v1/bulk/users_jobs/7"),
    ],
)
def test_forms_of_a_job_link(form: str, link: str) -> None:
    assert job_link(7, URL, Settings({"link_header": form})) == link
