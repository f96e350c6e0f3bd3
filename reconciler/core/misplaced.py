"""What to say of a key that a person cannot have where it stands (faults.md D-37, D-38)."""

from typing import Final

from reconciler.core.nearest import did_you_mean, nearest
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.model.fields import FIELDS, TREE_FIELDS, Care
from reconciler.model.names import Names
from reconciler.model.source import Mark, Problem, Scalar
from reconciler.model.spelling import code_point, quoted, shortened

PROFILES: Final = "profiles"
"""In a person the names of profiles; at the left edge of a file the profiles themselves."""

FIRST_DAY: Final = "first_day"
LAST_DAY: Final = "last_day"

PERSON_KEYS: Final = frozenset(TREE_FIELDS) | {PROFILES, FIRST_DAY, LAST_DAY}
"""The keys that a person may have."""

PEOPLE: Final = "people"
"""In a profile the addresses of people who have it."""

PROFILE_KEYS: Final = frozenset(
    key for key, field in TREE_FIELDS.items() if field.care is Care.MANAGED and not field.personal
) | {PEOPLE, FIRST_DAY, LAST_DAY}
"""The keys that a profile may have (product section 3)."""

NAMES_KEYS: Final = frozenset(key for key, field in TREE_FIELDS.items() if isinstance(field.kind, Names))
"""The keys that hold names, and so may hold `at_least` and `never`."""


def unknown_key(key: Scalar) -> Problem:
    """Say of a key that a person cannot have why not, and what is meant."""
    name = quoted(shortened(key.text))
    if key.text in {"at_least", "never"}:
        return Problem(
            f"{name} does not stand under a list of names",
            f"write it under  {':  or  '.join(sorted(NAMES_KEYS))}:",
            key.mark,
            code="D-38",
        )
    if key.text == "users":
        return Problem(
            f"{name} stands inside a person; it belongs at the left edge",
            "write it in column 1",
            key.mark,
            code="D-38",
        )
    if key.text == PEOPLE:
        hint = "a person names its profiles:  profiles: [...]"
        return Problem(f"{name} belongs to a profile, not to a person", hint, key.mark, code="D-38")
    if key.text in FIELDS and FIELDS[key.text].care is Care.RENAME:
        hint = f"write the new address as  email:  and the old one under  {FIELDS[key.text].tree_key}: [...]"
        return Problem(f"{name} is how an upload says it, not a file", hint, key.mark, code="D-37")
    if key.text in FIELDS and FIELDS[key.text].care is Care.SEEN:
        return Problem(f"{name} can be read but not changed", "remove the line", key.mark, code="D-37")
    meant = did_you_mean(key.text, sorted(PERSON_KEYS))
    if key.text in TOP_KEYS:
        text = f"{name} is a setting of the tree, not of a person.{meant}"
        return Problem(text, "settings stand in reconciler.yaml", key.mark, code="D-38")
    near = nearest(key.text, sorted(PERSON_KEYS))
    hint = f"write:  {near}:" if near else ALL_KEYS
    return Problem(f"{name} is not a known key.{meant}{strange_letter(key.text)}", hint, key.mark, code="D-37")


def unknown_profile_key(key: Scalar) -> Problem:
    """Say of a key that a profile cannot have why not, and what is meant."""
    name = quoted(shortened(key.text))
    if key.text in PERSON_KEYS:
        summary = f"{name} belongs to one person, so no profile can give it"
        return Problem(summary, "write it at the person", key.mark, code="D-38")
    near = nearest(key.text, sorted(PROFILE_KEYS))
    summary = f"{name} is not a key of a profile.{did_you_mean(key.text, sorted(PROFILE_KEYS))}"
    return Problem(
        f"{summary}{strange_letter(key.text)}", f"write:  {near}:" if near else ALL_KEYS, key.mark, code="D-37"
    )


def strange_letter(text: str) -> str:
    """Name the first character that only looks like one of a key (faults.md D-37, homoglyphs)."""
    strange = next((char for char in text if not char.isascii()), "")
    return f" It holds {quoted(strange)} ({code_point(strange)})." if strange else ""


def too_far_left(key: Scalar, home: Scalar) -> Problem:
    """Say that a key belongs under another one that stands before it."""
    place = f'under "{home.text}:" of line {home.mark.line}'
    return moved_left(key, place, home.mark.column + 2)


def left_of_person(key: Scalar, person: Mark) -> Problem:
    """Say that a key beside `users:` belongs to the person before it."""
    return moved_left(key, f"to the person of line {person.line}", person.column)


def moved_left(key: Scalar, place: str, column: int) -> Problem:
    """Say that a key belongs to `place`, which begins at `column`."""
    missing = column - key.mark.column
    spaces = "a space" if missing == 1 else f"{NUMBERS.get(missing, missing)} spaces"
    hint = f"put {spaces} in front of it" if missing > 0 else "move it there"
    return Problem(f"{quoted(key.text)} stands too far left; it belongs {place}", hint, key.mark, code="D-38")


def too_far_right(key: Scalar, outer: Scalar) -> Problem:
    """Say that a key inside a value belongs beside that value's key."""
    hint = (
        "move it out of the braces"
        if key.mark.line == outer.mark.line
        else f"let it begin in column {outer.mark.column}, as {quoted(outer.text)} does"
    )
    return Problem(
        f'{quoted(key.text)} stands too far right; it belongs beside "{outer.text}:" of line {outer.mark.line}',
        hint,
        key.mark,
        code="D-38",
    )


NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
ALL_KEYS: Final = 'the keys of a person are in the README under "Fields";  reconciler fields  shows them too'
