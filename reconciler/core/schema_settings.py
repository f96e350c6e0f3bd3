"""JSON Schema of `reconciler.yaml`, for editors; what `settings` reads, key by key."""

from typing import Final

from reconciler.core.schema import (
    DRAFT,
    Known,
    Schema,
    block,
    matching,
    name_definitions,
    reference,
    shape_of,
    text_shape,
)
from reconciler.core.settings_guards import MINIMUM_FIELDS
from reconciler.core.settings_kinds import (
    DOMAIN,
    DURATION,
    IDENT,
    LOGIN,
    NOT_IN_FILES,
    PATTERN,
    PERSONS,
    RAISED,
    ROWS,
    SHARE,
    ZONE,
)
from reconciler.core.settings_reading import EXAMPLES, TOP_KEYS
from reconciler.model.fields import FIELDS
from reconciler.model.kinds import EMAIL, TEXT
from reconciler.model.names import Names
from reconciler.model.settings import Counted
from reconciler.model.spelling import DAY


def settings_schema(known: Known) -> Schema:
    """Return the schema of the settings; `known` as for the files of people."""
    shapes = settings_shapes(known)
    return {
        "$schema": DRAFT,
        "title": "Settings of a tree",
        "description": "what a run may do; the files beside this one say who works here",
        **block(
            {key: {**shapes[key], "description": described(key)} for key in TOP_KEYS},
            ["format", "tenant", "email_domains"],
        ),
        "definitions": name_definitions(known),
    }


def described(key: str) -> str:
    """Return what a key says, and how it is written."""
    return f"{NOTES[key]}. Like: {EXAMPLES[key]}" if key in EXAMPLES else NOTES[key]


def settings_shapes(known: Known) -> dict[str, Schema]:
    """Return the schema of every key at the top."""
    day = matching(DAY.pattern, "a day like 2027-01-31")
    duration = matching(DURATION.pattern, "a whole number and s, m, h or d, like 30m")
    raised: Schema = {kind: shape_of(RAISED) for kind in Counted}
    minimums: Schema = {part: minimums_of(field, known) for part, field in MINIMUM_FIELDS.items()}
    limits: Schema = {kind: limit_shape() for kind in Counted}
    allowance = block(
        {**raised, "in": text_shape(TEXT), "last_day": day, "why": text_shape(TEXT)}, ["in", "last_day", "why"]
    )
    return {
        "format": {"enum": [1, "1"]},
        "tenant": tenant_shape(),
        "email_domains": texts(matching(any_case(DOMAIN.pattern), "a domain like acme.example"), least=1),
        "locations": texts(text_shape(TEXT)),
        "privileged_roles": texts(reference("role"), least=1),
        "protected": texts(shape_of(EMAIL)),
        "not_in_files": shape_of(NOT_IN_FILES),
        "minimum_active": block(minimums),
        "limits": block(limits),
        "allow": blocks({**allowance, "minProperties": 4, "maxProperties": 4}),
        "scope": block({"emails": texts(matching(any_case(PATTERN.pattern), "a pattern like *@acme.example"), 1)}),
        "batch_size": shape_of(ROWS),
        "job_timeout": duration,
        "settle_timeout": duration,
        "snapshot_max_age": duration,
        "ignore_jobs": blocks(block({"id": shape_of(IDENT), "last_day": day}, ["id", "last_day"])),
        "actors": {
            "type": "object",
            "propertyNames": matching(LOGIN.pattern, "a GitHub login"),
            "additionalProperties": shape_of(EMAIL),
        },
    }


def tenant_shape() -> Schema:
    """Return the schema of the tenant; the address may be in upper case, since reading it lowers it."""
    url = matching(r"[hH][tT][tT][pP][sS]?://[^\s/?#@]+/?", "only scheme and host, like https://acme.example")
    zone: Schema = {**matching(ZONE.pattern, "a place of the tz database"), "examples": ["Europe/Madrid"]}
    return block({"url": url, "timezone": zone}, ["url", "timezone"])


def limit_shape() -> Schema:
    """Return the schema of one limit: a count, or a count and a share."""
    share = matching(SHARE.pattern, "a number and %, like 5%")
    return {"anyOf": [shape_of(PERSONS), block({"count": shape_of(PERSONS), "share": share})]}


def minimums_of(field: str, known: Known) -> Schema:
    """Return the schema of the minimums of one field: a number for each name.

    A role or team that the template does not list guards nothing; a location may be one in which nobody is yet.
    """
    names = known.get(field, ())
    closed = bool(names) and isinstance(FIELDS[field].kind, Names)
    return {
        "type": "object",
        "properties": {name: shape_of(PERSONS) for name in names},
        "additionalProperties": False if closed else shape_of(PERSONS),
    }


def texts(shape: Schema, least: int = 0) -> Schema:
    """Return the schema of a list of texts, each once; a single one stands for a list of one."""
    return {"anyOf": [shape, {"type": "array", "items": shape, "uniqueItems": True, "minItems": least}]}


def blocks(shape: Schema) -> Schema:
    """Return the schema of a list of mappings; a single one stands for a list of one."""
    return {"anyOf": [shape, {"type": "array", "items": shape}]}


def any_case(pattern: str) -> str:
    """Return a pattern of small letters that takes capital ones too."""
    return pattern.replace("a-z", "A-Za-z")


NOTES: Final = {
    "format": "the form of this file, 1",
    "tenant": "the tenant: its address, and the time zone in which days begin and end",
    "email_domains": "the domains that an address may have; a new person gets an invitation mail",
    "locations": "the names of the locations; no call of the platform lists them",
    "privileged_roles": "roles whose grant is counted apart and shown first",
    "protected": "accounts that are never changed",
    "not_in_files": "what happens to active people in scope whom no file names",
    "minimum_active": "how many active people each role, team and location must keep",
    "limits": "how many people one run may touch in one way",
    "allow": "the reviewed way past one limit, for 31 days at most",
    "scope": "the addresses that the tree answers for; else everybody in the domains",
    "batch_size": "rows in one bulk job",
    "job_timeout": "how long a job may take",
    "settle_timeout": "how long a finished job may take to be seen",
    "snapshot_max_age": "older snapshots are refused",
    "ignore_jobs": "jobs of somebody else that never end, and until when they hold up no run",
    "actors": "the address of each GitHub login",
}
"""What each key says, in a few words."""
