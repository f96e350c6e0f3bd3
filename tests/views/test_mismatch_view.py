import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.model.plan import Action, Change, Plan
from reconciler.model.source import Json
from reconciler.views.mismatch_view import view_mismatch
from reconciler.views.render_json import render_mismatch as as_json
from reconciler.views.render_json import render_plan
from reconciler.views.render_text import render_mismatch
from tests.views.samples import CHANGES, DIGEST, EVA, change, names, new, plan, view

Golden = Callable[[str, str], None]
APPROVED: Json = json.loads(render_plan(view()))
NOW = "b21044de" + "0" * 56


def now(*changes: Change, without: tuple[str, ...] = ()) -> Plan:
    """The plan of now: the approved one without some people and with these changes."""
    kept = [one for one in CHANGES if one.name not in without]
    return replace(plan([*kept, *changes]), digest=NOW)


BEA = change(
    "Bea Soler", "billing.yaml:9", Action.UPDATE, ("teams", names("Billing ES", "VIP"), names("Retention ES"))
)


def test_one_person_differs(golden: Golden) -> None:
    """The shape of example 6 in the paper on wording."""
    golden(
        "mismatch_one.txt",
        render_mismatch(view_mismatch(DIGEST, APPROVED, view(now(BEA, without=("Bea Soler",))))),
    )


def test_people_come_go_and_differ(golden: Golden) -> None:
    tom = change("Tom Kerr", "peak.yaml:20", Action.UPDATE, ("max_chat_limit", 5, 4), ("alias", None, "Tommy"))
    present = now(BEA, tom, new("Zoe New", "z.yaml:1"), without=("Bea Soler", "Tom Kerr", "Jon Sato"))
    shown = view_mismatch(DIGEST[:8], APPROVED, view(present))
    golden("mismatch.txt", render_mismatch(shown))
    golden("mismatch.json", as_json(shown))


def test_without_the_approved_plan_the_present_one_is_shown(golden: Golden) -> None:
    golden(
        "mismatch_unseen.txt", render_mismatch(view_mismatch(DIGEST, None, view(replace(plan([EVA]), digest=NOW))))
    )


def test_a_text_that_is_no_plan_number() -> None:
    shown = view_mismatch("yes\x1b", None, view(now()))
    assert shown.headline == (
        r'REFUSED, nothing was sent: "yes\x1b" is not a plan number, the plan of now is b21044de'
    )


def test_the_same_people_under_other_settings() -> None:
    shown = view_mismatch(DIGEST, APPROVED, view(now()))
    assert shown.differences == ()
    assert shown.closing[0].startswith("Every change of a person is as approved; the settings, or the names")


def test_a_plan_that_became_empty() -> None:
    shown = view_mismatch(DIGEST, APPROVED, view(replace(plan(()), digest=NOW)))
    assert len(shown.differences) == len(CHANGES)
    assert "No other change was approved." in shown.closing[0]


@pytest.mark.parametrize(
    "saved",
    [
        [],
        "plan",
        {"digest": DIGEST},
        {"digest": NOW, "changes": []},
        {"digest": DIGEST, "changes": None},
        {"digest": 7, "changes": []},
    ],
)
def test_a_saved_plan_that_is_not_the_approved_one_is_not_used(saved: Json) -> None:
    assert view_mismatch(DIGEST, saved, view(now())).listed


@pytest.mark.parametrize("fields", [None, 7, [None], [{"field": ["x"], "before": {"a": 1}}], [{}]])
def test_a_saved_plan_of_a_strange_shape_breaks_nothing(fields: Json) -> None:
    saved: Json = {"digest": DIGEST, "changes": [{"key": EVA.key, "who": 7, "action": "\x1b", "fields": fields}]}
    assert "\x1b" not in render_mismatch(view_mismatch(DIGEST, saved, view(replace(plan([EVA]), digest=NOW))))
