"""From files to desired people: every value read by its kind, and the rules of the whole tree."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from reconciler.core.declarations import read_declarations
from reconciler.core.nearest import did_you_mean, nearest
from reconciler.core.readers import Reader, reader_of
from reconciler.core.refusal import refuse
from reconciler.model.fields import FIELDS, TREE_FIELDS, USER_FIELDS, Care, Field
from reconciler.model.kinds import canonical_email
from reconciler.model.settings import Settings
from reconciler.model.source import (
    Document,
    Entries,
    Located,
    Mark,
    Problem,
    Problems,
    Scalar,
    Source,
    grow,
    grow_scalar,
)
from reconciler.model.spelling import quoted
from reconciler.model.users import DesiredUser
from reconciler.model.values import BadValue, Value

Desired: TypeAlias = tuple[DesiredUser, ...]


class Stated(NamedTuple):
    """What one file states: its people with every value read, and what is wrong with it."""

    source: Source
    people: tuple[DesiredUser, ...]
    problems: Problems


def document_reader() -> Callable[[Document], Stated]:
    """Return what reads one file after the other, and remembers what it has judged already.

    People without a readable e-mail address are reported and missing in the result.
    """
    readers = {field.tree_key: (field.name, reader_of(field)) for field in TREE_FIELDS.values()}

    def read_document(document: Document) -> Stated:
        declarations, problems = read_declarations(document)
        people = [resolve_user(declaration, readers, problems) for declaration in declarations]
        return Stated(document.source, tuple([user for user in people if user]), tuple(problems))

    return read_document


def resolve(files: Iterable[Stated], settings: Settings | None) -> tuple[Desired, Problems]:
    """Return the desired people in the order of the files, and every problem of the files and between them.

    Without settings, which is an error of its own, people are not held against each other and against them. With
    errors no plan may be made from the result.
    """
    desired: list[DesiredUser] = []
    problems: list[Problem] = []
    for _, people, wrong in files:
        desired += people
        problems += wrong
    everybody = tuple(desired)
    if settings is not None:
        for rule in CROSS_RULES:
            problems += rule(everybody, settings)
    return everybody, tuple(problems)


def resolve_user(
    person: Entries, readers: Mapping[str, tuple[str, Reader]], problems: list[Problem]
) -> DesiredUser | None:
    """Read every value of one person; what cannot be taken is reported and left out.

    `readers` holds, by the key in a file, the name of the field and what reads its values.
    """
    values: dict[str, Located[Value]] = {}
    wrong: list[tuple[Scalar, Mark, BadValue, str]] = []
    source = person.source
    for key, raw in person.raw[0]:
        name, read = readers[key[0]]
        try:
            values[name] = read(source, raw)
        except BadValue as error:
            wrong.append((grow_scalar(source, key), grow(source, raw).mark, error, name))
    email = values.pop(KEY.name, None)
    user = canonical_email(str(email.value)) if email else ""
    for word, mark, bad, name in wrong:
        problems += refuse(word, mark, bad, user, name)
    return DesiredUser(user, Located(str(email.value), email.mark), values) if email else None


def check_addresses(desired: Desired, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all rules
    """Refuse an address that stands twice in the tree (faults.md D-60)."""
    first: dict[str, DesiredUser] = {}
    return tuple(
        problem(
            user,
            KEY,
            user.mark,
            f"{user.key} stands twice, first at {other.mark}",
            "remove one of the two, or correct the address of the other person",
            "D-60",
        )
        for user in desired
        if (other := first.setdefault(user.key, user)) is not user
    )


def check_domains(desired: Desired, settings: Settings) -> Problems:
    """Refuse addresses outside the allowed domains: a new person gets an invitation mail (faults.md D-62)."""
    allowed = {domain.value for domain in settings.email_domains}
    return tuple(
        outsider(user, domain, sorted(allowed))
        for user in desired
        if (domain := user.key.rpartition("@")[2]) not in allowed
    )


def outsider(user: DesiredUser, domain: str, allowed: list[str]) -> Problem:
    """Say that a domain is not allowed, which one is nearest, and how an admin allows it."""
    near = nearest(domain, allowed)
    local = user.email.value.strip().rpartition("@")[0]
    meant = f"write:  {KEY.tree_key}: {local}@{near}\n" if near else ""
    summary = (
        f"{quoted(domain)} is not a domain of this tree ({', '.join(allowed)}).{did_you_mean(domain, allowed)}"
    )
    listed = ", ".join((*allowed, domain))
    hint = f"{meant}if it is right, an admin adds it in reconciler.yaml:  email_domains: [{listed}]"
    return problem(user, KEY, user.mark, summary, hint, "D-62")


def check_unique(desired: Desired, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all rules
    """Refuse a value that only one person may hold and that two state, such as an agent number."""
    found: list[Problem] = []
    for field in UNIQUE:
        first: dict[Hashable, DesiredUser] = {}
        for user in desired:
            if value := user.values.get(field.name):
                other = first.setdefault(field.kind.fold(value.value), user)
                if other.key != user.key:
                    place = other.values[field.name].mark
                    summary = f"{quoted(field.kind.show(value.value))} is also given to {other.key} at {place}"
                    hint = f"every person has an own {field.title.lower()}"
                    found.append(problem(user, field, value.mark, summary, hint, "tree.unique"))
    return tuple(found)


def check_locations(desired: Desired, settings: Settings) -> Problems:
    """Refuse a location that the settings do not list: no call of the platform lists them (faults.md D-71)."""
    stated = [(user, value) for user in desired if (value := user.values.get(PLACE.name)) and value.value]
    if settings.locations is None:
        names = sorted({str(value.value) for _, value in stated})
        return tuple(unlisted(user, value, names) for user, value in stated[:1])
    known = {PLACE.kind.fold(name.value): name.value for name in settings.locations}
    folded = {name: PLACE.kind.fold(name) for name in {value.value for _, value in stated}}
    return tuple(
        unknown_location(user, value, tuple(known.values()))
        for user, value in stated
        if folded[value.value] not in known
    )


def unlisted(user: DesiredUser, value: Located[Value], names: list[str]) -> Problem:
    """Say that the settings list no locations, with the line that lists those of the files."""
    summary = "the settings do not list the locations of the platform, so none can be checked"
    hint = f"add in reconciler.yaml:  locations: [{', '.join(written(name) for name in names)}]"
    return problem(user, PLACE, value.mark, summary, hint, "D-71")


def written(name: str) -> str:
    """Return a name as it may stand in a list of a file: plain where it is only letters and spaces."""
    plain = all(char.isalnum() or char in " -" for char in name) and name[0].isalpha()
    return name if plain else quoted(name)


def unknown_location(user: DesiredUser, value: Located[Value], known: tuple[str, ...]) -> Problem:
    """Say that a location is not listed, and which one is nearest."""
    name = str(value.value)
    summary = (
        f'no location {quoted(name)} stands under "locations:" of reconciler.yaml.{did_you_mean(name, known)}'
    )
    names = ", ".join(known[:SHOWN]) + (f" and {len(known) - SHOWN} more" if len(known) > SHOWN else "")
    return problem(user, PLACE, value.mark, summary, f"known are: {names}", "D-71")


def problem(user: DesiredUser, field: Field, mark: Mark, summary: str, hint: str, code: str) -> Problem:
    """Return a problem of one value of one person; it begins with the key as files write it."""
    return Problem(f"{field.tree_key}: {summary}", hint, mark, user.key, field.name, code)


CROSS_RULES: Final[tuple[Callable[[Desired, Settings], Problems], ...]] = (
    check_addresses,
    check_domains,
    check_unique,
    check_locations,
)
"""The rules across people, run over the whole tree in this order; the only code here that may name a field."""

KEY: Final = next(field for field in USER_FIELDS if field.care is Care.KEY)
UNIQUE: Final = tuple(field for field in USER_FIELDS if field.unique)
PLACE: Final = FIELDS["location"]
SHOWN: Final = 10
"""How many known locations a message names."""
