"""The files of the model test: settings, and declared people in every form that the tree accepts."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.e2e.model_expected import Guards
from tests.e2e.model_strategies import LISTED

FORMS: Final = ("block", "json", "crlf", "alone")
"""Block YAML, JSON, block YAML with the line ends of Windows, and one person without a list."""

LIMITED: Final[Mapping[str, Mapping[str, str]]] = {
    "create": {},
    "deactivate": {"share": "100%"},
    "reactivate": {"share": "100%"},
    "rename": {},
    "role_change": {},
    "team_removal": {},
    "privileged_grant": {},
}
"""Every kind of change that has a limit; all shares are out of the way."""

PLAIN: Final = re.compile(r"(?!Null|Yes|No)[A-Z][a-z]+( [A-Z][a-z]*)*")


def write_settings(guards: Guards, ignored: Iterable[int]) -> str:
    """Return the settings file; limits are written for every kind, so that no default is in force."""
    minimums: dict[str, dict[str, int]] = {}
    for (field, name), count in guards.minimums.items():
        minimums.setdefault(field, {})[name] = count
    settings = {
        "format": 1,
        "tenant": {"url": "https://acme.uc1.ccaiplatform.com", "timezone": "Europe/Madrid"},
        "email_domains": ["acme.example"],
        "locations": [*LISTED],
        "privileged_roles": ["Admin", "Manager Admin"],
        "protected": [*guards.protected],
        "not_in_files": guards.not_in_files,
        "minimum_active": minimums,
        "limits": {kind: {"count": guards.limit, **share} for kind, share in LIMITED.items()},
        "batch_size": guards.batch_size,
        "ignore_jobs": [{"id": ident, "last_day": "2026-12-20"} for ident in ignored],
    }
    return json.dumps({key: value for key, value in settings.items() if value not in ([], {})}, indent=1) + "\n"


def write_people(people: list[Mapping[str, Any]], form: str) -> str:
    """Return a declaration file; more than one person are never `alone`."""
    if form == "json":
        return json.dumps({"users": people}, ensure_ascii=False, indent=1) + "\n"
    if form == "alone" and len(people) == 1:
        return "".join(f"{key}: {block(value, '  ')}\n" for key, value in people[0].items())
    text = "users:\n" + "".join(f"  -{entries(person)}" for person in people) + "# the end\n"
    return text.replace("\n", "\r\n") if form == "crlf" else text


def write_profiles(profiles: Mapping[str, Any], form: str) -> str:
    """Return a file of profiles."""
    if form == "json":
        return json.dumps({"profiles": profiles}, ensure_ascii=False, indent=1) + "\n"
    text = "profiles:\n" + "".join(f"  {name}:\n   {entries(values)}" for name, values in profiles.items())
    return text.replace("\n", "\r\n") if form == "crlf" else text


def entries(person: Mapping[str, Any]) -> str:
    """Write one person of a list, the first key behind its dash."""
    return "".join(
        f"{'    ' if n else ' '}{key}: {block(value, '      ')}\n" for n, (key, value) in enumerate(person.items())
    )


def block(value: Any, indent: str) -> str:
    """Write a value as people do: plain where nothing can be misread, lists on one line, mappings below."""
    if isinstance(value, Mapping):
        return "".join(f"\n{indent}{key}: {block(part, indent)}" for key, part in value.items())
    if isinstance(value, list):
        return f"[{', '.join(in_line(part) for part in value)}]"
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def in_line(value: Any) -> str:
    """Write one element of a list on one line."""
    if isinstance(value, Mapping):
        parts = [f"{key}: {block(part, '')}" for key, part in value.items()]
        return f"{{{', '.join(parts)}}}"
    return block(value, "")
