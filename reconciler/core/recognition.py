"""Who is who: the live account of each declared person, also under an earlier address (product section 3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciler.core.renames import RENAME, place_of
from reconciler.model.source import Located, Problem, Severity
from reconciler.model.users import DesiredUser, LiveUser, Snapshot

CONFLICT: Final = "D-69"
"""Code of a person who is left out because it cannot be told which account is meant."""


@dataclass(frozen=True, slots=True)
class Identities:
    """What is not told by the present address alone; everything is by declared canonical address.

    Attributes:
        moved: The live account of people who are found under an earlier address; a doubt outweighs it.
        doubts: Why it cannot be told, or not be done, for whom.
        served: Notes on earlier addresses that have done their service, by person.
        earlier: Every earlier address that some file names: whoever is there stands in a file.
    """

    moved: Mapping[str, LiveUser] = field(default_factory=dict)
    doubts: Mapping[str, Problem] = field(default_factory=dict)
    served: Mapping[str, Problem] = field(default_factory=dict)
    earlier: frozenset[str] = frozenset()

    def live(self, key: str, snapshot: Snapshot) -> LiveUser | None:
        """Return the live account of a declared person; None for none, and where there is a doubt."""
        return None if key in self.doubts else self.moved.get(key) or snapshot.users.get(key)


NOBODY_MOVED: Final = Identities()
"""What holds of most trees: no file names an earlier address."""


def recognise(desired: Mapping[str, DesiredUser], snapshot: Snapshot) -> Identities:
    """Tell who is who among declared people, by canonical address, and live ones."""
    renamed = [user for user in desired.values() if user.previous]
    if not renamed:
        return NOBODY_MOVED
    return Recognition(desired, snapshot, renamed).result()


class Recognition:
    """One telling of who is who.

    Attributes:
        desired: The declared people by canonical address.
        snapshot: The live state.
        claims: By an earlier address, who names it.
        doubled: People who share their address, by that address.
    """

    def __init__(
        self, desired: Mapping[str, DesiredUser], snapshot: Snapshot, renamed: Iterable[DesiredUser]
    ) -> None:
        self.desired, self.snapshot = desired, snapshot
        self.claims: dict[str, DesiredUser] = {}
        for user in renamed:
            for old in earlier(user):
                self.claims.setdefault(old.value, user)
        self.doubled: dict[str, tuple[LiveUser, ...]] = {}
        for live in snapshot.doubled:
            self.doubled[live.key] = (*self.doubled.get(live.key, ()), live)
        self.moved: dict[str, LiveUser] = {}
        self.doubts: dict[str, Problem] = {}
        self.served: dict[str, Problem] = {}

    def result(self) -> Identities:
        """Tell it for everybody who names an earlier address, or is declared under one that is named."""
        involved = {user.key: user for user in self.claims.values()}
        involved |= {key: self.desired[key] for key in self.claims if key in self.desired}
        for user in involved.values():
            if self.holds_own(user.key):
                self.at_home(user)
            else:
                self.elsewhere(user)
        self.hand_on_doubts()
        return Identities(self.moved, self.doubts, self.served, frozenset(self.claims))

    def accounts(self, address: str) -> tuple[LiveUser, ...]:
        """Return the live accounts with an address: none, one, or several that cannot be told apart."""
        live = self.snapshot.users.get(address)
        return self.doubled.get(address, ()) if live is None else (live,)

    def holds_own(self, key: str) -> bool:
        """Say whether the account at a declared address is that person's: nobody else is to move away from it.

        Whoever names the address as an earlier one has moved away already if at home; so the whole chain counts.
        """
        seen: set[str] = set()
        while key not in seen and self.accounts(key):
            seen.add(key)
            if (claimant := self.claims.get(key)) is None:
                return True
            key = claimant.key
        return key in seen

    def at_home(self, user: DesiredUser) -> None:
        """Judge somebody whom the platform knows under the present address."""
        named = list(earlier(user))
        strange = [old for old in named if self.accounts(old.value) and old.value not in self.desired]
        if strange:
            self.doubts[user.key] = in_use(user, strange[0], self.accounts(strange[0].value))
        elif named:
            self.served[user.key] = done(user, named)

    def elsewhere(self, user: DesiredUser) -> None:
        """Judge somebody whose own address is nobody's, or somebody's who is to move away."""
        found = [old for old in earlier(user) if self.accounts(old.value)]
        if len(found) > 1:
            self.doubts[user.key] = several(user, found)
        elif found:
            self.under(user, found[0])
        elif claimant := self.claims.get(user.key) if self.accounts(user.key) else None:
            self.doubts[user.key] = claimed_by_two(user, user, claimant)
            self.doubts[claimant.key] = claimed_by_two(claimant, user, claimant)
        elif any(earlier(user)) and not is_leaver(user):
            self.doubts[user.key] = nowhere(user)

    def under(self, user: DesiredUser, old: Located[str]) -> None:
        """Judge somebody who is found under exactly one earlier address."""
        accounts = self.accounts(old.value)
        if len(accounts) > 1:
            self.doubts[user.key] = twins(user, old, accounts)
        else:
            self.moved[user.key] = accounts[0]

    def hand_on_doubts(self) -> None:
        """Doubt whoever would take along the account at the address of somebody in doubt, whose it may be."""
        doubted = list(self.doubts)
        while doubted:
            key = doubted.pop()
            claimant = self.claims.get(key)
            if claimant and claimant.key in self.moved and claimant.key not in self.doubts:
                self.doubts[claimant.key] = claimed_by_two(claimant, self.desired[key], claimant)
                doubted.append(claimant.key)


def earlier(user: DesiredUser) -> Iterator[Located[str]]:
    """Yield the earlier addresses of a person; the present one among them means nothing."""
    return (old for old in user.previous if old.value != user.key)


def is_leaver(user: DesiredUser) -> bool:
    """Say whether somebody is declared Inactive."""
    stated = user.values.get("status")
    return stated is not None and stated.value == "Inactive"


def said(accounts: Iterable[LiveUser]) -> str:
    """Name accounts."""
    return " and ".join(f"{live.name} <{live.email}>" for live in accounts)


def conflict(user: DesiredUser, old: Located[str], summary: str, hint: str) -> Problem:
    """Return why somebody is left out who names an earlier address."""
    return Problem(f"{RENAME.tree_key}: {summary}", hint, old.mark, user.key, RENAME.name, CONFLICT)


def in_use(user: DesiredUser, old: Located[str], accounts: tuple[LiveUser, ...]) -> Problem:
    """Say that there is an account under both addresses (platform-api unknown 26)."""
    return conflict(
        user,
        old,
        f"{user.key} is in use already, and {old.value} is an account of its own: {said(accounts)}",
        f"another person: remove {old.value} from the line\n"
        f"the same person twice: keep one account, and declare the other one under its own address with  "
        "status: Inactive",
    )


def several(user: DesiredUser, found: list[Located[str]]) -> Problem:
    """Say that several earlier addresses are accounts now."""
    addresses = " and ".join(old.value for old in found)
    return conflict(
        user,
        found[0],
        f"{addresses} are accounts on the platform, and only one of them can become {user.key}",
        "leave only the address that the person has now in the line",
    )


def twins(user: DesiredUser, old: Located[str], accounts: tuple[LiveUser, ...]) -> Problem:
    """Say that several accounts have the earlier address (faults.md L-17)."""
    return conflict(
        user,
        old,
        f"{len(accounts)} accounts on the platform have the address {old.value}: {said(accounts)}",
        "nobody can tell which of them is meant; give one of them another address in the portal",
    )


def claimed_by_two(user: DesiredUser, present: DesiredUser, claimant: DesiredUser) -> Problem:
    """Say that two entries may mean the same account: one by its address, one by an earlier one."""
    place = place_of(claimant, present.key)
    return Problem(
        f"the account {present.key} may be meant by {present.mark} and, as the earlier address of {claimant.key}, "
        f"by {place}; it cannot be told who is who",
        f"the account is the person of {place.file}:{place.line}: take out the entry of {present.key} until that "
        "rename is done, then declare it again in a second pull request\n"
        f"it is the person of {present.mark.file}:{present.mark.line}: remove {present.key} from "
        f"{RENAME.tree_key} of {claimant.key}",
        user.mark if user is present else place,
        user.key,
        RENAME.name,
        CONFLICT,
    )


def nowhere(user: DesiredUser) -> Problem:
    """Say that the platform knows none of the addresses: a slip of the pen would invite somebody known anew."""
    addresses = ", ".join(old.value for old in earlier(user))
    first = next((old.mark for old in earlier(user)), user.mark)
    return Problem(
        f"{RENAME.tree_key}: the platform knows nobody under {user.key}, nor under {addresses}",
        "correct the earlier address; for a new person remove the line",
        first,
        user.key,
        RENAME.name,
        "rename.unknown",
    )


def done(user: DesiredUser, named: Sequence[Located[str]]) -> Problem:
    """Note that a rename is done; `named` are the earlier addresses, which have done their service."""
    addresses, verb = " and ".join(old.value for old in named), "is" if len(named) == 1 else "are"
    return Problem(
        f"{RENAME.tree_key}: the platform knows {user.key} already, {addresses} {verb} not needed any more",
        "the line can be removed",
        named[0].mark,
        user.key,
        RENAME.name,
        "rename.served",
        Severity.NOTE,
    )
