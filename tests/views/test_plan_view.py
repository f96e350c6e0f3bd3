import json
from collections.abc import Callable
from dataclasses import replace

from reconciler.model.plan import Action, Tally
from reconciler.model.settings import Counted
from reconciler.views.render_json import render_plan as as_json
from reconciler.views.render_text import render_plan
from reconciler.views.renderers import RENDERERS
from tests.views.samples import CHANGES, DIGEST, FULL, TOO_MANY, change, names, new, plan, view

Golden = Callable[[str, str], None]


def test_a_plan_as_a_person_reads_it(golden: Golden) -> None:
    golden("plan.txt", render_plan(view()))


def test_a_plan_in_colour(golden: Golden) -> None:
    golden("plan_colour.txt", render_plan(view(), colour=True))


def test_a_plan_as_json(golden: Golden) -> None:
    golden("plan.json", as_json(view()))


def test_a_refused_plan(golden: Golden) -> None:
    again = replace(TOO_MANY, summary="team Billing ES would have 29 active people, the minimum is 30", hint="")
    golden("plan_refused.txt", render_plan(view(refusals=(TOO_MANY, again))))


def test_an_empty_plan_is_one_calm_line() -> None:
    assert render_plan(view(plan((), unchanged=412))) == "Nothing to change: 412 people are as the files say.\n"


def test_one_person_is_a_person() -> None:
    assert view(plan((), unchanged=1)).headline == "Nothing to change: 1 person is as the files say."


def test_the_headline_counts_every_change_once() -> None:
    assert view().headline == (
        "1 gets admin rights, 2 new, 7 edited, 1 loses access, 1 gets access back, 584 unchanged, left out: 1"
    )


def test_the_headline_speaks_of_many() -> None:
    grants = [
        change(name, "a.yaml:1", Action.UPDATE, counted=[Counted.PRIVILEGED_GRANT]) for name in ("Ana A", "Bea B")
    ]
    gone = [change(name, "a.yaml:1", Action.DEACTIVATE) for name in ("Carl C", "Dora D")]
    assert view(plan([*grants, *gone])).headline == "2 get admin rights, 2 lose access, 584 unchanged"


def test_left_out_alone_is_not_calm() -> None:
    assert view(replace(FULL, changes=())).headline == "584 unchanged, left out: 1"


def test_D_66_a_new_person_with_admin_rights_stands_on_top_and_once() -> None:
    boss = replace(new("Pat Boss", "a.yaml:1"), counted=frozenset({Counted.CREATE, Counted.PRIVILEGED_GRANT}))
    shown = view(plan([boss]))
    assert [section.code for section in shown.sections] == ["privileged"]
    assert shown.changes[0].labels == ("privileged", "invitation mail")


def test_the_json_has_the_keys_of_the_product() -> None:
    told = json.loads(as_json(view()))
    assert {"format", "digest", "headline", "refusals", "left_out", "changes", "impact"} <= told.keys()
    assert told["format"] == 1
    assert told["digest"] == DIGEST
    assert len(told["changes"]) == len(CHANGES)


def test_sets_are_sorted_lists_in_json() -> None:
    move = change("Ana A", "a.yaml:1", Action.UPDATE, ("teams", names("b", "A"), names("z", "c")))
    field = json.loads(as_json(view(plan([move]))))["changes"][0]["fields"][0]
    assert (field["before"], field["after"]) == (["A", "b"], ["c", "z"])


def test_S_29_a_cut_name_in_a_set_does_not_hide_the_others() -> None:
    move = change("Ana A", "a.yaml:1", Action.UPDATE, ("teams", names(), names("a" * 500, "VIP")))
    assert ", VIP" in render_plan(view(plan([move])))


def test_L_07_a_group_that_loses_everybody_stands_on_top() -> None:
    shown = view(plan(impact=(Tally("roles", "Agent", 9, 8), Tally("teams", "VIP", 120, 0))))
    assert shown.emptied == ("team VIP",)
    assert shown.impact[0].group == "team VIP"
    assert "team VIP: 120 -> 0 (nobody is left)" in render_plan(shown)


def test_L_15_what_cannot_come_back_is_said_before_it_happens() -> None:
    assert "leaves all teams (Billing ES) and own queues, a revert does not bring them back" in render_plan(view())


def test_an_allowance_is_named_only_where_it_was_needed() -> None:
    assert view().sections[0].title == "Gets admin rights (1), allowed by users/reconciler.yaml:31"
    assert view().sections[1].title == "Loses access (1)"


def test_a_refused_plan_names_no_allowance() -> None:
    assert view(refusals=(TOO_MANY,)).sections[0].title == "Gets admin rights (1)"


def test_every_form_is_listed() -> None:
    assert {name: bool(render(view())) for name, render in RENDERERS.items()} == dict.fromkeys(
        ("text", "json", "markdown"), True
    )


def test_every_change_has_one_row_in_the_text() -> None:
    rows = [line for line in render_plan(view()).splitlines() if line.startswith("  ") and "   users/" in line]
    assert len([row for row in rows if row[2] != " "]) == len(CHANGES)
