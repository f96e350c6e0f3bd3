"""Hypothesis strategies drawn from the field table by kind: a new field is drawn without a word here.

Everything fits the template of `builders`: its roles and teams, people `p0@acme.example` to `p7@acme.example`.
"""

from typing import Any, Final

from hypothesis import strategies as st

from reconciler.model.fields import MANAGED_FIELDS, READ_FIELDS, Care, Field
from reconciler.model.kinds import ACCOUNT, Count, Flag, Kind, Pattern
from reconciler.model.names import Names
from reconciler.model.source import Json
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import NameRule, Value
from tests.builders import ROLES, TEAMS, desired, live, located

KEYS: Final = (*(f"p{number}@acme.example" for number in range(7)), "__p7@acme.example")
"""The addresses of the small company; one begins as deepdiff's private names do (faults.md D-64)."""

TEXTS: Final = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)


def names_of_field(field: Field) -> tuple[str, ...]:
    """The template's names of a field."""
    return {"roles": ROLES, "teams": TEAMS}[field.name]


def values(field: Field) -> st.SearchStrategy[Value]:
    """Canonical values that a live record may show, nothing there included."""
    always = isinstance(field.kind, Names) or field.kind is ACCOUNT or field.required
    return held(field) if always else st.none() | held(field)


def held(field: Field) -> st.SearchStrategy[Value]:
    """Canonical values that are there."""
    kind: Kind = field.kind
    if isinstance(kind, Names):
        return st.frozensets(st.sampled_from(names_of_field(field)), min_size=kind.least)
    if isinstance(kind, Count):
        return st.integers(kind.least, kind.most)
    if kind is ACCOUNT:
        return st.sampled_from(("Active", "Inactive"))
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, Pattern):
        return st.from_regex(kind.form, fullmatch=True)
    return TEXTS


def declared_values(field: Field) -> st.SearchStrategy[Value]:
    """Values that a file may state: a rule for names, `None` only where a value can be cleared."""
    if isinstance(field.kind, Names):
        return rules(names_of_field(field), field.kind.least)
    return st.none() | held(field) if field.clearable else held(field)


@st.composite
def rules(draw: st.DrawFn, names: tuple[str, ...], least: int) -> NameRule:
    """Exactly these names, or at least these and never those."""
    if draw(st.booleans()):
        exact = draw(st.lists(st.sampled_from(names), unique=True, min_size=least))
        return NameRule(exact=tuple(map(located, exact)))
    never = draw(st.lists(st.sampled_from(names[1:]), unique=True, max_size=1))
    wanted = [name for name in names if name not in never]
    chosen = draw(st.lists(st.sampled_from(wanted), unique=True, min_size=least))
    return NameRule(at_least=tuple(map(located, chosen)), never=tuple(map(located, never)))


@st.composite
def live_people(draw: st.DrawFn) -> tuple[LiveUser, ...]:
    """People on the platform: whole records, no two with one number, no teams for inactive ones."""
    return tuple(live(key, **draw(live_records(key))) for key in draw(keys()))


@st.composite
def live_records(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """The canonical values of one live record."""
    record = {field.name: draw(values(field)) for field in READ_FIELDS if field.care is not Care.KEY}
    record |= {field.name: f"{field.name}-{key}" for field in MANAGED_FIELDS if field.unique}
    if record["status"] == "Inactive":
        record |= {field.name: frozenset() for field in MANAGED_FIELDS if field.lost_on_deactivation}
    return record


@st.composite
def declared_people(draw: st.DrawFn) -> tuple[DesiredUser, ...]:
    """Declared people, each with some fields; no unique values, so that everybody can be written."""
    return tuple(desired(key, **draw(declarations())) for key in draw(keys()))


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    """The values of one declaration, often complete enough for a create."""
    fields = [field for field in MANAGED_FIELDS if not field.unique]
    complete = draw(st.booleans())
    chosen = [field for field in fields if (complete and field.required) or draw(st.booleans())]
    return {field.name: draw(declared_values(field)) for field in chosen}


def keys() -> st.SearchStrategy[list[str]]:
    """Some people of the small company."""
    return st.lists(st.sampled_from(KEYS), unique=True, max_size=4)


JSONS: Final[st.SearchStrategy[Json]] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
"""Anything that the platform may answer."""
