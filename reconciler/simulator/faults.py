"""Misbehaviour on demand, as data: at which request, at which place of it, and what happens there.

A fault is a JSON object:

    at       step letters `T R J JOB U V W P ES EU C`, joined by `|`, or `METHOD path-prefix`, or a path
             prefix, or `*`. Paths may be written from `/apps/api/v1/` on (`bulk/users/upload`).
    nth      only the k-th matching request, counted from 1 (the default is 1)
    from     the k-th and all later ones
    every    true: all of them
    place    before   the connection is closed when the request line and headers are there; nothing happens
             sending  closed after `bytes` bytes of the request body; nothing happens
             after    the request is acted upon in full, then closed without a reply
             cut      acted upon; status, headers and the true Content-Length are sent, then only `bytes`
                      bytes of the body, then closed; with `length: false` no Content-Length is sent
             reply    `act` (default false) says whether it is acted upon; the answer is `status` (200),
                      `headers`, `body` (text, or anything else as JSON) or `body_base64` (any bytes),
                      `content_type`
             patch    acted upon; in the true answer, keys of `set` are put into every object of the top
                      level (the object itself, or each element of a list) and those of `drop` taken out,
                      a list loses all but its first `keep` elements, and `headers` replace or join its own
    delay    seconds of waiting: before acting, or with `delay_at: "after"` between acting and the answer
    run      what happens beside it, `when` "before" (default) or "after" acting; any of
             edit {email, fields...}, add_user {...}, remove_user email, add_job {...}, token text,
             kill pid, rename_role [old, new], switches {...}
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

STEPS = frozenset({"T", "R", "J", "JOB", "U", "V", "W", "P", "ES", "EU", "C"})
PLACES = frozenset({"", "before", "sending", "after", "cut", "reply", "patch"})
ACTIONS = frozenset({"edit", "add_user", "remove_user", "add_job", "token", "kill", "rename_role", "switches"})
BASE = "/apps/api/v1/"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; the attributes are the keys of the module's docstring."""

    at: str
    first: int = 1
    last: int | None = 1
    place: str = ""
    size: int = 0
    length: bool = True
    act: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = ""
    content_type: str = "application/json; charset=utf-8"
    body_base64: str | None = None
    put: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    keep: int | None = None
    delay: float = 0.0
    delay_at: str = "before"
    run: Mapping[str, Any] = field(default_factory=dict)
    when: str = "before"

    def matches(self, step: str, method: str, path: str) -> bool:
        """Tell whether a request is one of those that the fault counts."""
        parts = set(self.at.split("|"))
        if parts <= STEPS:
            return step in parts or (step in ("V", "W") and "JOB" in parts)
        verb, _, prefix = self.at.rpartition(" ")
        if prefix == "*":
            return verb in ("", method)
        start = prefix if prefix.startswith("/") else BASE + prefix
        return verb in ("", method) and path.startswith(start)


def parse(entry: Mapping[str, Any]) -> Fault:
    """Read a fault.

    Raises:
        ValueError: A key, a place or an action is unknown, or `at` is missing.
    """
    rest = dict(entry)
    at = rest.pop("at", None)
    if not isinstance(at, str) or not at:
        raise ValueError("a fault needs `at`")
    first, last = _counts(rest)
    fault = Fault(
        at=at, first=first, last=last,
        place=rest.pop("place", ""), size=int(rest.pop("bytes", 0)), length=bool(rest.pop("length", True)),
        act=bool(rest.pop("act", False)), status=int(rest.pop("status", 200)),
        headers=dict(rest.pop("headers", {})), body=rest.pop("body", ""),
        content_type=rest.pop("content_type", Fault("*").content_type),
        put=dict(rest.pop("set", {})), drop=tuple(rest.pop("drop", ())),
        keep=rest.pop("keep", None), body_base64=rest.pop("body_base64", None),
        delay=float(rest.pop("delay", 0)), delay_at=rest.pop("delay_at", "before"),
        run=dict(rest.pop("run", {})), when=rest.pop("when", "before"),
    )  # fmt: skip
    _check(fault, rest)
    return fault


def _counts(rest: dict[str, Any]) -> tuple[int, int | None]:
    nth, start, every = rest.pop("nth", None), rest.pop("from", None), rest.pop("every", False)
    if every:
        return 1, None
    if start is not None:
        return int(start), None
    return int(nth or 1), int(nth or 1)


def _check(fault: Fault, rest: Mapping[str, Any]) -> None:
    if rest:
        raise ValueError(f"no key of a fault: {', '.join(sorted(rest))}")
    if fault.place not in PLACES:
        raise ValueError(f"no place of a fault: {fault.place}")
    if unknown := sorted(set(fault.run) - ACTIONS):
        raise ValueError(f"nothing a fault can run: {', '.join(unknown)}")
    if {fault.when, fault.delay_at} - {"before", "after"}:
        raise ValueError("`when` and `delay_at` are before or after")


@dataclass(slots=True)
class Faults:
    """The faults asked for, each with the number of matching requests it has seen."""

    counted: list[tuple[Fault, list[int]]] = field(default_factory=list)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add one fault (raises as `parse`); it counts from the next request on."""
        self.counted.append((parse(entry), [0]))

    def set(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Replace all faults (raises as `parse`, and then nothing is changed)."""
        self.counted = [(parse(entry), [0]) for entry in entries]

    def recount(self) -> None:
        """Let every fault count from 1 again."""
        for _fault, seen in self.counted:
            seen[0] = 0

    def meet(self, step: str, method: str, path: str) -> tuple[Fault, ...]:
        """Count a request and give the faults that are to happen to it."""
        happening = []
        for fault, seen in self.counted:
            if fault.matches(step, method, path):
                seen[0] += 1
                if seen[0] >= fault.first and (fault.last is None or seen[0] <= fault.last):
                    happening.append(fault)
        return tuple(happening)
