"""What must come of an apply, worked out a second time from the papers, plainly and without the product.

People stand in the form in which the simulator tells them; declared people are what a test wrote into the files.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests.e2e.model_renames import PREVIOUS, chosen, claims, rename_error, stranded, who_is_who

Person: TypeAlias = Mapping[str, Any]
Changes: TypeAlias = dict[str, dict[str, Any]]

FIRST: Final = "first_name"
LAST: Final = "last_name"
FROM: Final = "first_day"
"""Of somebody whose access has not begun."""

NAMES: Final = ("roles", "teams")
NUMBERS: Final = ("agent_number", "extension_number")
"""Values that nobody else may hold, in the tree and on the platform (product section 3)."""

PRIVILEGED: Final = {"Admin", "Manager Admin"}
DOMAIN: Final = "@acme.example"


@dataclass(frozen=True, slots=True)
class Guards:
    """The settings of the tree as far as they decide what a run may do; `limit` holds for every kind."""

    limit: int = 50
    minimums: Mapping[tuple[str, str], int] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    not_in_files: str = "report"
    batch_size: int = 500


@dataclass(slots=True)
class Expected:
    """What must come of a run.

    Attributes:
        refused: Why nothing may be sent; empty where nothing is in the way.
        unordered: Whether a minimum leaves perhaps no order of the rows, so that a refusal is right too.
        left_out: Who is left alone although something is declared.
        wanted: The values that differ, by person and field: what a run promises.
        after: The whole record of everybody in `wanted` after the run.
        moves: The address of everybody in `wanted` who gets another one before the run, by the new one.
    """

    refused: str = ""
    unordered: bool = False
    left_out: set[str] = field(default_factory=set)
    wanted: Changes = field(default_factory=dict)
    after: Changes = field(default_factory=dict)
    moves: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code of the apply."""
        return 4 if self.refused else 1 if self.left_out else 0


def expect(
    users: Iterable[Person],
    declared: Mapping[str, Person],
    guards: Guards,
    known: Mapping[str, Collection[str]],
    only: Collection[str] = (),
) -> Expected:
    """Work out what an apply must do to `users`; `known` are the tenant's role and team names.

    `declared` and `only` are by address in lower case; `declared` are people without profiles and days, but for a
    `first_day` that is still to come.
    """
    live, twins = split(users)
    here = live.keys() | twins
    if reason := tree_error(declared):
        return Expected(reason)
    if set(only) - here - declared.keys():
        return Expected("only names somebody unknown")
    protected = {address.lower() for address in guards.protected}
    if protected - here:
        return Expected("protected names somebody unknown")
    found = Expected()
    everybody = [*users]
    moved, doubts = who_is_who(declared, live, twins)
    claimed = claims(declared).keys()
    alike = lookalikes(declared, live, twins | moved.keys() | doubts, claimed)
    for key in sorted(chosen(declared, only) if only else declared):
        user = moved.get(key) or live.get(key)
        if key in doubts or (key in alike and FROM not in declared[key]):
            found.left_out.add(key)
        elif key not in alike:
            is_protected = not protected.isdisjoint({key, user["email"].lower() if user else key})
            is_twin = key in twins and key not in moved
            judge(key, declared[key], user, found, known, is_twin, is_protected, everybody)
    for key in sorted(live.keys() - declared.keys() - claimed):
        if not only or key in only:
            person = undeclared(live[key], guards, protected)
            if person and key in alike:
                found.left_out.add(key)
            else:
                judge(key, person, live[key], found, known, key in twins, key in protected, everybody)
    for key in stranded(found.moves, here):
        found.left_out.add(key)
        del found.wanted[key], found.after[key], found.moves[key]
    count(found, live, guards)
    return found


def split(users: Iterable[Person]) -> tuple[dict[str, Person], set[str]]:
    """Return people by address in lower case, and the addresses that two of them share."""
    by_address: dict[str, list[Person]] = defaultdict(list)
    for user in users:
        by_address[user["email"].strip().lower()].append(user)
    twins = {key for key, people in by_address.items() if len(people) > 1}
    return {key: people[0] for key, people in by_address.items() if key not in twins}, twins


def tree_error(declared: Mapping[str, Person]) -> str:
    """Return why the files themselves are refused: one number for two people, or addresses of two."""
    for name in NUMBERS:
        stated = Counter(person[name] for person in declared.values() if name in person)
        if any(times > 1 for times in stated.values()):
            return f"two people are given one {name}"
    return rename_error(declared)


def lookalikes(
    declared: Mapping[str, Person], live: Mapping[str, Person], known: Collection[str], claimed: Collection[str]
) -> set[str]:
    """Return the addresses of new people and of active people in no file who look like one another.

    Whoever is `known` is not new, whoever is `claimed` by somebody's earlier address stands in a file.
    """
    new = {key for key in declared.keys() - live.keys() - {*known} if declared[key].get("status") != "Inactive"}
    unnamed = {
        key
        for key in live.keys() - declared.keys() - {*claimed}
        if live[key]["status"] == "Active" and key.endswith(DOMAIN)
    }
    pairs = [(one, other) for one in new for other in unnamed if signs(declared[one]) & signs(live[other])]
    return {key for pair in pairs for key in pair}


def signs(person: Person) -> set[tuple[str, ...]]:
    """Return what somebody is known by beside the address: the agent number, and both names together."""
    number, names = person.get("agent_number"), (person.get(FIRST), person.get(LAST))
    found = {(composed(str(number)),)} if number else set()
    return found | ({tuple(composed(str(name)).casefold() for name in names)} if all(names) else set())


def undeclared(user: Person, guards: Guards, protected: set[str]) -> Person:
    """Return what holds for somebody in no file: nothing, or out, if active, in scope and not protected."""
    key = user["email"].lower()
    out = guards.not_in_files == "deactivate" and user["status"] == "Active" and key.endswith(DOMAIN)
    return {"status": "Inactive"} if out and key not in protected else {}


def judge(
    key: str,
    person: Person,
    user: Person | None,
    found: Expected,
    known: Mapping[str, Collection[str]],
    is_twin: bool,
    is_protected: bool,
    everybody: list[Person],
) -> None:
    """Work out one person: nothing to do, left out, or what changes."""
    if is_twin:
        found.left_out.add(key)
        return
    active = person.get("status", user["status"] if user else "Active") == "Active"
    if user is None and (FROM in person or not active):
        return
    if FROM in person and active:
        found.left_out.add(key)
        return
    compared = {
        name: value
        for name, value in person.items()
        if name not in {"email", PREVIOUS, FROM} and (active or name != "teams")
    }
    if any(set(mentioned(compared[name])) - {*known[name]} for name in NAMES if name in compared):
        found.left_out.add(key)
        return
    before = canonical(user) if user else {**NOBODY, "email": person["email"]}
    targets = {name: target(name, value, before) for name, value in compared.items()}
    if user is None:
        given = {name: value for name, value in targets.items() if value not in (None, frozenset())}
        wanted = given | {"status": "Active"}
    else:
        wanted = {name: value for name, value in targets.items() if not same(name, before[name], value)}
        if user["email"].lower() != key:
            wanted["email"] = person["email"]
    if not wanted:
        return
    after = {**before, **wanted}
    if is_protected or hindered(after, before, wanted, user, everybody):
        found.left_out.add(key)
        return
    found.wanted[key], found.after[key] = wanted, after
    if user and user["email"].lower() != key:
        found.moves[key] = user["email"].lower()


def hindered(after: Person, before: Person, wanted: Person, user: Person | None, everybody: list[Person]) -> bool:
    """Say whether a row cannot be written for one person alone: no name, no role, half a character, a number."""
    others = [canonical(other) for other in everybody if other is not user]
    shared = any(
        number is not None and any(same(name, number, other[name]) for other in others)
        for name in NUMBERS
        for number in (before[name], wanted.get(name))
    )
    broken = any(is_broken(value) for value in after.values())
    return shared or broken or not (after[FIRST] and after[LAST] and after["roles"])


def is_broken(value: Any) -> bool:
    """Say whether a text holds half a character, which no file can."""
    return isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value)


def mentioned(rule: Any) -> Iterator[str]:
    """Yield every name that a rule speaks of, composed."""
    parts = rule.values() if isinstance(rule, Mapping) else (rule,)
    for part in parts:
        yield from (composed(name) for name in ([part] if isinstance(part, str) else part))


def target(name: str, value: Any, before: Person) -> Any:
    """Return the value that one declaration asks for, given what is there."""
    if name not in NAMES:
        return int(value) if name == "max_chat_limit" else value
    if not isinstance(value, Mapping):
        return frozenset(mentioned(value))
    kept = before[name] | set(mentioned(value.get("at_least", ())))
    return frozenset(kept - set(mentioned(value.get("never", ()))))


def same(name: str, one: Any, other: Any) -> bool:
    """Say whether two values mean the same to the platform."""
    if name == "location" and one is not None and other is not None:
        return bool(composed(one).casefold() == composed(other).casefold())
    if isinstance(one, str) and isinstance(other, str):
        return composed(one) == composed(other)
    return bool(one == other)


def composed(text: str) -> str:
    """Return a text with its letters composed."""
    return unicodedata.normalize("NFC", text)


def canonical(user: Person) -> dict[str, Any]:
    """Return one user of the simulator with sets of names as sets, flags as such, and nothing as None."""
    plain = {name: None if value == "" else value for name, value in user.items() if name not in UNCOMPARED}
    plain |= {name: bool(user[name]) for name in FLAGS}
    return plain | {name: frozenset(user[name]) for name in NAMES}


UNCOMPARED: Final = ("id", "deactivated_at")
FLAGS: Final = ("max_chat_limit_enabled", "unrestricted_international_calling", "external_user")
NOBODY: Final[Person] = {
    **dict.fromkeys((FIRST, LAST, "alias", "location", "max_chat_limit", "availability_filter", "filter_timeout")),
    **dict.fromkeys((*NUMBERS, "ucaas_sip_uri", "ucaas_user_name")),
    **dict.fromkeys(f"direct_inbound_number{number}" for number in range(1, 6)),
    **dict.fromkeys(FLAGS, False),
    **dict.fromkeys(NAMES, frozenset()),
    "status": "Active",
}
"""Somebody new of whom nothing is declared, as the platform makes such a person."""


def count(found: Expected, live: Mapping[str, Person], guards: Guards) -> None:
    """Refuse where a limit or a minimum is in the way (product section 3)."""
    counted: Counter[str] = Counter()
    before = {key: canonical(user) for key, user in live.items()}
    # Everybody by the address before, so that a rename neither gives to a minimum nor takes from it.
    then = {found.moves.get(key, key): after for key, after in found.after.items()}
    for key, after in then.items():
        counted.update(kinds(before.get(key), after))
    active = sum(user["status"] == "Active" and key.endswith(DOMAIN) for key, user in before.items())
    for kind, number in counted.items():
        least = max(3, active) if kind in {"deactivate", "reactivate"} else guards.limit
        if number > min(guards.limit, least):
            found.refused = f"{kind} is over its limit"
    for (name, value), minimum in minimums_in_force(guards, before).items():
        held = holders(before, name, value)
        kept = holders({**before, **then}, name, value)
        bound = min(minimum, len(held))
        if len(kept) < bound:
            found.refused = f"{value} is under its minimum"
        found.unordered |= len(held) - len(held - kept) < bound


def kinds(before: Person | None, after: Person) -> Iterator[str]:
    """Yield the limits under which one change counts."""
    was, now = before is not None and before["status"] == "Active", after["status"] == "Active"
    if before is None:
        yield "create"
    elif was != now:
        yield "reactivate" if now else "deactivate"
    if before and before["roles"] != after["roles"]:
        yield "role_change"
    if before and was and now and before["teams"] - after["teams"]:
        yield "team_removal"
    moves = before is not None and before["email"].lower() != after["email"].lower()
    if moves:
        yield "rename"
    gained = after["roles"] - (before["roles"] if before and was else frozenset()) if now else frozenset()
    if PRIVILEGED & (gained | (before["roles"] | after["roles"] if before and moves else frozenset())):
        yield "privileged_grant"


def minimums_in_force(guards: Guards, people: Mapping[str, Person]) -> dict[tuple[str, str], int]:
    """Return the minimums of the settings, and two active Admins where nobody says otherwise and there are two."""
    admin = ("roles", "Admin")
    if admin in guards.minimums or len(holders(people, *admin)) < 2:
        return dict(guards.minimums)
    return {**guards.minimums, admin: 2}


def holders(people: Mapping[str, Person], name: str, value: str) -> set[str]:
    """Return the active people who hold a role or a team."""
    return {key for key, user in people.items() if user["status"] == "Active" and value in user[name]}
