"""A snapshot as JSON and back: what `snapshot --out` keeps and `plan --snapshot` reads (product section 4)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from reconciler.model.batch import Job
from reconciler.model.errors import RunRefused
from reconciler.model.source import Json
from reconciler.model.users import LiveUser, Snapshot, Template
from reconciler.model.values import NameRule, Value

FORMAT: Final = 1


def snapshot_to_json(snapshot: Snapshot, unfinished: Iterable[Job] = ()) -> dict[str, Json]:
    """Return a snapshot as one JSON object: fields of the table, template, unfinished jobs, time and address."""
    return {
        "format": FORMAT,
        "taken_at": snapshot.taken_at.isoformat(),
        "address": snapshot.address,
        "template": {
            "sample": dict(snapshot.template.sample),
            "roles": list(snapshot.template.roles),
            "teams": list(snapshot.template.teams),
        },
        "unfinished_jobs": [{"id": job.ident, "status": job.status, "file": job.file_name} for job in unfinished],
        "users": [user_to_json(user) for user in snapshot.users.values()],
        "doubled": [user_to_json(user) for user in snapshot.doubled],
        "nameless": [user_to_json(user) for user in snapshot.nameless],
    }


def snapshot_from_json(value: Json, name: str) -> Snapshot:
    """Read back what `snapshot_to_json` made; raises `RunRefused` that names the file for anything else."""
    try:
        return read_snapshot(expect_object(value))
    except (KeyError, TypeError, ValueError) as error:
        raise RunRefused(
            f"{name} is not a snapshot that this version can read",
            f"make a new one:  reconciler snapshot --out {name}",
        ) from error


def user_to_json(user: LiveUser) -> dict[str, Json]:
    """Return one live person as JSON; sets become sorted lists."""
    values = {field: value_to_json(value) for field, value in user.values.items()}
    return {"key": user.key, "id": user.ident, "email": user.email, "values": values}


def value_to_json(value: Value) -> Json:
    """Return one canonical value as JSON; a set is a sorted list."""
    if isinstance(value, frozenset):
        return list[Json](sorted(value))
    return None if isinstance(value, NameRule) else value


def read_snapshot(value: Mapping[str, Json]) -> Snapshot:
    """Build the snapshot; raises `KeyError`, `TypeError` or `ValueError` where the form is another one."""
    if value["format"] != FORMAT:
        raise ValueError("format")
    template = expect_object(value["template"])
    return Snapshot(
        users={user.key: user for user in read_users(value["users"])},
        doubled=tuple(read_users(value["doubled"])),
        nameless=tuple(read_users(value["nameless"])),
        template=Template(
            sample=expect_object(template["sample"]),
            roles=tuple(expect_texts(template["roles"])),
            teams=tuple(expect_texts(template["teams"])),
        ),
        taken_at=aware(datetime.fromisoformat(str(value["taken_at"]))),
        address=str(value["address"]),
    )


def read_users(value: Json) -> Iterable[LiveUser]:
    """Build the people of one list; equal sets of names become one object."""
    sets: dict[tuple[Json, ...], frozenset[str]] = {}
    for item in expect_list(value):
        user = expect_object(item)
        values = {
            field: wire if isinstance(wire, str) else value_from_json(wire, sets)
            for field, wire in expect_object(user["values"]).items()
        }
        yield LiveUser(key=str(user["key"]), ident=str(user["id"]), email=str(user["email"]), values=values)


def value_from_json(value: Json, sets: dict[tuple[Json, ...], frozenset[str]]) -> Value:
    """Return the canonical value of its JSON form; each set is built once and remembered in `sets`."""
    if isinstance(value, list):
        names = tuple(value)
        if names not in sets:
            sets[names] = frozenset(expect_texts(value))
        return sets[names]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError("value")


def aware(moment: datetime) -> datetime:
    """Return a time that knows its zone; raises `ValueError` for one that does not."""
    if moment.tzinfo is None:
        raise ValueError("taken_at")
    return moment


def expect_object(value: Json) -> dict[str, Json]:
    """Return a JSON object; raises `TypeError` for anything else."""
    if isinstance(value, dict):
        return value
    raise TypeError("object")


def expect_list(value: Json) -> list[Json]:
    """Return a JSON list; raises `TypeError` for anything else."""
    if isinstance(value, list):
        return value
    raise TypeError("list")


def expect_texts(value: Json) -> list[str]:
    """Return a JSON list of texts; raises `TypeError` for anything else."""
    texts = [text for text in expect_list(value) if isinstance(text, str)]
    if len(texts) == len(expect_list(value)):
        return texts
    raise TypeError("texts")
