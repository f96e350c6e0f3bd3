"""What is said of a hostile name stays true; tests/safety looks at every output (faults.md S-20 to S-30)."""

import json
from dataclasses import replace

import pytest

from reconciler.model.plan import Action, Change, LeftOut, Plan, Tally
from reconciler.model.source import Problem, Severity
from reconciler.views import render_json, render_text
from reconciler.views.portal_csv import revert_portal_csv
from tests.views.hostile import HOSTILE
from tests.views.samples import DIGEST, TEMPLATE, change, in_file, names, new, plan, view


def people(bad: str) -> tuple[Change, ...]:
    """Three changes in which every piece of data is hostile."""
    kinds = (
        change(
            "Ana A", "a.yaml:1", Action.UPDATE, ("alias", bad, f"{bad}!"), ("teams", names(bad), names("x", bad))
        ),
        change(
            "Bea B",
            "a.yaml:2",
            Action.DEACTIVATE,
            ("status", "Active", "Inactive"),
            ("teams", names(bad), names()),
        ),
        new("Carl C", "a.yaml:3", ("location", None, bad)),
    )
    return tuple(replace(one, name=bad) for one in kinds)


def hostile_plan(bad: str) -> Plan:
    """A plan in which every piece of data is hostile."""
    spoken = Problem(
        f'"{bad}" is not known', "write another name", in_file(f"users/{bad}.yaml", f"a: {bad}", 1, 1), bad
    )
    note = replace(spoken, severity=Severity.NOTE)
    return plan(
        people(bad),
        left_out=(LeftOut(bad, bad, spoken),),
        notes=(note,),
        not_in_files=(bad,),
        impact=(Tally("teams", bad, 5, 0),),
    )


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_30_headline_and_number_stand_whatever_a_name_says(bad: str) -> None:
    text = render_text.render_plan(view(hostile_plan(bad)))
    assert text.startswith(
        "What changes for 3 people: 1 new, 1 edited, 1 loses access, 584 unchanged, left out: 1\n"
    )
    assert [line for line in text.splitlines() if line.startswith("Plan number")] == [
        "Plan number 7f3a91c2, platform acme.uc1.ccaiplatform.com as of today 04:12 (5 h ago)",
        f"Plan number in full: {DIGEST}",
    ]


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_28_json_is_ascii_and_brings_every_value_back(bad: str) -> None:
    text = render_json.render_plan(view(hostile_plan(bad)))
    assert text.isascii()
    assert json.loads(text)["changes"][2]["fields"][0]["before"] == bad


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_29_before_and_after_never_look_the_same(bad: str) -> None:
    alias = next(
        field for one in view(hostile_plan(bad)).changes for field in one.fields if field.field == "alias"
    )
    assert alias.before_text != alias.after_text


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_27_the_csv_keeps_its_rows(bad: str) -> None:
    assert len(revert_portal_csv(hostile_plan(bad), TEMPLATE).encode().split(b"\r\n")) == 4
