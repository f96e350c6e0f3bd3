"""Active people per role, team and location."""

from reconciler.core.impact import holders, holders_after, tally
from reconciler.model.plan import Tally
from tests.builders import ANA, desired, live, newcomer, plan_of, snapshot

BO = "bo@acme.example"


def test_holders_are_the_active_people_who_hold_a_name() -> None:
    people = {
        user.key: user for user in (live(), live(BO, status="Inactive"), live("c@x.example", roles=["Admin"]))
    }
    assert holders(people, "roles", "Agent") == {ANA}


def test_locations_are_held_without_regard_to_case() -> None:
    assert holders({ANA: live()}, "location", "MADRID") == {ANA}


def test_nobody_holds_what_is_not_there() -> None:
    assert holders({ANA: live(location=None)}, "location", "Madrid") == frozenset()


def test_holders_after_counts_new_and_leaving_people() -> None:
    people = {ANA: live()}
    changes = plan_of([newcomer(), desired(status="Inactive")], people.values()).changes
    assert holders_after(changes, people, "roles", "Agent") == {"new@acme.example"}


def test_L_07_a_team_that_loses_everybody_is_shown() -> None:
    plan = plan_of([desired(teams=["VIP"])], [live(teams=["Billing ES"])])
    assert plan.impact == (Tally("teams", "Billing ES", 1, 0), Tally("teams", "VIP", 0, 1))


def test_a_leaver_leaves_roles_teams_and_location() -> None:
    plan = plan_of([desired(status="Inactive")], [live(teams=["VIP"]), live(BO)])
    assert plan.impact == (
        Tally("roles", "Agent", 2, 1),
        Tally("teams", "VIP", 1, 0),
        Tally("location", "Madrid", 2, 1),
    )


def test_somebody_who_takes_the_place_of_another_is_shown_with_equal_numbers() -> None:
    plan = plan_of([desired(teams=["VIP"]), desired(BO, teams=[])], [live(), live(BO, teams=["VIP"])])
    assert plan.impact == (Tally("teams", "VIP", 1, 1),)


def test_what_nobody_gains_or_loses_is_not_shown() -> None:
    assert plan_of([desired(alias="x")], [live()]).impact == ()


def test_changes_of_inactive_people_move_no_number() -> None:
    assert plan_of([desired(location="Lisbon")], [live(status="Inactive")]).impact == ()


def test_a_location_is_one_whatever_its_case() -> None:
    people = [live(location="MADRID"), live(BO, location="madrid")]
    changes = plan_of([desired(location="Lisbon")], people).changes
    assert Tally("location", "MADRID", 2, 1) in tally(changes, snapshot(*people))
