"""The one way to the platform: authorised requests at the limiter's pace, each with an end, answers read strictly.

A reading (GET) is tried again by itself; a write never, unless it is proven that nothing was sent: whether to
send it again is decided in `writes` after a look (faults.md section 1).
"""

import logging
import random
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, Self, TypeAlias

import httpx
import tenacity

from reconciler.edge.connection import API_PATH, Connection
from reconciler.edge.deadline import Deadline
from reconciler.edge.exchange import USUAL, Reply, Timeouts, Upload
from reconciler.edge.failures import Passing, spoken, status_error
from reconciler.edge.json_reader import CutShort, read_json
from reconciler.edge.limiter import Pace
from reconciler.edge.network import BoundedTransport, failure, until
from reconciler.edge.redaction import Redaction, basic_credential, safe_text
from reconciler.edge.retry_after import backoff_s, retry_after_s
from reconciler.model.clock import Clock
from reconciler.model.errors import NotUnderstood, ReconcilerError, Unreachable
from reconciler.model.source import Json

log = logging.getLogger("reconciler.edge.transport")

RETRIES: Final = 5
NOTICED_S: Final = 20.0
"""A wait from so many seconds on is told to people, a shorter one only to the log."""
BODY_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one answer after unpacking (faults.md N-22)."""

Wire: TypeAlias = httpx.BaseTransport
"""What carries the requests: the network, or a handler function in tests."""


class Transport:
    """Sends requests below the API's path of one connection.

    Args:
        connection: Where and who.
        clock: All waiting and all deadlines go by it.
        timeouts: See there.
        wire: Instead of the network, in tests.
        chance: The source of jitter.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        timeouts: Timeouts = USUAL,
        wire: Wire | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self.connection, self.clock, self.timeouts = connection, clock, timeouts
        self.chance = chance or random.Random()  # noqa: S311  jitter, nothing secret
        self.pace = Pace(clock)
        self.redaction = Redaction(connection)
        quieten(self.redaction)
        self.client = httpx.Client(
            base_url=connection.base_url + API_PATH,
            headers={
                "Authorization": f"Basic {basic_credential(connection)}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": "reconciler",
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
            transport=wire or BoundedTransport(connection, clock),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def get(self, path: str, query: Mapping[str, int], deadline: Deadline) -> Reply:
        """Read; failures that may pass are tried again up to five times within the deadline.

        Raises:
            Unreachable: No good answer was to be had in time, or TLS refused.
            Denied: A status that another try would not change, or a redirect.
            NotUnderstood: The answer is no strict JSON.
        """
        return self._patiently(
            lambda: self._once("GET", path, deadline, params=dict(query)),
            lambda error: isinstance(error, Passing | CutShort),
            deadline,
        )

    def send(self, method: str, path: str, content: Upload | Mapping[str, Json], deadline: Deadline) -> Reply:
        """Write, once; tried again only where it is proven that nothing was sent (N-02).

        Raises:
            Unreachable: `sent` says whether the platform may have acted; a `Passing` with `throttled` is a 429.
            Denied: The platform refused.
            NotUnderstood: A good status with a body that is no strict JSON: the platform may have acted.
        """
        if isinstance(content, Upload):
            body: dict[str, object] = {
                "files": {"file": (content.file_name, content.data, "application/json")},
                "data": dict(content.fields),
            }
        else:
            body = {"json": dict(content)}
        return self._patiently(
            lambda: self._once(method, path, deadline, **body),
            lambda error: isinstance(error, Passing) and not error.sent,
            deadline,
        )

    def _patiently(
        self, once: Callable[[], Reply], passes: Callable[[BaseException], bool], deadline: Deadline
    ) -> Reply:
        retrying = tenacity.Retrying(
            sleep=self.clock.sleep,
            retry=tenacity.retry_if_exception(passes),
            wait=self._wait,
            stop=lambda state: state.attempt_number > RETRIES or state.upcoming_sleep >= deadline.left(),
            before_sleep=_log_wait,
            reraise=True,
        )
        try:
            return retrying(once)
        except (Passing, CutShort) as error:
            raise _given_up(error, retrying.statistics["attempt_number"], deadline) from error

    def _wait(self, state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Passing) and error.after_s is not None:
            return error.after_s
        throttled = isinstance(error, Passing) and error.throttled
        return backoff_s(state.attempt_number, self.chance, least=1.0 if throttled else 0.0)

    def _once(self, method: str, path: str, deadline: Deadline, **content: object) -> Reply:
        """Send one request and read its answer, all within the shorter of both ends."""
        name = f"{method} {path}"
        self.pace.wait()
        if deadline.over:
            raise Unreachable(f"no time is left for {name}: the step had {deadline.seconds:.0f} s", sent=False)
        bound = Deadline(self.clock, min(self.timeouts.request_s, deadline.left()))
        ends_at = until.set(bound.started_at + bound.seconds)
        try:
            request = self.client.build_request(
                method,
                path,
                timeout=self._timeout(bound.seconds),
                **content,  # type: ignore[arg-type]
            )
            answer = self.client.send(request, stream=True)
            try:
                return self._read(name, answer, bound)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise failure(name, self.connection.host, error, self.redaction) from error
        finally:
            until.reset(ends_at)

    def _timeout(self, seconds: float) -> httpx.Timeout:
        times = self.timeouts
        return httpx.Timeout(min(times.silence_s, seconds), connect=min(times.connect_s, seconds))

    def _read(self, name: str, answer: httpx.Response, bound: Deadline) -> Reply:
        kind = answer.headers.get("content-type", "")
        if not answer.is_success:
            said = spoken(_rest(answer, bound), kind)
            after_s = retry_after_s(answer.headers, self.clock.now())
            log.info("%s %d %.2f s", name, answer.status_code, bound.elapsed())
            raise status_error(name, answer.status_code, answer.headers, self.redaction.clean(said), after_s)
        data = _body(name, answer, bound)
        log.info("%s %d %.2f s", name, answer.status_code, bound.elapsed())
        try:
            return Reply(answer.status_code, read_json(data), _total(answer.headers))
        except NotUnderstood as error:
            raise self._not_json(name, error, data, kind) from error

    def _not_json(self, name: str, error: NotUnderstood, data: bytes, kind: str) -> NotUnderstood:
        """Say what came instead of JSON (N-13), as an error of the same sort."""
        found = f"{error.message} ({name})"
        if kind and "json" not in kind.lower():
            said = safe_text(self.redaction.clean(data[:4_096].decode("utf-8", "backslashreplace").strip()))
            found = f"another page answered: expected JSON, got {safe_text(kind, 40)} ({name}: {said})"
        return type(error)(
            found,
            "a proxy, a login page or a maintenance page may have answered; open RECONCILER_URL in a browser",
        )


def quieten(redaction: Redaction) -> None:
    """Keep httpx and httpcore from logging addresses and headers, also at debug level (S-01)."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for logger in (logging.getLogger("httpx"), log):
        for filter_ in [one for one in logger.filters if isinstance(one, Redaction)]:
            logger.removeFilter(filter_)
        logger.addFilter(redaction)


def _body(name: str, answer: httpx.Response, bound: Deadline) -> bytes:
    """Read a whole body within its limits of size and time (N-22, N-23)."""
    parts, size = [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            raise NotUnderstood(f"an answer of more than {BODY_LIMIT // 2**20} MiB ({name})")
        if bound.over:
            raise Passing(f"the answer did not end within {bound.seconds:.0f} s ({name})", sent=True)
    return b"".join(parts)


def _rest(answer: httpx.Response, bound: Deadline) -> bytes:
    """Read what a failed answer says; its status counts, also when the body is cut or too long."""
    parts: list[bytes] = []
    try:
        for part in answer.iter_bytes():
            parts.append(part)
            if len(parts) > 64 or bound.over:
                break
    except httpx.HTTPError:
        log.info("the body of an answer with status %d was cut", answer.status_code)
    return b"".join(parts)[:65_536]


def _total(headers: Mapping[str, str]) -> int | None:
    text = headers.get("total", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _log_wait(state: tenacity.RetryCallState) -> None:
    """Say at once why nothing seems to happen, where somebody would begin to wonder."""
    error = state.outcome.exception() if state.outcome else None
    level = logging.WARNING if state.upcoming_sleep >= NOTICED_S else logging.INFO
    log.log(level, "%s; trying again in %.1f s", error, state.upcoming_sleep)


def _given_up(error: Passing | CutShort, tries: int, deadline: Deadline) -> ReconcilerError:
    """Say how often and how long it was tried; an error of the same sort."""
    count = f"{tries} tries, {deadline.elapsed():.0f} seconds" if tries > 1 else "one try"
    if isinstance(error, CutShort):
        return CutShort(f"{error.message} ({count})", error.hint)
    hint, after_s = error.hint, error.after_s
    if after_s is not None and after_s >= deadline.left():
        hint = f"the platform asks to wait {after_s:,.0f} seconds, longer than this step may take; run again then"
    return Passing(f"{error.message} ({count})", hint, sent=error.sent, after_s=after_s, throttled=error.throttled)
