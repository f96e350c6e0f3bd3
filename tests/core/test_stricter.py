"""The guards in force: nobody uses a looser one in the change that makes it looser (faults.md S-50)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from reconciler.core.guard import minimums_in_force
from reconciler.core.stricter import stricter
from reconciler.model.settings import Counted, Limit, Minimum, Settings
from reconciler.model.source import Problems
from reconciler.model.users import Snapshot
from tests.builders import LIMITS, SETTINGS_FILE, allowance, live, mark, minimum, settings, snapshot

BEFORE = "main:users/reconciler.yaml"


def tenant(*, admins: int = 0) -> Snapshot:
    return snapshot(*(live(f"a{number}@acme.example", roles=["Admin"]) for number in range(admins)))


def in_force(before: Settings, now: Settings, state: Snapshot | None = None) -> Settings:
    return stricter(before, now, state or tenant())[0]


def notes(before: Settings, now: Settings, state: Snapshot | None = None) -> Problems:
    return stricter(before, now, state or tenant())[1]


def limited(count: int, share: float | None = None, file: str = SETTINGS_FILE) -> Settings:
    return settings(limits={Counted.DEACTIVATE: Limit(count, share, mark(12, file=file))})


@pytest.mark.parametrize(
    ("before", "now", "least"),
    [
        ((25, 0.05), (100, 0.5), (25, 0.05)),
        ((100, 0.5), (25, 0.05), (25, 0.05)),
        ((25, 0.5), (100, 0.05), (25, 0.05)),
        ((25, None), (100, 0.5), (25, 0.5)),
        ((25, 0.5), (25, None), (25, 0.5)),
        ((0, None), (5, None), (0, None)),
    ],
)
def test_S_50_of_two_limits_the_lower_count_and_the_lower_share_hold(before: Any, now: Any, least: Any) -> None:
    limit = in_force(limited(*before), limited(*now)).limits[Counted.DEACTIVATE]
    assert (limit.count, limit.share) == least


@pytest.mark.parametrize(
    ("before", "now", "file"), [(5, 100, BEFORE), (100, 5, SETTINGS_FILE), (5, 5, SETTINGS_FILE)]
)
def test_a_limit_is_placed_where_the_stricter_one_stands(before: int, now: int, file: str) -> None:
    limit = in_force(limited(before, file=BEFORE), limited(now)).limits[Counted.DEACTIVATE]
    assert limit.mark is not None
    assert limit.mark.file == file


def test_D_77_a_kind_without_a_limit_before_stays_closed() -> None:
    assert in_force(replace(settings(), limits={}), settings()).limits[Counted.CREATE].count == 0


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [
        ([("VIP", 8)], [("VIP", 2)], {("VIP", 8)}),
        ([("VIP", 2)], [("VIP", 8)], {("VIP", 8)}),
        ([("VIP", 8)], [], {("VIP", 8)}),
        ([], [("VIP", 8)], {("VIP", 8)}),
        ([("VIP", 1)], [("Billing ES", 1)], {("VIP", 1), ("Billing ES", 1)}),
    ],
)
def test_S_50_of_two_minimums_the_higher_holds(before: Any, now: Any, held: Any) -> None:
    before, now = (settings(minimum_active=teams(side)) for side in (before, now))
    given = in_force(before, now)
    assert {(least.name, least.count) for least in given.minimum_active} == held


def teams(minimums: Iterable[tuple[str, int]]) -> tuple[Minimum, ...]:
    return tuple(minimum("teams", name, count) for name, count in minimums)


def test_a_location_is_one_however_it_is_written() -> None:
    before, now = (settings(minimum_active=(minimum("location", *one),)) for one in (("Madrid", 3), ("madrid", 5)))
    assert in_force(before, now).minimum_active == now.minimum_active


def test_S_50_the_default_on_admin_cannot_be_lowered_by_the_change_that_uses_it() -> None:
    now = settings(minimum_active=(minimum("roles", "Admin", 1),))
    (least,) = minimums_in_force(in_force(settings(), now, tenant(admins=2)), tenant(admins=2))
    assert (least.name, least.count) == ("Admin", 2)


def test_a_tenant_with_one_administrator_has_no_default_to_keep() -> None:
    now = settings(minimum_active=(minimum("roles", "Admin", 1),))
    assert in_force(settings(), now, tenant(admins=1)).minimum_active == now.minimum_active


def test_S_50_somebody_protected_before_is_still_protected() -> None:
    given = in_force(settings(protected=["a@acme.example"]), settings(protected=["b@acme.example"]))
    assert {address.value for address in given.protected} == {"a@acme.example", "b@acme.example"}


@pytest.mark.parametrize(
    ("before", "now", "held"),
    [
        (["Admin"], ["Manager"], {"Admin", "Manager"}),
        (None, ["Manager"], {"Admin", "Manager Admin", "Manager"}),
        (["Manager"], None, {"Admin", "Manager Admin", "Manager"}),
    ],
)
def test_S_50_a_role_privileged_before_is_still_privileged(before: Any, now: Any, held: Any) -> None:
    given = in_force(settings(privileged_roles=before), settings(privileged_roles=now))
    assert {role.value for role in given.privileged_roles or ()} == held


def test_S_50_a_line_under_allow_counts_at_once_and_one_that_is_gone_does_not() -> None:
    before, now = (settings(allow=(allowance(counted, 9),)) for counted in (Counted.CREATE, Counted.DEACTIVATE))
    assert in_force(before, now).allow == now.allow


def test_other_settings_are_those_of_now() -> None:
    now = settings(batch_size=7, scope=("*",), job_timeout=1.0, not_in_files="deactivate", locations=["Oslo"])
    assert in_force(settings(), now) == now


def test_settings_that_did_not_change_are_in_force_as_they_are() -> None:
    given = settings(
        privileged_roles=["Manager"],
        protected=["a@acme.example"],
        minimum_active=(minimum("teams", "VIP", 1), minimum("roles", "Admin", 2)),
    )
    assert stricter(given, given, tenant(admins=3)) == (given, ())


# what is said


def test_a_raised_limit_is_told_with_what_holds_and_the_way_past() -> None:
    (note,) = notes(limited(25, 0.05), limited(100, 0.05))
    assert note.summary == (
        "limits: deactivate is raised here, which counts from the next merge on; until then it is 25, or 5 % of "
        "the active people"
    )
    assert note.hint == "Needed now? Add a line under  allow:"
    assert note.mark == mark(12, file=SETTINGS_FILE)


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (settings(minimum_active=teams([("VIP", 8)])), settings(), 'minimum_active: "VIP" is lowered here'),
        (settings(protected=["a@acme.example"]), settings(), 'protected: "a@acme.example" is taken out here'),
        (
            settings(privileged_roles=["Admin", "Manager"]),
            settings(privileged_roles=["Admin"]),
            'privileged_roles: "Manager" is taken out here',
        ),
        (settings(privileged_roles=["Manager"]), settings(), 'privileged_roles: "Manager" is taken out here'),
    ],
)
def test_every_guard_that_is_loosened_is_told(before: Settings, now: Settings, words: str) -> None:
    (note,) = notes(before, now)
    assert note.summary.startswith(words)
    assert note.code == "settings.loosened"


def test_a_guard_that_is_tightened_needs_no_word() -> None:
    before, now = limited(25), limited(5)
    assert notes(before, replace(now, minimum_active=teams([("VIP", 8)]))) == ()


limits = st.builds(Limit, st.integers(0, 60), st.none() | st.sampled_from([0.0, 0.01, 0.05, 0.5, 1.0]))


@effort(max_examples=60)
@given(limits, limits, st.integers(0, 500))
def test_no_tenant_may_do_more_than_either_side_allows(before: Limit, now: Limit, active: int) -> None:
    one, other = (settings(limits=LIMITS | {Counted.CREATE: limit}) for limit in (before, now))
    given = in_force(one, other).limits[Counted.CREATE]
    assert given.allowed(active) == min(before.allowed(active), now.allowed(active))
