import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.errors import RunRefused
from reconciler.model.plan import Action, Change, LeftOut, Plan, Tally
from reconciler.model.settings import Counted
from reconciler.model.source import Problem, Severity
from reconciler.views import render_json
from reconciler.views.error_view import view_error
from reconciler.views.markdown_blocks import MOST
from reconciler.views.plan_view import PlanView, SectionView
from reconciler.views.render_markdown import MARKER, render, render_error
from reconciler.views.render_summary import render_summary
from reconciler.views.run_view import view_run
from tests.builders import mark
from tests.views.hostile import HOSTILE
from tests.views.markdown import Read, read
from tests.views.samples import FULL, TOO_MANY, applied, change, names, new, plan, view
from tests.views.test_hostile_names import people
from tests.views.test_markdown_cells import squeezed
from tests.views.test_problem_view import PROBLEMS

Golden = Callable[[str, str], None]
KINDS = {"table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item", "paragraph", "heading", "strong"}
ALLOWED = {f"{kind}_{side}" for kind in KINDS for side in ("open", "close")} | {
    "inline", "text", "code_inline", "html_block", "html_inline", "softbreak", "fence"
}  # fmt: skip
TAGS = {"! reconciler:plan ", "details", "summary", "code", "<br>"}


def everywhere(bad: str) -> PlanView:
    """The view of a plan that is refused and in which every piece of data is hostile."""
    place = mark(7, file=f"users/{bad}.yaml")
    spoken = Problem(f'"{bad}" is not known', f"write:  {bad}\n  - {bad}", place, bad)
    changes = tuple(replace(one, email=bad, mark=place) for one in (*people(bad), *edits(bad)))
    return view(
        plan(
            changes,
            left_out=(LeftOut(bad, bad, spoken),),
            notes=(replace(spoken, severity=Severity.NOTE), replace(spoken, severity=Severity.WARNING)),
            not_in_files=(bad,),
            impact=(Tally("teams", bad, 5, 0), Tally("location", bad, 5, 6)),
        ),
        refusals=(spoken, replace(spoken, hint="")),
    )


def edits(bad: str) -> Iterable[Change]:
    """Two edits, one of an administrator."""
    yield change(
        "Dora D",
        "a.yaml:1",
        Action.UPDATE,
        ("roles", names("Agent"), names("Admin", bad)),
        counted=[Counted.PRIVILEGED_GRANT],
    )
    yield change("Emil E", "a.yaml:1", Action.UPDATE, ("location", bad, None), ("alias", None, bad))


def rows_by_json(told: dict[str, Any]) -> list[list[str]]:
    """The rows of the tables, made of the JSON of the same plan."""
    left_out = [
        [one["who"], placed(one["problem"]), "\n".join(one["problem"]["hint"])] for one in told["left_out"]
    ]
    return left_out + [
        [who(one), "\n".join(lines(one)), one["where"]] for one in by_section(told) if one["section"] != "create"
    ]


def by_section(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes in the order of the sections."""
    order = [section["code"] for section in told["sections"]]
    return sorted(told["changes"], key=lambda one: order.index(one["section"]))


def who(one: dict[str, Any]) -> str:
    """Name and address."""
    return one["address"] if one["name"] in {"", one["address"]} else f"{one['name']} {one['address']}"


def lines(one: dict[str, Any]) -> list[str]:
    """The values of one person and what to know of them."""
    loud = [field for field in one["fields"] if field["tone"] != "quiet"]
    if one["action"] == "create":
        values = [f"{field['title']} {field['after_text']}" for field in loud]
    else:
        values = [f"{field['title']} {field['before_text']} -> {field['after_text']}" for field in loud]
    return values + [label for label in one["labels"] if label not in {"privileged", "invitation mail"}]


def placed(problem: dict[str, Any]) -> str:
    """What is wrong and where."""
    place = f"{problem['file']}:{problem['line']}"
    return str(problem["summary"]) if place in problem["summary"] else f"{problem['summary']} ({place})"


def items_by_json(told: dict[str, Any]) -> list[str]:
    """The items of the lists, made of the JSON of the same plan, but for what stands in blocks of code."""
    refusals = [line for one in told["refusals"] for line in (placed(one), *spoken(one))]
    created = [
        f"{who(one)} {one['where']}: {', '.join(lines(one))}"
        for one in told["changes"]
        if one["section"] == "create"
    ]
    notes = []
    for one in told["notes"]:
        front = "" if one["severity"] == "note" else "Warning: "
        user = "" if one["user"] in one["summary"] else f"{one['user']}: "
        notes += [f"{front}{user}{placed(one)}", *spoken(one)]
    return refusals + created + notes


def spoken(problem: dict[str, Any]) -> list[str]:
    """The lines of a hint that are sentences."""
    return [line for line in problem["hint"] if not line.startswith("  ")]


def plain(cells: Iterable[str]) -> list[str]:
    """Cells without gaps and without the sign of what lasts."""
    return [squeezed(cell.replace("⚠ ", "")) for cell in cells]


# What people read


def test_the_comment_of_a_pull_request(golden: Golden) -> None:
    golden("plan_comment.md", render(view(), artifact="plan.json"))


def test_the_comment_of_a_refused_plan(golden: Golden) -> None:
    golden("plan_comment_refused.md", render(view(refusals=(TOO_MANY,)), artifact="plan.json"))


def test_the_comment_where_no_plan_can_be_made(golden: Golden) -> None:
    refusal = RunRefused("4 problems in 3 files", "No file is used until then.", PROBLEMS)
    golden("plan_comment_no_plan.md", render_error(view_error(refusal)))


def test_it_always_answers() -> None:
    assert render(view(plan((), unchanged=412))).splitlines()[:3] == [
        MARKER,
        "### Nothing changes: 412 people are as the files say.",
        "plan `7f3a91c2` | platform `acme.uc1.ccaiplatform.com` as of today 04:12 (5 h ago)",
    ]


def test_nobody_changes_but_somebody_is_left_out() -> None:
    found = read(render(view(replace(FULL, changes=()))))
    assert found.headings[0] == "If merged, nobody changes on the platform"


def test_one_person_changes() -> None:
    text = render(view(plan([new("Li Wei", "a.yaml:1")])))
    assert "### If merged, 1 person changes on the platform\n**1 new** | 584 unchanged | plan" in text


def test_a_refused_plan_says_so_first() -> None:
    refused, plain = (render(view(refusals=refusals)).splitlines() for refusals in ((TOO_MANY,), ()))
    assert refused[1].startswith("### REFUSED")
    assert refused[2] == plain[2]
    assert plain[-1].startswith("After the merge an admin approves")
    assert not refused[-1].startswith("After the merge")


def test_grants_and_deactivations_stand_open_and_edits_are_folded() -> None:
    text = render(view())
    opened, folded = text.split("<details>")
    assert "`Jon Sato`" in opened
    assert "`Eva Lind`" in opened
    assert "<summary>Edited (7): 3 move from team <code>Billing ES</code>" in folded
    assert "`Ana Reyes`" in folded.split("</details>")[0]


def test_many_grants_and_deactivations_stand_open_too() -> None:
    gone = [change(f"Eva L{number}", "a.yaml:1", Action.DEACTIVATE) for number in range(40)]
    assert "<details>" not in render(view(plan(gone)))


def test_many_new_people_are_folded() -> None:
    text = render(view(plan([new(f"Li W{number}", "a.yaml:1") for number in range(11)])))
    assert "<summary>New (11), ⚠ each gets an invitation mail: 11 get role <code>Agent</code></summary>" in text


def test_L_15_what_a_revert_cannot_undo_has_a_sign_and_the_sign_is_explained() -> None:
    text = render(view())
    for words in ("leaves all teams", "each gets an invitation mail", "own queues do not come back"):
        assert f"⚠ {words}" in text
    assert "⚠ = a later revert cannot undo it" in text
    assert "⚠" not in render(view(plan([change("Uma Rao", "a.yaml:1", Action.UPDATE, ("alias", "A", "B"))])))


def test_L_07_a_group_that_loses_everybody_stands_on_top() -> None:
    text = render(view())
    assert "**Nobody active is left in** team `Night Shift`" in text.partition("####")[0]


def test_a_section_that_is_not_known_here_appears_by_itself() -> None:
    known = view()
    moved = replace(known.changes[0], section="platform")
    title = "Not from this pull request (1): changed in the portal; merging puts the files' values back"
    section = SectionView("platform", "Not from this pull request", title)
    text = render(replace(known, sections=(*known.sections, section), changes=(*known.changes[1:], moved)))
    assert f"#### {title}\n\n| Who | Before -> after | Where |\n|---|---|---|\n| `Jon Sato`" in text


def test_a_long_list_of_teams_is_shown_by_what_differs() -> None:
    held = [f"Team {number:03}" for number in range(60)]
    move = change("Ana A", "a.yaml:1", Action.UPDATE, ("teams", names("VIP", *held), names("Billing, ES", *held)))
    assert 'Teams `VIP` and 60 the same -> `"Billing, ES"` and 60 the same' in render(view(plan([move])))


def test_the_groups_of_a_large_plan_are_folded_but_for_those_that_become_smaller() -> None:
    tallies = tuple(Tally("teams", f"Team {number:03}", 5, 5 + number) for number in range(-1, 12))
    text = render(view(plan([new("Li Wei", "a.yaml:1")], impact=tallies)))
    found = read(text)
    assert "\n**Fewer active people** team `Team -01` 5 -> 4 (-20 %)\n" in text
    assert found.headings[-1] == "Active people in 13 roles, teams and locations"
    assert [row[0] for row in found.rows] == [f"team Team {number:03}" for number in range(-1, 12)]


# Safety


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_24_every_row_says_what_the_json_says(bad: str) -> None:
    shown = everywhere(bad)
    told, found = json.loads(render_json.render_plan(shown)), read(render(shown))
    assert [plain(row) for row in found.rows] == [plain(row) for row in rows_by_json(told)]
    assert plain(found.items) == plain(items_by_json(told))
    hints = (line for one in told["refusals"] + told["notes"] for line in one["hint"])
    assert found.fences == [line for line in hints if line.startswith("  ")]


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_24_nothing_of_the_data_is_markup(bad: str) -> None:
    for text in (render(everywhere(bad)), render_summary(a_run(bad)), render_error(an_error(bad))):
        found = read(text)
        assert found.kinds <= ALLOWED
        assert set(found.tags) <= TAGS
        assert not found.live


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_30_the_headline_and_the_number_stand_outside_the_data(bad: str) -> None:
    first, headline, totals, *_ = render(everywhere(bad)).splitlines()
    assert first == MARKER
    assert headline == "### REFUSED as it stands: merged like this, nothing is sent"
    assert totals.startswith("**1 gets admin rights · 1 new · 2 edited · 1 loses access · left out: 1** | 584 unc")
    assert " | plan `7f3a91c2` | " in totals


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_52_the_marker_stands_once(bad: str) -> None:
    assert [tag for tag in read(render(everywhere(f"{bad}{MARKER}"))).tags if tag.startswith("!")] == [
        "! reconciler:plan "
    ]


@pytest.mark.parametrize("bad", HOSTILE, ids=ascii)
def test_S_22_no_line_is_a_command_to_the_runner(bad: str) -> None:
    for line in render(everywhere(bad)).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def a_run(bad: str) -> Any:
    """The view of a run in which every piece of data is hostile."""
    spoken = Problem(f'"{bad}" is not known', bad, mark(7, file=f"users/{bad}.yaml"), bad)
    return view_run(applied(of=plan(people(bad)), problems=(spoken,)), 1)


def an_error(bad: str) -> Any:
    """The view of an error in which every piece of data is hostile."""
    spoken = Problem(f'"{bad}" is not known', bad, mark(7, file=f"users/{bad}.yaml"), bad)
    return view_error(RunRefused(f'no "{bad}"', bad, (spoken,)))


# Length


def large(count: int) -> Plan:
    """A plan of so many people: edited, new, gone, and admins."""
    many = range(count // 4)
    kinds: tuple[tuple[str, Action, list[Counted]], ...] = (
        ("Ana", Action.UPDATE, []),
        ("Bo", Action.CREATE, []),
        ("Eva", Action.DEACTIVATE, []),
        ("Jon", Action.UPDATE, [Counted.PRIVILEGED_GRANT]),
    )
    field = ("teams", names("Billing ES"), names("Retention ES"))
    return plan(
        change(f"{name} N{number:04}", "a.yaml:1", action, field, counted=counted)
        for name, action, counted in kinds
        for number in many
    )


def people_shown(found: Read, name: str) -> int:
    """How many people of one name have a row or an item."""
    return sum(name in first for first in [row[0] for row in found.rows] + found.items)


def test_S_25_five_thousand_rows_are_cut_by_whole_rows() -> None:
    text = render(view(large(5_000)), artifact="plan.json")
    found = read(text)
    assert MOST - 500 < len(text) <= MOST
    assert all(len(row) == 3 for row in found.rows)
    cuts = re.findall(r"^\.\.\. and ([\d,]+) more, see the full plan in `plan\.json`$", text, re.MULTILINE)
    hidden = [int(number.replace(",", "")) for number in cuts]
    shown = [people_shown(found, name) for name in ("Jon", "Eva", "Bo", "Ana")]
    assert [one + other for one, other in zip(shown, hidden, strict=True)] == [1_250] * 4


def test_S_25_admins_and_deactivations_stay_longest() -> None:
    found = read(render(view(large(5_000))))
    jon, eva, bo, ana = (people_shown(found, name) for name in ("Jon", "Eva", "Bo", "Ana"))
    assert jon > 100
    assert jon - eva in {0, 1}
    assert (bo, ana) == (0, 0)


def test_S_25_the_totals_stay_on_top() -> None:
    text = render(view(large(5_000)))
    assert text.splitlines()[1] == "### If merged, 5,000 people change on the platform"
    assert "#### Loses access (1,250)" in text
    assert text.count("<details>") == text.count("</details>") == 2


def test_S_25_nothing_is_cut_where_there_is_room() -> None:
    assert "... and" not in render(view(large(80)))


def test_S_25_a_long_name_fills_no_comment() -> None:
    everything = everywhere("`" * 100_000)
    assert len(render(everything)) < MOST
    assert len(render_error(an_error("a|" * 100_000))) < MOST
