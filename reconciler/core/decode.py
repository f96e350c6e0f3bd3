"""What the platform answered: raw records to live people, or why nothing may be planned from them.

Nothing is guessed. Where a shape is not one of the documented equivalents, the answer is an error and no plan is
made (product promise 3, faults.md N-18): a role list that was not understood must never read as "has no roles".
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from reconciler.core.turns import NAMES, Turn, turn_of
from reconciler.model.fields import FIELDS, READ_FIELDS, USER_FIELDS, Care, Field
from reconciler.model.kinds import ACCOUNT, canonical_email
from reconciler.model.names import Names
from reconciler.model.source import Json, Problem, Problems, RawRecord, Severity
from reconciler.model.spelling import describe
from reconciler.model.users import LiveUser, Snapshot, Template
from reconciler.model.values import BadValue, Value


def decode_template(raw: RawRecord) -> tuple[Template | None, Problems]:
    """Return the bulk template, or None and the errors where it cannot be worked with.

    Roles and teams may be missing or null: there are none then (platform-api section 2). A name that stands twice
    cannot be told apart in an upload, so it is not among the names, with a note (platform-api section 12).
    """
    missing = [field.title for field in USER_FIELDS if field.required and field.name not in raw]
    if missing:
        return None, (strange_template(f"it has no {', '.join(missing)}"),)
    names: dict[str, tuple[str, ...]] = {}
    notes: Problems = ()
    for field, kind in NAMES:
        listed = template_names(raw.get(field.name))
        if listed is None:
            return None, (strange_template(f"{field.title} is {describe(raw.get(field.name))}"),)
        copies = Counter(listed)
        names[field.name] = tuple(name for name, count in copies.items() if count == 1)
        notes += tuple(twice(field, kind, name) for name, count in copies.items() if count > 1)
    return Template(sample=raw, roles=names["roles"], teams=names["teams"]), notes


def decode(
    records: Iterable[RawRecord], template: Template, managed: frozenset[str], taken_at: datetime, address: str
) -> tuple[Snapshot, Problems]:
    """Return the live state and what is to say of it; an error among the problems forbids every plan from it.

    Args:
        records: Every user record of the platform, as received.
        template: The tenant's bulk template; role and team names are put into its spelling.
        managed: Names of the fields that some file states: they must be in every record.
        taken_at: When the read ended, UTC.
        address: The base address that was read.
    """
    reader = Reader(template, managed)
    people = [reader.read(record) for record in records]
    together: dict[str, list[LiveUser]] = defaultdict(list)
    for person in people:
        together[person.key].append(person)
    nameless = tuple(together.pop("", ()))
    doubled = tuple(person for twins in together.values() if len(twins) > 1 for person in twins)
    snapshot = Snapshot(
        users={key: twins[0] for key, twins in together.items() if len(twins) == 1},
        doubled=doubled,
        nameless=nameless,
        template=template,
        taken_at=taken_at,
        address=address,
    )
    return snapshot, reader.problems(len(people)) + untouchable(doubled, nameless)


def template_names(listed: Json) -> tuple[str, ...] | None:
    """Return the names in a list of the template; None for a shape that is not understood."""
    if listed is None:
        return ()
    items = listed if isinstance(listed, list) else [None]
    names = [item.get("name") if isinstance(item, Mapping) else None for item in items]
    texts = tuple(name for name in names if isinstance(name, str) and name)
    return texts if len(texts) == len(names) else None


def strange_template(what: str) -> Problem:
    """Say that the template cannot be worked with."""
    return Problem(f"the platform's bulk template is not understood: {what}", code="N-18")


def twice(field: Field, kind: Names, name: str) -> Problem:
    """Say that a name stands twice in the template."""
    return Problem(
        f'the platform has several {kind.noun}s named "{name}"; an upload cannot tell them apart, so nobody '
        f"can be given this {kind.noun}, and nobody who has it can be changed",
        "give each of them its own name in the portal",
        field=field.name,
        code="D-71",
        severity=Severity.WARNING,
    )


class Reader:
    """Reads records one by one, and gathers what was missing or not understood, by field."""

    def __init__(self, template: Template, managed: frozenset[str]) -> None:
        self.due = (
            managed | {field.name for field, _ in NAMES} | {field.name for field in READ_FIELDS if is_key(field)}
        )
        self.restated = self.due | template.sample.keys()
        self.turns = [(field.name, field.live_keys[0], turn_of(field, template)) for field in READ_FIELDS]
        self.absent: Counter[str] = Counter()
        self.strange: Counter[str] = Counter()
        self.first_strange: dict[str, str] = {}

    def read(self, record: RawRecord) -> LiveUser:
        """Return one person; a value that is missing or not understood is absent from the values."""
        values: dict[str, Value] = {}
        for name, key, turn in self.turns:
            try:
                values[name] = turn(record[key])
            except KeyError:
                self.read_elsewhere(name, record, turn, values)
            except BadValue as error:
                self.note_strange(name, error)
        email, ident = values.get("email"), record.get("id")
        spelled = email if isinstance(email, str) else ""
        return LiveUser(canonical_email(spelled), "" if ident is None else str(ident), spelled, values)

    def read_elsewhere(self, name: str, record: RawRecord, turn: Turn, values: dict[str, Value]) -> None:
        """Read a value that is not under its first key: under another, flat, or not at all (unknowns 17, 18)."""
        field = FIELDS[name]
        key = next((key for key in field.live_keys if key in record), None)
        flat = flat_names(field, record) if isinstance(field.kind, Names) else {}
        try:
            if key is not None or flat:
                values[name] = turn(flat if key is None else record[key])
            elif field.kind is ACCOUNT:
                values[name] = turn(None)
            else:
                self.absent[name] += 1
        except BadValue as error:
            self.note_strange(name, error)

    def note_strange(self, name: str, error: BadValue) -> None:
        """Remember a value that was not understood."""
        self.strange[name] += 1
        self.first_strange.setdefault(name, error.summary)

    def problems(self, people: int) -> Problems:
        """Return an error for each field that is due and missing, or not understood and stated in every row."""
        missing = (
            Problem(
                f"{FIELDS[name].title}: missing for {self.absent[name]:,} of {people:,} people",
                "nothing is planned from an incomplete read; is this field switched off on the platform?",
                field=name,
                code="N-18",
            )
            for name in sorted(self.absent.keys() & self.due)
        )
        strange = (
            Problem(
                f"{FIELDS[name].title}: not understood for {self.strange[name]:,} of {people:,} people: "
                f"{self.first_strange[name]}",
                "nothing is planned from a read that is not understood",
                field=name,
                code="N-18",
            )
            for name in sorted(self.strange.keys() & self.restated)
        )
        return (*missing, *strange)


def is_key(field: Field) -> bool:
    """Say whether a field finds the person."""
    return field.care is Care.KEY


def flat_names(field: Field, record: RawRecord) -> dict[str, Json]:
    """Return the names of flat keys, `Role: Agent` and the like, with their 0/1 (platform-api unknown 17)."""
    start = f"{field.csv}: "
    return {key.removeprefix(start): value for key, value in record.items() if key.startswith(start)}


def untouchable(doubled: tuple[LiveUser, ...], nameless: tuple[LiveUser, ...]) -> Problems:
    """Say who cannot be told apart and is never touched (faults.md L-17, L-18)."""
    addresses = Counter(person.key for person in doubled)
    problems = [
        Problem(
            f"{count} accounts on the platform have the address {key}; none of them is touched",
            "give one of them another address in the portal",
            user=key,
            code="L-17",
            severity=Severity.WARNING,
        )
        for key, count in sorted(addresses.items())
    ]
    if nameless:
        some = ", ".join(person.name or f"id {person.ident}" for person in nameless[:3])
        people = "1 account" if len(nameless) == 1 else f"{len(nameless):,} accounts"
        problems.append(
            Problem(
                f"{people} on the platform without an address, never touched: {some}"
                + (f" and {len(nameless) - 3:,} more" if len(nameless) > 3 else ""),
                code="L-18",
                severity=Severity.NOTE,
            )
        )
    return tuple(problems)
