"""JSON Schema of the files of people, for editors: the field table, drawn once more.

Draft 7, which the YAML services of editors understand. They read YAML 1.2 and compare typed values, so a text may
arrive as a whole number (`agent_number: 4711`). Whatever the strict reading accepts, the schema accepts. It
refuses less: it sees neither spellings (`012`) nor what two people must not share.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from reconciler.core.misplaced import FIRST_DAY, LAST_DAY, PEOPLE, PERSON_KEYS, PROFILE_KEYS, PROFILES
from reconciler.model.fields import MANAGED_FIELDS, TREE_FIELDS, Care, Field
from reconciler.model.kinds import ADDRESS, DECIMAL, EMAIL, TEXT, Choice, Count, Email, Flag, Kind, Pattern, Place
from reconciler.model.names import Names
from reconciler.model.source import Json
from reconciler.model.spelling import DAY
from reconciler.model.users import Snapshot

Schema: TypeAlias = dict[str, Json]
Known: TypeAlias = Mapping[str, tuple[str, ...]]
"""A tenant's names by the field that holds them; a field that is absent or has none is not checked."""

ONE_OR_MANY: Final = "a file holds one person (email:), or a list of people (users:) and profiles (profiles:)"
DRAFT: Final = "http://json-schema.org/draft-07/schema#"


def names_of(snapshot: Snapshot) -> Known:
    """Return the names of a tenant: roles and teams of its template, and the locations in which people are."""
    return {
        field.name: snapshot.template.names(field.name)
        if isinstance(field.kind, Names)
        else values_of(field, snapshot)
        for field in MANAGED_FIELDS
        if isinstance(field.kind, Names | Place)
    }


def values_of(field: Field, snapshot: Snapshot) -> tuple[str, ...]:
    """Return every value that somebody holds, sorted."""
    held = {str(value) for user in snapshot.users.values() if (value := user.values.get(field.name))}
    return tuple(sorted(held))


def people_schema(notes: Mapping[str, str], known: Known) -> Schema:
    """Return the schema of a declaration file: one person, or people under `users` and profiles under `profiles`.

    Args:
        notes: What to say of a field, by its key in a file.
        known: The tenant's names, to complete and to check; `{}` where they are not known.
    """
    needed: list[Json] = [key for key, field in TREE_FIELDS.items() if field.care is Care.KEY]
    own = references(PERSON_KEYS)
    people: Schema = {"description": "a list of people", "type": "array", "items": reference("person")}
    named: Schema = {
        "description": "profiles by name",
        "type": "object",
        "additionalProperties": reference("profile"),
    }
    return {
        "$schema": DRAFT,
        "title": "People of a contact centre",
        "description": ONE_OR_MANY,
        "type": "object",
        "properties": {**own, "users": people, PROFILES: {}},
        "additionalProperties": False,
        "anyOf": [
            {
                "required": needed,
                "properties": {"users": False, PROFILES: reference(PROFILES)},
                "errorMessage": ONE_OR_MANY,
            },
            {
                "propertyNames": {"enum": ["users", PROFILES]},
                "minProperties": 1,
                "properties": {PROFILES: named},
                "errorMessage": ONE_OR_MANY,
            },
        ],
        "definitions": {
            "person": block(own, needed),
            "profile": block({**references(PROFILE_KEYS), PEOPLE: one_or_many(shape_of(EMAIL))}),
            **{key: field_shape(field, notes.get(key, ""), known) for key, field in TREE_FIELDS.items()},
            **beside_fields(),
            **name_definitions(known),
        },
    }


def references(keys: Iterable[str]) -> Schema:
    """Return the reference to the definition of each key, in the order of the table."""
    order = {key: number for number, key in enumerate((*TREE_FIELDS, PROFILES, FIRST_DAY, LAST_DAY, PEOPLE))}
    return {key: reference(key) for key in sorted(keys, key=order.__getitem__)}


def beside_fields() -> dict[str, Schema]:
    """Return the schema of what a person has beside fields: profiles and days."""
    day = matching(DAY.pattern, "a day like 2027-01-31")
    return {
        PROFILES: {"title": "Profiles", "description": "names of profiles", **one_or_many(text_shape(TEXT))},
        FIRST_DAY: {"title": "First day", "description": "the first day, inclusive", **day},
        LAST_DAY: {"title": "Last day", "description": "the last day, inclusive", **day},
    }


def field_shape(field: Field, note: str, known: Known) -> Schema:
    """Return the schema of a field's values, with its title and what to say of it."""
    shape = one_or_many(shape_of(field.kind)) if field.care is Care.RENAME else shape_of(field.kind)
    if isinstance(field.kind, Place) and known.get(field.name):
        shape["examples"] = list(known[field.name])
    return {"title": field.title, "description": note, **shape}


def name_definitions(known: Known) -> Schema:
    """Return the schema of one name of a role, of a team: any text, or one of the tenant's."""
    kinds = {field.name: field.kind for field in MANAGED_FIELDS}
    return {
        kind.noun: enumeration(known[name]) if known.get(name) else text_shape(kind, kind.forbidden)
        for name, kind in kinds.items()
        if isinstance(kind, Names)
    }


def enumeration(names: tuple[str, ...]) -> Schema:
    """Return the schema of one of these names; a name of digits alone may stand without quotes."""
    return {"enum": [*names, *(int(name) for name in names if DECIMAL.fullmatch(name))]}


def shape_of(kind: Kind) -> Schema:
    """Return the schema of one kind of values."""
    match kind:
        case Names():
            return names_shape(kind)
        case Count():
            bounds: Schema = {"minimum": kind.least, "maximum": kind.most}
            return {**matching(DECIMAL.pattern, kind.wanted), "type": ["integer", "string"], **bounds}
        case Flag():
            return {"type": "boolean"}
        case Choice():
            return {"enum": list(kind.words)}
        case Email():
            return {**matching(ADDRESS.pattern, kind.wanted), "maxLength": 254}
        case Pattern():
            shape = matching(kind.form.pattern, kind.wanted)
            return {**shape, **WHOLE_TOO} if kind.example.isdigit() else shape
        case Place():
            return {**text_shape(kind), "type": ["string", "integer", "null"]}
        case _:
            return text_shape(kind)


def names_shape(kind: Names) -> Schema:
    """Return the schema of a set of names: one, a list (exactly these), or `at_least` and `never`."""
    name = reference(kind.noun)
    always: Schema = {"anyOf": [name, block({"name": name}, ["name"])]}
    days: Schema = {FIRST_DAY: reference(FIRST_DAY), LAST_DAY: reference(LAST_DAY)}
    dated: Schema = {"anyOf": [name, block({"name": name, **days}, ["name"])]}
    most: Schema = {} if kind.most is None else {"maxItems": kind.most}
    exactly: Schema = {**listed(dated), "minItems": kind.least, **most}
    at_least: Schema = {"anyOf": [dated, {**listed(dated), **most}]}
    parts: Schema = {"at_least": at_least, "never": {"anyOf": [always, listed(always)]}}
    return {"anyOf": [name, exactly, {**block(parts), "minProperties": 1}]}


def listed(item: Schema) -> Schema:
    """Return the schema of a list in which nothing stands twice."""
    return {"type": "array", "items": item, "uniqueItems": True}


def one_or_many(shape: Schema) -> Schema:
    """Return the schema of one of these values, or of a list of them."""
    return {"anyOf": [shape, {"type": "array", "items": shape}]}


def text_shape(kind: Kind, forbidden: str = "") -> Schema:
    """Return the schema of a text without spaces around it, and without a forbidden character."""
    inside, edge = (f"[^{forbidden}]", rf"[^\s{forbidden}]") if forbidden else (".", r"\S")
    wanted = f"{kind.wanted} without spaces around it" + (f" and without {forbidden}" if forbidden else "")
    length: Schema = {"minLength": 1, "maxLength": kind.longest}
    return {**matching(f"{edge}({inside}*{edge})?", wanted), **length, **WHOLE_TOO}


def matching(pattern: str, wanted: str) -> Schema:
    """Return the schema of a text of a form; editors show `wanted` instead of the pattern."""
    return {"type": "string", "pattern": f"^(?:{pattern})$", "patternErrorMessage": f"wanted is {wanted}"}


def block(properties: Schema, required: list[Json] | None = None) -> Schema:
    """Return the schema of a mapping with these keys and no other."""
    needed: Schema = {"required": required} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **needed}


def reference(definition: str) -> Schema:
    """Return the reference to a definition of the same schema."""
    return {"$ref": f"#/definitions/{definition}"}


WHOLE_TOO: Final[Schema] = {"type": ["string", "integer"], "minimum": 0}
"""A text of digits alone may stand without quotes; a minus would be refused (faults.md D-56)."""
