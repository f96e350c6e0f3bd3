"""Renames as people read them: a section of their own, why an address counts as admin rights, the way back."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from reconciler.model.plan import Change, Planned
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.views.plan_view import PlanView, view_plan
from reconciler.views.portal_csv import revert_portal_csv
from reconciler.views.renderers import RENDERERS
from reconciler.views.undo import undo_lines
from tests.builders import NOW, SETTINGS, TEMPLATE, URL, desired, live, plan_of, settings

A, B, C = (f"{letter}@acme.example" for letter in "abc")


def renamed(new: str, old: str, **values: Any) -> DesiredUser:
    return desired(new, previous=[old], **values)


def view(declared: Iterable[DesiredUser], *people: LiveUser) -> PlanView:
    both = settings(scope=("*@acme.example", "*@acme.test"))
    planned = Planned(plan_of(declared, people, settings=both), ())
    return view_plan(planned, settings=SETTINGS, taken_at=NOW, address=URL, now=NOW)


def changes(declared: Iterable[DesiredUser], *people: LiveUser) -> tuple[Change, ...]:
    return plan_of(declared, people).changes


def test_renames_are_a_section_after_those_who_lose_access() -> None:
    leaver, person = desired(C, status="Inactive"), live(C)
    shown = view([renamed(B, A, location="Oslo"), leaver], live(A), person)
    assert [section.code for section in shown.sections] == ["deactivate", "rename"]
    assert shown.headline == "1 loses access, 1 gets another address, 0 unchanged"


def test_several_are_counted_in_their_number() -> None:
    shown = view([renamed(B, A), renamed("d@acme.example", C)], live(A), live(C))
    assert shown.headline == "2 get another address, 0 unchanged"


def test_every_rendering_shows_both_addresses() -> None:
    shown = view([renamed("new@acme.example", "old@acme.example")], live("old@acme.example"))
    for render in RENDERERS.values():
        text = render(shown)
        assert "old@acme.example" in text
        assert "new@acme.example" in text


def test_a_rename_that_ends_the_access_stands_where_access_is_lost() -> None:
    assert view([renamed(B, A, status="Inactive")], live(A)).changes[0].section == "deactivate"


def test_D_70_an_address_that_counts_as_admin_rights_says_why() -> None:
    admin = view([renamed(B, A)], live(A, roles=["Admin"])).changes[0]
    assert (admin.section, admin.labels) == ("privileged", ("privileged", "another address for admin rights"))
    elsewhere = view([renamed("a@acme.test", A)], live(A)).changes[0]
    assert (elsewhere.section, elsewhere.labels[1:]) == ("privileged", ("an address in another domain",))


def test_the_portal_csv_renames_back_whoever_moved_last_first() -> None:
    people = [live("x@acme.example", first_name="X"), live(A, first_name="A"), live(B, first_name="B")]
    plan = plan_of([renamed(B, A), renamed(C, B), desired("x@acme.example", location="Oslo")], people)
    rows = csv.DictReader(io.StringIO(revert_portal_csv(plan, TEMPLATE), newline=""))
    assert [(row["Email"], row["New email"]) for row in rows] == [(B, A), (C, B), ("x@acme.example", "")]


def test_a_chain_goes_back_row_by_row() -> None:
    lines = undo_lines(changes([renamed(B, A), renamed(C, B)], live(A), live(B, first_name="B")), "report")
    assert "Took an address that somebody else had: Ana Reyes." in lines
    assert "  Upload the rows with a new e-mail one by one, from the top of the file." in lines


def test_the_files_rename_back_by_naming_the_new_address() -> None:
    lines = undo_lines(changes([renamed(B, A)], live(A)), "report")
    assert (
        f"To rename back in the files, write the old address and name the new one under previous_emails: {B}."
        in lines
    )
    assert not any("somebody else had" in line for line in lines)
