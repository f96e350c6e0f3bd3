"""The words that every view uses: counts, people, times and places."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from reconciler.model.source import Mark
from reconciler.views.escape import cell, escape, name_cell

IRREGULAR: Final = {
    "person": "people",
    "active person": "active people",
    "is": "are",
    "loses": "lose",
    "gets": "get",
    "put": "put",
}


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun: `1 file`, `1,204 people`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of a noun or verb that the views use."""
    return IRREGULAR.get(noun, f"{noun}s")


def person(name: str, address: str) -> str:
    """Return `Eva Lind <eva.lind@acme.example>`, or the address alone for somebody without a name."""
    return cell(address) if name in {"", address} else f"{name_cell(name)} <{cell(address)}>"


def some_of(names: Sequence[str], shown: int = 3) -> str:
    """Return the first names and how many more there are: `Adam Ruiz, Bea Soler and 28 more`."""
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more:,} more" if more > 0 else "")


def place(mark: Mark | None) -> str:
    """Return `file:line`; `""` where there is no place."""
    return escape(f"{mark.file}:{mark.line}") if mark else ""


def as_of(time: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a time for people: `today 04:12 (5 h ago)`, `23 Nov 2026, 04:12 (1 day ago)`."""
    local = time.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{'today ' if today else day(local) + ', '}{local:%H:%M} ({age(time, now)})"


def day(local: date) -> str:
    """Return a day without asking the machine for its language: `24 Nov 2026`."""
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def day_of_month(coming: date, today: date) -> str:
    """Return a day to come, with its year where it is far off: `11 Jan`, `30 Jun 2028`."""
    shown = f"{coming.day} {MONTHS[coming.month - 1]}"
    return shown if coming - today < timedelta(days=300) else f"{shown} {coming.year}"


def age(time: datetime, now: datetime) -> str:
    """Return how long ago a time was: `just now`, `5 h ago`, `3 days ago`."""
    past = now - time
    if past < timedelta(minutes=2):
        return "just now"
    if past < timedelta(hours=1):
        return f"{past.seconds // 60} minutes ago"
    return f"{past.seconds // 3600} h ago" if past < timedelta(days=1) else f"{count_of(past.days, 'day')} ago"


MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
