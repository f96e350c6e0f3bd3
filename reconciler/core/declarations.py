"""From files to persons: which keys stand where, before any value is read (faults.md D-35, D-37, D-38)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from reconciler.core.misplaced import (
    NAMES_KEYS,
    PERSON_KEYS,
    PROFILE_KEYS,
    PROFILES,
    left_of_person,
    too_far_left,
    too_far_right,
    unknown_key,
    unknown_profile_key,
)
from reconciler.core.nearest import nearest
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.model.source import (
    MAPPING,
    Document,
    Entries,
    Items,
    Mark,
    Node,
    Problem,
    Raw,
    Scalar,
    grow_scalar,
)
from reconciler.model.spelling import is_null, spelled

Entry: TypeAlias = tuple[Scalar, Node]

CONTAINERS: Final = ("users", PROFILES)
"""The keys that hold people and profiles."""


class Parts(NamedTuple):
    """What one file declares: people and named profiles, each a mapping of nothing but its own keys."""

    people: list[Entries]
    profiles: list[tuple[Scalar, Entries]]


def read_declarations(document: Document) -> tuple[Parts, list[Problem]]:
    """Return what a file declares, and what is wrong with its keys.

    A file is one mapping, understood by its keys: `email:` makes it one person, `users:` holds a list of them,
    `profiles:` holds named profiles. What stands at a wrong place is reported and is not part of the result, so
    that nothing is said twice when the values are read. A person without an e-mail address is reported too.
    """
    parts = Parts([], [])
    problems: list[Problem] = []
    root = document.root
    keys = {key[0] for key, _ in root.raw[0]}
    if "users" in keys or (PROFILES in keys and "email" not in keys):
        read_container(root, parts, problems)
    else:
        read_person(root, parts.people, problems)
    return parts, problems


def read_person(
    person: Entries, declarations: list[Entries], problems: list[Problem], explained: Sequence[Mark] = ()
) -> None:
    """Read one mapping as one person.

    Nulls at the marks in `explained` are left out: what belongs there has been found elsewhere.
    """
    if explained or not is_ordinary(person):
        person = sort_out(person, problems, explained)
    if person.raw[0]:
        declarations.append(person)


def is_ordinary(person: Entries) -> bool:
    """Say whether a mapping has an address and only keys of a person; nearly all have, so no node is made."""
    addressed = False
    for key, value in person.raw[0]:
        name = key[0]
        if name not in PERSON_KEYS or (value[1] == MAPPING and misplaced_inside(name, value)):
            return False
        addressed = addressed or name == "email"
    return addressed


def misplaced_inside(name: str, value: Raw) -> list[Raw]:
    """Return the keys of a person that slipped into the mapping under the key `name`.

    Beside `name:` a day belongs to one role or team; what is wrong with that the kind of names says.
    """
    keys = [key for key, _ in value[0]]
    if any(key[0] == "name" for key in keys):
        return []
    return [key for key in keys if key[0] in PERSON_KEYS and key[0] != name]


def sort_out(person: Entries, problems: list[Problem], explained: Sequence[Mark]) -> Entries:
    """Return a person with the entries that may stay; the others are reported."""
    kept: dict[Entry, tuple[Raw, Raw]] = {}
    wrong: list[Scalar] = []
    for entry, pair in zip(person.entries, person.raw[0], strict=True):
        key, node = entry
        if key.text not in PERSON_KEYS:
            wrong.append(key)
            home = names_before(key, kept)
            problems.append(too_far_left(key, home[0]) if home else unknown_key(key))
            if home and is_null(home[1]):
                del kept[home]
        elif isinstance(node, Entries) and (inner := misplaced_inside(key.text, node.raw)):
            problems.extend(too_far_right(grow_scalar(person.source, name), key) for name in inner)
        elif node.mark not in explained:
            kept[entry] = pair
    if not any(key.text == "email" for key, _ in kept):
        problems.extend(nobody(person, wrong))
    return Entries(person.source, (tuple(kept.values()), *person.raw[1:]))


def names_before(key: Scalar, before: Iterable[Entry]) -> Entry | None:
    """Return the last entry before `at_least` or `never` that they could belong under; None for other keys."""
    if key.text not in {"at_least", "never"}:
        return None
    found = [pair for pair in before if pair[0].text in NAMES_KEYS and pair[0].mark.line <= key.mark.line]
    return found[-1] if found else None


def nobody(person: Entries, wrong: Sequence[Scalar]) -> Iterator[Problem]:
    """Yield that a mapping names nobody, unless a wrong key says already what was meant."""
    meant = {nearest(key.text, (*sorted(PERSON_KEYS), "users")) for key in wrong}
    if not meant & {"email", "users"} and not any(key.text in TOP_KEYS for key in wrong):
        hint = "write:  email: name@company.example    or, for several people, a list under  users:"
        yield Problem("no e-mail address: it is not known who is meant", hint, person.mark, code="D-37")


def read_container(root: Entries, parts: Parts, problems: list[Problem]) -> None:
    """Read a file with a list of persons or with profiles, and what stands beside them."""
    entries = root.entries
    homes = {key.text: node for key, node in entries if key.text in CONTAINERS}
    users = homes.get("users")
    people = users.items if isinstance(users, Items) else ()
    explained: list[Mark] = []
    problems.extend(beside_list(key, people, explained) for key, _ in entries if key.text not in CONTAINERS)
    if users is not None and not isinstance(users, Items):
        problems.append(no_list(users))
    for item in people:
        if isinstance(item, Entries):
            read_person(item, parts.people, problems, explained)
        else:
            problems.append(no_person(item))
    if PROFILES in homes:
        read_profiles(homes[PROFILES], parts.profiles, problems)


def read_profiles(node: Node, profiles: list[tuple[Scalar, Entries]], problems: list[Problem]) -> None:
    """Read the mapping of profiles by name."""
    if not isinstance(node, Entries):
        hint = "write each profile as  name: {roles: [...], ...}    in the file of one person:  email:  is missing"
        problems.append(
            Problem(f"profiles: {spelled(node)} where named profiles are wanted", hint, node.mark, code="D-35")
        )
        return
    for name, body in node.entries:
        if isinstance(body, Entries):
            profiles.append((name, known_entries(body, problems)))
        else:
            summary = f"{name.text}: {spelled(body)} where the values of a profile are wanted"
            problems.append(Problem(summary, "write them as  key: value  below the name", body.mark, code="D-35"))


def known_entries(profile: Entries, problems: list[Problem]) -> Entries:
    """Return a profile with the keys that it may have; the others are reported."""
    kept = []
    for (key, _), pair in zip(profile.entries, profile.raw[0], strict=True):
        if key.text in PROFILE_KEYS:
            kept.append(pair)
        else:
            problems.append(unknown_profile_key(key))
    return Entries(profile.source, (tuple(kept), *profile.raw[1:]))


def beside_list(key: Scalar, people: tuple[Node, ...], explained: list[Mark]) -> Problem:
    """Say where a key beside `users:` belongs; adds the null that it leaves behind to `explained`."""
    before = [item for item in people if isinstance(item, Entries) and item.mark.line < key.mark.line]
    if before and (home := names_before(key, before[-1].entries)):
        if is_null(home[1]):
            explained.append(home[1].mark)
        return too_far_left(key, home[0])
    if key.text in PERSON_KEYS:
        if before:
            return left_of_person(key, before[-1].mark)
        return Problem(
            f'"{key.text}" stands beside "users:"; a file holds one person or a list of them',
            "write the person into the list, beginning with  - email:",
            key.mark,
            code="D-38",
        )
    return unknown_key(key)


def no_list(node: Node) -> Problem:
    """Say that `users:` holds no list."""
    return Problem(
        f"users: {spelled(node)} where a list of people is wanted",
        "begin each person with  - email:    (nobody:  users: [])",
        node.mark,
        code="D-35",
    )


def no_person(node: Node) -> Problem:
    """Say that an element of `users:` is not a person."""
    text = node.text if isinstance(node, Scalar) and "@" in node.text else "name@company.example"
    return Problem(
        f"users: {spelled(node)} where a person is wanted", f"write:  - email: {text}", node.mark, code="D-35"
    )
