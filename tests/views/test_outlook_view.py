"""What a plan says beside its changes, in every form; no key and no id where people have a word."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from reconciler.model.fields import FIELDS
from reconciler.model.outlook import Later, Person, Turn
from reconciler.model.plan import Action
from reconciler.views import render_html, render_json, render_markdown, render_text
from reconciler.views.plan_view import PlanView
from tests.conftest import GOLDEN
from tests.views.markdown import read
from tests.views.outlook_samples import EVERYTHING, IDENT, STORY, somebody, told
from tests.views.samples import change, new, plan, view

Golden = Callable[[str, str], None]
PEOPLE: Final = tuple(map(somebody, STORY))
FOR_PEOPLE: Final = ("plan", "outlook", "wording", "run", "summary", "mismatch")
"""How the golden files begin that speak of people, and not of lines in files."""

KEYS: Final = sorted(name for name in FIELDS if "_" in name)
"""The keys of fields that nobody takes for a word."""


def only(**parts: object) -> PlanView:
    """The view of a plan without changes that says these things."""
    return view(replace(plan((), unchanged=412), **parts))  # type: ignore[arg-type]


# What people read


def test_everything_as_text(golden: Golden) -> None:
    golden("outlook.txt", render_text.render_plan(view(EVERYTHING)))


def test_everything_as_a_comment(golden: Golden) -> None:
    golden("outlook_comment.md", render_markdown.render(view(EVERYTHING)))


def test_everything_as_json(golden: Golden) -> None:
    golden("outlook.json", render_json.render_plan(view(EVERYTHING)))


def test_everything_as_a_page(golden: Golden) -> None:
    golden("outlook.html", render_html.render_plan(view(EVERYTHING)))


@pytest.mark.parametrize(
    "file",
    [file for sort in FOR_PEOPLE for file in sorted(GOLDEN.glob(f"{sort}*")) if file.suffix in {".txt", ".md"}],
    ids=lambda file: file.name,
)
def test_no_golden_for_people_holds_a_key_or_an_id_where_a_word_exists(file: Path) -> None:
    """A key may stand where it is to be pasted, before a colon."""
    told = file.read_text()
    assert [key for key in KEYS if re.search(rf"\b{key}\b(?!:)", told)] == []
    assert IDENT not in told


def test_the_page_holds_neither_keys_nor_ids() -> None:
    page = render_html.render_plan(view(EVERYTHING))
    assert IDENT not in page
    assert [key for key in KEYS if key in re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)] == []


def test_the_json_names_every_field_for_people_too() -> None:
    told = json.loads(render_json.render_plan(view(EVERYTHING)))
    assert IDENT not in json.dumps(told)
    fields = [field for one in told["changes"] for field in one["fields"]]
    assert {FIELDS[field["field"]].title for field in fields} == {field["title"] for field in fields}


# Each of them


def test_a_rise_that_is_flagged_stands_above_everything_in_every_form() -> None:
    shown = only(risks=told(PEOPLE)["risks"])
    words = "Dora Nagy (jon-s) takes part in this change"
    assert words in render_text.render_plan(shown).splitlines()[1]
    assert words in render_markdown.render(shown).split("####")[0].replace("`", "")
    assert words in render_html.render_plan(shown).split("<nav")[0]
    assert json.loads(render_json.render_plan(shown))["risks"][0]["severity"] == "warning"


def test_D_68_a_deleted_entry_is_answered_in_bold() -> None:
    shown = only(dropped=told(PEOPLE[:1])["dropped"])
    words = "This does NOT end Dora Nagy's access. Write `status: Inactive` in the file instead."
    assert f"\n**{words}**\n" in render_markdown.render(shown)
    assert words.replace("`", " ").replace("  ", " ") in " ".join(render_text.render_plan(shown).split())


def test_D_68_all_files_deleted_are_answered_with_their_number() -> None:
    shown = only(dropped=told(PEOPLE)["dropped"])
    assert shown.dropped
    assert shown.dropped.warning == (
        "This does NOT end the access of 2 people who are in no file any more. "
        "Write  status: Inactive  in their files instead."
    )


def test_a_profile_is_told_once_with_its_people_folded() -> None:
    comment = render_markdown.render(view(EVERYTHING))
    assert comment.count("<summary>Profile <code>support-agent</code>: 5 people") == 1
    assert "- `Zoe Ott <zoe.ott@acme.example>`" in comment.split("<summary>Profile")[1].split("</details>")[0]


def test_the_label_of_a_change_says_how_far_its_profile_reaches() -> None:
    (tom,) = [one for one in view(EVERYTHING).changes if one.name == "Tom Kerr"]
    assert tom.labels == ("by profile support-agent (5 people), users/profiles.yaml:9",)


def test_the_label_says_which_values_where_others_are_the_persons_own() -> None:
    (tom,) = [one for one in EVERYTHING.changes if one.name == "Tom Kerr"]
    first, second = tom.fields
    mixed = replace(tom, fields=(first, replace(second, profiles=(), mark=tom.mark)))
    shown = view(replace(EVERYTHING, changes=(mixed,))).changes[0]
    assert shown.labels == ("Chat concurrency by profile support-agent (5 people), users/profiles.yaml:9",)


def test_nothing_today_is_answered_with_what_comes() -> None:
    shown = only(later=told(PEOPLE)["later"][:1])
    assert shown.headline == "Nothing today. 9 Dec: 5 people start (allowed by users/reconciler.yaml:33)."
    lines = render_markdown.render(shown).splitlines()
    assert lines[1].replace("`", "") == f"### {shown.headline}"
    assert lines[2].startswith("412 unchanged | plan `7f3a91c2`")
    assert render_text.render_plan(shown).startswith("Nothing today. 9 Dec: 5 people start")


@pytest.mark.parametrize(
    ("field", "name", "turn", "line"),
    [
        ("status", "", Turn.BEGINS, "9 Dec: 1 person starts"),
        ("status", "", Turn.ENDS, "9 Dec: 1 person loses access"),
        ("roles", "Agent", Turn.BEGINS, "9 Dec: 1 person gets role Agent"),
        ("roles", "Agent", Turn.ENDS, "9 Dec: 1 person loses role Agent"),
        ("teams", "VIP", Turn.BEGINS, "9 Dec: 1 person joins team VIP"),
        ("teams", "VIP", Turn.ENDS, "9 Dec: 1 person leaves team VIP"),
        ("", "peak", Turn.BEGINS, "9 Dec: 1 person gets profile peak"),
        ("", "peak", Turn.ENDS, "9 Dec: 1 person loses profile peak"),
    ],
)
def test_what_comes_is_said_in_words(field: str, name: str, turn: Turn, line: str) -> None:
    one = Later(date(2026, 12, 9), turn, field, name, PEOPLE[:1])
    assert [found.line for found in only(later=(one,)).later] == [line]


def test_too_many_at_once_are_told_while_there_is_time() -> None:
    one = Later(date(2026, 12, 9), Turn.BEGINS, "status", "", PEOPLE, 2)
    (found,) = only(later=(one,)).later
    assert found.line == '9 Dec: 5 people start (over the limit of 2; add a line under "allow:" in time)'


def test_what_comes_only_up_to_a_day_is_said_with_it() -> None:
    joins = change("Dora Nagy", "a.yaml:1", Action.UPDATE, ("teams", frozenset(), frozenset({"VIP"})))
    ends = Later(date(2027, 1, 11), Turn.ENDS, "teams", "VIP", PEOPLE[:1])
    shown = view(plan([joins], later=(ends,)))
    assert shown.changes[0].labels == ("VIP up to 10 Jan 2027",)
    assert "Edited (1): 1 joins team <code>VIP</code> up to 10 Jan 2027</summary>" in render_markdown.render(shown)


def test_an_access_up_to_a_day_is_said_with_it() -> None:
    person = Person("li.wei@acme.example", "Li Wei", "li.wei@acme.example")
    ends = Later(date(2027, 1, 11), Turn.ENDS, "status", "", (person,))
    shown = view(plan([new("Li Wei", "a.yaml:1", ("status", None, "Active"))], later=(ends,)))
    assert shown.changes[0].labels == ("invitation mail", "access up to 10 Jan 2027")


def test_what_stays_says_how_to_take_it_out() -> None:
    (kept,) = view(EVERYTHING).kept
    assert kept.line == '2 people keep team Holiday Peak: to take it out, write  never: ["Holiday Peak"]'
    assert '`never: ["Holiday Peak"]`' in render_markdown.render(view(EVERYTHING))


def test_a_thousand_lines_do_not_burst_the_comment() -> None:
    many = tuple(
        Person(f"p{number}@acme.example", f"P{number}", f"p{number}@acme.example") for number in range(3000)
    )
    parts = told(many)
    parts["dropped"] = tuple(replace(parts["dropped"][0], person=one) for one in many)
    comment = render_markdown.render(only(**parts))
    assert len(comment) <= 60_000
    assert read(comment).headings[0].startswith("Nothing today.")
