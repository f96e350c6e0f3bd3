"""The structure gates of the YAML funnel: each test is a row of faults.md 3.2, under both parsers."""

import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from reconciler.edge.text_gate import MAX_KEY
from reconciler.edge.yaml_events import MAX_DEPTH, mark_of, reads_as
from reconciler.edge.yaml_reader import read_document
from reconciler.model.source import (
    PLAIN,
    Document,
    Entries,
    Items,
    Node,
    Problem,
    Problems,
    Scalar,
    Severity,
    Source,
)

Read = Callable[[str], tuple[Document | None, Problems]]


@pytest.fixture(params=[False, True], ids=["c", "python"])
def read(request: pytest.FixtureRequest) -> Read:
    """Read a text with one parser, then with the other (P-20)."""
    if not request.param and not yaml.__with_libyaml__:
        pytest.skip("no C parser here")
    return lambda text: read_document("users/a.yaml", text.encode(), pure=request.param)


def plain(node: Node) -> object:
    """Return the spellings of a node, without places and styles."""
    match node:
        case Scalar():
            return node.text
        case Items():
            return [plain(item) for item in node.items]
        case Entries():
            return {key.text: plain(value) for key, value in node.entries}


def accepted(read: Read, text: str) -> object:
    document, problems = read(text)
    assert problems == ()
    assert document is not None
    return plain(document.root)


def refused(read: Read, text: str, code: str) -> Problem:
    """Return the one problem of a text, which is an error of that row and says what to do."""
    document, problems = read(text)
    assert document is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].severity is Severity.ERROR
    assert problems[0].hint
    return problems[0]


def at(problem: Problem) -> tuple[int, int, int]:
    assert problem.mark is not None
    return problem.mark.line, problem.mark.column, problem.mark.width


def marked(problem: Problem) -> str:
    """Return the text that the mark of a problem covers."""
    assert problem.mark is not None
    return problem.mark.text[problem.mark.column - 1 :][: problem.mark.width]


USER = """email: ana@acme.example
roles: [Agent, "Team Lead"]
teams:                    # a mapping
  at_least:
    - Billing ES
    - {name: 'Holiday Peak', last_day: 2027-01-10}
location: null
extension:
"""


def test_a_file_keeps_every_spelling(read: Read) -> None:
    assert accepted(read, USER) == {
        "email": "ana@acme.example",
        "roles": ["Agent", "Team Lead"],
        "teams": {"at_least": ["Billing ES", {"name": "Holiday Peak", "last_day": "2027-01-10"}]},
        "location": "null",
        "extension": "",
    }


def test_marks_stand_where_people_look(read: Read) -> None:
    document, _ = read(USER)
    assert document is not None
    roles = document.root.get("roles")
    assert isinstance(roles, Items)
    marks = [roles.mark, *(item.mark for item in roles.items), document.root.entries[-1][1].mark]
    assert [mark[1:] for mark in marks] == [(2, 8, 1), (2, 9, 5), (2, 16, 11), (8, 11, 1)]
    assert str(marks[2]) == "users/a.yaml:2:16"
    assert marks[2].text == 'roles: [Agent, "Team Lead"]'


@pytest.mark.parametrize(
    ("text", "style"),
    [("NO", PLAIN), ("'NO'", "'"), ('"NO"', '"'), ("~", PLAIN), ("", PLAIN), ("012", PLAIN), ("'012'", "'")],
)
def test_D_59_style_tells_quoted_from_plain(read: Read, text: str, style: str) -> None:
    document, _ = read(f"location: {text}\n")
    assert document is not None
    value = document.root.entries[0][1]
    assert isinstance(value, Scalar)
    assert (value.text, value.style) == (text.strip("\"'"), style)


@pytest.mark.parametrize(
    "text",
    [
        "email: a@x.example\r\nroles: [A]\r\n",
        '{"email": "a@x.example", "roles": ["A"]}',
        '{"email":"a@x.example","roles":["A"]}\n',
        "---\nemail: a@x.example\nroles:\n- A\n",
        '\ufeffemail: "a@x.example"\nroles: [A]',
        "? email\n: a@x.example\n? roles\n: [A]\n",
    ],
    ids=["crlf", "json", "tight json", "dashes", "bom", "question marks"],
)
def test_kind_where_it_is_safe(read: Read, text: str) -> None:
    assert accepted(read, text) == {"email": "a@x.example", "roles": ["A"]}


@pytest.mark.parametrize("text", ["why: please!", "team: R&D", "why: 5*3", "share: 5%", "a: b-c...", 'a: "& * !"'])
def test_signs_inside_a_value_are_text(read: Read, text: str) -> None:
    assert accepted(read, text + "\n")


@pytest.mark.parametrize("text", ["", "\n", "# only\n# comments\n", "---\n", "\ufeff"])
def test_D_10_empty_file(read: Read, text: str) -> None:
    problem = refused(read, text, "D-10")
    assert problem.summary == "the file is empty"
    assert at(problem) == (1, 1, 1)


def test_D_08_lfs_pointer_is_named_as_one(read: Read) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"
    assert "git lfs pull" in refused(read, text, "D-08").hint


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("role: Agent\nrole: Admin\n", (2, 1, 4)),
        ("teams:\n  never: [A]\n  at_least: [B]\n  never: [C]\n", (4, 3, 5)),
        ("teams: {never: [A], never: [C]}\n", (1, 21, 5)),
        ("users:\n- email: a\n  email: b\n", (3, 3, 5)),
        ("role: A\n'role': B\n", (2, 1, 6)),
        ("Équipe: 1\nE\u0301quipe: 2\n", (2, 1, 7)),
    ],
    ids=["flat", "nested", "flow", "in a list", "quoted", "accents"],
)
def test_D_28_duplicate_key(read: Read, text: str, place: tuple[int, int, int]) -> None:
    assert at(refused(read, text, "D-28")) == place


def test_D_28_names_both_lines(read: Read) -> None:
    problem = refused(read, "role: Agent\nname: x\nrole: Admin\n", "D-28")
    assert problem.summary == '"role" is written twice, in line 1 and in line 3'
    assert problem.hint == "Keep one of the two:\n  line 1:  role: Agent\n  line 3:  role: Admin"


def test_D_28_three_times_is_two_problems(read: Read) -> None:
    _, problems = read("a: 1\na: 2\na: 3\n")
    assert [at(problem)[0] for problem in problems] == [2, 3]


@pytest.mark.parametrize("text", ["1: a\n1.0: b\n", "true: a\n1: b\n"])
def test_D_28_keys_that_collide_as_values_are_no_keys(read: Read, text: str) -> None:
    _, problems = read(text)
    assert [problem.code for problem in problems] == ["D-35", "D-35"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &base x\n", ["&base"]),
        ("a: &base {x: y}\nb: *base\n", ["&base", "*base"]),
        ("a: &base {x: y}\nb:\n  <<: *base\n", ["&base", "*base"]),
        ("a: &a {x: y}\nb: &b {x: z}\nc: {<<: [*a, *b]}\n", ["&a", "&b", "*a", "*b"]),
        ("a: &self [*self]\n", ["&self", "*self"]),
        ("a: *nobody\n", ["*nobody"]),
        ("&key a: b\n", ["&key"]),
        ("&root\na: b\n", ["&root"]),
    ],
)
def test_D_29_anchors_and_aliases(read: Read, text: str, words: list[str]) -> None:
    document, problems = read(text)
    assert document is None
    assert {problem.code for problem in problems} == {"D-29"}
    assert [marked(problem) for problem in problems] == words
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize("text", ["<<: {a: b}\n", "a:\n  <<: {x: y}\n  <<: {x: z}\n"])
def test_D_29_merge_keys_without_alias(read: Read, text: str) -> None:
    _, problems = read(text)
    assert problems[0].code == "D-29"
    assert marked(problems[0]) == "<<"


def test_D_29_a_text_that_begins_with_a_star_gets_its_quotes(read: Read) -> None:
    assert refused(read, "team: *VIP*\n", "D-29").hint.endswith('write:  team: "*VIP*"')


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system [x]",
        "!!python/name:os.system",
        "!!python/tuple [a]",
        "!!binary aGk=",
        "!!set {a, b}",
        "!!omap [a: b]",
        "!!int 'x'",
        "!!str NO",
        "!x y",
        "! y",
        "!<tag:yaml.org,2002:str> y",
        "!e!x y",
    ],
)
def test_D_30_explicit_tags(read: Read, value: str) -> None:
    problem = refused(read, f"a: {value}\n", "D-30")
    assert at(problem)[:2] == (1, 4)


@pytest.mark.parametrize("line", ["%TAG ! tag:x,2002:", "%YAML 2.0", "%YAML 1.1", "%FOO bar"])
def test_D_32_directives(read: Read, line: str) -> None:
    assert at(refused(read, f"{line}\n---\na: b\n", "D-32"))[:2] == (1, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b\n---\nc: d\n", 2),
        ("---\na: b\n---\n# nothing\n", 3),
        ("a: b\n...\n", 2),
        ("a: b!\n---\nc: d\n", 2),
    ],
)
def test_D_32_several_documents(read: Read, text: str, line: int) -> None:
    assert at(refused(read, text, "D-32"))[:2] == (line, 1)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 1_000, 30_000])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "a: " + "[" * (n - 1) + "]" * (n - 1),
        lambda n: "a: " + "{b: " * (n - 1) + "}" * (n - 1),
        lambda n: "- " * n + "x",
        lambda n: "a: !x " + "[" * (n - 1),
        lambda n: "\n".join(" " * i + "a:" for i in range(min(n, 1_000))),
    ],
    ids=["list", "mapping", "dashes", "careful way", "block"],
)
def test_D_33_depth(read: Read, make: Callable[[int], str], levels: int) -> None:
    document, problems = read(make(levels))
    assert document is None
    assert problems[-1].code == "D-33"
    assert at(problems[-1])


def test_D_33_twenty_levels_are_read(read: Read) -> None:
    assert accepted(read, "a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))


def test_D_33_a_million_levels_do_not_kill_the_process() -> None:
    code = (
        "from reconciler.edge.yaml_reader import read_document\n"
        "for text in (b'a: ' + b'[' * 1_000_000, b'a: !x ' + b'[' * 1_000_000, b'- ' * 1_000_000):\n"
        "    document, problems = read_document('a.yaml', text, max_bytes=1 << 22)\n"
        "    print(document, problems[-1].code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["None D-33"] * 3


@pytest.mark.parametrize("levels", [9, 25])
def test_D_34_bombs(read: Read, levels: int) -> None:
    laughs = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, levels))
    _, problems = read(f"a0: &a0 x\n{laughs}")
    assert {problem.code for problem in problems} == {"D-29"}


@pytest.mark.parametrize("text", ["just words\n", "- a\n- b\n", "[a]", "null\n", "~\n", '"a: b"\n', "42\n"])
def test_D_35_root_is_no_mapping(read: Read, text: str) -> None:
    assert at(refused(read, text, "D-35"))[:2] == (1, 1)


@pytest.mark.parametrize(
    "key", ["NO", "on", "true", "null", "~", "1", "1.5", "0x1F", "012", "2024-01-01", "=", "1:30", ".inf"]
)
def test_D_35_keys_that_are_not_text(read: Read, key: str) -> None:
    problem = refused(read, f"teams: {{{key}: 3}}\n", "D-35")
    assert marked(problem) == key
    assert problem.hint == f'write:  "{key}":'
    assert accepted(read, f'teams: {{"{key}": 3}}\n')


@pytest.mark.parametrize("text", ["? [a, b]\n: c\n", "? {a: b}\n: c\n", "{[a]: b}\n", "x: {{a: b}: c}\n"])
def test_D_35_keys_that_are_collections(read: Read, text: str) -> None:
    refused(read, text, "D-35")


@pytest.mark.parametrize("text", [": a\n", "x: y\n: a\n", "{: a}\n", "{x: y, : a}\n", "{? : a}\n", "- : a\n"])
def test_D_35_empty_key(read: Read, text: str) -> None:
    document, problems = read(text)
    assert document is None
    assert problems[0].code == "D-35"
    assert text[0] == "-" or problems[0].summary == "the name before the colon is missing"


@pytest.mark.parametrize(
    "text",
    [
        f"? {'k' * (MAX_KEY + 1)}\n: v\n",
        f"{'k' * (MAX_KEY + 80)}: v\n",
        f"x: y\n{'k' * (MAX_KEY + 80)}: v\n",
        f'"{"k" * (MAX_KEY + 80)}": v\n',
    ],
)
def test_D_36_long_key(read: Read, text: str) -> None:
    refused(read, text, "D-36")


def test_D_36_large_file_is_refused_unread() -> None:
    document, problems = read_document("a.yaml", b"a: " + b"x" * 50_000_000)
    assert document is None
    assert [problem.code for problem in problems] == ["D-36"]


def test_D_36_a_file_at_the_limit_is_read() -> None:
    document, problems = read_document("a.yaml", b"a: " + b"x" * 97, max_bytes=100)
    assert document is not None
    assert read_document("a.yaml", b"a: " + b"x" * 98, max_bytes=100)[1]
    assert not problems


@pytest.mark.parametrize(
    ("text", "column", "write"),
    [
        ("name: #1\n", 7, 'write:  name: "#1"'),
        ("name:  # nobody\n", 8, 'write:  name:  "# nobody"'),
        ("roles:\n- #1\n", 3, 'write:  - "#1"'),
    ],
)
def test_D_39_nothing_left_before_a_comment(read: Read, text: str, column: int, write: str) -> None:
    problem = refused(read, text, "D-39")
    assert at(problem)[1] == column
    assert write in problem.hint


def test_D_39_a_comment_close_to_a_value_is_a_warning(read: Read) -> None:
    document, problems = read("team: C # sharp\nroles: [A] # fine\nname: 'x' # fine\nteams: # fine\n  never: []\n")
    assert document is not None
    assert [(problem.code, problem.severity) for problem in problems] == [("D-39", Severity.WARNING)]
    assert at(problems[0]) == (1, 9, 1)
    assert problems[0].summary == 'everything from "#" on is a comment; the value is "C"'
    assert problems[0].hint == 'Put two spaces before a comment. Meant as text? write:  team: "C # sharp"'


def test_D_39_two_spaces_are_a_comment(read: Read) -> None:
    assert accepted(read, "team: C  # sharp\n") == {"team": "C"}


@pytest.mark.parametrize(
    "value",
    ["agent\n  admin", '"agent\n  admin"', "'agent\n  admin'", ">\n  agent\n  admin", "|\n  agent\n", "|-\n  x"],
    ids=["plain", "double", "single", "folded", "literal", "one line"],
)
def test_D_40_values_over_two_lines(read: Read, value: str) -> None:
    problem = refused(read, f"role: {value}\n", "D-40")
    assert at(problem) == (1, 7, len(value.split("\n")[0]))


def test_D_40_shows_the_value_as_one(read: Read) -> None:
    assert refused(read, "role: agent\n  admin\n", "D-40").hint.endswith('As one value:  "agent admin"')


SLIPS = [
    ("email: a\nname:Ana\n", (2, 5), 'a space is missing after "name:"', "write:  name: Ana"),
    ("email:a\nname: b\n", (1, 6), 'a space is missing after "email:"', "write:  email: a"),
    ("a: b\nfirst_name Ana\n", (2, 1), "this line has no colon", "write:  first_name: Ana"),
    ("roles:\n- a\n-b\nc: d\n", (3, 1), "this line has no colon", "write:  - b"),
    ("why: closing: Madrid\n", (1, 6), "a value with a colon in it", 'write:  why: "closing: Madrid"'),
    ("email: a\n  first: b\n", (2, 3), '"first" begins in column 3', "Put it exactly under"),
    ("t:\n    a: [a]\n  never: [b]\n", (3, 3), '"never" begins in column 3', "Put it exactly under"),
    ('name: "Ana\nlast: Reyes\n', (1, 7), 'the " that opens here is not closed', 'write:  name: "Ana"'),
    ('name: "Ana\nlast: "Reyes"\n', (1, 7), 'the " that opens here is not closed', 'write:  name: "Ana"'),
    ("name: 'O'Brien'\nb: c\n", (1, 7), "more text follows", 'write:  name: "O\'Brien"'),
    ('name: "Ana" Lopez\n', (1, 7), "more text follows", 'write:  name: "Ana Lopez"'),
    ("roles: [a]]\n", (1, 11), "more text follows", "Delete it"),
    ("roles: [a, b\nname: c\n", (1, 8), "the [ that opens here is not closed", "write:  roles: [a, b]"),
    ("roles: [a, b\n", (1, 8), "the [ that opens here is not closed", "write:  roles: [a, b]"),
    ("x: {a: b\ny: c\n", (1, 4), "the { that opens here is not closed", "write:  x: {a: b}"),
    ("a: [b #c]\nd: e\n", (1, 4), "the [ that opens here is not closed", "Close it before the #"),
    ("roles: [a,,b]\n", (1, 11), "the list in brackets does not go on", "one comma between"),
    ("team: @vip\n", (1, 7), "a value may not begin with @", 'write:  team: "@vip"'),
    ("teams: [`a, b]\n", (1, 9), "a value may not begin with `", 'write:  teams: ["`a", b]'),
    ('p: "C:\\dir"\n', (1, 7), "a backslash in double quotes", "write:  p: 'C:\\dir'"),
    ("roles: - a\n", (1, 8), "a list with dashes", "write:  roles: [a]"),
    ("a: |x\n", (1, 4), "a value may not begin with |", 'write:  a: "|x"'),
]


@pytest.mark.parametrize(("text", "place", "summary", "hint"), SLIPS, ids=[row[0] for row in SLIPS])
def test_D_31_slips_are_told_in_our_words(
    read: Read, text: str, place: tuple[int, int], summary: str, hint: str
) -> None:
    problem = refused(read, text, "D-31")
    assert at(problem)[:2] == place
    assert problem.summary.startswith(summary)
    assert hint in problem.hint


@pytest.mark.parametrize("sign", ["*", "&"])
def test_D_29_a_lonely_sign(read: Read, sign: str) -> None:
    assert refused(read, f"a: {sign} b\n", "D-29").hint == f'write:  a: "{sign} b"'


def test_several_problems_of_a_file_are_listed_at_once(read: Read) -> None:
    _, problems = read("a: 1\na: 2\nNO: 3\nb: x\n  y\nname: #1\nd: '\u00a0'\n")
    found = [(problem.code, at(problem)[0]) for problem in problems]
    assert found == [("D-28", 2), ("D-35", 3), ("D-40", 4), ("D-39", 6), ("D-26", 7)]


def test_words_stay_few_however_bad_a_file_is(read: Read) -> None:
    _, problems = read("a: b\n" * 500)
    assert len(problems) == 100


def test_a_document_can_travel_to_another_process(read: Read) -> None:
    document, _ = read(USER)
    assert pickle.loads(pickle.dumps(document)) == document


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="no C parser here")
@pytest.mark.parametrize("text", ["teams: {never:[A]}\n", "roles: [A:]\n"])
def test_a_colon_without_a_space_within_brackets(text: str) -> None:
    """The parser in Python takes it as text, the one in C does not."""
    _, problems = read_document("a.yaml", text.encode())
    assert [problem.code for problem in problems] == ["D-31"]
    assert marked(problems[0]) == ":"
    assert problems[0].summary.startswith("within brackets a colon")


def test_D_35_whatever_else_is_wrong_beside_a_key_that_is_none_is_told_too(read: Read) -> None:
    document, problems = read("? [a]\n: {b: 1, b: 2}\nc: 1\nc: 2\n")
    assert document is None
    assert [problem.code for problem in problems] == ["D-35", "D-28", "D-28"]


def test_D_26_a_joiner_written_as_an_escape_is_refused_in_a_key(read: Read) -> None:
    refused(read, r'"\u0915\u094d\u200d\u0937": x' + "\n", "D-26")


def test_D_28_a_key_over_two_lines_has_one_caret(read: Read) -> None:
    _, problems = read("? |\n x\n: 9\n? |\n x\n: 8\n")
    assert [at(problem)[2] for problem in problems if problem.code == "D-28"] == [1]


def test_a_group_of_lines_is_pointed_at_by_one_caret(read: Read) -> None:
    document, _ = read("a: {b: c}\n")
    assert document is not None
    assert document.root.entries[0][1].mark.width == 1


CAREFULLY = "# a sign like ! makes the reading careful\n"


@pytest.mark.parametrize("before", ["", CAREFULLY], ids=["plain", "careful"])
@pytest.mark.parametrize(("levels", "code"), [(19, None), (20, "D-33")])
def test_D_33_a_value_on_the_twentieth_level_is_read_and_one_below_it_is_not(
    read: Read, before: str, levels: int, code: str | None
) -> None:
    document, problems = read(f"{before}a: " + "[" * (levels - 1) + "x" + "]" * (levels - 1) + "\n")
    assert [problem.code for problem in problems] == ([code] if code else [])
    assert (document is None) == bool(code)


def test_D_32_further_documents_are_told_beside_what_else_is_wrong(read: Read) -> None:
    document, problems = read("a: !x b\n---\nc: d\n---\ne: f\n")
    assert document is None
    assert [problem.code for problem in problems] == ["D-30", "D-32", "D-32"]


@pytest.mark.parametrize(
    ("text", "code", "summary", "hint"),
    [
        (
            "a: !x b\n---\nc: d\n",
            "D-32",
            "a second document begins here; one file holds one",
            "Delete the line, or move what follows into a file of its own.",
        ),
        ("a: b\n...\n", "D-32", '"..." ends the file for YAML', "Delete the line."),
        (
            "a: &b c\n",
            "D-29",
            '"&b" marks a value for repeating, which is not read here',
            'Write the values out. Meant as text? write:  a: "&b c"',
        ),
        (
            "a: *b\n",
            "D-29",
            '"*b" repeats a value from elsewhere, which is not read here',
            'Write the values out. Meant as text? write:  a: "*b"',
        ),
        (
            "a: " + "[" * 20 + "]" * 20,
            "D-33",
            "more than 20 levels stand inside each other",
            "Nothing in these files needs more than six; remove brackets or dashes.",
        ),
    ],
    ids=["document", "dots", "anchor", "alias", "depth"],
)
def test_what_no_file_may_hold_is_told_in_full(read: Read, text: str, code: str, summary: str, hint: str) -> None:
    _, problems = read(text)
    assert (summary, hint) in [(problem.summary, problem.hint) for problem in problems if problem.code == code]


def test_D_32_three_dots_get_three_carets(read: Read) -> None:
    assert at(refused(read, "a: b\n...\n", "D-32")) == (2, 1, 3)


@pytest.mark.parametrize(
    ("text", "kind"), [("word", ""), ("12", "int"), ("1" * MAX_KEY, "int"), ("1" * (MAX_KEY + 1), "long")]
)
def test_D_57_a_spelling_is_looked_at_up_to_a_length(text: str, kind: str) -> None:
    assert reads_as(text) == kind


def test_D_31_without_a_place_the_start_of_the_file_is_one() -> None:
    assert mark_of(Source("a.yaml", "a: b"), None)[1:] == (1, 1, 1)
