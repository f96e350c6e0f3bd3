"""The template is rebuilt from the tenant on each call."""

from reconciler.simulator.record import BULK_KEYS

from .client import Client
from .conftest import Open


def test_the_template_is_one_model_user_with_every_key(client: Client) -> None:
    template = client.get("bulk/users/template").json
    assert [list(element) for element in template] == [list(BULK_KEYS)]


def test_the_template_follows_the_tenant(client: Client) -> None:
    client.simulator.set_roles(["Boss"])
    client.simulator.set_teams(["North", "South"])
    model = client.get("bulk/users/template").json[0]
    assert [role["name"] for role in model["roles"]] == ["Boss"]
    assert [team["name"] for team in model["teams"]] == ["North", "South"]


def test_a_tenant_may_show_fewer_keys(open_simulator: Open) -> None:
    keys = ["email", "roles", "first_name", "last_name"]
    client = open_simulator(seed={"template_keys": keys, "roles": ["Agent"]})
    assert list(client.get("bulk/users/template").json[0]) == keys


def test_a_key_that_the_template_lacks_is_not_applied(open_simulator: Open) -> None:
    seed = {"template_keys": ["email", "first_name", "last_name"], "users": [{"email": "a@example.com"}]}
    client = open_simulator(seed=seed)
    client.run({"email": "a@example.com", "first_name": "A", "last_name": "B", "alias": "x"})
    assert (client.user("a@example.com")["first_name"], client.user("a@example.com")["alias"]) == ("A", None)
