"""The users of the tenant, and what ever happened to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.simulator.record import KEPT
from reconciler.simulator.times import stamp

PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class User:
    """One user.

    Attributes:
        id: System id; never changes, never used again.
        values: Values by field name; None stands for "no value". Flags are 0 or 1.
        roles: Names of the roles held.
        teams: Names of the teams of which the user is a direct member.
        deactivated_at: Timestamp, or None while active.
    """

    id: int
    values: Mapping[str, Any]
    roles: tuple[str, ...]
    teams: tuple[str, ...]
    deactivated_at: str | None

    @property
    def email(self) -> str:
        """The address in the spelling it was given."""
        return str(self.values["email"] or "")

    @property
    def active(self) -> bool:
        """True while the user can sign in."""
        return self.deactivated_at is None

    def plain(self) -> dict[str, Any]:
        """The whole user as JSON data, in the form of a seed."""
        return {
            "id": self.id,
            **self.values,
            "roles": list(self.roles),
            "teams": list(self.teams),
            "status": "Active" if self.active else "Inactive",
            "deactivated_at": self.deactivated_at,
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one user: when, by which job id or the portal, and both sides of it."""

    time: float
    by: int | str
    before: User | None
    after: User | None

    def plain(self) -> dict[str, Any]:
        """The event as JSON data."""
        known = self.after or self.before
        return {
            "time": self.time,
            "by": self.by,
            "email": known.email if known else "",
            "before": self.before.plain() if self.before else None,
            "after": self.after.plain() if self.after else None,
        }


def canonical(email: str) -> str:
    """The form under which addresses are the same address (unknown 28)."""
    return email.strip().lower()


@dataclass(slots=True)
class Directory:
    """Users, the names the tenant knows, and the history of every change."""

    roles: list[str]
    teams: list[str]
    locations: list[str]
    chat_limit: int
    template_keys: tuple[str, ...]
    filters: list[str] | None = None
    users: dict[int, User] = field(default_factory=dict)
    history: list[Event] = field(default_factory=list)
    invitations: dict[str, int] = field(default_factory=dict)
    former: dict[str, int] = field(default_factory=dict)
    last_id: int = 0
    addresses: dict[str, list[int]] = field(default_factory=dict)

    def find(self, email: str, *, sensitive: bool = False) -> User | None:
        """The user of an address (the oldest one if several have it), or None."""
        for number in self.addresses.get(canonical(email), ()):
            if not sensitive or self.users[number].email == email:
                return self.users[number]
        return None

    def seat(self, user: User) -> None:
        """Put a user in without history: the way of a seed."""
        self._file(user)
        self.last_id = max(self.last_id, user.id)

    def put(self, user: User, now: float, by: int | str) -> None:
        """Store a new or changed user and remember the change."""
        before = self.users.get(user.id)
        if before == user:
            return
        self.seat(user)
        self.history.append(Event(now, by, before, user))
        if before is not None and canonical(before.email) != canonical(user.email):
            self.former[canonical(before.email)] = user.id

    def remove(self, user: User, now: float) -> None:
        """Take a user away: no call of the API does it, the portal's operators can."""
        self._unfile(user)
        self.history.append(Event(now, PORTAL, user, None))

    def invite(self, email: str) -> None:
        """Count one invitation mail."""
        self.invitations[canonical(email)] = self.invitations.get(canonical(email), 0) + 1

    def next_id(self) -> int:
        """A system id nobody has had."""
        return self.last_id + 1

    def seen(self, since: float) -> list[User]:
        """All users by id, as they were before every change later than `since` (unknown 34)."""
        users = dict(self.users)
        for event in reversed(self.history):
            if event.time <= since:
                break
            if event.after is not None and event.before is None:
                users.pop(event.after.id, None)
            elif event.before is not None:
                users[event.before.id] = event.before
        return [users[number] for number in sorted(users)]

    def rename_role(self, old: str, new: str, now: float) -> None:
        """Rename a custom role for the tenant and for everybody who holds it."""
        self.roles = [new if name == old else name for name in self.roles]
        for user in [user for user in self.users.values() if old in user.roles]:
            held = tuple(new if name == old else name for name in user.roles)
            self.put(replace(user, roles=held), now, PORTAL)

    def copy(self) -> "Directory":
        """A second directory that can be changed apart from this one."""
        return replace(
            self,
            users=dict(self.users),
            history=list(self.history),
            invitations=dict(self.invitations),
            former=dict(self.former),
            addresses={address: list(ids) for address, ids in self.addresses.items()},
        )

    def _file(self, user: User) -> None:
        if user.id in self.users:
            self._unfile(self.users[user.id])
        self.users[user.id] = user
        ids = self.addresses.setdefault(canonical(user.email), [])
        ids.append(user.id)
        ids.sort()

    def _unfile(self, user: User) -> None:
        del self.users[user.id]
        self.addresses[canonical(user.email)].remove(user.id)


def from_plain(entry: Mapping[str, Any], number: int, now: float) -> User:
    """Make a user from the seed form; fields left out have no value (flags: 0).

    Raises:
        ValueError: A key is no field of a user.
    """
    known = {field.name for field in KEPT} | {"id", "roles", "teams", "status", "deactivated_at"}
    if unknown := sorted(set(entry) - known):
        raise ValueError(f"no field of a user: {', '.join(unknown)}")
    inactive = entry.get("status") == "Inactive"
    return User(
        id=int(entry.get("id") or number),
        values={field.name: _kept(field.kind, entry.get(field.name)) for field in KEPT},
        roles=_names(entry.get("roles")),
        teams=_names(entry.get("teams")),
        deactivated_at=(entry.get("deactivated_at") or stamp(now)) if inactive else None,
    )


def edited(user: User, fields: Mapping[str, Any], now: float, *, wipes: bool) -> User:
    """A user after a portal edit; the rules of deactivation hold there too (platform-api section 12).

    Args:
        user: The user before.
        fields: Values by field name, in the seed form.
        now: The time of the edit.
        wipes: True when deactivation takes the teams away.

    Raises:
        ValueError: A key is no field of a user.
    """
    entry = {**user.plain(), **fields, "id": user.id}
    if fields.get("status") == "Active":
        entry["deactivated_at"] = None
    if fields.get("status") == "Inactive" and user.active and wipes and "teams" not in fields:
        entry["teams"] = []
    return from_plain(entry, user.id, now)


def _kept(kind: str, value: Any) -> Any:
    if kind == "flag":
        return 1 if str(value) in {"1", "True", "Yes"} else 0
    if kind in {"limit", "timeout"}:
        return int(value) if value not in (None, "") else None
    return value if value != "" else None


def _names(names: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names or ()))
