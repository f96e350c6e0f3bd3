"""One simulator per test, with a clock that only the test moves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconciler.simulator import Simulator

from .client import Client, Clock, seed

Open = Callable[..., Client]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_simulator(clock: Clock) -> Iterator[Open]:
    """Starts simulators of the small tenant; keyword arguments are those of `Simulator`."""
    with ExitStack() as stack:

        def start(**options: Any) -> Client:
            given = {"seed": seed(), "clock": clock, "sleep": clock.sleep, **options}
            return Client(stack.enter_context(Simulator(**given)), clock)

        yield start


@pytest.fixture
def client(open_simulator: Open) -> Client:
    """The small tenant without any switch."""
    return open_simulator()
