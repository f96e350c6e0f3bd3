"""The settings of a tree, `reconciler.yaml` (product section 3), with the place of everything a guard may name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from reconciler.model.source import Located, Mark


class Counted(StrEnum):
    """What limits count, in persons over all batches of a run."""

    CREATE = "create"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    RENAME = "rename"
    ROLE_CHANGE = "role_change"
    TEAM_REMOVAL = "team_removal"
    PRIVILEGED_GRANT = "privileged_grant"
    PUT_BACK = "put_back"


class NotInFiles(StrEnum):
    """What happens to people who are live, active and in scope, and stand in no file."""

    REPORT = "report"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many persons a run may touch in one way.

    Attributes:
        count: At most so many.
        share: At most this share (0 to 1) of the active people in scope, but never less than 3; None: no share.
        mark: Where the settings say so; None for a default.
    """

    count: int
    share: float | None = None
    mark: Mark | None = None

    def allowed(self, active: int) -> int:
        """Return how many persons are allowed in a tenant with `active` active people in scope."""
        if self.share is None:
            return self.count
        return min(self.count, max(3, int(self.share * active + 1e-9)))


@dataclass(frozen=True, slots=True)
class Allowance:
    """A reviewed way past one limit: one kind, one number, declarations under one path, until one day."""

    counted: Counted
    count: int
    under: str
    last_day: date
    why: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class IgnoredJob:
    """A foreign job that never ends and shall not hold up the runs until `last_day`."""

    ident: int
    last_day: date
    mark: Mark


@dataclass(frozen=True, slots=True)
class Minimum:
    """At least `count` active people must hold a role, a team or a location.

    Attributes:
        field: `roles`, `teams` or `location`.
        name: The name in the platform's spelling.
        mark: Where the settings say so; None for the default on Admin.
    """

    field: str
    name: str
    count: int
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What `reconciler.yaml` says, defaults filled in. Durations are seconds.

    Attributes:
        mark: The top of the settings file.
        tenant_url: The address of the tenant that the tree describes.
        timezone: Whole days of dates are counted here.
        email_domains: Domains in lower case that declared addresses may have.
        locations: Names of the locations; None where the key is absent.
        privileged_roles: Roles whose grant is counted apart; None: every role named like an administrator.
        protected: Canonical addresses that nothing touches.
        not_in_files: What happens to people in no file.
        minimum_active: Minimums by the settings; the default on Admin is added against the live state.
        limits: A limit for every kind that has one.
        allow: Reviewed ways past a limit.
        scope: Patterns of addresses (`*@acme.example`) that the tree answers for.
        batch_size: Rows a job.
        job_timeout: How long a job may take.
        settle_timeout: How long a write may take to be readable.
        snapshot_max_age: Older snapshots are refused.
        ignore_jobs: Unfinished foreign jobs that do not hold up a run.
        actors: Canonical address of a GitHub login.
    """

    mark: Mark
    tenant_url: Located[str]
    timezone: ZoneInfo
    email_domains: tuple[Located[str], ...]
    locations: tuple[Located[str], ...] | None
    privileged_roles: tuple[Located[str], ...] | None
    protected: tuple[Located[str], ...]
    not_in_files: Located[NotInFiles]
    minimum_active: tuple[Minimum, ...]
    limits: Mapping[Counted, Limit]
    allow: tuple[Allowance, ...]
    scope: tuple[str, ...]
    batch_size: int
    job_timeout: float
    settle_timeout: float
    snapshot_max_age: float
    ignore_jobs: tuple[IgnoredJob, ...]
    actors: Mapping[str, str]
