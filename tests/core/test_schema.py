"""The schema for editors: it takes what the strict reading takes, and refuses each class of mistake."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from reconciler.core.misplaced import FIRST_DAY, LAST_DAY, PERSON_KEYS, PROFILE_KEYS, PROFILES
from reconciler.core.resolve import document_reader
from reconciler.core.schema import names_of, people_schema
from reconciler.core.schema_settings import NOTES, settings_schema
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.edge.yaml_reader import read_document
from reconciler.model.fields import TREE_FIELDS
from reconciler.model.kinds import EMAIL, TEXT, Choice, Count, Email, Flag, Kind, Pattern
from reconciler.model.names import Names
from reconciler.model.source import Document, errors_of
from tests.builders import live, snapshot
from tests.core.settings_text import LEAST, problems_of
from tests.test_example import BLOCK
from tests.typed import complaints, typed

ROOT: Final = Path(__file__).parents[2]
PEOPLE: Final[Any] = people_schema({}, {})
SETTINGS: Final[Any] = settings_schema({})
TENANT: Final = {"roles": ("Admin", "Agent"), "teams": ("Billing ES", "2024"), "location": ("Madrid", "Oslo")}
ANA: Final = "email: ana@acme.example\n"

FILES: Final = {
    **{path.name: path.read_text() for path in sorted((ROOT / "users").rglob("*.y*ml"))},
    **{f"README {match['file']}": match["text"] for match in BLOCK.finditer((ROOT / "README.md").read_text())},
}


@pytest.mark.parametrize("schema", [PEOPLE, SETTINGS, people_schema({}, TENANT), settings_schema(TENANT)])
def test_every_schema_is_one_of_draft_7_and_plain_json(schema: Any) -> None:
    Draft7Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("name", FILES)
def test_every_example_file_fits(name: str) -> None:
    schema = SETTINGS if name.endswith("reconciler.yaml") else PEOPLE
    assert complaints(schema, FILES[name]) == []


def test_a_person_has_exactly_the_keys_of_the_table() -> None:
    assert PEOPLE["definitions"]["person"]["properties"].keys() == PERSON_KEYS


def test_a_profile_has_exactly_the_keys_that_are_read() -> None:
    assert PEOPLE["definitions"]["profile"]["properties"].keys() == PROFILE_KEYS


def test_the_settings_have_exactly_the_keys_that_are_read() -> None:
    assert tuple(SETTINGS["properties"]) == TOP_KEYS
    assert tuple(NOTES) == TOP_KEYS


def test_every_field_has_its_title_and_what_is_said_of_it() -> None:
    schema: Any = people_schema({"location": "the name of a location"}, {})
    shown = schema["definitions"]["location"]
    assert (shown["title"], shown["description"]) == (TREE_FIELDS["location"].title, "the name of a location")


@pytest.mark.parametrize(
    "text",
    [
        "email: ana@acme.example\nstatsu: Inactive\n",
        "email: ana@acme.example\nusers: []\n",
        "users: []\nfirst_name: Ana\n",
        "first_name: Ana\n",
        "users: {email: ana@acme.example}\n",
        "users: [ana@acme.example]\n",
        "users: [{first_name: Ana}]\n",
        "users: [{email: ana@acme.example, teem: x}]\n",
        "profiles: [cover]\n",
        "profiles: {cover: [Agent]}\n",
        "profiles: {cover: {first_name: Ana}}\n",
        "profiles: {cover: {people: [ana]}}\n",
        "profiles: {cover: {last_day: soon}}\n",
        f"{ANA}profiles: {{cover: {{location: Oslo}}}}\n",
        f"{ANA}people: [bo@acme.example]\n",
        f"{ANA}profiles: [{{name: cover}}]\n",
        f"{ANA}first_day: 10.01.2027\n",
        f"{ANA}last_day: null\n",
        f"{ANA}previous_emails: [ana]\n",
        f"{ANA}new_email: bo@acme.example\n",
        "email: Ana Reyes\n",
        "email: ana@acme\n",
        "email: 12\n",
        f"{ANA}first_name:\n",
        f"{ANA}first_name: 1.5\n",
        f"{ANA}first_name: true\n",
        f"{ANA}first_name: [Ana]\n",
        f"{ANA}first_name: ' Ana'\n",
        f"{ANA}first_name: ''\n",
        f"{ANA}alias: {'x' * 256}\n",
        f"{ANA}agent_number: -4\n",
        f"{ANA}status: active\n",
        f"{ANA}status: null\n",
        f"{ANA}location: ''\n",
        f"{ANA}location: [Madrid]\n",
        f"{ANA}max_chat_limit: 0\n",
        f"{ANA}max_chat_limit: 1001\n",
        f"{ANA}max_chat_limit: three\n",
        f"{ANA}max_chat_limit_enabled: 'true'\n",
        f"{ANA}max_chat_limit_enabled: 1\n",
        f"{ANA}extension_number: '12a'\n",
        f"{ANA}direct_inbound_number1: 34915550123\n",
        f"{ANA}direct_inbound_number1: '0915550123'\n",
        f"{ANA}roles: []\n",
        f"{ANA}roles: [{', '.join(f'R{number}' for number in range(11))}]\n",
        f"{ANA}roles: {{}}\n",
        f"{ANA}roles: {{at_last: [Agent]}}\n",
        f"{ANA}roles: null\n",
        f"{ANA}teams: [A, A]\n",
        f"{ANA}teams: ['A: B']\n",
        f"{ANA}teams: [{{name: A, until: 2027-01-10}}]\n",
        f"{ANA}teams: [{{last_day: 2027-01-10}}]\n",
        f"{ANA}teams: {{name: A, last_day: 2027-01-10}}\n",
        f"{ANA}teams: {{never: [{{name: A, last_day: 2027-01-10}}]}}\n",
    ],
)
def test_every_class_of_mistake_in_a_file_of_people_is_refused(text: str) -> None:
    assert complaints(PEOPLE, text)


@pytest.mark.parametrize(
    "text",
    [
        "limit: {}\n",
        "locations: {Madrid: 1}\n",
        "locations: [Oslo, Oslo]\n",
        "privileged_roles: []\n",
        "protected: [break-glass]\n",
        "not_in_files: delete\n",
        "minimum_active: {role: {Admin: 2}}\n",
        "minimum_active: {roles: {Admin: -1}}\n",
        "minimum_active: {roles: [Admin]}\n",
        "limits: {deactivated: 4}\n",
        "limits: {deactivate: many}\n",
        "limits: {deactivate: {count: 4, shares: 5%}}\n",
        "limits: {deactivate: {share: 5}}\n",
        "allow: [{deactivate: 31, in: a.yaml, last_day: 2026-12-09}]\n",
        "allow: [{in: a.yaml, last_day: 2026-12-09, why: x}]\n",
        "allow: [{deactivate: 3, create: 4, in: a.yaml, last_day: 2026-12-09, why: x}]\n",
        "allow: [{deactivate: 0, in: a.yaml, last_day: 2026-12-09, why: x}]\n",
        "allow: [{deactivate: 3, in: a.yaml, last_day: soon, why: x}]\n",
        "scope: {emails: []}\n",
        "scope: [acme.example]\n",
        "batch_size: 0\n",
        "job_timeout: 30\n",
        "settle_timeout: half an hour\n",
        "ignore_jobs: [{id: 12345}]\n",
        "ignore_jobs: [12345]\n",
        "actors: {kari n: kari@acme.example}\n",
        "actors: {kari-n: kari}\n",
    ],
)
def test_every_class_of_mistake_in_the_settings_is_refused_by_schema_and_reading(text: str) -> None:
    assert complaints(SETTINGS, LEAST + text)
    assert errors_of(problems_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "locations: []\n",
        "locations: Oslo\n",
        "locations: [Oslo, 2024]\n",
        "privileged_roles: Admin\n",
        "protected: break-glass@acme.example\n",
        "not_in_files: 'deactivate'\n",
        "minimum_active: {}\n",
        "minimum_active: {roles: {Admin: '2'}, teams: {}, locations: {Oslo: 0}}\n",
        "limits: {deactivate: 40, create: '3', reactivate: {share: 12.5%}}\n",
        "limits: {role_change: {count: 0, share: '5%'}}\n",
        "allow: {deactivate: 31, in: ./madrid/, last_day: '2026-12-09', why: 'the site closes'}\n",
        "allow: []\n",
        "scope: {emails: '*@ACME.example'}\n",
        "scope: {}\n",
        "batch_size: '20'\n",
        "job_timeout: 1d\nsettle_timeout: '90s'\nsnapshot_max_age: 2h\n",
        "ignore_jobs: {id: '12345', last_day: 2026-12-09}\n",
        "actors: {Kari-N: kari@acme.example}\n",
    ],
)
def test_what_the_reading_of_settings_takes_the_schema_takes(text: str) -> None:
    assert problems_of(text) == ()
    assert complaints(SETTINGS, LEAST + text) == []


@pytest.mark.parametrize("missing", ["format", "tenant", "email_domains"])
def test_what_the_settings_must_say_is_wanted(missing: str) -> None:
    kept = "".join(line for line in LEAST.splitlines(keepends=True) if not line.startswith(missing))
    assert complaints(SETTINGS, kept) == [f"'{missing}' is a required property"]


def test_the_names_of_a_snapshot_are_its_roles_its_teams_and_where_people_are() -> None:
    people = (live("a@acme.example", location="Oslo"), live("b@acme.example", location="Madrid"))
    taken = snapshot(*people, live("c@acme.example", location=None))
    known = names_of(taken)
    assert known["roles"] == taken.template.roles
    assert known["teams"] == taken.template.teams
    assert known["location"] == ("Madrid", "Oslo")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("roles: [Agent]\n", True),
        ("roles: Agent\n", True),
        ("roles: [agent]\n", False),
        ("teams: {at_least: [Billing ES]}\n", True),
        ("teams: {at_least: [Biling ES]}\n", False),
        ("teams: {never: [Biling ES]}\n", False),
        ("teams: [2024]\n", True),
        ("location: Lisbon\n", True),
    ],
)
def test_a_tenants_roles_and_teams_are_checked_and_locations_only_offered(text: str, fits: bool) -> None:
    schema: Any = people_schema({}, TENANT)
    assert (complaints(schema, ANA + text) == []) is fits
    assert schema["definitions"]["location"]["examples"] == ["Madrid", "Oslo"]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("privileged_roles: [Admin]\n", True),
        ("privileged_roles: [Admins]\n", False),
        ("minimum_active: {roles: {Admin: 2}}\n", True),
        ("minimum_active: {teams: {Biling ES: 2}}\n", False),
        ("minimum_active: {locations: {Lisbon: 2}}\n", True),
    ],
)
def test_a_tenants_names_are_checked_in_the_settings_too(text: str, fits: bool) -> None:
    assert (complaints(settings_schema(TENANT), LEAST + text) == []) is fits


def test_a_tenant_without_teams_takes_any_text() -> None:
    assert complaints(people_schema({}, {"teams": ()}), f"{ANA}teams: [Billing ES]\n") == []


# What follows: values drawn by kind, spelled as people spell them.

LETTERS: Final = st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"))
TEXTS: Final = st.text(LETTERS, min_size=1, max_size=8) | st.from_regex(
    r"[A-Za-z0-9][a-z0-9 +_.:-]{0,7}", fullmatch=True
)


def quoted(text: str) -> str:
    """A text in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def spelled(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A text with and without quotes."""
    return texts | texts.map(quoted)


def days() -> st.SearchStrategy[str]:
    """A day, and what is nearly one."""
    return spelled(st.dates().map(str) | st.sampled_from(("2027-02-30", "2027-1-5", "soon")))


def one_name() -> st.SearchStrategy[str]:
    """A name of a role or a team, with and without days."""
    names = spelled(TEXTS)
    dated = st.builds("{{name: {}, first_day: {}, last_day: {}}}".format, names, days(), days())
    until = st.builds("{{name: {}, last_day: {}}}".format, names, days())
    return names | until | dated | names.map("{{name: {}}}".format)


def several(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One of these, or a list of them."""
    return one | st.lists(one, max_size=4).map(lambda some: f"[{', '.join(some)}]")


def spellings(kind: Kind) -> st.SearchStrategy[str]:
    """How a value of a kind may stand in a file, and a little beyond."""
    if isinstance(kind, Names):
        part = several(one_name())
        rule = st.builds("{{at_least: {}, never: {}}}".format, part, part)
        return part | rule | part.map("{{at_least: {}}}".format) | part.map("{{never: {}}}".format)
    if isinstance(kind, Count):
        return spelled(st.integers(kind.least - 1, kind.most + 1).map(str))
    if isinstance(kind, Flag):
        return st.sampled_from(("true", "false"))
    if isinstance(kind, Choice):
        return spelled(st.sampled_from(kind.words))
    if isinstance(kind, Email):
        return spelled(st.emails())
    if isinstance(kind, Pattern):
        return spelled(st.from_regex(kind.form, fullmatch=True))
    return st.just("null") | spelled(TEXTS)


def spellings_of(key: str) -> st.SearchStrategy[str]:
    """How the value of a key of a person or a profile may stand in a file."""
    if key in {FIRST_DAY, LAST_DAY}:
        return days()
    if key in {PROFILES, "people", "previous_emails"}:
        return several(spellings(TEXT if key == PROFILES else EMAIL))
    return spellings(TREE_FIELDS[key].kind)


READ: Final = document_reader()


def taken(text: str) -> Document | None:
    """A file as the strict reading takes it; None where it does not."""
    read, _ = read_document("users/ana.yaml", text.encode())
    return None if read is None or READ(read).problems else read


def hold_taken(text: str) -> None:
    """Hold that the schema takes a file if the strict reading does."""
    read = taken(text)
    assume(read)
    if read:
        assert [error.message for error in Draft7Validator(PEOPLE).iter_errors(typed(read.root))] == []


@pytest.mark.parametrize("key", sorted(PERSON_KEYS))
def test_what_the_strict_reading_takes_the_schema_takes(key: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(spelling=spellings_of(key))
    def holds(spelling: str) -> None:
        hold_taken(f"{'' if key == 'email' else ANA}{key}: {spelling}\n")

    holds()


@pytest.mark.parametrize("key", sorted(PROFILE_KEYS))
def test_what_the_strict_reading_takes_in_a_profile_the_schema_takes(key: str) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(spelling=spellings_of(key))
    def holds(spelling: str) -> None:
        hold_taken(f"profiles:\n  cover:\n    {key}: {spelling}\n")

    holds()


def test_people_and_profiles_stand_in_one_file() -> None:
    assert complaints(PEOPLE, "profiles: {cover: {location: Oslo}}\nusers: [{email: ana@acme.example}]\n") == []
