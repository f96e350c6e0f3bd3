"""Every form shows the same rows with the same texts as the JSON of the same view, whatever a name holds.

Markdown is read by a parser of Markdown, the page by a parser of HTML (faults.md S-24, S-26, S-29, S-30).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from reconciler.model.drift import Drift
from reconciler.model.plan import Action
from reconciler.views.drift_view import view_drift
from reconciler.views.markdown_blocks import MOST
from reconciler.views.render_drift import render_markdown
from reconciler.views.render_text import OUTCOME_TITLES
from tests.builders import live
from tests.safety.outputs import TAKEN_AT, drift_of, outputs
from tests.views.hostile import HOSTILE
from tests.views.markdown import read
from tests.views.samples import NOW, SETTINGS, change
from tests.views.test_markdown_cells import squeezed
from tests.views.test_render_markdown import ALLOWED, placed

every_name = pytest.mark.parametrize("data", HOSTILE, ids=ascii)


def told(data: str, name: str) -> Any:
    """What a JSON output says."""
    return json.loads(outputs(data)[name])


def plain(texts: Iterable[str]) -> list[str]:
    """Texts without gaps and without the sign that defuses a command at the beginning of a line."""
    return [squeezed(text.replace("\\x3a:", "::")) for text in texts]


@every_name
def test_S_24_the_text_of_a_plan_says_of_everybody_what_the_json_says(data: str) -> None:
    lines = outputs(data)["render_text.render_plan"].splitlines()
    spoken = told(data, "render_json.render_plan")
    wanted = plain(line for section in spoken["sections"] for line in lines_of(section, spoken["changes"]))
    start = lines.index(spoken["sections"][0]["title"])
    assert plain(filter(None, lines[start:]))[: len(wanted)] == wanted


def lines_of(section: dict[str, Any], changes: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of one section."""
    yield section["title"]
    for one in changes:
        if one["section"] == section["code"]:
            yield f"{one['who']} {one['where']}"
            yield from (f"{title}: {value}" for title, value in values_of(one))
            if one["labels"]:
                yield f"! {'; '.join(one['labels'])}"


def values_of(one: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the title and the texts of each value that is not quiet."""
    for field in one["fields"]:
        if field["tone"] != "quiet":
            front = "" if one["action"] == "create" else f"{field['before_text']} -> "
            yield field["title"], f"{front}{field['after_text']}"


@every_name
def test_S_24_the_summary_of_a_run_has_the_items_of_the_json(data: str) -> None:
    found = read(outputs(data)["render_summary.render_summary"])
    assert plain(found.items) == plain(items_of(told(data, "render_json.render_run")))
    assert found.kinds <= ALLOWED
    assert not found.live


def items_of(run: dict[str, Any]) -> Iterator[str]:
    """Yield the items of a summary, made of the JSON of the same run."""
    yield from run["hint"]
    yield from (line for problem in run["problems"] for line in (named(problem), *problem["hint"]))
    for outcome in OUTCOME_TITLES:
        for one in run["receipts"]:
            if one["outcome"] == outcome:
                promised = (
                    f"{part['title']} {part['before_text']} -> {part['after_text']}" for part in one["fields"]
                )
                yield f"{one['who']} {one['alarm']} {'; '.join(promised)} {one['where']}"
                yield from (line for problem in one["problems"] for line in (placed(problem), *problem["hint"]))
    for one in run["left_out"]:
        yield from (f"{one['who']} {placed(one['problem'])}", *one["problem"]["hint"])
    yield from (one["line"] for one in run["jobs"])
    yield from (line for problem in run["notes"] for line in (named(problem), *problem["hint"]))
    yield from run["undo"]


def named(problem: dict[str, Any]) -> str:
    """A problem with the address in front where nothing else says whom it is about."""
    front = f"{problem['user']}: " if problem["user"] not in problem["summary"] else ""
    return f"{front}{placed(problem)}"


@every_name
def test_S_24_the_issue_of_a_drift_has_the_rows_of_the_json(data: str) -> None:
    found = read(outputs(data)["render_drift.render_markdown"])
    rows = (row for group in told(data, "render_json.render")["groups"] for row in group["rows"])
    wanted = [plain([row["who"], "\n".join(row["differs"]), row["where"] or "(none)"]) for row in rows]
    assert [plain(row) for row in found.rows] == wanted
    assert found.kinds <= ALLOWED
    assert not found.live


@every_name
def test_S_24_the_text_of_a_drift_has_the_lines_of_the_json(data: str) -> None:
    groups = told(data, "render_json.render")["groups"]
    lines = (line for group in groups for line in lines_of_drift(group))
    assert plain(filter(None, outputs(data)["render_drift.render_text"].splitlines()[2:])) == plain(lines)


def lines_of_drift(group: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of one group."""
    yield f"{group['title']} ({len(group['rows'])})"
    for row in group["rows"]:
        yield from (f"{row['who']} {row['where']}", *row["differs"])
    yield group["advice"]


class Rows(HTMLParser):
    """The text of each row of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[str] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        starts = tag == "li" and (dict(attrs).get("class") or "").split(" ")[0] == "row"
        if starts:
            self.rows.append("")
        self.depth += starts or (tag == "li" and self.depth > 0)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "li" and self.depth > 0

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.rows[-1] += data


@every_name
def test_S_26_the_page_has_the_rows_and_the_texts_of_the_json(data: str) -> None:
    spoken = told(data, "render_json.render_plan")
    order = [section["code"] for section in spoken["sections"]]
    changes = sorted(spoken["changes"], key=lambda one: order.index(one["section"]))
    found = Rows(outputs(data)["render_html.render_plan"]).rows
    assert list(map(closed_up, found)) == [closed_up("".join(pieces_of(one))) for one in changes]


def pieces_of(one: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of one person in the order of the page."""
    yield from (one["name"], one["address"] if one["address"] != one["name"] else "")
    yield from (title + value.replace(" -> ", "→", 1) for title, value in values_of(one))
    yield from (*one["labels"], "Declared at", one["where"])


def closed_up(text: str) -> str:
    """A text without any space; those of the data that matter are shown as signs."""
    return "".join(text.split()).replace("->", "→")


@every_name
def test_S_29_no_two_sides_of_a_drift_look_the_same(data: str) -> None:
    edited = next(group for group in drift_of(data).groups if group.code == "edited")
    for line in (line for row in edited.rows for line in row.differs):
        files, _, platform = line.partition("the files say ")[2].partition(", the platform has ")
        assert files != platform, line


@pytest.mark.parametrize(("one", "other"), [("Ana", "Аna"), ("x" * 200 + "A", "x" * 200 + "B")], ids=ascii)
def test_S_29_texts_that_an_eye_takes_for_one_are_told_apart_in_a_drift(one: str, other: str) -> None:
    edited = change("Ana A", "a.yaml:1", Action.UPDATE, ("alias", one, other))
    shown = view_drift(
        Drift((), (edited,), (), (), ()), settings=SETTINGS, taken_at=TAKEN_AT, address="a", now=NOW
    )
    (line,) = shown.groups[0].rows[0].differs
    files, _, platform = line.partition("the files say ")[2].partition(", the platform has ")
    assert files != platform
    assert "CYRILLIC" in line or files.endswith("B")


def test_S_25_a_large_drift_fits_into_an_issue_and_keeps_its_counts() -> None:
    somebody = tuple(live(f"p{number}@acme.example", roles={"Admin"}) for number in range(5_000))
    edited = tuple(
        replace(change("Ana A", "a.yaml:1", Action.UPDATE, ("alias", "x", "y")), key=f"{number}")
        for number in range(5_000)
    )
    shown = view_drift(
        Drift(somebody, edited, (), somebody, ()), settings=SETTINGS, taken_at=TAKEN_AT, address="a", now=NOW
    )
    text = render_markdown(shown)
    assert len(text) <= MOST
    assert text.splitlines()[1] == "### Changed in the portal, not in the files (15,000)"
    assert text.count("(5,000)") == 3
    rows = read(text).rows
    assert {len(row) for row in rows} == {3}
    assert sum(row[1] == "Roles: Admin" for row in rows) > 500, "whoever is privileged gets the room first"
