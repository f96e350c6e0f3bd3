"""Drift: what the platform has that the files do not say (product section 4), the privileged people first."""

from collections.abc import Iterable

from reconciler.core.counting import in_force, privileged_roles
from reconciler.core.ownership import is_ours
from reconciler.model.batch import Job
from reconciler.model.drift import Drift
from reconciler.model.kinds import canonical_email
from reconciler.model.plan import Plan
from reconciler.model.settings import Settings
from reconciler.model.users import DesiredUser, LiveUser, Snapshot


def find_drift(
    plan: Plan, desired: Iterable[DesiredUser], snapshot: Snapshot, settings: Settings, jobs: Iterable[Job] = ()
) -> Drift:
    """Return the drift that a plan of the files against a complete live state shows.

    Args:
        plan: The plan of `desired` against `snapshot`.
        desired: The declared people.
        snapshot: The complete live state.
        settings: The settings of the tree.
        jobs: The platform's jobs; none where they were not read.
    """
    named = {address for user in desired for address in (user.key, *(old.value for old in user.previous))}
    named |= {canonical_email(address.value) for address in settings.protected}
    privileged = unnamed_privileged(snapshot, named, privileged_roles(settings, snapshot.template))
    first = {user.key for user in privileged}
    return Drift(
        privileged=privileged,
        edited=plan.changes,
        left_out=plan.left_out,
        not_in_files=tuple(snapshot.users[key] for key in plan.not_in_files if key not in first),
        jobs=strange_jobs(tuple(jobs)),
    )


def unnamed_privileged(snapshot: Snapshot, named: set[str], roles: frozenset[str]) -> tuple[LiveUser, ...]:
    """Return the active people who hold a privileged role and stand in no file, by address."""
    people = (*snapshot.users.values(), *snapshot.doubled, *snapshot.nameless)
    found = [user for user in people if user.key not in named and roles & in_force("roles", user.values)]
    return tuple(sorted(found, key=lambda user: (user.key, user.ident)))


def strange_jobs(jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    """Return the jobs that carry the name of our credential and not our pattern of file names, oldest first."""
    ours = {job.started_by for job in jobs if is_ours(job)} - {""}
    return tuple(
        sorted((job for job in jobs if job.started_by in ours and not is_ours(job)), key=lambda job: job.ident)
    )
