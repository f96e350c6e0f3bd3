from collections.abc import Callable

import pytest

from reconciler.model.source import Mark, Problem, Severity
from reconciler.views.problem_view import view_line, view_problem, view_problems
from reconciler.views.render_json import render_problems as as_json
from reconciler.views.render_text import render_problems
from tests.views.samples import in_file

KARI = "first_name: Kari\nlast_name: Lie\nemail: kari@acme.example\n\n# moved in May\nlocation: NO\n"
BILLING = "\n".join(
    [
        "users:",
        *["# more"] * 7,
        "    at_least: [Biling ES]",
        *["# more"] * 3,
        "    teams:",
        "at_least: [Retention ES]",
    ]
)
PROBLEMS = (
    Problem(
        'location: NO without quotes means "false" to YAML, not the text NO',
        'write:  location: "NO"',
        in_file("users/oslo/kari.yaml", KARI, 6, 11, 2),
        field="location",
        code="D-50",
    ),
    Problem(
        '"at_least" stands too far left; it belongs under "teams:" of line 13',
        "put two spaces in front of it",
        in_file("users/billing.yaml", BILLING, 14, 1, 8),
        code="D-38",
    ),
    Problem(
        'teams: the platform has no team "Biling ES". Did you mean "Billing ES"?',
        "Teams are made in the portal. Names as of today 04:12.",
        in_file("users/billing.yaml", BILLING, 9, 16, 9),
        field="teams",
        code="D-71",
    ),
    Problem(
        "this looks like a new address for Ana Lopez (agent number 4711), not like a new person",
        "As written, ana.reyes@acme.example is invited by mail and ana.lopez@acme.example keeps her access.\n"
        "Same person: add  previous_emails: [ana.lopez@acme.example]      Another person: another agent number",
        in_file("users/ana.yaml", "email: ana.reyes@acme.example", 1, 8, 22),
    ),
    Problem(
        "a comment follows without two spaces",
        mark=in_file("users/ana.yaml", "a: b #c", 1, 6),
        severity=Severity.WARNING,
    ),
)
Golden = Callable[[str, str], None]


def test_problems_as_a_person_reads_them(golden: Golden) -> None:
    golden("problems.txt", render_problems(view_problems(PROBLEMS)))


def test_numbered_problems(golden: Golden) -> None:
    golden("problems_numbered.txt", render_problems(view_problems(PROBLEMS, numbered=True)))


def test_problems_as_json(golden: Golden) -> None:
    golden("problems.json", as_json(view_problems(PROBLEMS)))


def carets(text: str, column: int, width: int) -> tuple[str, str]:
    """The line of a mark and the line of its carets."""
    line = view_line(Mark(in_file("f", text, 1, 1).source, 1, column, width))
    assert line is not None
    return line.text, " " * line.indent + "^" * line.carets


@pytest.mark.parametrize(
    ("text", "column", "width", "shown", "under"),
    [
        ("a: NO", 4, 2, "a: NO", "   ^^"),
        ("李: NO", 4, 2, "李: NO", "    ^^"),
        ("e\u0301: NO", 5, 2, "e\u0301: NO", "   ^^"),
        ("a:\tNO", 4, 2, r"a:\x09NO", "      ^^"),
        ("a: \u202eNO", 4, 3, r"a: \u202eNO", "   ^^^^^^^^"),
        ("a:", 4, 1, "a:", "  ^"),
    ],
    ids=["plain", "wide", "combining", "tab", "escaped", "behind the end"],
)
def test_carets_stand_under_the_columns(text: str, column: int, width: int, shown: str, under: str) -> None:
    assert carets(text, column, width) == (shown, under)


def test_a_wide_line_is_cut_around_the_carets() -> None:
    shown, under = carets("x" * 5_000 + " NO " + "y" * 5_000, 5_002, 2)
    assert len(shown) < 120
    assert shown[under.index("^") : under.index("^") + 2] == "NO"


def test_an_empty_line_is_not_shown() -> None:
    assert view_line(in_file("f", "\n\n", 2, 1)) is None


def test_a_field_is_named_by_its_title_once() -> None:
    assert view_problem(Problem("was Uma, is Umi", field="alias")).summary == "Alias: was Uma, is Umi"
    assert view_problem(Problem("alias: too long", field="alias")).summary == "alias: too long"


def test_somebody_without_a_line_is_named() -> None:
    assert view_problem(Problem("was A, is B", user="ana@acme.example")).named == "ana@acme.example: was A, is B"


def test_a_place_stands_once() -> None:
    told = view_problem(Problem("over the limit (f.yaml:3)", mark=in_file("f.yaml", "", 3, 1)))
    assert told.placed == "over the limit (f.yaml:3)"


def test_errors_stand_before_warnings_and_files_in_order() -> None:
    order = [problem.file for problem in view_problems(PROBLEMS).problems]
    assert order == [
        "users/ana.yaml",
        "users/billing.yaml",
        "users/billing.yaml",
        "users/oslo/kari.yaml",
        "users/ana.yaml",
    ]


def test_more_than_a_hundred_are_counted() -> None:
    view = view_problems((Problem("wrong", mark=in_file("f", "", 1, 1)),) * 123)
    assert len(view.problems) == 100
    assert view.closing.startswith("123 problems in 1 file, the first 100 are shown.")


def test_warnings_alone_stop_nothing() -> None:
    assert view_problems((Problem("odd", severity=Severity.WARNING),)).closing == "1 remark."


def test_no_problems() -> None:
    assert render_problems(view_problems(())) == "No problems.\n"


def test_D_07_a_file_name_is_escaped() -> None:
    assert view_problem(Problem("x", mark=in_file("a\x1b\n.yaml", "", 1, 1))).where == r"a\x1b\x0a.yaml:1:1"
