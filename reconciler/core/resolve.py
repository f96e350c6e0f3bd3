"""From files to declarations: every value read by its kind, before people are held against each other."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from reconciler.core.day_checks import check_days
from reconciler.core.declarations import read_declarations
from reconciler.core.misplaced import FIRST_DAY, LAST_DAY, PEOPLE, PROFILES
from reconciler.core.readers import Reader, reader_of
from reconciler.core.refusal import refuse
from reconciler.core.tree_rules import TREE_RULES
from reconciler.model.days import ALWAYS, Window
from reconciler.model.fields import TREE_FIELDS, USER_FIELDS, Care
from reconciler.model.kinds import EMAIL, TEXT, Kind, canonical_email
from reconciler.model.settings import Settings
from reconciler.model.source import (
    Document,
    Entries,
    Items,
    Located,
    Mark,
    Node,
    Problem,
    Problems,
    Raw,
    Scalar,
    Source,
    grow,
    grow_scalar,
)
from reconciler.model.spelling import read_window
from reconciler.model.users import Declaration, Declared, Profile
from reconciler.model.values import BadValue, Value

Values: TypeAlias = dict[str, Located[Value]]
Names: TypeAlias = tuple[Located[str], ...]
Refused: TypeAlias = tuple[Scalar, Mark, BadValue, str]
"""A value that cannot be taken: its key, its place, what is wrong, and the name of its field."""


class Stated(NamedTuple):
    """What one file states: its people and profiles with every value read, and what is wrong with it."""

    source: Source
    people: tuple[Declaration, ...]
    problems: Problems
    profiles: tuple[Profile, ...] = ()


def document_reader() -> Callable[[Document], Stated]:
    """Return what reads one file after the other, and remembers what it has judged already.

    People without a readable e-mail address are reported and missing in the result.
    """
    readers = {
        field.tree_key: (field.name, reader_of(field))
        for field in TREE_FIELDS.values()
        if field.care is not Care.RENAME
    }

    def read_document(document: Document) -> Stated:
        parts, problems = read_declarations(document)
        people = [read_person(person, readers, problems) for person in parts.people]
        profiles = [read_profile(name, body, readers, problems) for name, body in parts.profiles]
        return Stated(
            document.source,
            tuple([person for person in people if person]),
            tuple(problems),
            tuple([profile for profile in profiles if profile]),
        )

    return read_document


def resolve(files: Iterable[Stated], settings: Settings | None, today: date) -> tuple[Declared, Problems]:
    """Return what the files declare, in their order, and every problem of the files and between them.

    Without settings, which is an error of its own, people are not held against each other and against them. With
    errors no plan may be made from the result. `today` is the day from which on the dates must make sense.
    """
    people: list[Declaration] = []
    profiles: list[Profile] = []
    problems: list[Problem] = []
    for _, persons, wrong, named in files:
        people += persons
        profiles += named
        problems += wrong
    declared = Declared(tuple(people), tuple(profiles))
    if settings is not None:
        for rule in TREE_RULES:
            problems += rule(declared, settings)
        problems += check_days(declared, today)
    return declared, tuple(problems)


def read_person(
    person: Entries, readers: Mapping[str, tuple[str, Reader]], problems: list[Problem]
) -> Declaration | None:
    """Read every value of one person; what cannot be taken is reported and left out.

    `readers` holds, by the key in a file, the name of the field and what reads its values.
    """
    values: Values = {}
    wrong: list[Refused] = []
    beside: list[tuple[Raw, Raw]] = []
    source = person.source
    for pair in person.raw[0]:
        key, raw = pair
        if key[0] not in readers:
            beside.append(pair)
            continue
        name, read = readers[key[0]]
        try:
            values[name] = read(source, raw)
        except BadValue as error:
            wrong.append((grow_scalar(source, key), grow(source, raw).mark, error, name))
    previous, profiles, window = beside_values(person, beside, wrong) if beside else ((), (), ALWAYS)
    email = values.pop(KEY.name, None)
    user = canonical_email(str(email.value)) if email else ""
    for word, mark, bad, name in wrong:
        problems += refuse(word, mark, bad, user, name)
    if email is None:
        return None
    return Declaration(user, Located(str(email.value), email.mark), values, previous, profiles, window)


def beside_values(
    person: Entries, pairs: Iterable[tuple[Raw, Raw]], wrong: list[Refused]
) -> tuple[Names, Names, Window]:
    """Read what a person has beside values: earlier addresses, profiles, and days."""
    lists: dict[str, Names] = {}
    for key, raw in pairs:
        if key[0] not in {FIRST_DAY, LAST_DAY}:
            kind = TEXT if key[0] == PROFILES else EMAIL
            lists[key[0]] = read_list(grow_scalar(person.source, key), grow(person.source, raw), kind, wrong)
    previous = tuple(Located(canonical_email(name.value), name.mark) for name in lists.get(RENAME.tree_key, ()))
    return previous, lists.get(PROFILES, ()), read_days(person, wrong)


def read_list(key: Scalar, node: Node, kind: Kind, wrong: list[Refused]) -> Names:
    """Read one text or a list of them, each with its place; what cannot be taken is added to `wrong`."""
    names: list[Located[str]] = []
    for item in node.items if isinstance(node, Items) else (node,):
        try:
            names.append(Located(str(kind.parse(item)), item.mark))
        except BadValue as error:
            wrong.append((key, item.mark, error, ""))
    return tuple(names)


def read_days(entry: Entries, wrong: list[Refused]) -> Window:
    """Read the first and the last day of a person or a profile."""
    try:
        return read_window(entry)
    except BadValue as error:
        for one in (error, *error.more):
            key = next(key for key, node in entry.entries if node.mark == one.mark)
            wrong.append((key, key.mark, BadValue(one.summary, one.hint, one.code, one.mark), ""))
        return ALWAYS


def read_profile(
    name: Scalar, body: Entries, readers: Mapping[str, tuple[str, Reader]], problems: list[Problem]
) -> Profile | None:
    """Read every value of one profile; what cannot be taken is reported and left out."""
    values: Values = {}
    wrong: list[Refused] = []
    people: Names = ()
    for key, raw in body.raw[0]:
        word, node = grow_scalar(body.source, key), grow(body.source, raw)
        if word.text == PEOPLE:
            people = read_list(word, node, EMAIL, wrong)
        elif word.text not in {FIRST_DAY, LAST_DAY}:
            field, read = readers[word.text]
            try:
                values[field] = read(body.source, raw)
            except BadValue as error:
                wrong.append((word, node.mark, error, field))
    window = read_days(body, wrong)
    for word, mark, bad, field in wrong:
        problems += refuse(word, mark, bad, "", field)
    try:
        title = TEXT.check(name.text)
    except BadValue as error:
        problems += refuse(name, name.mark, error)
        return None
    listed = tuple(Located(canonical_email(person.value), person.mark) for person in people)
    return Profile(Located(title, name.mark), values, listed, window)


KEY: Final = next(field for field in USER_FIELDS if field.care is Care.KEY)
RENAME: Final = next(field for field in USER_FIELDS if field.care is Care.RENAME)
