"""The directory: addresses, history, copies."""

from reconciler.simulator.directory import Directory, from_plain
from reconciler.simulator.store import seeded
from reconciler.simulator.switches import Settings

from .client import seed


def directory() -> Directory:
    return seeded(seed(), Settings({}), 0.0, 0, 0)[0]


def test_an_address_is_found_in_any_case_unless_asked_otherwise() -> None:
    tenant = directory()
    assert tenant.find(" ADA@example.com") is not None
    assert tenant.find("ADA@example.com", sensitive=True) is None


def test_of_two_users_with_one_address_the_older_is_found() -> None:
    tenant = directory()
    tenant.put(from_plain({"email": "Ada@example.com"}, 9, 0), 1, "portal")
    found = tenant.find("ada@example.com")
    assert found is not None
    assert found.id == 1


def test_an_id_is_never_given_twice() -> None:
    tenant = directory()
    last = tenant.users[3]
    tenant.remove(last, 1)
    assert tenant.next_id() == 4


def test_what_was_seen_before_a_change_is_what_was_there() -> None:
    tenant = directory()
    before = tenant.seen(0)
    tenant.put(from_plain({"email": "new@example.com"}, 9, 0), 5, "portal")
    tenant.remove(tenant.users[1], 6)
    assert [user.id for user in tenant.seen(5)] == [1, 2, 3, 9]
    assert tenant.seen(4) == before


def test_a_copy_is_changed_apart() -> None:
    tenant = directory()
    tenant.copy().remove(tenant.users[1], 1)
    assert (len(tenant.users), tenant.history) == (3, [])
    assert tenant.find("ada@example.com") is not None


def test_a_renamed_role_is_renamed_for_those_who_hold_it() -> None:
    tenant = directory()
    tenant.rename_role("Agent", "Adviser", 7)
    assert tenant.roles == ["Admin", "Manager", "Adviser"]
    assert [user.roles for user in tenant.seen(7)] == [("Admin",), ("Adviser",), ("Adviser",)]
    assert [event.time for event in tenant.history] == [7, 7]
