"""The way back as data: what goes back, what stays and is named, and how strictly a report is read."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.diff import diff
from reconciler.core.revert import WayBack, way_back
from reconciler.core.revert_record import RunRecord, record_from_json, record_to_json, seal
from reconciler.core.revert_words import ABSENT, EDITED, FILES, FILLED, GONE, MAILS, QUEUES
from reconciler.model.errors import RunRefused
from reconciler.model.fields import FIELDS, MANAGED_FIELDS
from reconciler.model.names import Names
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.source import Source
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import Value
from tests.builders import (
    ANA,
    NOW,
    SETTINGS,
    URL,
    desired,
    live,
    located,
    newcomer,
    plan_of,
    snapshot,
)
from tests.strategies import KEYS, declared_people, live_people

FILE: Final = "report/revert.json"
RUN: Final = "3fa81c22"


def text_of(changes: Iterable[Change]) -> str:
    """The file of a report, as a run writes it."""
    return json.dumps(record_to_json(changes, RUN, "7f3a91c2" * 8, URL, NOW), indent=2) + "\n"


def read(text: str) -> RunRecord:
    """Read the file of a report."""
    return record_from_json(json.loads(text), Source(FILE, text))


def after(plan: Plan, people: Iterable[LiveUser]) -> tuple[LiveUser, ...]:
    """A platform in a few lines: every row states the whole record; inactive people have no teams."""
    there = {user.key: user for user in people}
    moved = [there.pop(change.live_key, None) for change in plan.changes]
    for change, old in zip(plan.changes, moved, strict=True):
        values = {name: nothing_or(value, name) for name, value in change.wanted.items()}
        email = str(change.wanted["email"]) if change.previous else change.email
        ident = old.ident if old else f"id-{change.key}"
        there[change.key] = LiveUser(change.key, ident, email, {**change.before, **values, "email": email})
    return tuple(there.values())


def nothing_or(value: Value, field: str) -> Value:
    """An empty set where a set of names is left empty."""
    return frozenset() if value is None and isinstance(FIELDS[field].kind, Names) else value


def back(
    declared: Iterable[DesiredUser],
    people: Iterable[LiveUser],
    meanwhile: Callable[[LiveUser], LiveUser | None] = lambda user: user,
) -> tuple[WayBack, Plan, tuple[LiveUser, ...]]:
    """Apply, let `meanwhile` happen to everybody, and plan the way back; also who is live before it."""
    known, asked = tuple(people), tuple(declared)
    plan = plan_of(asked, known)
    now = tuple(user for user in map(meanwhile, after(plan, known)) if user)
    way = way_back(read(text_of(plan.changes)), snapshot(*now), asked)
    return way, diff(way.people, snapshot(*now), SETTINGS, frozenset(user.key for user in way.people)), now


def values_of(plan: Plan) -> dict[str, Value]:
    """What the one change of a plan promises."""
    (change,) = plan.changes
    return {part.field: part.after for part in change.fields}


def codes(way: WayBack) -> set[str]:
    """What is said of a way back, beside which run it is of."""
    return {note.code for note in way.notes} - {"revert.run"}


def edit(**values: Value) -> Callable[[LiveUser], LiveUser]:
    """Somebody in the portal who gives everybody these values."""
    return lambda user: replace(user, values={**user.values, **values})


# What goes back


def test_an_edit_goes_back() -> None:
    _, plan, _ = back([desired(location="Manila", alias="a")], [live(alias="b")])
    assert values_of(plan) == {"location": "Madrid", "alias": "b"}


def test_a_location_is_emptied_again() -> None:
    _, plan, _ = back([desired(location="Manila")], [live(location=None)])
    assert values_of(plan) == {"location": None}


def test_teams_are_emptied_again() -> None:
    _, plan, _ = back([desired(teams=["VIP"])], [live()])
    assert values_of(plan) == {"teams": frozenset()}


def test_L_15_a_deactivated_person_comes_back_with_the_teams_and_the_queues_are_named() -> None:
    way, plan, _ = back([desired(status="Inactive")], [live(teams=["VIP", "Billing ES"])])
    assert values_of(plan) == {"status": "Active", "teams": frozenset({"VIP", "Billing ES"})}
    assert QUEUES in codes(way)


def test_L_15_roles_that_a_deactivation_took_come_back_too() -> None:
    _, plan, _ = back([desired(status="Inactive")], [live()], edit(roles=frozenset()))
    assert values_of(plan)["roles"] == frozenset({"Agent"})


def test_D_76_teams_that_an_inactive_account_shows_do_not_count() -> None:
    way, plan, _ = back(
        [desired(status="Inactive")], [live(teams=["VIP"])], edit(teams=frozenset({"Retention ES"}))
    )
    assert values_of(plan) == {"status": "Active", "teams": frozenset({"VIP"})}
    assert way.left_out == ()


def test_a_reactivated_person_is_closed_again() -> None:
    _, plan, _ = back([desired(status="Active", teams=["VIP"])], [live(status="Inactive")])
    assert values_of(plan) == {"status": "Inactive"}


def test_L_20_a_new_person_becomes_inactive_and_the_mail_is_named() -> None:
    way, plan, _ = back([newcomer(teams=["VIP"])], [live()])
    (change,) = plan.changes
    assert (change.action, values_of(plan)) == (Action.DEACTIVATE, {"status": "Inactive"})
    assert MAILS in codes(way)


def renamed(old: str, new: str, **values: Any) -> DesiredUser:
    """A declared person under a new address."""
    return replace(desired(new, **values), previous=(located(old),))


def test_a_rename_goes_back_in_the_spelling_of_before() -> None:
    _, plan, _ = back([renamed(ANA, "reyes@acme.example", alias="r")], [live("Ana@acme.example", alias="a")])
    (change,) = plan.changes
    assert (change.previous, change.key) == ("reyes@acme.example", ANA)
    assert values_of(plan) == {"email": "Ana@acme.example", "alias": "a"}


def test_addresses_that_were_handed_on_go_back() -> None:
    people = [live("a@acme.example"), live("b@acme.example")]
    declared = [renamed("b@acme.example", "c@acme.example"), renamed("a@acme.example", "b@acme.example")]
    _, plan, _ = back(declared, people)
    assert {change.previous: change.key for change in plan.changes} == {
        "b@acme.example": "a@acme.example",
        "c@acme.example": "b@acme.example",
    }


def test_what_is_back_already_is_not_sent() -> None:
    way, plan, _ = back([desired(location="Manila")], [live()], edit(location="Madrid"))
    assert (plan.changes, way.left_out, codes(way)) == ((), (), set())


def test_every_change_shows_the_line_of_the_report() -> None:
    people = [live(alias="a"), live("b@acme.example", alias="b")]
    declared = [desired(alias="x"), desired("b@acme.example", alias="y")]
    _, plan, _ = back(declared, people)
    lines = text_of(plan_of(declared, people).changes).splitlines()
    assert {change.mark.file for change in plan.changes} == {FILE}
    for change in plan.changes:
        assert f'"email": "{change.email}"' in lines[change.mark.line - 1]


# What stays, and is named


def test_a_value_that_somebody_edited_since_stays_and_both_values_are_named() -> None:
    way, plan, _ = back([desired(location="Manila", alias="x")], [live(alias="a")], edit(location="Oslo"))
    assert values_of(plan) == {"alias": "a"}
    (left,) = way.left_out
    assert left.problem.code == EDITED
    assert all(f'"{place}"' in left.problem.summary for place in ("Oslo", "Manila", "Madrid"))


def test_who_was_closed_since_does_not_get_the_teams_back() -> None:
    way, plan, _ = back(
        [desired(teams=["Billing ES"])], [live(teams=["VIP"])], edit(status="Inactive", teams=frozenset())
    )
    assert plan.changes == ()
    assert [left.problem.code for left in way.left_out] == [EDITED]


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (lambda user: None, "nobody with this address"),
        (lambda user: replace(user, ident="other"), "another account"),
        (lambda user: replace(user, key="x@acme.example", email="x@acme.example"), "x@acme.example"),
    ],
)
def test_L_11_who_is_not_there_for_sure_is_left_out(
    meanwhile: Callable[[LiveUser], LiveUser | None], words: str
) -> None:
    way, plan, _ = back([desired(location="Manila")], [live()], meanwhile)
    assert plan.changes == ()
    assert [left.problem.code for left in way.left_out] == [GONE]
    assert words in way.left_out[0].problem.summary


def test_an_address_that_somebody_else_has_by_now_is_not_taken_away() -> None:
    plan = plan_of([renamed(ANA, "reyes@acme.example", alias="r")], [live(alias="a")])
    now = snapshot(*after(plan, [live(alias="a")]), live(ident="stranger", alias="s"))
    way = way_back(read(text_of(plan.changes)), now, ())
    (change,) = diff(way.people, now, SETTINGS, frozenset(user.key for user in way.people)).changes
    assert (change.key, change.previous) == ("reyes@acme.example", "")
    assert [left.problem.field for left in way.left_out] == ["email"]


def test_somebody_new_who_is_not_there_is_only_noted() -> None:
    way, plan, _ = back([newcomer()], [], lambda user: None)
    assert (plan.changes, way.left_out, codes(way)) == ((), (), {ABSENT})


def test_a_value_that_was_empty_stays_and_is_named() -> None:
    way, plan, _ = back([desired(alias="x", location="Manila")], [live()])
    assert values_of(plan) == {"location": "Madrid"}
    (note,) = [note for note in way.notes if note.code == FILLED]
    assert (note.user, note.field) == (ANA, "alias")


def test_files_that_still_say_so_are_named_with_the_place() -> None:
    way, _, _ = back([desired(line=7, location="Manila")], [live()])
    (warning,) = [note for note in way.notes if note.code == FILES]
    assert warning.mark
    assert warning.mark.line == 7


def test_files_that_agree_with_the_way_back_are_not_named() -> None:
    plan = plan_of([desired(location="Manila")], [live()])
    now = snapshot(*after(plan, [live()]))
    assert FILES not in codes(way_back(read(text_of(plan.changes)), now, [desired(location="Madrid")]))


# Apply, then revert


@st.composite
def declared_and_renamed(draw: st.DrawFn) -> tuple[DesiredUser, ...]:
    """Declared people, some of them under a new address."""
    people = draw(declared_people())
    moving = draw(st.sets(st.sampled_from(KEYS), max_size=2))
    return tuple(moved(user) if user.key in moving else user for user in people)


def moved(user: DesiredUser) -> DesiredUser:
    """The same person under a new address."""
    return replace(user, key=f"new-{user.key}", email=located(f"New-{user.key}"), previous=(located(user.key),))


@settings(max_examples=60, deadline=None)
@given(declared_and_renamed(), live_people())
def test_apply_then_revert_gives_the_former_state_but_for_what_is_named(
    declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]
) -> None:
    way, plan, now = back(declared, people)
    assert (way.left_out, plan.left_out) == ((), ())
    addresses = {change.live_key: change.key for change in plan_of(declared, people).changes}
    named = {(note.user, note.field) for note in way.notes if note.code == FILLED}
    former, final = {user.key: user for user in people}, {user.key: user for user in after(plan, now)}
    for key, old in former.items():
        for field in MANAGED_FIELDS:
            if (addresses.get(key, key), field.name) not in named:
                assert field.kind.same(old.values[field.name], final[key].values[field.name]), (key, field.name)
        assert final[key].ident == old.ident
    assert not any(final[key].active for key in final.keys() - former.keys())


# The file of a report, read as untrusted data


@settings(max_examples=30, deadline=None)
@given(declared_and_renamed(), live_people())
def test_what_a_run_wrote_is_read_back(declared: tuple[DesiredUser, ...], people: tuple[LiveUser, ...]) -> None:
    changes = plan_of(declared, people).changes
    record = read(text_of(changes))
    assert [person.key for person in record.people] == [change.key for change in changes]
    assert [person.former_key for person in record.people] == [change.live_key for change in changes]
    assert (record.address, record.run, record.ended_at) == (URL, RUN, NOW)


def sealed(**changes: Any) -> str:
    """A report with one edit of which the seal knows."""
    value = json.loads(text_of(plan_of([desired(location="Manila")], [live()]).changes))
    person = value["people"][0]
    for name, change in changes.items():
        (value if name in value else person)[name] = change
    value["seal"] = changes.get("seal", seal(value))
    return json.dumps(value)


BAD: Final[Mapping[str, dict[str, Any]]] = {
    "an earlier format": {"format": 1},
    "no format": {"format": None},
    "a broken seal": {"seal": "0" * 64},
    "a run that is no text": {"run": 7},
    "no address": {"address": ""},
    "a time without a zone": {"ended_at": "2026-12-02T10:00:00"},
    "a time that is none": {"ended_at": "yesterday"},
    "people that are no list": {"people": {}},
    "a person that is no object": {"people": [1]},
    "an unknown action": {"action": "promote"},
    "an unknown field": {"before": {"salary": "1"}, "after": {"salary": "2"}},
    "a field that is never written": {"before": {"filter_timeout": 1}, "after": {"filter_timeout": 2}},
    "a value after without one before": {"before": {}},
    "a location that is a number": {"before": {"location": 7}},
    "an empty text": {"before": {"location": ""}},
    "roles that are a text": {"before": {"roles": "Admin"}, "after": {"roles": ["Agent"]}},
    "a role that is a number": {"before": {"roles": [1]}, "after": {"roles": ["Agent"]}},
    "a third sort of account": {"before": {"status": "Away"}, "after": {"status": "Active"}},
    "a flag that is a text": {"before": {"external_user": "1"}, "after": {"external_user": True}},
    "another address after": {
        "before": {"email": "x@acme.example"},
        "after": {"email": "y@acme.example"},
    },
    "an address that stays": {"before": {"email": ANA}, "after": {"email": ANA}},
    "no address before": {"before": {"email": None}, "after": {"email": ANA}},
    "an id that is a number": {"id": 7},
    "more than an account of somebody new": {"action": "create"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_report_that_no_run_wrote_is_refused_by_its_name(bad: dict[str, Any]) -> None:
    with pytest.raises(RunRefused, match=r"^report/revert\.json is not what a run wrote"):
        read(sealed(**bad))


def test_a_report_that_names_a_person_twice_is_refused() -> None:
    person = json.loads(sealed())["people"][0]
    with pytest.raises(RunRefused, match="twice"):
        read(sealed(people=[person, person]))


def test_a_report_as_it_was_written_is_not_refused() -> None:
    assert read(sealed()).people[0].before == {"location": "Madrid"}
