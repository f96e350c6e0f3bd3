"""The platform as the product knows it: template, people and bulk jobs. The only door to its API.

Readings return raw records or `Job`s, writes take finished bytes. Nothing is decided here but what a lost or
strange answer allows to do next. Every step has a deadline; every answer is checked for its shape.
"""

import random
from typing import Final, Self

from reconciler.edge.connection import Connection
from reconciler.edge.deadline import Deadline
from reconciler.edge.exchange import USUAL, Timeouts
from reconciler.edge.jobs import Jobs
from reconciler.edge.listing import Page, read_complete, rows_of
from reconciler.edge.transport import Transport, Wire
from reconciler.model.clock import Clock, Progress, silent
from reconciler.model.errors import NotUnderstood
from reconciler.model.source import RawRecord

USERS: Final = "users"
TEMPLATE: Final = "bulk/users/template"
USERS_A_PAGE: Final = 1_000


class Platform(Jobs):
    """One tenant of the platform; use it as a context manager, or `close` it.

    Args:
        connection: Where and who; see `read_connection`.
        clock: All waiting and all deadlines go by it.
        timeouts: How long the steps may take.
        wire: An httpx transport instead of the network, in tests.
        chance: The source of jitter between repetitions.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        timeouts: Timeouts = USUAL,
        wire: Wire | None = None,
        chance: random.Random | None = None,
    ) -> None:
        super().__init__(Transport(connection, clock, timeouts, wire, chance))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def template(self) -> RawRecord:
        """Return the model record of this moment: every key, role and team of the tenant (platform-api 2).

        Raises:
            NotUnderstood: The answer is no list whose first element is an object with keys.
        """
        rows = rows_of(self.transport.get(TEMPLATE, {}, self.step()).body, f"GET {TEMPLATE}")
        if not rows or not rows[0]:
            raise NotUnderstood(f"GET {TEMPLATE}: a model record was expected, the platform answered none")
        return rows[0]

    def users(self, progress: Progress = silent) -> tuple[RawRecord, ...]:
        """Return all people, active or not, proven complete (faults.md N-48, N-49; unknowns 14, 16).

        Raises:
            NotUnderstood: The answer is no list of people, or pages repeat.
            RunRefused: The people changed in each of four readings.
        """
        deadline = Deadline(self.clock, self.timeouts.reading_s)

        def fetch(page: int) -> Page:
            size = {"per": USERS_A_PAGE, "per_page": USERS_A_PAGE}
            reply = self.transport.get(USERS, {"page": page, **size}, deadline)
            return Page(rows_of(reply.body, f"GET {USERS}"), reply.total)

        try:
            return read_complete(fetch, "reading people", self.clock, progress)
        finally:
            deadline.end()
