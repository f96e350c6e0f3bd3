"""From files to persons: which keys stand where, before any value is read (faults.md D-35, D-37, D-38)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from reconciler.core.misplaced import (
    NAMES_KEYS,
    NEXT_VERSION,
    PERSON_KEYS,
    left_of_person,
    too_far_left,
    too_far_right,
    unknown_key,
)
from reconciler.core.nearest import nearest
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.model.source import Document, Entries, Items, Mark, Node, Problem, Scalar
from reconciler.model.spelling import is_null, spelled
from reconciler.model.users import Declaration

Entry: TypeAlias = tuple[Scalar, Node]


def read_declarations(document: Document) -> tuple[list[Declaration], list[Problem]]:
    """Read the persons of one file.

    A file is one mapping, understood by its keys: `email:` makes it one person, `users:` holds a list of them.
    What stands at a wrong place, or needs a later version, is reported and is not part of the declaration, so that
    nothing is said twice when its values are read. A person without an e-mail address is reported too.
    """
    declarations: list[Declaration] = []
    problems: list[Problem] = []
    users = entry_of(document.root.entries, "users")
    if users is None:
        read_person(document.root, declarations, problems)
    else:
        read_list(document.root, users, declarations, problems)
    return declarations, problems


def entry_of(entries: Iterable[Entry], name: str) -> Entry | None:
    """Return the entry of a key; a plain loop, because every file is asked."""
    for entry in entries:
        if entry[0].text == name:
            return entry
    return None


def read_person(
    person: Entries, declarations: list[Declaration], problems: list[Problem], explained: Sequence[Mark] = ()
) -> None:
    """Read one mapping as one person.

    Nulls at the marks in `explained` are left out: what belongs there has been found elsewhere.
    """
    kept, wrong = person.entries, tuple[Scalar, ...]()
    for key, node in kept:
        if key.text not in PERSON_KEYS or (isinstance(node, Entries) and misplaced_inside(key, node)):
            kept, wrong = sort_entries(person, problems)
            break
    if explained:
        kept = tuple(pair for pair in kept if pair[1].mark not in explained)
    if entry_of(kept, "email") is None:
        problems.extend(nobody(person, wrong))
    if kept:
        declarations.append(Declaration(person.mark, kept))


def sort_entries(person: Entries, problems: list[Problem]) -> tuple[tuple[Entry, ...], tuple[Scalar, ...]]:
    """Return the entries that may stay and the keys that may not, which are reported."""
    kept: list[Entry] = []
    wrong: list[Scalar] = []
    for key, node in person.entries:
        if key.text not in PERSON_KEYS:
            wrong.append(key)
            home = names_before(key, kept)
            problems.append(too_far_left(key, home[0]) if home else unknown_key(key))
            if home and is_null(home[1]):
                kept.remove(home)
        elif isinstance(node, Entries) and (inner := misplaced_inside(key, node)):
            problems.extend(too_far_right(name, key) for name in inner)
        else:
            kept.append((key, node))
    return tuple(kept), tuple(wrong)


def names_before(key: Scalar, before: Iterable[Entry]) -> Entry | None:
    """Return the last entry before `at_least` or `never` that they could belong under; None for other keys."""
    if key.text not in {"at_least", "never"}:
        return None
    found = [pair for pair in before if pair[0].text in NAMES_KEYS and pair[0].mark.line <= key.mark.line]
    return found[-1] if found else None


def misplaced_inside(key: Scalar, node: Entries) -> list[Scalar]:
    """Return the keys of a person that slipped into the value of another one."""
    return [name for name, _ in node.entries if name.text in PERSON_KEYS and name.text != key.text]


def nobody(person: Entries, wrong: tuple[Scalar, ...]) -> Iterator[Problem]:
    """Yield that a mapping names nobody, unless a wrong key says already what was meant."""
    explains = {*NEXT_VERSION, *TOP_KEYS}
    meant = {nearest(key.text, (*sorted(PERSON_KEYS), "users")) for key in wrong}
    if not meant & {"email", "users"} and not any(key.text in explains for key in wrong):
        hint = "write:  email: name@company.example    or, for several people, a list under  users:"
        yield Problem("no e-mail address: it is not known who is meant", hint, person.mark, code="D-37")


def read_list(root: Entries, users: Entry, declarations: list[Declaration], problems: list[Problem]) -> None:
    """Read a file with a list of persons, and what stands beside the list."""
    people = users[1].items if isinstance(users[1], Items) else ()
    explained: list[Mark] = []
    for key, _ in root.entries:
        if key is not users[0]:
            problems.append(beside_list(key, people, explained))
    if not isinstance(users[1], Items):
        problems.append(no_list(users[1]))
    for item in people:
        if isinstance(item, Entries):
            read_person(item, declarations, problems, explained)
        else:
            problems.append(no_person(item))


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
