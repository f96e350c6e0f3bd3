"""Builders with defaults, so that a test shows only its one interesting value.

The small company: `ana@acme.example` is an active agent in Madrid; the template knows a few roles and teams.
Files are `users/people.yaml` unless a test says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from reconciler.core.diff import diff
from reconciler.model.fields import FIELDS, MANAGED_FIELDS, READ_FIELDS, USER_FIELDS, Care
from reconciler.model.kinds import canonical_email
from reconciler.model.names import Names
from reconciler.model.plan import Plan
from reconciler.model.settings import Allowance, Counted, Limit, Minimum, NotInFiles, Settings
from reconciler.model.source import Json, Located, Mark, Source
from reconciler.model.users import DesiredUser, LiveUser, Snapshot, Template
from reconciler.model.values import NameRule, Value

ANA: Final = "ana@acme.example"
FILE: Final = "users/people.yaml"
SETTINGS_FILE: Final = "users/reconciler.yaml"
URL: Final = "https://acme.uc1.ccaiplatform.com"
TODAY: Final = date(2026, 12, 2)
NOW: Final = datetime(2026, 12, 2, 4, 12, tzinfo=UTC)
ROLES: Final = ("Admin", "Manager", "Manager Admin", "Agent")
TEAMS: Final = ("Billing ES", "Retention ES", "VIP")


def mark(line: int = 1, column: int = 1, file: str = FILE, width: int = 1) -> Mark:
    """A place in a file of the tree; the file's text is empty."""
    return Mark(Source(file, ""), line, column, width)


def rule(*, at_least: Iterable[str] = (), never: Iterable[str] = ()) -> NameRule:
    """A rule of names that must be held and must not be held."""
    return NameRule(at_least=tuple(map(located, at_least)), never=tuple(map(located, never)))


def exactly(*names: str) -> NameRule:
    """A rule of exactly these names."""
    return NameRule(exact=tuple(map(located, names)))


def located(value: Any, line: int = 1, file: str = FILE) -> Located[Any]:
    """A value with a place."""
    return Located(value, mark(line, file=file))


def desired(
    email: str = ANA, *, previous: Iterable[str] = (), line: int = 1, file: str = FILE, **values: Any
) -> DesiredUser:
    """A declared person with only the values given; a list of names means exactly these."""
    return DesiredUser(
        key=canonical_email(email),
        email=located(email, line, file),
        values={name: located(as_declared(value), line, file) for name, value in values.items()},
        previous=tuple(located(address, line, file) for address in previous),
    )


def newcomer(email: str = "new@acme.example", **values: Any) -> DesiredUser:
    """A declared person with all that a create needs."""
    return desired(email, **{"first_name": "Nina", "last_name": "New", "roles": ["Agent"]} | values)


def live(email: str = ANA, *, ident: str = "", **values: Any) -> LiveUser:
    """A person on the platform: an active agent in Madrid without teams, every field read."""
    given = {name: as_read(value) for name, value in values.items()}
    nothing: dict[str, Value] = {field.name: None for field in READ_FIELDS}
    defaults: dict[str, Value] = {
        "email": email,
        "first_name": "Ana",
        "last_name": "Reyes",
        "status": "Active",
        "location": "Madrid",
        "roles": frozenset({"Agent"}),
        "teams": frozenset(),
    }
    return LiveUser(canonical_email(email), ident or f"id-{email}", email, nothing | defaults | given)


def template(
    roles: Iterable[str] = ROLES, teams: Iterable[str] = TEAMS, without: Iterable[str] = (), flag: Json = "0"
) -> Template:
    """The tenant's template with every bulk key of the table except those named in `without`."""
    names = {"roles": tuple(roles), "teams": tuple(teams)}
    sample: dict[str, Json] = {}
    for field in USER_FIELDS:
        if field.care is Care.SEEN or field.name in set(without):
            continue
        if isinstance(field.kind, Names):
            sample[field.name] = [{"name": name, "value": flag} for name in names[field.name]]
        else:
            sample[field.name] = field.kind.to_wire(SAMPLES.get(type(field.kind).__name__, "sample"), flag)
    return Template(sample, names["roles"], names["teams"])


def snapshot(
    *users: LiveUser,
    doubled: Iterable[LiveUser] = (),
    nameless: Iterable[LiveUser] = (),
    template: Template | None = None,
) -> Snapshot:
    """The live state of these people."""
    return Snapshot(
        users={user.key: user for user in users},
        doubled=tuple(doubled),
        nameless=tuple(nameless),
        template=template or TEMPLATE,
        taken_at=NOW,
        address=URL,
    )


def settings(
    *,
    limits: Mapping[Counted, Limit] | None = None,
    privileged_roles: Iterable[str] | None = None,
    protected: Iterable[str] = (),
    locations: Iterable[str] | None = None,
    not_in_files: str = "report",
    **changes: Any,
) -> Settings:
    """The settings of the tree; limits are laid over the defaults, texts get a place."""
    line = {"file": SETTINGS_FILE}
    return replace(
        Settings(
            mark=mark(file=SETTINGS_FILE),
            tenant_url=located(URL, 2, **line),
            timezone=ZoneInfo("Europe/Madrid"),
            email_domains=(located("acme.example", 3, **line),),
            locations=None if locations is None else tuple(located(text, 4, **line) for text in locations),
            privileged_roles=None
            if privileged_roles is None
            else tuple(located(text, 5, **line) for text in privileged_roles),
            protected=tuple(located(text, 6, **line) for text in protected),
            not_in_files=located(NotInFiles(not_in_files), 7, **line),
            minimum_active=(),
            limits=LIMITS | dict(limits or {}),
            allow=(),
            scope=("*@acme.example",),
            batch_size=500,
            job_timeout=1800.0,
            settle_timeout=60.0,
            snapshot_max_age=604800.0,
            ignore_jobs=(),
            actors={},
        ),
        **changes,
    )


def minimum(field: str, name: str, count: int) -> Minimum:
    """A minimum of the settings, on line 9."""
    return Minimum(field, name, count, mark(9, file=SETTINGS_FILE))


def allowance(counted: Counted, count: int, under: str = "people.yaml", last_day: date = TODAY) -> Allowance:
    """A line under `allow:`, on line 31."""
    return Allowance(counted, count, under, last_day, "agreed", mark(31, file=SETTINGS_FILE))


def plan_of(
    declared: Iterable[DesiredUser] = (),
    people: Iterable[LiveUser] = (),
    *,
    settings: Settings | None = None,
    template: Template | None = None,
    only: Iterable[str] = (),
) -> Plan:
    """The plan that brings these people to what is declared; it stands on the real `diff`."""
    return diff(tuple(declared), snapshot(*people, template=template), settings or SETTINGS, frozenset(only))


def raw(email: str = ANA, **values: Json) -> dict[str, Json]:
    """A read record as the platform answers it, all keys there: the person of `live()`."""
    record: dict[str, Json] = {key: None for field in READ_FIELDS for key in field.live_keys}
    record |= {
        "id": 17,
        "email": email,
        "first_name": "Ana",
        "last_name": "Reyes",
        "location": "Madrid",
        "roles": [{"name": name, "value": int(name == "Agent")} for name in ROLES],
        "teams": [{"name": name, "value": 0} for name in TEAMS],
    }
    return record | values


def as_declared(value: Any) -> Any:
    """A list of names means exactly these; everything else is a value already."""
    return exactly(*value) if isinstance(value, list | set | frozenset) else value


def as_read(value: Any) -> Any:
    """A list of names is a set on the platform."""
    return frozenset(value) if isinstance(value, list | set) else value


SAMPLES: Final[Mapping[str, Value]] = {"Flag": False, "Count": 2, "Account": "Active", "Pattern": "0123"}
TEMPLATE: Final = template()
LIMITS: Final = {
    Counted.CREATE: Limit(50),
    Counted.DEACTIVATE: Limit(25, 0.05),
    Counted.REACTIVATE: Limit(25, 0.05),
    Counted.RENAME: Limit(25),
    Counted.ROLE_CHANGE: Limit(50),
    Counted.TEAM_REMOVAL: Limit(100),
    Counted.PRIVILEGED_GRANT: Limit(0),
    Counted.PUT_BACK: Limit(10),
}
SETTINGS: Final = settings()
EVERY_MANAGED: Final = frozenset(field.name for field in MANAGED_FIELDS)
TITLES: Final = {name: field.title for name, field in FIELDS.items()}
