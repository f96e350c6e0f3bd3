"""The settings of a tree: what they say, what stands in for silence, and what is refused."""

from typing import Final

import pytest

from reconciler.core.settings import read_settings
from reconciler.core.settings_reading import TOP_KEYS
from reconciler.model.fields import TREE_FIELDS
from reconciler.model.settings import Counted, NotInFiles
from tests.core.settings_text import LEAST, NOW, codes, problems_of, read, settings_of
from tests.nodes import shown

PRODUCT: Final = """\
format: 1
tenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}
email_domains: [acme.example]        # required; a create sends an invitation mail; also the default scope
locations: [Madrid, Manila]          # no call of the platform lists them
privileged_roles: [Admin, Manager Admin]
protected: [break-glass@acme.example]   # a declared change leaves them out; in no file: skipped with a note
not_in_files: report                 # live, active, in scope, in no file: report a count (default) | deactivate
minimum_active:                      # a plan that goes below (or lower still) is refused, also between two batches
  roles: {Admin: 2}
  teams: {Billing ES: 8}
limits:
  deactivate: {count: 25, share: 5%}
allow:                               # the reviewed way past a limit
  - {deactivate: 31, in: madrid/closing.yaml, last_day: 2026-12-09, why: "site closes"}
"""


def test_the_page_of_the_product_is_read_without_a_word() -> None:
    settings, problems = read(PRODUCT)
    assert problems == ()
    assert settings is not None
    assert [name.value for name in settings.locations or ()] == ["Madrid", "Manila"]
    assert [name.value for name in settings.privileged_roles or ()] == ["Admin", "Manager Admin"]
    assert [name.value for name in settings.protected] == ["break-glass@acme.example"]
    assert [(one.field, one.name, one.count, one.mark and one.mark.line) for one in settings.minimum_active] == [
        ("roles", "Admin", 2, 9),
        ("teams", "Billing ES", 8, 10),
    ]
    limit = settings.limits[Counted.DEACTIVATE]
    assert (limit.count, limit.share, limit.mark and limit.mark.line) == (25, 0.05, 12)


def test_what_the_settings_do_not_say_has_the_default_of_the_product() -> None:
    settings = settings_of("")
    assert settings.locations is None
    assert settings.privileged_roles is None
    assert settings.protected == ()
    assert settings.not_in_files.value is NotInFiles.REPORT
    assert settings.minimum_active == ()
    assert settings.allow == ()
    assert settings.scope == ("*@acme.example",)
    assert settings.batch_size == 500
    assert settings.job_timeout == 1_800
    assert settings.settle_timeout == 60
    assert settings.snapshot_max_age == 604_800
    assert settings.ignore_jobs == ()
    assert settings.actors == {}


def test_the_default_limits_are_those_of_the_product() -> None:
    assert {kind.value: (limit.count, limit.share) for kind, limit in settings_of("").limits.items()} == {
        "create": (50, None),
        "deactivate": (25, 0.05),
        "reactivate": (25, 0.05),
        "rename": (25, None),
        "role_change": (50, None),
        "team_removal": (100, None),
        "privileged_grant": (0, None),
        "put_back": (10, None),
    }


def test_D_01_without_a_document_the_reading_of_the_tree_has_said_why() -> None:
    assert read_settings(None, NOW) == (None, ())


@pytest.mark.parametrize("key", ["format", "tenant", "email_domains"])
def test_what_is_required_is_asked_for_with_a_line_to_write(key: str) -> None:
    settings, problems = read(
        "".join(line for line in LEAST.splitlines(keepends=True) if not line.startswith(key))
    )
    assert settings is None
    assert [(problem.code, problem.summary) for problem in problems] == [
        ("settings.missing", f'the setting "{key}" is missing')
    ]
    assert problems[0].hint.startswith(f"write:  {key}: ")


@pytest.mark.parametrize("part", ["url", "timezone"])
def test_both_parts_of_the_tenant_are_required(part: str) -> None:
    settings, problems = read(LEAST.replace(f"{part}: ", "x: "))
    assert settings is None
    assert f'the setting "{part}" is missing' in [problem.summary for problem in problems]


@pytest.mark.parametrize("value", ["2", "1.0", "", "one", "[1]"])
def test_another_format_is_the_only_thing_said(value: str) -> None:
    settings, problems = read(f"format: {value}\nunknown: 1\n")
    assert settings is None
    assert [problem.code for problem in problems] == ["settings.format"]


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://acme.uc1.ccaiplatform.com", "https://acme.uc1.ccaiplatform.com"),
        ("https://ACME.uc1.ccaiplatform.com/", "https://acme.uc1.ccaiplatform.com"),
        ("https://acme.uc1.ccaiplatform.com:8443", "https://acme.uc1.ccaiplatform.com:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://127.8.9.1", "http://127.8.9.1"),
        ('"http://[::1]:8080"', "http://[::1]:8080"),
    ],
)
def test_the_address_of_the_tenant_is_https_or_this_machine(url: str, taken: str) -> None:
    settings, problems = read(LEAST.replace("https://acme.uc1.ccaiplatform.com", url))
    assert problems == ()
    assert settings is not None
    assert settings.tenant_url.value == taken


@pytest.mark.parametrize(
    "url",
    [
        *("http://acme.uc1.ccaiplatform.com", "ftp://acme.example", "acme.uc1.ccaiplatform.com", "https://"),
        *("https://acme.uc1.ccaiplatform.com/apps", "https://acme.example?x=1", '"https://acme.example#x"'),
        *("https://user:secret@acme.example", "https://acme", "https://acme.example:99999", "https://-a.example"),
        *(
            "https://аcme.example",
            '"https://[::1"',
            "http://128.0.0.1",
            "http://10.0.0.1",
            '"https://acme.example\\\\x"',
        ),
        *("http://localhost.evil.example", "http://127.0.0.1.evil.example", '"http://[::ffff:127.0.0.1]"'),
    ],
)
def test_S_05_another_address_is_refused_and_never_shown(url: str) -> None:
    settings, problems = read(LEAST.replace("https://acme.uc1.ccaiplatform.com", url))
    assert settings is None
    assert [(problem.code, problem.summary) for problem in problems] == [
        ("S-05", "url: this is not the address of a tenant")
    ]


@pytest.mark.parametrize("zone", ["Europe/Madird", "europe/madrid", "CEST", "../etc/passwd", "Europe", "NO"])
def test_a_time_zone_must_be_known(zone: str) -> None:
    settings, problems = read(LEAST.replace("Europe/Madrid", zone))
    assert settings is None
    assert len(problems) == 1


def test_a_misspelt_time_zone_gets_the_nearest() -> None:
    assert read(LEAST.replace("Europe/Madrid", "Europe/Madird"))[1][0].hint == "write:  timezone: Europe/Madrid"


def test_domains_are_in_lower_case_and_one_stands_for_a_list() -> None:
    settings, _ = read(LEAST.replace("[acme.example]", "ACME.example"))
    assert settings is not None
    assert [domain.value for domain in settings.email_domains] == ["acme.example"]


@pytest.mark.parametrize("value", ["[]", "['*.acme.example']", "[acme]", "", "[a.example, A.example]"])
def test_D_62_a_domain_list_that_cannot_be_read_lets_nobody_check_the_tree(value: str) -> None:
    settings, problems = read(LEAST.replace("[acme.example]", value))
    assert settings is None
    assert len(problems) == 1


def test_a_domain_with_its_at_sign_gets_the_domain() -> None:
    assert (
        read(LEAST.replace("[acme.example]", '"@acme.example"'))[1][0].hint
        == "write:  email_domains: acme.example"
    )


def test_an_empty_list_of_privileged_roles_guards_nothing_and_is_refused() -> None:
    assert codes("privileged_roles: []\n") == ["D-77"]


@pytest.mark.parametrize("address", ["break glass@acme.example", "nobody", "", "[a@acme.example, A@acme.example]"])
def test_protected_addresses_must_be_addresses(address: str) -> None:
    assert len(codes(f"protected: {address}\n")) == 1


def test_protected_addresses_are_canonical() -> None:
    assert [one.value for one in settings_of("protected: Break-Glass@ACME.example\n").protected] == [
        "break-glass@acme.example"
    ]


@pytest.mark.parametrize("value", ["report", "deactivate"])
def test_not_in_files_is_a_word(value: str) -> None:
    assert settings_of(f"not_in_files: {value}\n").not_in_files.value == value


@pytest.mark.parametrize("value", ["delete", "Report", "true", "", "[report]"])
def test_another_word_for_not_in_files_is_refused(value: str) -> None:
    assert len(codes(f"not_in_files: {value}\n")) == 1


@pytest.mark.parametrize(
    ("text", "seconds"), [("30m", 1_800), ("'45s'", 45), ('"2h"', 7_200), ("31d", 2_678_400), ("1s", 1)]
)
def test_durations_are_a_number_and_a_unit_quoted_or_not(text: str, seconds: int) -> None:
    assert settings_of(f"job_timeout: {text}\n").job_timeout == seconds


@pytest.mark.parametrize(
    "text",
    [
        "30",
        "0s",
        "-1m",
        "1.5h",
        "m",
        "30 m",
        "32d",
        "1w",
        "30M",
        "1m30s",
        "",
        "lots",
        "[30m]",
        "030m",
        "9999999999s",
    ],
)
@pytest.mark.parametrize("key", ["job_timeout", "settle_timeout", "snapshot_max_age"])
def test_D_77_other_durations_are_refused(key: str, text: str) -> None:
    assert codes(f"{key}: {text}\n") == ["D-77"]


@pytest.mark.parametrize("text", ["0", "-1", "lots", "10001", "1e3", "", "[500]"])
def test_D_77_a_batch_size_out_of_range_is_refused(text: str) -> None:
    assert codes(f"batch_size: {text}\n") == ["D-77"]


def test_the_scope_may_be_stated() -> None:
    assert settings_of('scope: {emails: ["*@acme.example", "es-*@ACME.example"]}\n').scope == (
        "*@acme.example",
        "es-*@acme.example",
    )


@pytest.mark.parametrize("value", ['"*"', '"*@*"', '"*@*.example"', "acme.example", "[]", "", '"a@b@c.example"'])
def test_D_77_a_scope_without_a_domain_is_refused(value: str) -> None:
    assert len(codes(f"scope: {{emails: {value}}}\n")) == 1


def test_actors_are_addresses_by_login_in_lower_case() -> None:
    assert settings_of("actors: {Ana-R: Ana@acme.example}\n").actors == {"ana-r": "ana@acme.example"}


@pytest.mark.parametrize(
    "value", ["{ana: nobody}", "{-ana: a@acme.example}", "{ana: a@acme.example, Ana: b@acme.example}", "[ana]", ""]
)
def test_actors_of_another_form_are_refused(value: str) -> None:
    assert len(codes(f"actors: {value}\n")) == 1


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("limit: {create: 3}\n", '"limit" is not a known setting. Did you mean "limits"?'),
        ("Locations: [Madrid]\n", '"Locations" is not a known setting. Did you mean "locations"?'),
        ("deactivate: 3\n", '"deactivate" stands too far left; it belongs under "limits:"'),
        ("timezone: Europe/Madrid\n", '"timezone" stands too far left; it belongs under "tenant:" of line 2'),
        ("emails: x\n", '"emails" stands too far left; it belongs under "scope:"'),
        ("scope: {limits: {}}\n", '"limits" stands too far right; it belongs at the left edge'),
        ("limits: {teams: {VIP: 3}}\n", '"teams" is not known here; it belongs under "minimum_active:"'),
        ("email: ana@acme.example\n", '"email" is not a setting; it belongs into a file of people'),
        ("users: []\n", '"users" is not a setting; it belongs into a file of people'),
        ("wage: 3\n", '"wage" is not a known setting.'),
    ],
)
def test_D_77_every_unknown_setting_says_where_it_belongs(text: str, summary: str) -> None:
    assert [problem.summary for problem in problems_of(text)] == [summary]


def test_a_block_whose_lines_stand_too_far_left_is_said_once_a_line() -> None:
    found = read("format: 1\nemail_domains: [acme.example]\ntenant:\nurl: https://a.example\ntimezone: UTC\n")[1]
    assert [shown(problem)[:2] for problem in found] == [
        ("4:1", '"url" stands too far left; it belongs under "tenant:" of line 3'),
        ("5:1", '"timezone" stands too far left; it belongs under "tenant:" of line 3'),
    ]


def test_no_setting_shares_its_name_with_a_field() -> None:
    assert not set(TOP_KEYS) & TREE_FIELDS.keys()


def test_everything_is_said_at_once_and_the_tree_can_still_be_checked() -> None:
    settings, problems = read(
        f"{LEAST}limits: {{create: lots}}\nbatch_size: 0\nprotected: [x, y]\nallow: [{{create: 0}}]\nlimts: {{}}\n"
    )
    assert sorted(problem.mark.line for problem in problems if problem.mark) == [4, 5, 6, 6, 7, 7, 7, 7, 8]
    assert settings is not None
