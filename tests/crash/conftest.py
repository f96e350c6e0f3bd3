"""One nursery for all tests of a worker."""

from collections.abc import Iterator

import pytest

from tests.crash.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The process that bears the runs."""
    with Nursery() as nursery:
        yield nursery
