"""Pages of lists and the headers that tell about them (platform-api section 6)."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from reconciler.simulator.switches import Settings
from reconciler.simulator.wire import Query, Refusal, digits

Item = TypeVar("Item")

# The host and path that the documentation prints for a job (platform-api section 3).
DOCUMENTED_HOST = "http://ujet.co"


def number(query: Query, name: str, default: int) -> int:
    """A query parameter that counts from 1.

    Raises:
        Refusal: 400 when it is no number.
    """
    found = digits(query[name][0]) if name in query else default
    if found is None:
        raise Refusal(400, f"Invalid {name}; must be numeric")
    return max(1, found)


def page_of(items: Sequence[Item], page: int, size: int) -> Sequence[Item]:
    """One page of a list; pages count from 1, and a page behind the end is empty."""
    return items[(page - 1) * size : page * size]


def paging_headers(total: int, page: int, size: int, url: str, settings: Settings) -> dict[str, str]:
    """`Total`, `Per_Page` and, while there is a next page, `Link`."""
    headers = {"Total": str(total), "Per_Page": str(size)}
    if page * size < total:
        query = f"page={page + 1}&per_page={size}"
        address = _next_address(url, settings)
        if address is not None:
            bare = settings["link_header"] == "bare"
            headers["Link"] = f"{address}?{query}" if bare else f'<{address}?{query}>; rel="next"'
    return headers


def _next_address(url: str, settings: Settings) -> str | None:
    path = urlsplit(url).path
    match settings["link_header"]:
        case "absent":
            return None
        case "wrong_host":
            return settings["foreign_host"] + path
        case "http":
            return DOCUMENTED_HOST + path
        case _:
            return url


def job_link(number: int, url: str, settings: Settings) -> str:
    """The `link` of upload and proceed answers: as printed, another host and a path that is no call."""
    path = f"/apps/api/v1/bulk/users_jobs/{number}"
    match settings["link_header"]:
        case "wrong_host":
            return settings["foreign_host"] + path
        case "http":
            parts = urlsplit(url)
            return f"http://{parts.netloc}{path}"
        case _:
            return DOCUMENTED_HOST + path
