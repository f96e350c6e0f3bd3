"""From declarations to desired people: values with their places, and every problem in the words of the file."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.on_day import desired_on
from reconciler.core.resolve import document_reader, resolve
from reconciler.model.fields import USER_FIELDS
from reconciler.model.settings import Settings
from reconciler.model.source import Problems
from reconciler.model.users import DesiredUser
from reconciler.model.values import NameRule
from tests.core.settings_text import settings_of
from tests.nodes import document, shown

TODAY: Final = date(2026, 11, 24)
ANA: Final = "email: ana@acme.example\n"
SETTINGS: Final = settings_of("locations: [Madrid, Manila]\n")


def resolved(*texts: str, settings: Settings = SETTINGS) -> tuple[tuple[DesiredUser, ...], Problems]:
    """The people and problems of some files."""
    files = tuple(document(text, f"users/{number}.yaml") for number, text in enumerate(texts, 1))
    declared, problems = resolve(map(document_reader(), files), settings, TODAY)
    return desired_on(declared, TODAY), problems


def person(text: str) -> DesiredUser:
    """The one person of a file without problems."""
    (user,), problems = resolved(text)
    assert problems == ()
    return user


def problems_of(*texts: str, settings: Settings = SETTINGS) -> Problems:
    """What is said of some files."""
    return resolved(*texts, settings=settings)[1]


def codes(*texts: str) -> list[str]:
    """The codes of what is said."""
    return [problem.code for problem in problems_of(*texts)]


def test_values_carry_their_place_and_the_key_is_canonical() -> None:
    user = person("email: Ana.Reyes@ACME.example\nfirst_name: Ana\nmax_chat_limit: 3\nexternal_user: false\n")
    assert user.key == "ana.reyes@acme.example"
    assert user.email.value == "Ana.Reyes@ACME.example"
    assert str(user.mark) == "users/1.yaml:1:8"
    assert {name: (one.value, str(one.mark)) for name, one in user.values.items()} == {
        "first_name": ("Ana", "users/1.yaml:2:13"),
        "max_chat_limit": (3, "users/1.yaml:3:17"),
        "external_user": (False, "users/1.yaml:4:16"),
    }


def test_what_is_not_declared_is_not_managed() -> None:
    assert person(ANA).values == {}


def test_null_clears_a_location() -> None:
    assert person(f"{ANA}location: null\n").values["location"].value is None


def test_roles_and_teams_are_rules_with_the_place_of_each_name() -> None:
    rule = person(f"{ANA}teams:\n  at_least: [VIP]\n  never:\n    - Gold\n").values["teams"].value
    assert isinstance(rule, NameRule)
    assert [(name.value, name.mark.line, name.mark.column) for name in rule.names()] == [
        ("VIP", 3, 14),
        ("Gold", 5, 7),
    ]


def test_D_50_the_message_of_the_page_of_words() -> None:
    """wording.md, example 1."""
    assert shown(problems_of(f"{ANA}location: NO\n")[0]) == (
        "2:11",
        'location: NO without quotes means "false" to YAML, not the text NO',
        'write:  location: "NO"',
    )


@pytest.mark.parametrize(
    ("line", "column", "summary", "hint"),
    [
        (
            "agent_number: 012",
            15,
            "agent_number: 012 without quotes means another number",
            'write:  agent_number: "012"',
        ),
        (
            "last_name: Null",
            12,
            "last_name: Null without quotes means null",
            'write:  last_name: "Null"    if the text',
        ),
        ("alias: ' A'", 8, 'alias: " A" begins or ends with a space', 'write:  alias: "A"'),
        ('"alias": NO', 10, "alias: NO without quotes", 'write:  "alias": "NO"'),
        ("external_user: yes", 16, "external_user: yes where true or false", "write:  external_user: true"),
        (
            "status: inactive",
            9,
            'status: "inactive" is not Active or Inactive; upper and lower case count',
            "write:  status: Inactive",
        ),
        ("roles: [Agent, NO]", 16, "roles: NO without quotes", 'write:  "NO"'),
        ("roles: NO", 8, "roles: NO without quotes", 'write:  roles: "NO"'),
        ("teams: {never: [1:30]}", 17, "teams: 1:30 without quotes means a number in base 60", 'write:  "1:30"'),
    ],
)
def test_D_50_to_D_58_the_line_to_write_is_ready_to_paste(line: str, column: int, summary: str, hint: str) -> None:
    (problem,) = problems_of(f"{ANA}{line}\n")
    place, found, wanted = shown(problem)
    assert place == f"2:{column}"
    assert found.startswith(summary)
    assert wanted.startswith(hint)


def test_every_problem_of_every_person_is_said_at_once() -> None:
    text = "email: {who}@acme.example\nlocation: NO\nlast_name: Null\nroles: [NO, 012]\nmax_chat_limit: 0\n"
    found = problems_of(text.format(who="ana"), text.format(who="bo"))
    assert [(problem.user, problem.field, problem.code) for problem in found] == [
        (user, field, code)
        for user in ("ana@acme.example", "bo@acme.example")
        for field, code in [
            *(("location", "D-50"), ("last_name", "D-55"), ("roles", "D-50"), ("roles", "D-51")),
            ("max_chat_limit", "D-74"),
        ]
    ]


def test_a_person_without_a_readable_address_is_reported_and_left_out() -> None:
    users, problems = resolved("email: nobody\nlocation: NO\n")
    assert users == ()
    assert [problem.code for problem in problems] == ["D-63", "D-50"]


@pytest.mark.parametrize("other", ["ana@acme.example", "Ana@ACME.example", '"ana@acme.example"'])
def test_D_60_an_address_stands_once_in_the_whole_tree(other: str) -> None:
    assert shown(problems_of(ANA, f"email: {other}\n")[0]) == (
        "1:8",
        "email: ana@acme.example stands twice, first at users/1.yaml:1:8",
        "remove one of the two, or correct the address of the other person",
    )


def test_D_60_within_one_file_too() -> None:
    assert codes("users:\n  - email: a@acme.example\n  - email: b@acme.example\n  - email: A@acme.example\n") == [
        "D-60"
    ]


@pytest.mark.parametrize("address", ['"ana@acme.example "', "ana@acme.example.", '" ana@acme.example"'])
def test_D_60_a_space_or_dot_at_the_end_makes_nobody_new(address: str) -> None:
    assert codes(ANA, f"email: {address}\n") == ["D-63"]


def test_D_60_people_whose_addresses_only_begin_alike_are_two() -> None:
    assert codes(ANA, "email: ana.r@acme.example\n") == []


def test_D_62_a_misspelt_domain_gets_the_nearest() -> None:
    place, summary, hint = shown(problems_of("email: Ana@acne.example\n")[0])
    assert place == "1:8"
    assert summary == (
        'email: "acne.example" is not a domain of this tree (acme.example). Did you mean "acme.example"?'
    )
    assert hint.splitlines() == [
        "write:  email: Ana@acme.example",
        "if it is right, an admin adds it in reconciler.yaml:  email_domains: [acme.example, acne.example]",
    ]


def test_D_62_an_outsider_gets_the_line_for_the_settings() -> None:
    assert shown(problems_of("email: ana@gmail.com\n")[0])[1:] == (
        'email: "gmail.com" is not a domain of this tree (acme.example).',
        "if it is right, an admin adds it in reconciler.yaml:  email_domains: [acme.example, gmail.com]",
    )


@pytest.mark.parametrize("domain", ["mail.acme.example", "acme.example.evil.example", "xacme.example"])
def test_D_62_only_the_very_domain_is_allowed(domain: str) -> None:
    assert codes(f"email: ana@{domain}\n") == ["D-62"]


def test_D_64_an_address_of_underscores_is_a_person_like_any_other() -> None:
    assert person("email: __x@acme.example\nroles: [Admin]\n").key == "__x@acme.example"


@pytest.mark.parametrize("line", ["roles: []", "roles:", "roles: null", "roles: {}", "roles: {at_least: }"])
def test_D_67_roles_that_are_stated_are_not_empty(line: str) -> None:
    assert codes(f"{ANA}{line}\n") in (["D-67"], ["D-55"])


def test_D_67_roles_that_are_not_stated_are_not_managed() -> None:
    assert "roles" not in person(ANA).values


def test_D_71_an_unknown_location_gets_the_nearest() -> None:
    assert shown(problems_of(f"{ANA}location: Madird\n")[0]) == (
        "2:11",
        'location: no location "Madird" stands under "locations:" of reconciler.yaml. Did you mean "Madrid"?',
        "known are: Madrid, Manila",
    )


@pytest.mark.parametrize("name", ["Madrid", "MADRID", "madrid"])
def test_D_71_locations_are_found_without_regard_to_case_and_kept_as_written(name: str) -> None:
    assert person(f"{ANA}location: {name}\n").values["location"].value == name


def test_D_71_settings_without_locations_are_told_once_with_the_line_to_add() -> None:
    bo = "email: bo@acme.example\nlocation: '12'\n"
    found = problems_of(ANA, f"{bo}", "email: cy@acme.example\nlocation: Oslo\n", settings=settings_of(""))
    assert [(problem.mark and problem.mark.file, problem.code) for problem in found] == [("users/2.yaml", "D-71")]
    assert found[0].hint == 'add in reconciler.yaml:  locations: ["12", Oslo]'


def test_D_71_clearing_a_location_needs_no_list() -> None:
    assert problems_of(f"{ANA}location: null\n", settings=settings_of("")) == ()


def test_D_71_a_team_with_a_colon_is_refused() -> None:
    assert codes(f'{ANA}teams: ["Role: Agent"]\n') == ["D-71"]


@pytest.mark.parametrize("field", [field for field in USER_FIELDS if field.unique], ids=lambda field: field.name)
def test_what_only_one_person_may_hold_stands_once(field: object) -> None:
    name, title = getattr(field, "tree_key", ""), getattr(field, "title", "").lower()
    (problem,) = problems_of(f"{ANA}{name}: 4711\n", f"email: bo@acme.example\n{name}: '4711'\n")
    place = f"users/1.yaml:2:{len(name) + 3}"
    assert problem.summary == f'{name}: "4711" is also given to ana@acme.example at {place}'
    assert problem.hint == f"every person has an own {title}"
    assert problem.user == "bo@acme.example"


def test_a_person_that_stands_twice_is_not_said_to_share_the_agent_number() -> None:
    assert codes(f"{ANA}agent_number: A1\n", f"{ANA}agent_number: A1\n") == ["D-60"]


def test_D_76_somebody_inactive_may_have_teams() -> None:
    assert set(person(f"{ANA}status: Inactive\nteams: [VIP]\n").values) == {"status", "teams"}


@pytest.mark.parametrize(("count", "wrong"), [(10, []), (11, ["D-75"])])
def test_D_75_at_most_ten_roles(count: int, wrong: list[str]) -> None:
    assert codes(f"{ANA}roles: [{', '.join(f'R{number}' for number in range(count))}]\n") == wrong


@pytest.mark.parametrize("value", ["0", "-1", "1000000000", "1e9", "three"])
def test_D_74_a_chat_limit_outside_the_table_is_refused(value: str) -> None:
    assert len(codes(f"{ANA}max_chat_limit: {value}\n")) == 1


def test_names_are_not_needed_here() -> None:
    """Whether somebody is new is known only against the live state."""
    assert problems_of(ANA) == ()


@given(st.permutations(["ana", "bo", "cy", "di"]))
def test_the_order_of_files_changes_only_the_order_of_people(names: list[str]) -> None:
    users, problems = resolved(*(f"email: {name}@acme.example\nalias: {name}\n" for name in names))
    assert problems == ()
    assert [(user.key, user.values["alias"].value) for user in users] == [
        (f"{name}@acme.example", name) for name in names
    ]
