"""What one row of a file does to the directory: the platform's own rules (platform-api section 12)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reconciler.simulator.directory import Directory, User, canonical
from reconciler.simulator.members import members_after
from reconciler.simulator.problems import WARNING, Problem
from reconciler.simulator.step import Row, Step
from reconciler.simulator.switches import Settings
from reconciler.simulator.times import stamp
from reconciler.simulator.values import blank_values, values_after

MOST_ROLES = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: whether it was applied, and what there is to say about it."""

    applied: bool
    problems: tuple[Problem, ...] = ()


class RowError(Exception):
    """A row that is not applied; the message is the platform's sentence."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.problem = Problem(message, key)


class RowIgnoredError(RowError):
    """A row that is skipped with a warning."""


def apply_row(row: Row, directory: Directory, settings: Settings, now: float, by: int) -> Outcome:
    """Create or change the user of a row.

    Args:
        row: One element of a valid file.
        directory: Changed in place when the row can be applied.
        settings: The switches.
        now: The time at which the row is due, seconds since the epoch.
        by: The job's id, for the history.
    """
    warnings: list[Problem] = []
    try:
        _apply(_step(row, directory, settings, now, by, warnings.append))
    except RowIgnoredError as ignored:
        return Outcome(applied=True, problems=(replace(ignored.problem, kind=WARNING),))
    except RowError as error:
        return Outcome(applied=False, problems=(error.problem,))
    if settings["warnings"] == "every_row":
        warnings.append(Problem("Row was applied with a remark", None, kind=WARNING))
    return Outcome(applied=True, problems=tuple(warnings))


def roles_after(row: Row, directory: Directory, settings: Settings) -> tuple[str, ...]:
    """The roles the row's user would hold, for a rule that must know before anything runs."""
    email = row.get("email")
    user = _lookup(email, directory, settings) if isinstance(email, str) else None
    step = _step(row, directory, settings, 0, 0, lambda _problem: None)
    return members_after(step, "roles", user.roles if user else ())


def _step(
    row: Row, directory: Directory, settings: Settings, now: float, by: int, warn: Callable[[Problem], None]
) -> Step:
    return Step(row, directory, settings, now, by, warn, frozenset({settings["ignore_field"]}))


def _apply(step: Step) -> None:
    email = str(step.row["email"])
    if canonical(email) in {canonical(part) for part in step.settings["fail_emails"].split(",")}:
        raise RowError("Could not be saved", "email")
    user = _lookup(email, step.directory, step.settings)
    if user is None:
        _create(step, email)
        return
    wrong = step.directory.find(step.settings["wrong_user"])
    if wrong is None:
        _update(step, user)
    else:
        _update(step.for_somebody_else(), wrong)
    neighbour = step.directory.find(step.settings["neighbour"])
    if neighbour is not None and neighbour.id != user.id:
        _update(step.for_somebody_else(), neighbour)


def _lookup(email: str, directory: Directory, settings: Settings) -> User | None:
    return directory.find(email, sensitive=settings["email_match"] == "sensitive")


def _create(step: Step, email: str) -> None:
    settings, directory = step.settings, step.directory
    if canonical(email) in directory.former and settings["stale_rename"] == "error":
        raise RowError("Email was changed before", "email")
    address = step.text("new_email").strip()
    if address and settings["rename_conflict"] == "update_error":
        raise RowError("New email of an unknown user", "new_email")
    address = address or email.strip()
    inactive = step.text("status") == "Inactive"
    if inactive:
        _refuse_inactive(settings)
    blank = User(directory.next_id(), blank_values(address), (), (), stamp(step.now) if inactive else None)
    roles = _roles(step, ())
    _check_roles(roles, settings)
    values = _values(step, blank)
    step.put(replace(blank, values=values, roles=roles, teams=() if inactive else _first_teams(step)))
    directory.invite(address)


def _refuse_inactive(settings: Settings) -> None:
    if settings["unknown_inactive"] == "update_error":
        raise RowError("Inactive user does not exist", "status")
    if settings["unknown_inactive"] == "ignored":
        raise RowIgnoredError("Inactive user does not exist, row skipped", "status")


def _first_teams(step: Step) -> tuple[str, ...]:
    teams = members_after(step, "teams", ())
    if teams and step.settings["create_teams"] == "rows_fail":
        raise RowError("Teams could not be assigned", "teams")
    return () if step.settings["create_teams"] == "no_teams" else teams


def _update(step: Step, user: User) -> None:
    roles = _roles(step, user.roles)
    if roles != user.roles:
        _check_roles(roles, step.settings)
    values = _values(step, user)
    address = _new_address(step, user)
    if address and _lookup_other(step, address, user):
        # The variant of unknown 26 in which a rename makes another user at the new address.
        step.put(User(step.directory.next_id(), {**values, "email": address}, roles, (), None))
        step.directory.invite(address)
        return
    values["email"] = address or user.values["email"]
    deactivated_at = _deactivated_at(step, user)
    teams = _teams(step, user, deactivated_at)
    step.put(replace(user, values=values, roles=roles, teams=teams, deactivated_at=deactivated_at))


def _roles(step: Step, held: tuple[str, ...]) -> tuple[str, ...]:
    return members_after(step, "roles", held)


def _check_roles(roles: tuple[str, ...], settings: Settings) -> None:
    if not roles and settings["no_role"] != "accepted":
        raise RowError("Must have at least one role", "roles")
    if len(roles) > MOST_ROLES:
        raise RowError(f"Must have at most {MOST_ROLES} roles", "roles")


def _values(step: Step, user: User) -> dict[str, Any]:
    values = values_after(step, user)
    extension = values["extension_number"]
    if extension is not None and extension != user.values["extension_number"]:
        others = (other for other in step.directory.users.values() if other.id != user.id)
        if any(other.values["extension_number"] == extension for other in others):
            raise RowError("Extension is already in use", "extension_number")
    return values


def _new_address(step: Step, user: User) -> str:
    address = step.text("new_email").strip()
    if address and _lookup_other(step, address, user) and step.settings["rename_conflict"] == "update_error":
        raise RowError("New email is already in use", "new_email")
    return address


def _lookup_other(step: Step, address: str, user: User) -> bool:
    holder = _lookup(address, step.directory, step.settings)
    return holder is not None and holder.id != user.id


def _deactivated_at(step: Step, user: User) -> str | None:
    wanted = step.text("status")
    if wanted == "Active":
        return None
    if wanted == "Inactive" and user.active:
        return None if step.settings["deactivate"] == "silent" else stamp(step.now)
    return user.deactivated_at


def _teams(step: Step, user: User, deactivated_at: str | None) -> tuple[str, ...]:
    if deactivated_at is not None and step.settings["deactivate_teams"] == "wiped":
        # A user who was inactive before keeps what is there (nothing, unless the portal put it).
        return () if user.active else user.teams
    if not user.active and deactivated_at is None and step.settings["reactivate_teams"] == "not_applied":
        return user.teams
    return members_after(step, "teams", user.teams)
