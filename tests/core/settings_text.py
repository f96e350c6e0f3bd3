"""Settings as text for tests: the least that a file must say, and what is read of it."""

from datetime import UTC, datetime
from typing import Final

from reconciler.core.settings import read_settings
from reconciler.model.settings import Settings
from reconciler.model.source import Problems
from tests.nodes import document

NOW: Final = datetime(2026, 12, 2, 4, 12, tzinfo=UTC)
LEAST: Final = """\
format: 1
tenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}
email_domains: [acme.example]
"""


def read(text: str, now: datetime = NOW) -> tuple[Settings | None, Problems]:
    """Settings and problems of a whole file."""
    return read_settings(document(text, "users/reconciler.yaml"), now)


def settings_of(text: str, now: datetime = NOW) -> Settings:
    """The settings of a file without problems, over the least that is required."""
    settings, problems = read(LEAST + text, now)
    assert problems == ()
    assert settings is not None
    return settings


def problems_of(text: str, now: datetime = NOW) -> Problems:
    """What is said of settings over the least that is required."""
    return read(LEAST + text, now)[1]


def codes(text: str) -> list[str]:
    """The codes of what is said."""
    return [problem.code for problem in problems_of(text)]
