"""The small story that the views are tried on: twelve people change, a guard refuses, a run ends in every way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from reconciler.model.batch import Job, Outcome, Receipt
from reconciler.model.errors import ReconcilerError
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Plan, Planned, Tally
from reconciler.model.run import Applied
from reconciler.model.settings import Counted
from reconciler.model.source import Mark, Problem, Problems, Severity, Source
from reconciler.model.values import Value
from reconciler.views.plan_view import PlanView, view_plan
from tests.builders import SETTINGS_FILE, URL, allowance, mark, minimum, settings, template

TAKEN_AT: Final = datetime(2026, 12, 2, 3, 12, tzinfo=UTC)
NOW: Final = datetime(2026, 12, 2, 8, 15, tzinfo=UTC)
DIGEST: Final = "7f3a91c2" + "0123456789abcdef" * 3 + "01234567"
TEMPLATE: Final = template(
    ("Admin", "Manager Admin", "Agent"), ("Billing ES", "Holiday Peak", "Retention ES", "VIP")
)
SETTINGS: Final = settings(
    minimum_active=(minimum("teams", "Billing ES", 30),),
    allow=(allowance(Counted.PRIVILEGED_GRANT, 1, "leads.yaml"),),
)
RECORD: Final[Mapping[str, Value]] = {
    "status": "Active",
    "location": "Madrid",
    "roles": frozenset({"Agent"}),
    "teams": frozenset({"Billing ES"}),
}


def change(
    name: str,
    place: str,
    action: Action = Action.UPDATE,
    *fields: tuple[str, Value, Value],
    counted: Iterable[Counted] = (),
    email: str = "",
) -> Change:
    """A change of one person; `place` is `file:line`, a field is name, before, after."""
    file, line = place.split(":")
    there = mark(int(line), file=f"users/{file}")
    first, _, last = name.partition(" ")
    address = email or f"{name.lower().replace(' ', '.')}@acme.example"
    before: dict[str, Value] = (
        {} if action is Action.CREATE else {**RECORD} | {"email": address, "first_name": first, "last_name": last}
    )
    promised = tuple(FieldChange(field, then, after, there) for field, then, after in fields)
    before |= {field.field: field.before for field in promised if action is not Action.CREATE}
    wanted = before | {field.field: field.after for field in promised}
    return Change(action, address, address, name, "", there, promised, before, wanted, frozenset(counted))


def names(*held: str) -> frozenset[str]:
    """A set of names."""
    return frozenset(held)


def new(name: str, place: str, *fields: tuple[str, Value, Value]) -> Change:
    """A change that makes a person."""
    first, _, last = name.partition(" ")
    known = (("first_name", None, first), ("last_name", None, last), ("roles", None, names("Agent")))
    return change(name, place, Action.CREATE, *known, *fields, counted=[Counted.CREATE])


MOVE: Final = ("teams", names("Billing ES"), names("Retention ES"))
JOIN: Final = ("teams", names("Retention ES"), names("Retention ES", "Holiday Peak"))
EVA: Final = change(
    "Eva Lind",
    "billing.yaml:71",
    Action.DEACTIVATE,
    ("status", "Active", "Inactive"),
    counted=[Counted.DEACTIVATE],
)
JON: Final = change(
    "Jon Sato",
    "leads.yaml:44",
    Action.UPDATE,
    ("roles", names("Agent"), names("Agent", "Manager Admin")),
    counted=[Counted.PRIVILEGED_GRANT, Counted.ROLE_CHANGE],
)
CHANGES: Final = (
    EVA,
    JON,
    new("Li Wei", "manila.yaml:8", ("location", None, "Manila"), ("teams", None, names("VIP"))),
    new("Bo Dahl", "manila.yaml:14"),
    *(
        change(name, f"billing.yaml:{line}", Action.UPDATE, MOVE)
        for line, name in ((3, "Ana Reyes"), (9, "Bea Soler"))
    ),
    change("Carl Dietz", "billing.yaml:15", Action.UPDATE, MOVE, ("location", "Madrid", None)),
    *(
        change(name, f"peak.yaml:{line}", Action.UPDATE, JOIN)
        for line, name in ((4, "Dora Nagy"), (6, "Emil Berg"))
    ),
    change(
        "Tom Kerr",
        "peak.yaml:20",
        Action.UPDATE,
        ("max_chat_limit", 5, 3),
        ("max_chat_limit_enabled", False, True),
    ),
    change("Lea Mora", "back.yaml:2", Action.REACTIVATE, ("status", "Inactive", "Active"), MOVE),
    change("Uma Rao", "back.yaml:6", Action.UPDATE, ("alias", None, "Uma")),
)
TALLIES: Final = (
    Tally("teams", "Billing ES", 42, 37),
    Tally("teams", "Holiday Peak", 2, 4),
    Tally("teams", "Night Shift", 3, 0),
    Tally("roles", "Manager Admin", 3, 4),
    Tally("location", "Madrid", 58, 58),
)
PROTECTED: Final = LeftOut(
    "break-glass@acme.example",
    "Break Glass",
    Problem(
        f"this account is protected ({SETTINGS_FILE}:6), so nothing of it is changed",
        "undo the edit, or remove the address from protected: first; an admin must approve that",
        mark(2, file="users/break.yaml"),
    ),
)
NOTE: Final = Problem(
    "declared Inactive and not on the platform; nothing is sent",
    "the entry can be removed",
    mark(31, file="users/billing.yaml"),
    "gone@acme.example",
    "status",
    severity=Severity.NOTE,
)
TOO_MANY: Final = Problem(
    "31 people would lose access, the limit is 25",
    "All 31 come from users/madrid/closing.yaml:3-95: Adam Ruiz, Bea Soler, Carl Dietz and 28 more\n"
    'Not intended? Undo the edit. Intended? Add this under "allow:" in users/reconciler.yaml; '
    "an admin must approve it:\n"
    '  - {deactivate: 31, in: madrid/closing.yaml, last_day: 2026-12-09, why: "..."}',
    mark(12, file=SETTINGS_FILE),
    code="limit.deactivate",
)


def plan(changes: Iterable[Change] = CHANGES, **parts: object) -> Plan:
    """The plan of these changes."""
    chosen = tuple(sorted(changes, key=lambda one: one.key))
    known: dict[str, object] = {"left_out": (), "unchanged": 584, "not_in_files": (), "notes": (), "impact": ()}
    return replace(Plan(chosen, (), 0, (), (), (), 700, DIGEST), **{**known, **parts})  # type: ignore[arg-type]


FULL: Final = plan(left_out=(PROTECTED,), not_in_files=("temp@acme.example",) * 4, notes=(NOTE,), impact=TALLIES)


def view(of: Plan = FULL, *, refusals: Problems = ()) -> PlanView:
    """The view of a plan, read five hours ago."""
    return view_plan(Planned(of, refusals), settings=SETTINGS, taken_at=TAKEN_AT, address=URL, now=NOW)


def job(status: str = "completed", done: int = 12, failed: int = 0, ident: int = 12345) -> Job:
    """A job of twelve rows."""
    return Job(ident, status, "reconciler-00-11.json", 12, done, failed, "", "2026-12-02T17:07:00.000Z", "ci")


def applied(
    *outcomes: Receipt,
    of: Plan | None = None,
    jobs: tuple[Job, ...] | None = None,
    problems: Problems = (),
    error: ReconcilerError | None = None,
    default: Outcome = Outcome.CONFIRMED,
) -> Applied:
    """The result of a run: everybody confirmed but those for whom a receipt is given."""
    planned = of or plan()
    given = {receipt.change.key: receipt for receipt in outcomes}
    receipts = tuple(given.get(one.key, Receipt(one, default, 12345)) for one in planned.changes)
    started = (job(),) if jobs is None else jobs
    ended_at = datetime(2026, 12, 2, 9, 42, tzinfo=UTC)
    return Applied(planned, receipts, started, problems, error, "00c0ffee", NOW, ended_at)


def in_file(name: str, text: str, line: int, column: int, width: int = 1) -> Mark:
    """A place in a file whose text is at hand."""
    return Mark(Source(name, text), line, column, width)
