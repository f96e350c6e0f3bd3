"""What no HTTP library sends, between the product and a whole simulator: cut bytes, drips, strange headers.

The same on a single request is in `tests/edge`; here a whole run meets it, at each of its writes and at a read.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.invariants import carried_out
from tests.faults.proxy import BREAK, Proxy, Size, address_of, standing_before
from tests.stage import Stage, stage
from tests.truth import check_all

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
NEW: Final = {
    "email": "li.wei@acme.example",
    "first_name": "Li",
    "last_name": "Wei",
    "roles": ["Agent"],
    "teams": ["VIP"],
}
API: Final = b" /apps/api/v1/"
UPLOAD: Final = b"POST" + API + b"bulk/users/upload"
PROCEED: Final = b"POST" + API + b"bulk/users/proceed"
USERS: Final = b"GET" + API + b"users"
WRITES: Final = {"U": UPLOAD, "P": PROCEED}
REQUEST_S: Final = 120.0
"""How long one request may take."""

SIZES: Final[tuple[Size, ...]] = (0, 1, 40, 0.5, 0.9, -1)
"""Within the first line, the headers and the body, and one byte before the end."""


@contextmanager
def proxied(folder: Path, target: bytes, **breaks: Any) -> Iterator[tuple[Stage, Proxy]]:
    """A stage whose product reaches the simulator through a proxy that breaks one exchange."""
    with stage(folder, validate_seconds=1, job_seconds=1) as scene:
        proxy = Proxy(target, address_of(scene.simulator.url), **breaks)
        with standing_before(scene.simulator.url, proxy) as url:
            scene.environ["RECONCILER_URL"] = url
            scene.people(ANA, NEW)
            yield scene, proxy


def done_once(scene: Stage, proxy: Proxy) -> None:
    """Hold that a run ends confirmed though its exchange was broken, and that nothing was done twice."""
    before = scene.simulator.users()
    ended = scene.apply()
    assert ended.code == 0, ended.out + ended.err
    assert proxy.struck == 1
    assert carried_out(scene) == 1
    check_all(scene, before, [ANA, NEW], ended)


@pytest.mark.parametrize("size", [0, 1, 40, 200])
@pytest.mark.parametrize("step", WRITES)
def test_N_05_a_write_whose_connection_is_reset_while_it_is_sent_is_done_once(
    tmp_path: Path, step: str, size: int
) -> None:
    with proxied(tmp_path, WRITES[step], read=size) as (scene, proxy):
        done_once(scene, proxy)
        assert len(scene.simulator.jobs()) == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", WRITES)
def test_N_10_a_write_whose_answer_is_cut_at_any_place_is_done_once(tmp_path: Path, step: str, size: Size) -> None:
    with proxied(tmp_path, WRITES[step], cut_answer=size) as (scene, proxy):
        done_once(scene, proxy)
        assert len(scene.simulator.jobs()) == 1


@pytest.mark.parametrize("size", SIZES)
def test_N_10_a_read_whose_answer_is_cut_at_any_place_is_asked_for_again(tmp_path: Path, size: Size) -> None:
    with proxied(tmp_path, USERS, cut_answer=size) as (scene, proxy):
        done_once(scene, proxy)


@pytest.mark.parametrize("size", [0.3, 0.5, -1])
@pytest.mark.parametrize("target", [UPLOAD, PROCEED, USERS], ids=["U", "P", "R"])
def test_N_11_an_answer_without_length_that_is_cut_is_not_taken(tmp_path: Path, target: bytes, size: Size) -> None:
    def without_length(answer: bytes) -> bytes:
        head, _, body = answer.partition(BREAK)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
        kept = int(len(body) * size) if isinstance(size, float) else len(body) + size
        return b"\r\n".join(lines) + BREAK + body[:kept]

    with proxied(tmp_path, target, twist=without_length) as (scene, proxy):
        done_once(scene, proxy)


def with_line(line: bytes) -> Callable[[bytes], bytes]:
    """Put a line behind the first one of an answer."""
    return lambda answer: answer.replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


HEADERS: Final = {
    "folded": b"X-Folded: one\r\n two",
    "a megabyte": b"X-Long: " + b"x" * 2**20,
    "ten thousand": b"\r\n".join(b"X-%d: y" % number for number in range(10_000)),
    "a bare line end": b"X-Split: a\nb\rc",
    "no colon": b"this is no header",
    "a zero byte": b"X-Zero: a\0b",
    "a second length": b"Content-Length: 3",
    "a length below nothing": b"Content-Length: -1",
}


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("target", [UPLOAD, PROCEED, USERS], ids=["U", "P", "R"])
def test_N_47_a_strange_header_costs_one_answer_and_no_second_job(
    tmp_path: Path, target: bytes, header: str
) -> None:
    with proxied(tmp_path, target, twist=with_line(HEADERS[header])) as (scene, proxy):
        done_once(scene, proxy)


@pytest.mark.parametrize("target", [UPLOAD, PROCEED, USERS], ids=["U", "P", "R"])
def test_N_23_an_answer_that_drips_ends_with_its_request(tmp_path: Path, target: bytes) -> None:
    with proxied(tmp_path, target) as (scene, proxy):
        begun = scene.clock.seconds

        def a_second() -> None:
            if scene.clock.seconds < begun + 2 * REQUEST_S:
                scene.clock.sleep(1.0)

        proxy.between = a_second
        done_once(scene, proxy)
        assert scene.clock.seconds - begun < 3 * REQUEST_S
