"""What one row does to its user: the platform's own rules."""

from typing import Any

import pytest

from .client import Client, Clock, chosen, row, seed
from .conftest import Open

ADA, BEN, CY, NEW = "ada@example.com", "ben@example.com", "cy@example.com", "new@example.com"


def failure(job: dict[str, Any]) -> str | None:
    errors = [error for error in job["update_errors"] if error["error_type"] == "error"]
    return errors[0]["message"] if errors else None


def test_a_known_email_changes_its_user(client: Client) -> None:
    before = client.user(ADA)
    client.run(row(location="berlin", max_chat_limit="3", max_chat_limit_enabled=1))
    expected = {**before, "location": "Berlin", "max_chat_limit": 3, "max_chat_limit_enabled": 1}
    assert client.user(ADA) == expected


def test_nobody_else_is_changed(client: Client) -> None:
    before = client.simulator.users()[1:]
    client.run(row(alias="x", roles=chosen(Agent=1), teams=chosen(Sales=1)))
    assert client.simulator.users()[1:] == before


def test_what_a_row_leaves_out_stays(client: Client) -> None:
    before = client.user(BEN)
    client.run({"email": BEN, "first_name": "Ben", "last_name": "Okafor"})
    assert client.user(BEN) == before


def test_an_empty_text_changes_nothing(client: Client) -> None:
    before = client.user(BEN)
    keys = ("agent_number", "alias", "status", "location", "max_chat_limit", "extension_number", "new_email")
    client.run(row(BEN, first_name="Ben", last_name="Okafor", **dict.fromkeys(keys, "")))
    assert client.user(BEN) == before


def test_null_takes_the_location_away_and_nothing_else(client: Client) -> None:
    client.run(row(location=None, alias=None, agent_number=None))
    ada = client.user(ADA)
    assert (ada["location"], ada["alias"], ada["agent_number"]) == (None, "ada", "A-1")


def test_roles_follow_their_values(client: Client) -> None:
    client.run(row(roles=chosen(Admin="0", Manager="1", Agent="")))
    assert client.user(ADA)["roles"] == ["Manager"]


def test_the_email_is_found_in_any_case(client: Client) -> None:
    client.run(row(" ADA@Example.com ", alias="x"))
    assert (client.user(ADA)["alias"], client.user(ADA)["email"]) == ("x", ADA)


def test_an_unknown_email_makes_a_user_and_one_invitation(client: Client) -> None:
    client.run(row(NEW, roles=chosen(Agent=1), teams=chosen(Sales=1)))
    new = client.user(NEW)
    assert (new["id"], new["roles"], new["teams"], new["status"]) == (4, ["Agent"], ["Sales"], "Active")
    assert client.simulator.state()["invitations"] == {NEW: 1}


def test_an_update_invites_nobody(client: Client) -> None:
    client.run(row(alias="x"))
    assert client.simulator.state()["invitations"] == {}


def test_a_new_user_needs_a_role(client: Client) -> None:
    job = client.run(row(NEW))
    assert failure(job) == "Must have at least one role"
    assert client.simulator.user(NEW) is None


def test_the_last_role_cannot_be_taken(client: Client) -> None:
    job = client.run(row(alias="x", roles=chosen(Admin=0)))
    assert failure(job) == "Must have at least one role"
    assert client.user(ADA)["alias"] == "ada"


def test_eleven_roles_are_too_many(open_simulator: Open) -> None:
    names = [f"Role {number}" for number in range(11)]
    client = open_simulator(seed=seed(roles=names, users=[]))
    ten, eleven = ([{"name": name, "value": 1} for name in names[:count]] for count in (10, 11))
    assert failure(client.run(row(roles=ten))) is None
    assert failure(client.run(row(roles=eleven))) == "Must have at most 10 roles"


def test_deactivation_takes_the_teams_and_keeps_the_rest(client: Client) -> None:
    before = client.user(ADA)
    client.run(row(status="Inactive", teams=chosen(Support=1)))
    ada = client.user(ADA)
    assert (ada["status"], ada["teams"]) == ("Inactive", [])
    assert ada["deactivated_at"] == "2023-11-14T22:13:22.000Z"
    assert {**ada, "status": "Active", "deactivated_at": None, "teams": ["Support"]} == before


def test_a_second_deactivation_keeps_the_first_time(client: Client) -> None:
    client.run(row(status="Inactive"))
    first = client.user(ADA)["deactivated_at"]
    client.run(row(status="Inactive"))
    assert client.user(ADA)["deactivated_at"] == first


def test_reactivation_does_not_bring_teams_back(client: Client) -> None:
    client.run(row(status="Inactive"))
    client.run(row(status="Active"))
    assert (client.user(ADA)["status"], client.user(ADA)["teams"]) == ("Active", [])


def test_reactivation_takes_the_teams_of_its_row(client: Client) -> None:
    client.run(row(CY, status="Active", teams=chosen(Sales=1)))
    assert client.user(CY)["teams"] == ["Sales"]


def test_an_inactive_user_gets_no_teams(client: Client) -> None:
    client.run(row(CY, teams=chosen(Sales=1)))
    assert client.user(CY)["teams"] == []


def test_an_unknown_user_is_not_made_inactive(client: Client) -> None:
    job = client.run(row(NEW, status="Inactive", roles=chosen(Agent=1)))
    assert (failure(job), client.simulator.user(NEW)) == ("Inactive user does not exist", None)


def test_a_rename_keeps_the_id(client: Client) -> None:
    before = client.user(ADA)
    client.run(row(new_email="eve@example.com"))
    assert client.user("eve@example.com") == {**before, "email": "eve@example.com"}
    assert client.simulator.user(ADA) is None


def test_a_rename_to_another_users_address_fails(client: Client) -> None:
    assert failure(client.run(row(new_email=BEN.upper()))) == "New email is already in use"


def test_a_rename_of_nobody_fails(client: Client) -> None:
    job = client.run(row(NEW, new_email="eve@example.com", roles=chosen(Agent=1)))
    assert failure(job) == "New email of an unknown user"


def test_a_rename_in_case_only_is_a_change_of_spelling(client: Client) -> None:
    client.run(row(new_email="Ada@Example.com"))
    assert client.user(ADA)["email"] == "Ada@Example.com"


def test_a_swap_of_addresses_fails(client: Client) -> None:
    job = client.run(row(ADA, new_email=BEN), row(BEN, new_email=ADA))
    assert job["failed_rows"] == 2


def test_the_old_address_of_a_renamed_user_makes_a_second_one(client: Client) -> None:
    client.run(row(new_email="eve@example.com"))
    client.run(row(ADA, roles=chosen(Agent=1)))
    assert client.user(ADA)["id"] != client.user("eve@example.com")["id"]


def test_an_extension_belongs_to_one_user(client: Client) -> None:
    job = client.run(row(extension_number="4002"))
    assert failure(job) == "Extension is already in use"


def test_a_neighbour_gets_the_row_but_not_the_name(open_simulator: Open) -> None:
    client = open_simulator(switches={"neighbour": BEN})
    client.run(row(location="Berlin", first_name="Adah"))
    ben = client.user(BEN)
    assert (ben["location"], ben["first_name"]) == ("Berlin", "Ben")


def test_the_wrong_user_gets_the_row(open_simulator: Open) -> None:
    client = open_simulator(switches={"wrong_user": BEN})
    client.run(row(location="Berlin"))
    assert (client.user(ADA)["location"], client.user(BEN)["location"]) == ("Lisbon", "Berlin")


@pytest.mark.parametrize(
    ("form", "stored"), [("trim", "A  b C"), ("lower", " a  b c "), ("nfc", " A  b C "), ("cut20", " A  b C ")]
)
def test_names_are_normalised(open_simulator: Open, form: str, stored: str) -> None:
    client = open_simulator(switches={"normalise": form})
    client.run(row(first_name=" A  b C "))
    assert client.user(ADA)["first_name"] == stored


def test_warnings_do_not_fail_a_row(open_simulator: Open) -> None:
    client = open_simulator(switches={"unknown_name": "warning_skip"})
    job = client.run(row(location="Atlantis", roles=chosen(Ghost=1, Agent=1), alias="x"))
    assert [error["error_type"] for error in job["update_errors"]] == ["warning", "warning"]
    assert client.user(ADA)["roles"] == ["Admin", "Agent"]
    assert (client.user(ADA)["location"], client.user(ADA)["alias"]) == ("Lisbon", "x")


def test_the_history_has_both_sides_of_a_change(client: Client, clock: Clock) -> None:
    client.run(row(alias="x"))
    client.simulator.edit_user(BEN, alias="y")
    job_event, portal_event = client.simulator.state()["history"]
    assert (job_event["by"], job_event["before"]["alias"], job_event["after"]["alias"]) == (12345, "ada", "x")
    assert (portal_event["by"], portal_event["email"], portal_event["time"]) == ("portal", BEN, clock.now)


def test_a_row_that_changes_nothing_is_not_in_the_history(client: Client) -> None:
    client.run(row())
    assert client.simulator.state()["history"] == []
