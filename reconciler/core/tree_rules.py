"""The rules of the whole tree: what two people must not share, and what names something that is not there."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from typing import Final

from reconciler.core.nearest import did_you_mean, nearest
from reconciler.core.renames import check_renames
from reconciler.model.fields import FIELDS, USER_FIELDS, Care, Field
from reconciler.model.settings import Settings
from reconciler.model.source import Located, Mark, Problem, Problems, Severity
from reconciler.model.spelling import quoted
from reconciler.model.users import Declaration, Declared, Owner, Profile
from reconciler.model.values import Value


def check_addresses(declared: Declared, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all rules
    """Refuse an address that stands twice in the tree (faults.md D-60)."""
    first: dict[str, Declaration] = {}
    return tuple(
        problem(
            user,
            KEY,
            user.mark,
            f"{user.key} stands twice, first at {other.mark}",
            "remove one of the two, or correct the address of the other person",
            "D-60",
        )
        for user in declared.people
        if (other := first.setdefault(user.key, user)) is not user
    )


def check_domains(declared: Declared, settings: Settings) -> Problems:
    """Refuse addresses outside the allowed domains: a new person gets an invitation mail (faults.md D-62)."""
    allowed = {domain.value for domain in settings.email_domains}
    return tuple(
        outsider(user, domain, sorted(allowed))
        for user in declared.people
        if (domain := user.key.rpartition("@")[2]) not in allowed
    )


def outsider(user: Declaration, domain: str, allowed: list[str]) -> Problem:
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


def check_unique(declared: Declared, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all rules
    """Refuse a value that only one person may hold and that two state, such as an agent number."""
    found: list[Problem] = []
    for field in UNIQUE:
        first: dict[Hashable, Declaration] = {}
        for user in declared.people:
            if value := user.values.get(field.name):
                other = first.setdefault(field.kind.fold(value.value), user)
                if other.key != user.key:
                    place = other.values[field.name].mark
                    summary = f"{quoted(field.kind.show(value.value))} is also given to {other.key} at {place}"
                    hint = f"every person has an own {field.title.lower()}"
                    found.append(problem(user, field, value.mark, summary, hint, "tree.unique"))
    return tuple(found)


def check_locations(declared: Declared, settings: Settings) -> Problems:
    """Refuse a location that the settings do not list: no call of the platform lists them (faults.md D-71)."""
    owners: tuple[Owner, ...] = (*declared.people, *declared.profiles)
    stated = [(owner, value) for owner in owners if (value := owner.values.get(PLACE.name)) and value.value]
    if settings.locations is None:
        names = sorted({str(value.value) for _, value in stated})
        return tuple(unlisted(owner, value, names) for owner, value in stated[:1])
    known = {PLACE.kind.fold(name.value): name.value for name in settings.locations}
    folded = {name: PLACE.kind.fold(name) for name in {value.value for _, value in stated}}
    return tuple(
        unknown_location(user, value, tuple(known.values()))
        for user, value in stated
        if folded[value.value] not in known
    )


def unlisted(user: Owner, value: Located[Value], names: list[str]) -> Problem:
    """Say that the settings list no locations, with the line that lists those of the files."""
    summary = "the settings do not list the locations of the platform, so none can be checked"
    hint = f"add in reconciler.yaml:  locations: [{', '.join(written(name) for name in names)}]"
    return problem(user, PLACE, value.mark, summary, hint, "D-71")


def written(name: str) -> str:
    """Return a name as it may stand in a list of a file: plain where it is only letters and spaces."""
    plain = all(char.isalnum() or char in " -" for char in name) and name[0].isalpha()
    return name if plain else quoted(name)


def unknown_location(user: Owner, value: Located[Value], known: tuple[str, ...]) -> Problem:
    """Say that a location is not listed, and which one is nearest."""
    name = str(value.value)
    summary = (
        f'no location {quoted(name)} stands under "locations:" of reconciler.yaml.{did_you_mean(name, known)}'
    )
    names = ", ".join(known[:SHOWN]) + (f" and {len(known) - SHOWN} more" if len(known) > SHOWN else "")
    return problem(user, PLACE, value.mark, summary, f"known are: {names}", "D-71")


def problem(owner: Owner, field: Field, mark: Mark, summary: str, hint: str, code: str) -> Problem:
    """Return a problem of one value of one person or profile; it begins with the key as files write it."""
    user = owner.key if isinstance(owner, Declaration) else ""
    return Problem(f"{field.tree_key}: {summary}", hint, mark, user, field.name, code)


def check_profiles(declared: Declared, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all
    """Refuse profiles that are defined twice or not at all, and people in them whom no file declares."""
    first: dict[str, Profile] = {}
    known = {person.key for person in declared.people}
    found: list[Problem] = []
    for profile in declared.profiles:
        if (other := first.setdefault(profile.name.value, profile)) is not profile:
            found.append(
                Problem(
                    f"the profile {quoted(profile.name.value)} stands twice, first at {other.name.mark}",
                    "give one of them another name, or make one of the two",
                    profile.name.mark,
                    code="profile.twice",
                )
            )
        found += strangers(profile, known)
    for person in declared.people:
        found += [no_profile(person, name, first) for name in person.profiles if name.value not in first]
    used = Counter(name.value for person in declared.people for name in person.profiles)
    found += [unused(profile) for profile in first.values() if not profile.people and not used[profile.name.value]]
    return tuple(found)


def strangers(profile: Profile, known: set[str]) -> Iterator[Problem]:
    """Yield the people of a profile whom no file declares."""
    for address in profile.people:
        if address.value not in known:
            yield Problem(
                f"people: no file declares {address.value}.{did_you_mean(address.value, known)}",
                "correct the address, or declare the person first:  email: " + address.value,
                address.mark,
                code="profile.people",
            )


def no_profile(person: Declaration, name: Located[str], known: dict[str, Profile]) -> Problem:
    """Say that a person names a profile that is not there."""
    return Problem(
        f"profiles: there is no profile {quoted(name.value)}.{did_you_mean(name.value, known)}",
        f"known are: {', '.join(sorted(known)[:SHOWN])}" if known else "write the values at the person",
        name.mark,
        person.key,
        code="profile.unknown",
    )


def unused(profile: Profile) -> Problem:
    """Warn of a profile that nobody has."""
    return Problem(
        f"nobody has the profile {quoted(profile.name.value)}",
        "name it at a person under  profiles:  or list addresses under its  people:",
        profile.name.mark,
        code="profile.unused",
        severity=Severity.WARNING,
    )


def check_earlier(declared: Declared, settings: Settings) -> Problems:  # noqa: ARG001  one signature for all rules
    """Refuse earlier addresses that leave it open who is who (faults.md D-69)."""
    return check_renames(declared.people)


TREE_RULES: Final[tuple[Callable[[Declared, Settings], Problems], ...]] = (
    check_addresses,
    check_domains,
    check_unique,
    check_locations,
    check_profiles,
    check_earlier,
)
"""The rules across people, run over the whole tree in this order."""

KEY: Final = next(field for field in USER_FIELDS if field.care is Care.KEY)
UNIQUE: Final = tuple(field for field in USER_FIELDS if field.unique)
PLACE: Final = FIELDS["location"]
SHOWN: Final = 10
"""How many known locations a message names."""
