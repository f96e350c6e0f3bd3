"""Validation of an uploaded file before anything runs (platform-api sections 7, 9 and 11b)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.simulator.directory import Directory, canonical
from reconciler.simulator.members import listed
from reconciler.simulator.problems import Problem
from reconciler.simulator.record import BY_BULK_KEY, Field
from reconciler.simulator.rows import roles_after
from reconciler.simulator.switches import Settings

EMAIL = "Must be a valid email"
UNIQUE = "Must be unique within the file"
NON_EMPTY = "Non-empty string"
STATUS = 'Must be "Active", "Inactive", or empty'
LOCATION = "Must exactly match one of the existing locations (case-insensitive), or Null, or empty"
LIMIT = "Must be between 1 and {} (inclusive), or empty"
FLAG = "Must be 0, 1, or empty"
NOT_A_LIST = "Must be a JSON array of users"

ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
PHONE = re.compile(r"\+[1-9][0-9]{1,14}")

Row = dict[str, Any]


def read_rows(data: bytes) -> list[Any] | None:
    """The elements of a file, or None when it is no JSON list."""
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list) else None


def check(data: bytes, directory: Directory, settings: Settings) -> list[Problem]:
    """Everything that is wrong with a file; an empty list means `valid_scheme`."""
    rows = read_rows(data)
    if rows is None:
        return [Problem(NOT_A_LIST)]
    problems = [problem for index, row in enumerate(rows) for problem in _row(index, row, directory, settings)]
    return problems + list(_repeated(rows, "email", settings)) + list(_repeated(rows, "new_email", settings))


def _row(index: int, row: Any, directory: Directory, settings: Settings) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem("Must be an object", None, index)
        return
    yield from _keys(index, row, directory, settings)
    for key in directory.template_keys:
        field = BY_BULK_KEY[key]
        if key in row or field.required:
            for message in _value(field, row.get(key), directory, settings):
                yield Problem(message, key, index)
    if settings["no_role"] == "scheme_error" and roles_after(row, directory, settings) == ():
        yield Problem("Must have at least one role", "roles", index)


def _keys(index: int, row: Row, directory: Directory, settings: Settings) -> Iterator[Problem]:
    if settings["missing_key"] == "scheme_error":
        for key in directory.template_keys:
            if key not in row:
                yield Problem("Column is missing", key, index)
    if settings["unknown_key"] == "scheme_error":
        for key in row:
            if key not in directory.template_keys:
                yield Problem("Unknown column", key, index)


def _value(field: Field, value: Any, directory: Directory, settings: Settings) -> Iterator[str]:
    if field.kind in ("roles", "teams"):
        yield from _members(field.kind, value, directory, settings)
    elif value not in (None, "") or field.required:
        fits = _RULES.get(field.kind, _is_text)
        if not fits(value, directory, settings):
            yield _MESSAGES[field.kind].format(directory.chat_limit)


def _members(key: str, value: Any, directory: Directory, settings: Settings) -> Iterator[str]:
    if value in (None, ""):
        return
    entries = listed(value)
    if entries is None:
        yield "Must be a list of objects with name and value"
        return
    known = directory.roles if key == "roles" else directory.teams
    for name, chosen in entries:
        if name not in known and settings["unknown_name"] == "scheme_error":
            yield f"Must be one of the existing {key}"
        if chosen is not None and chosen != "" and not _is_flag(chosen, directory, settings):
            yield FLAG


def _repeated(rows: list[Any], key: str, settings: Settings) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        value = row.get(key) if isinstance(row, dict) else None
        if not isinstance(value, str) or not value:
            continue
        same = value if settings["email_match"] == "sensitive" else canonical(value)
        if same in seen:
            yield Problem(UNIQUE, key, index)
        seen.add(same)


def _is_email(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value.strip()) is not None


def _is_name(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_text(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str)


def _is_status(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return value in ("Active", "Inactive")


def _is_location(value: Any, directory: Directory, settings: Settings) -> bool:
    if not isinstance(value, str):
        return False
    known = {location.lower() for location in directory.locations}
    return value.lower() in known or settings["unknown_name"] == "warning_skip"


def _is_limit(value: Any, directory: Directory, _settings: Settings) -> bool:
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,9}", str(value)):
        return False
    return 1 <= int(value) <= directory.chat_limit


def _is_flag(value: Any, _directory: Directory, settings: Settings) -> bool:
    """Booleans pass only where the template itself speaks in booleans (unknown 40)."""
    if isinstance(value, bool):
        return settings["flags"] == "booleans"
    return value in (0, 1, "0", "1") and not isinstance(value, float)


def _is_digits(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]+", value) is not None


def _is_phone(value: Any, _directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str) and PHONE.fullmatch(value) is not None


def _is_filter(value: Any, directory: Directory, _settings: Settings) -> bool:
    return isinstance(value, str) and (directory.filters is None or value in directory.filters)


_RULES: Mapping[str, Callable[[Any, Directory, Settings], bool]] = {
    "email": _is_email,
    "new_email": _is_email,
    "name": _is_name,
    "status": _is_status,
    "location": _is_location,
    "limit": _is_limit,
    "flag": _is_flag,
    "extension": _is_digits,
    "phone": _is_phone,
    "filter": _is_filter,
}

_MESSAGES: Mapping[str, str] = {
    "email": EMAIL,
    "new_email": EMAIL,
    "name": NON_EMPTY,
    "status": STATUS,
    "location": LOCATION,
    "limit": LIMIT,
    "flag": FLAG,
    "text": "Must be a string",
    "extension": "Must be digits, or empty",
    "phone": "Must be an E.164 number, or empty",
    "filter": "Must be the name of an existing filter, or empty",
}
