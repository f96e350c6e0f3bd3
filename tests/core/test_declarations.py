"""Which keys stand where: every slip is named with its place and its remedy."""

import pytest

from reconciler.core.declarations import read_declarations
from reconciler.core.misplaced import PERSON_KEYS, PROFILE_KEYS
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.model.source import Problems
from tests.nodes import document, shown

ANA = "email: ana@acme.example\n"


def problems_of(text: str) -> Problems:
    """What is said of one file."""
    return tuple(read_declarations(document(text))[1])


def keys_of(text: str) -> list[list[str]]:
    """The keys of every person that is read from one file."""
    return [[key.text for key, _ in one.entries] for one in read_declarations(document(text))[0].people]


def profiles_of(text: str) -> dict[str, list[str]]:
    """The keys of every profile that is read from one file, by its name."""
    parts, _ = read_declarations(document(text))
    return {name.text: [key.text for key, _ in body.entries] for name, body in parts.profiles}


def codes(text: str) -> list[str]:
    """The codes of what is said of one file."""
    return [problem.code for problem in problems_of(text)]


def test_a_file_with_an_address_is_one_person() -> None:
    assert keys_of(f"{ANA}location: Madrid\n") == [["email", "location"]]


def test_a_file_with_users_is_a_list_of_people() -> None:
    assert keys_of("users:\n  - email: a@acme.example\n  - {email: b@acme.example, alias: B}\n") == [
        ["email"],
        ["email", "alias"],
    ]


def test_json_style_is_yaml_too() -> None:
    assert keys_of('{"users": [{"email": "a@acme.example", "roles": ["Agent"]}]}') == [["email", "roles"]]


def test_an_empty_list_of_users_is_nobody() -> None:
    assert keys_of("users: []\n") == []
    assert problems_of("users: []\n") == ()


def test_people_come_in_the_order_of_files_and_lines_with_their_place() -> None:
    files = (
        document("users:\n  - email: b@acme.example\n  - email: a@acme.example\n"),
        document(ANA, "users/z.yml"),
    )
    read = [read_declarations(file) for file in files]
    assert [str(one.mark) for parts, _ in read for one in parts.people] == [
        "users/people.yaml:2:5",
        "users/people.yaml:3:5",
        "users/z.yml:1:1",
    ]
    assert [problems for _, problems in read] == [[], []]


def test_every_key_of_a_person_is_known() -> None:
    for key in PERSON_KEYS - {"email"}:
        assert keys_of(f"{ANA}{key}: x\n") == [["email", key]]
        assert codes(f"{ANA}{key}: x\n") == []


def test_a_file_with_profiles_holds_named_mappings() -> None:
    text = "profiles:\n  agent: {roles: [Agent], people: [ana@acme.example]}\n  cover: {last_day: 2027-01-10}\n"
    assert profiles_of(text) == {"agent": ["roles", "people"], "cover": ["last_day"]}
    assert keys_of(text) == []
    assert codes(text) == []


def test_people_and_profiles_stand_in_one_file() -> None:
    text = "profiles: {cover: {location: Oslo}}\nusers:\n  - email: a@acme.example\n    profiles: [cover]\n"
    assert profiles_of(text) == {"cover": ["location"]}
    assert keys_of(text) == [["email", "profiles"]]
    assert codes(text) == []


def test_in_a_file_of_one_person_profiles_are_those_of_the_person() -> None:
    assert keys_of(f"profiles: [cover]\n{ANA}") == [["profiles", "email"]]


def test_every_key_of_a_profile_is_known() -> None:
    for key in PROFILE_KEYS:
        assert codes(f"profiles: {{cover: {{{key}: x}}}}\n") == []


@pytest.mark.parametrize("key", sorted(PERSON_KEYS - PROFILE_KEYS))
def test_a_profile_gives_nothing_personal(key: str) -> None:
    text = f"profiles:\n  cover:\n    {key}: x\n    location: Oslo\n"
    assert [shown(problem) for problem in problems_of(text)] == [
        ("3:5", f'"{key}" belongs to one person, so no profile can give it', "write it at the person")
    ]
    assert profiles_of(text) == {"cover": ["location"]}


def test_D_37_an_unknown_key_of_a_profile_is_refused_with_the_nearest() -> None:
    assert shown(problems_of("profiles:\n  cover: {locaton: Oslo}\n")[0]) == (
        "2:11",
        '"locaton" is not a key of a profile. Did you mean "location"?',
        "write:  location:",
    )


@pytest.mark.parametrize("value", ["[cover]", "cover", "", "3"])
def test_D_35_profiles_without_a_person_are_a_mapping(value: str) -> None:
    assert codes(f"profiles: {value}\n") == ["D-35"]


@pytest.mark.parametrize("value", ["[Agent]", "Agent", ""])
def test_D_35_a_profile_is_a_mapping(value: str) -> None:
    assert codes(f"profiles:\n  cover: {value}\n") == ["D-35"]


def test_D_38_people_belong_to_a_profile() -> None:
    assert shown(problems_of(f"{ANA}people: [bo@acme.example]\n")[0]) == (
        "2:1",
        '"people" belongs to a profile, not to a person',
        "a person names its profiles:  profiles: [...]",
    )


def test_D_38_a_day_of_the_person_does_not_stand_inside_a_value() -> None:
    assert codes(f"{ANA}teams: {{at_least: [VIP], last_day: 2027-01-10}}\n") == ["D-38"]


def test_D_37_the_key_of_an_upload_is_refused_with_what_a_file_says() -> None:
    assert shown(problems_of(f"{ANA}new_email: bo@acme.example\n")[0]) == (
        "2:1",
        '"new_email" is how an upload says it, not a file',
        "write the new address as  email:  and the old one under  previous_emails: [...]",
    )


def test_what_is_refused_is_not_part_of_the_declaration() -> None:
    assert keys_of(f"{ANA}statsu: Active\nalias: A\n") == [["email", "alias"]]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        *(("statsu", "status"), ("Role", "roles"), ("team", "teams"), ("Location", "location")),
        *(("rоles", "roles"), ("first name", "first_name"), ("lastname", "last_name"), ("e-mail", "email")),
        *(("max_chat_limt", "max_chat_limit"), ("extension", "extension_number"), ('"roles "', "roles")),
    ],
)
def test_D_37_an_unknown_key_is_refused_with_the_nearest(key: str, near: str) -> None:
    found = problems_of(f"{ANA}{key}: x\n")
    assert [problem.code for problem in found] == ["D-37"]
    assert f'is not a known key. Did you mean "{near}"?' in found[0].summary


def test_D_37_a_letter_that_only_looks_right_is_named() -> None:
    assert problems_of(f"{ANA}rоle: Agent\n")[0].summary == (
        '"rоle" is not a known key. Did you mean "roles"? It holds "о" (U+043E CYRILLIC SMALL LETTER O).'
    )


def test_D_37_where_nothing_is_near_the_keys_can_be_listed() -> None:
    assert shown(problems_of(f"{ANA}wage: 12\n")[0]) == (
        "2:1",
        '"wage" is not a known key.',
        'the keys of a person are in the README under "Fields";  reconciler fields  shows them too',
    )


def test_D_37_a_field_that_is_only_seen_says_so() -> None:
    assert problems_of(f"{ANA}filter_timeout: 3\n")[0].summary == '"filter_timeout" can be read but not changed'


def test_D_38_names_that_stand_too_far_left() -> None:
    """wording.md, example 2."""
    text = f"{ANA}location: Madrid\nteams:\nat_least: [Retention ES]\n"
    assert [shown(problem) for problem in problems_of(text)] == [
        (
            "4:1",
            '"at_least" stands too far left; it belongs under "teams:" of line 3',
            "put two spaces in front of it",
        )
    ]
    assert keys_of(text) == [["email", "location"]]


@pytest.mark.parametrize(("indent", "spaces"), [(0, "six"), (4, "two")])
def test_D_38_names_that_stand_too_far_left_in_a_list(indent: int, spaces: str) -> None:
    text = f"users:\n  - {ANA}    teams:\n{' ' * indent}never: [VIP]\n"
    assert [shown(problem) for problem in problems_of(text)] == [
        (
            f"4:{indent + 1}",
            '"never" stands too far left; it belongs under "teams:" of line 3',
            f"put {spaces} spaces in front of it",
        )
    ]
    assert keys_of(text) == [["email"]]


def test_D_38_both_lists_of_names_too_far_left() -> None:
    assert codes(f"{ANA}teams:\nat_least: [VIP]\nnever: [Gold]\n") == ["D-38", "D-38"]


def test_D_38_names_without_a_list_above_them() -> None:
    assert shown(problems_of(f"{ANA}at_least: [VIP]\n")[0]) == (
        "2:1",
        '"at_least" does not stand under a list of names',
        "write it under  roles:  or  teams:",
    )


def test_D_38_a_key_that_slipped_out_of_its_person() -> None:
    text = f"users:\n  - {ANA}location: Madrid\n"
    assert shown(problems_of(text)[0]) == (
        "3:1",
        '"location" stands too far left; it belongs to the person of line 2',
        "put four spaces in front of it",
    )


def test_D_38_a_person_beside_the_list() -> None:
    text = f"{ANA}users:\n  - email: b@acme.example\n"
    assert shown(problems_of(text)[0]) == (
        "1:1",
        '"email" stands beside "users:"; a file holds one person or a list of them',
        "write the person into the list, beginning with  - email:",
    )


def test_D_38_a_key_that_slipped_into_the_value_above() -> None:
    text = f"{ANA}teams:\n  at_least: [VIP]\n  location: Madrid\n"
    assert [shown(problem) for problem in problems_of(text)] == [
        (
            "4:3",
            '"location" stands too far right; it belongs beside "teams:" of line 2',
            'let it begin in column 1, as "teams" does',
        )
    ]


def test_D_38_a_key_that_slipped_into_the_braces() -> None:
    assert problems_of(f"{ANA}teams: {{at_least: [VIP], alias: A}}\n")[0].hint == "move it out of the braces"


@pytest.mark.parametrize("key", TOP_KEYS)
def test_D_38_a_setting_in_a_file_of_people_belongs_elsewhere(key: str) -> None:
    for text in (f"{ANA}{key}: x\n", f"users: []\n{key}: x\n", f"{key}: x\n"):
        found = problems_of(text)
        assert [problem.code for problem in found] == ["D-38"]
        assert found[0].summary.startswith(f'"{key}" is a setting of the tree, not of a person.')
        assert found[0].hint == "settings stand in reconciler.yaml"


def test_D_38_a_setting_that_is_nearly_a_key_of_a_person_names_it() -> None:
    assert problems_of(f"{ANA}locations: Madrid\n")[0].summary == (
        '"locations" is a setting of the tree, not of a person. Did you mean "location"?'
    )


def test_D_38_a_list_of_people_inside_a_person() -> None:
    assert codes(f"users:\n  - {ANA}    users: []\n") == ["D-38"]


@pytest.mark.parametrize("value", ["", "null", "x", "3", "{email: ana@acme.example}"])
def test_D_35_users_must_be_a_list(value: str) -> None:
    assert codes(f"users: {value}\n") == ["D-35"]


@pytest.mark.parametrize("value", ["x", "", "[a]", "3", "null"])
def test_D_35_every_element_of_users_must_be_a_person(value: str) -> None:
    assert codes(f"users:\n  - email: b@acme.example\n  - {value}\n") == ["D-35"]


def test_D_35_an_address_alone_gets_the_line_to_write() -> None:
    assert shown(problems_of("users:\n  - ana@acme.example\n")[0]) == (
        "2:5",
        "users: ana@acme.example where a person is wanted",
        "write:  - email: ana@acme.example",
    )


@pytest.mark.parametrize("text", ["first_name: Ana\n", "users:\n  - first_name: Ana\n", "wage: 12\n"])
def test_a_person_without_an_address_is_refused(text: str) -> None:
    assert "no e-mail address: it is not known who is meant" in [problem.summary for problem in problems_of(text)]


@pytest.mark.parametrize("key", ["emial", "Email", "e_mail", "user", "Users"])
def test_a_misspelt_address_is_said_once(key: str) -> None:
    assert codes(f"{key}: ana@acme.example\nfirst_name: Ana\n") == ["D-37"]


def test_every_slip_of_every_file_is_said_at_once() -> None:
    files = (
        document(f"{ANA}statsu: Active\npeople: [x]\n"),
        document("users:\n  - first_name: Bo\n  - ana@acme.example\nlimits: {}\n", "users/b.yaml"),
    )
    found = [problem for file in files for problem in read_declarations(file)[1]]
    places = [(str(problem.mark), problem.code) for problem in found]
    assert sorted(places) == [
        ("users/b.yaml:2:5", "D-37"),
        ("users/b.yaml:3:5", "D-35"),
        ("users/b.yaml:4:1", "D-38"),
        ("users/people.yaml:2:1", "D-37"),
        ("users/people.yaml:3:1", "D-38"),
    ]
