"""What a run replaced, as `revert.json` of its report keeps it (product section 6.7).

The file is read as untrusted data: a report lies about for months and passes through many hands. Its shape is held
to strictly. The seal finds an edit by hand and half a copy, no forger; against him stand the limits and the plan
that a person reads, as with every plan.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from reconciler.core.promises import is_names, promises
from reconciler.core.renames import KEY
from reconciler.core.snapshots import aware, expect_list, expect_object, value_from_json, value_to_json
from reconciler.model.errors import RunRefused
from reconciler.model.fields import MANAGED_FIELDS, Field
from reconciler.model.kinds import ACCOUNT, canonical_email
from reconciler.model.plan import Action, Change
from reconciler.model.source import Json, Mark, Source
from reconciler.model.spelling import describe
from reconciler.model.values import Value

FORMAT: Final = 2
"""The form of the file; 1 held no values after the run."""

FIELDS_THERE: Final[Mapping[str, Field]] = {field.name: field for field in (KEY, *MANAGED_FIELDS)}
"""The fields that a run may have replaced."""

KEYS: Final = frozenset({"format", "run", "digest", "address", "ended_at", "people", "seal"})
PERSON_KEYS: Final = frozenset({"name", "email", "id", "action", "before", "after"})


@dataclass(frozen=True, slots=True)
class TouchedPerson:
    """One person whom a run changed, or may have changed.

    Attributes:
        name: First and last name.
        email: The address after the run.
        ident: The platform's id; `""` for somebody new, or where the platform shows none.
        action: What the run did.
        before: The values that it replaced, by field name, the address among them only in a rename.
        after: The values in their place, of the same fields.
        mark: Where the file holds the person.
    """

    name: str
    email: str
    ident: str
    action: Action
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    mark: Mark

    @property
    def key(self) -> str:
        """The canonical address after the run."""
        return canonical_email(self.email)

    @property
    def former_key(self) -> str:
        """The canonical address before the run."""
        return canonical_email(str(self.before.get(KEY.name, self.email)))


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one run replaced.

    Attributes:
        run: The run id.
        digest: The digest of its plan.
        address: The base address of the platform that it wrote to.
        ended_at: When it ended, UTC.
        people: Everybody whom it may have changed.
    """

    run: str
    digest: str
    address: str
    ended_at: datetime
    people: tuple[TouchedPerson, ...]


def record_to_json(changes: Iterable[Change], run: str, digest: str, address: str, ended_at: datetime) -> Json:
    """Return what a run replaced as one JSON object; `changes` are those that may be on the platform."""
    record: dict[str, Json] = {
        "format": FORMAT,
        "run": run,
        "digest": digest,
        "address": address,
        "ended_at": ended_at.isoformat(),
        "people": [person_to_json(change) for change in changes],
    }
    return {**record, "seal": seal(record)}


def record_from_json(value: Json, source: Source) -> RunRecord:
    """Read back what `record_to_json` made; raises `RunRefused` that names the file for anything else."""
    try:
        return read_record(expect_object(value), source)
    except (KeyError, TypeError, ValueError) as error:
        raise RunRefused(
            f"{source.name} is not what a run wrote, or was changed since ({error})",
            "take the report as the run left it; by hand, revert-portal.csv beside it helps",
        ) from error


def person_to_json(change: Change) -> dict[str, Json]:
    """Return what a change replaced, by field name; `email` is the address after the change."""
    pairs = dict(replaced(change))
    return {
        "name": change.name,
        "email": str(change.wanted[KEY.name]) if change.previous else change.email,
        "id": change.ident,
        "action": change.action.value,
        "before": {field: value_to_json(before) for field, (before, _) in pairs.items()},
        "after": {field: value_to_json(after) for field, (_, after) in pairs.items()},
    }


def replaced(change: Change) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """Yield what a change replaces: a field's name with the values before and after.

    Of somebody new nothing but the account can come back. A deactivation empties the teams beside what it
    promises, and a platform could empty the roles too, so both are kept (faults.md L-15).
    """
    if change.action is Action.CREATE:
        yield "status", (None, "Active")
        return
    promised = promises(change)
    for part in promised:
        before = part.before
        if FIELDS_THERE[part.field].kind is ACCOUNT and before is None:
            before = "Active"  # no sign of a deactivation (platform-api unknown 18)
        yield part.field, (before, part.after)
    if change.action is Action.DEACTIVATE:
        listed = {part.field for part in promised}
        for field in MANAGED_FIELDS:
            if is_names(field) and field.name not in listed:
                yield field.name, (change.before.get(field.name), frozenset())


def seal(record: Mapping[str, Json]) -> str:
    """Return the sha-256 of everything but the seal itself."""
    rest = {key: value for key, value in record.items() if key != "seal"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def read_record(value: Mapping[str, Json], source: Source) -> RunRecord:
    """Build the record; raises `KeyError`, `TypeError` or `ValueError` where the form is another one."""
    if value.get("format") != FORMAT:
        raise ValueError(f"format {FORMAT} is wanted")
    if value.keys() != KEYS:
        raise ValueError("other keys")
    if value["seal"] != seal(value):
        raise ValueError("the seal is broken")
    lines = source.text.split("\n")
    line, people = 0, []
    for item in expect_list(value["people"]):
        line = line_of(item, lines, line)
        people.append(read_person(expect_object(item), Mark(source, line, 1)))
    refuse_repeats(person.key for person in people)
    refuse_repeats(person.former_key for person in people)
    return RunRecord(
        run=expect_text(value["run"]),
        digest=expect_text(value["digest"]),
        address=expect_text(value["address"]),
        ended_at=aware(datetime.fromisoformat(expect_text(value["ended_at"]))),
        people=tuple(people),
    )


def line_of(item: Json, lines: list[str], after: int) -> int:
    """Return the line on which the file names a person, behind line `after`; else that one."""
    wanted = f'"email": {json.dumps(item.get("email"))}' if isinstance(item, dict) else ""
    found = (number for number in range(after, len(lines)) if wanted and lines[number].strip().startswith(wanted))
    return next(found, max(after, 1) - 1) + 1


def read_person(value: Mapping[str, Json], mark: Mark) -> TouchedPerson:
    """Build one person; raises as `read_record` does."""
    if value.keys() != PERSON_KEYS:
        raise ValueError("a person with other keys")
    person = TouchedPerson(
        name=expect_text(value["name"]),
        email=expect_text(value["email"]),
        ident=expect_text(value["id"]) if value["id"] != "" else "",
        action=Action(expect_text(value["action"])),
        before=read_values(value["before"]),
        after=read_values(value["after"]),
        mark=mark,
    )
    if person.before.keys() != person.after.keys():
        raise ValueError(f"{person.email}: a value before or after is missing")
    if (KEY.name in person.before) != (person.key != person.former_key):
        raise ValueError(f"{person.email}: another address")
    if KEY.name in person.after and canonical_email(str(person.after[KEY.name])) != person.key:
        raise ValueError(f"{person.email}: another address")
    if person.action is Action.CREATE and person.after != {"status": "Active"}:
        raise ValueError(f"{person.email}: more than an account is new")
    return person


def read_values(value: Json) -> dict[str, Value]:
    """Build the values by field name; raises as `read_record` does."""
    return {name: read_value(FIELDS_THERE[name], wire) for name, wire in expect_object(value).items()}


def read_value(field: Field, wire: Json) -> Value:
    """Return a canonical value of a field; raises `TypeError` or `ValueError` for what no run can have read."""
    if wire is None and field is not KEY:
        return None
    if is_names(field):
        return value_from_json(expect_list(wire), {})
    if field.kind is ACCOUNT:
        value: Value = wire if wire in ("Active", "Inactive") else None
    else:
        value = field.kind.from_wire(wire)
    if value is None or value != wire or type(value) is not type(wire):
        raise ValueError(f"{field.name}: {describe(wire)}")
    return value


def expect_text(value: Json) -> str:
    """Return a text that is not empty; raises `TypeError` for anything else."""
    if isinstance(value, str) and value:
        return value
    raise TypeError("a text is missing")


def refuse_repeats(keys: Iterable[str]) -> None:
    """Raise `ValueError` where an address stands twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{key} stands twice"[:80])
        seen.add(key)
