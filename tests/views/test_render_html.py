"""The HTML report without a browser; what only a browser can say stands in tests/browser."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Final

import pytest

from reconciler.model.plan import Action, Tally
from reconciler.views.plan_view import PlanView, SectionView
from reconciler.views.render_html import asset, pieces, render_plan
from tests.views.hostile import HOSTILE
from tests.views.markup import MARKUP, people_of
from tests.views.samples import CHANGES, TOO_MANY, change, names, plan, view

Golden = Callable[[str, str], None]
STEERING: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
VOID: Final = {"meta", "input", "rect"}


class Page(HTMLParser):
    """What a parser of HTML finds: every tag with its attributes, and the text of the elements by their class."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1][0] if self.open else "", data))

    def all_of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a tag."""
        return [dict(attributes) for name, attributes in self.tags if name == tag]

    def text_of(self, tag: str) -> list[str]:
        """The texts directly in elements of a tag."""
        return [text for name, text in self.texts if name == tag]

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every tag with the names of its attributes, sorted: where a name stands in a set is its own affair."""
        return sorted((tag, tuple(name for name, _ in attributes)) for tag, attributes in self.tags)


def page(of: PlanView | None = None) -> Page:
    """The page of a plan, parsed."""
    return Page(render_plan(of or view()))


@cache
def page_full_of(text: str) -> Page:
    """The page of a plan in which a text stands everywhere."""
    return page(view(people_of([text])))


def body(text: str) -> str:
    """What a person sees: the page without its head and its script."""
    return text[text.index("<body>") : text.index("<script>")]


def test_the_page_of_the_twelve_changes(golden: Golden) -> None:
    golden("plan.html", body(render_plan(view())))


def test_the_page_of_a_refused_plan_begins_with_the_refusal(golden: Golden) -> None:
    text = body(render_plan(view(refusals=(TOO_MANY,))))
    golden("plan_refused.html", text[: text.index("<nav")])


def test_an_empty_plan_is_one_calm_sentence() -> None:
    text = body(render_plan(view(plan((), unchanged=412))))
    assert "Nothing to change: 412 people are as the files say.</h1>" in text
    assert "<nav" not in text
    assert "<select" not in text


def test_the_same_plan_is_the_same_page() -> None:
    assert render_plan(view()) == render_plan(view())


def test_further_sections_appear_by_themselves() -> None:
    shown = view()
    last = replace(shown.changes[-1], section="foreign")
    section = SectionView("foreign", "Not from this pull request", "Not from this pull request (1)")
    text = render_plan(replace(shown, sections=(*shown.sections, section), changes=(*shown.changes[:-1], last)))
    assert '<option value="foreign">Not from this pull request</option>' in text
    assert "Not from this pull request (1)" in text
    assert text.count('<li class="row') == len(CHANGES)


def test_the_time_stays_true_another_day() -> None:
    assert '<time datetime="2026-12-02T03:12:00+00:00">2 Dec 2026, 03:12 UTC</time>' in render_plan(view())


@pytest.mark.parametrize(
    ("before", "after", "widths"),
    [(42, 37, ("100%", "88.1%")), (3, 0, ("100%", "0%")), (0, 0, ("0%", "0%")), (1, 3_000, ("0.6%", "100%"))],
)
def test_bars_are_as_long_as_the_counts(before: int, after: int, widths: tuple[str, str]) -> None:
    bars = page(view(plan(impact=(Tally("teams", "VIP", before, after),)))).all_of("rect")
    assert tuple(bar["width"] for bar in bars) == widths


def test_bars_say_in_words_what_they_show() -> None:
    assert "42 active people before, 37 after" in page().text_of("desc")
    assert "1 active person before, 1 after" in page(view(plan(impact=(Tally("teams", "VIP", 1, 1),)))).text_of(
        "desc"
    )


def test_two_spellings_of_a_location_are_one_choice() -> None:
    move = [
        change(name, "a.yaml:1", Action.UPDATE, ("location", here, "Oslo"))
        for name, here in (("Ana A", "Madrid"), ("Bea B", "MADRID"))
    ]
    assert [text for text in page(view(plan(move))).text_of("option") if text.lower() == "madrid"] == ["MADRID"]


def test_names_that_stay_are_told_from_names_that_come() -> None:
    taken = pieces("a, b", ["a", "b"], ["b", "c"])
    assert [(piece.text, piece.only_here) for piece in taken] == [("a", True), ("b", False)]


@pytest.mark.parametrize("text", ["(none)", "a, b (U+0430 CYRILLIC SMALL LETTER A)"])
def test_a_text_that_is_more_than_its_names_stays_whole(text: str) -> None:
    assert [piece.text for piece in pieces(text, ["a", "b"], [])] == [text]


def test_S_26_the_policy_names_the_style_and_the_script_by_their_hashes() -> None:
    shown = page()
    policy = str(shown.all_of("meta")[1]["content"])
    for tag in ("style", "script"):
        (text,) = shown.text_of(tag)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_S_26_the_policy_stands_before_whatever_it_rules() -> None:
    tags = [tag for tag, _ in page().tags]
    assert tags[:4] == ["html", "head", "meta", "meta"]


def test_S_26_nothing_is_asked_for_outside_the_file() -> None:
    attributes = [(name, value) for _, given in page().tags for name, value in given]
    assert not [name for name, _ in attributes if name in {"src", "srcset", "action", "data", "style", "ping"}]
    assert not [name for name, _ in attributes if name.startswith("on")]
    assert all(str(value).startswith("#") for name, value in attributes if name == "href")


@pytest.mark.parametrize("name", ["report.css", "report.js"])
def test_S_26_our_own_files_end_no_element_and_load_nothing(name: str) -> None:
    assert not re.search(r"</|<!--|@import|url\(|https?:|innerHTML|eval", asset(name))


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE], ids=ascii)
def test_S_26_no_text_becomes_markup(text: str) -> None:
    plain = "=Plain" if text.startswith("=") else "Plain"
    assert page_full_of(text).shape() == page_full_of(plain).shape()


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE], ids=ascii)
def test_S_26_attributes_hold_only_our_own_words_and_numbers(text: str) -> None:
    values = [str(value) for _, given in page_full_of(text).tags[9:] for _, value in given]
    assert not [value for value in values if not re.fullmatch(r"[\w ,:+#%.-]*", value, re.ASCII)]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_S_20_no_raw_control_in_the_page(text: str) -> None:
    written = render_plan(view(people_of([text])))
    assert not {char for char in written if unicodedata.category(char) in STEERING} - {"\n"}


@pytest.mark.parametrize("text", [*MARKUP, *HOSTILE], ids=ascii)
def test_S_30_headline_and_number_stand_outside_the_data(text: str) -> None:
    shown = page_full_of(text)
    assert shown.text_of("title")[0] == (
        "Plan 7f3a91c2: 1 new, 1 edited, 1 loses access, 1 gets access back, 584 unchanged, left out: 1"
    )
    assert "What changes for 4 people" in shown.text_of("h1")


def test_names_of_sets_keep_their_text_whole() -> None:
    move = change("Ana A", "a.yaml:1", Action.UPDATE, ("teams", names("a, b", "c"), names("c", "d")))
    assert "<del>&#34;a, b&#34;</del>, <bdi>c</bdi>" in render_plan(view(plan([move])))
