"""The platform's user record, read from `record.json` (platform-api sections 9 and 11)."""

import json
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a user.

    Attributes:
        name: The name under which the simulator keeps the value.
        bulk_key: Key in a row of a bulk file and in the template; None when the bulk API has none.
        read_key: Key in an answer of `GET users`; None when it is not shown.
        kind: The rule that values of this field follow (`text`, `flag`, `location`, ...).
        required: True when every row of a file must have it.
    """

    name: str
    bulk_key: str | None
    read_key: str | None
    kind: str
    required: bool


def load() -> tuple[Field, ...]:
    """Read the packaged record; the order is the platform's own."""
    text = files("reconciler.simulator").joinpath("record.json").read_text(encoding="utf-8")
    return tuple(
        Field(entry["name"], entry["bulk_key"], entry["read_key"], entry["kind"], entry["required"])
        for entry in json.loads(text)["fields"]
    )


FIELDS = load()
BULK_KEYS = tuple(field.bulk_key for field in FIELDS if field.bulk_key is not None)
BY_BULK_KEY = {field.bulk_key: field for field in FIELDS if field.bulk_key is not None}

# Kinds whose values stand in `User.values`; the others have a place of their own in a user.
KEPT_KINDS = frozenset(
    {"email", "text", "name", "location", "limit", "flag", "extension", "filter", "timeout", "phone"}
)
KEPT = tuple(field for field in FIELDS if field.kind in KEPT_KINDS)
