"""Limits, minimums and dated exceptions: what cannot be read guards most strictly."""

from datetime import UTC, date, datetime
from typing import Final

import pytest

from reconciler.core.settings_guards import DEFAULT_LIMITS
from reconciler.model.settings import Allowance, Counted, IgnoredJob, Limit
from reconciler.model.source import Severity
from tests.core.settings_text import LEAST, codes, problems_of, read, settings_of
from tests.nodes import shown


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{count: 40, share: 10%}", (40, 0.1)),
        ("{count: '40', share: '10%'}", (40, 0.1)),
        ('{"count": 40, "share": "2.5%"}', (40, 0.025)),
        ("40", (40, 0.05)),
        ("{count: 40}", (40, 0.05)),
        ("{share: 10%}", (25, 0.1)),
        ("{count: 40, share: 100%}", (40, 1.0)),
        ("0", (0, 0.05)),
        ("{}", (25, 0.05)),
    ],
)
def test_a_limit_keeps_the_default_of_what_it_does_not_state(text: str, limit: tuple[int, float]) -> None:
    found = settings_of(f"limits: {{deactivate: {text}}}\n").limits[Counted.DEACTIVATE]
    assert (found.count, found.share) == limit


@pytest.mark.parametrize(
    "text",
    [
        *("{count: 25, share: 3}", "{count: 25, share: -1}", "{count: 25, share: 30}", "{count: 25, share: lots}"),
        *(
            "{count: 25, share: NaN}",
            "{count: 25, share: .nan}",
            "{count: 25, share: 101%}",
            "{share: 0%}",
            "{share: }",
        ),
        *("{share: 5 %}", "{share: -5%}", "{share: 1e1%}", "{share: ٥%}", "{share: 05%}", "{share: 5.125%}"),
        *(
            "{count: -1}",
            "{count: lots}",
            "{count: NaN}",
            "{count: .inf}",
            "{count: 1e3}",
            "{count: }",
            "{count: 5%}",
        ),
        *(
            "{count: 2.5}",
            "{count: 012}",
            "{count: 10000000}",
            "{cuont: 3}",
            "lots",
            "-1",
            "5%",
            ".inf",
            "[25]",
            "null",
        ),
        *("{count: 25, share: 5%, why: x}", "{count: 25, limit: 3}", "{deactivate: 3}"),
    ],
)
def test_D_77_a_limit_that_cannot_be_read_is_zero(text: str) -> None:
    settings, problems = read(f"{LEAST}limits: {{deactivate: {text}}}\n")
    assert len(problems) == 1
    assert settings is not None
    assert settings.limits[Counted.DEACTIVATE] == Limit(0, None, settings.limits[Counted.DEACTIVATE].mark)


@pytest.mark.parametrize("value", ["", "25", "[deactivate]", "unlimited"])
def test_D_77_limits_that_are_no_mapping_are_all_zero(value: str) -> None:
    settings, problems = read(f"{LEAST}limits: {value}\n")
    assert [problem.code for problem in problems] == ["D-35"]
    assert settings is not None
    assert set(settings.limits.values()) == {Limit(0)}


def test_D_77_the_share_gets_the_form_to_write() -> None:
    assert shown(problems_of("limits: {deactivate: {count: 25, share: 30}}\n")[0]) == (
        "4:41",
        "share: 30 where a share is wanted, above 0% and at most 100%",
        "write a number and %, like  5%    (to allow nobody:  count: 0)",
    )


def test_D_77_an_unknown_limit_gets_the_nearest() -> None:
    assert problems_of("limits: {deactivates: 3}\n")[0].summary == (
        '"deactivates" is not a known setting. Did you mean "deactivate"?'
    )


@pytest.mark.parametrize("kind", Counted)
def test_every_kind_has_a_default_and_may_be_stated(kind: Counted) -> None:
    assert kind in DEFAULT_LIMITS
    assert settings_of(f"limits: {{{kind}: 7}}\n").limits[kind].count == 7


def test_minimums_of_locations_must_be_listed() -> None:
    found = problems_of("locations: [Madrid]\nminimum_active: {locations: {madrid: 2, Madird: 3}}\n")
    assert [shown(problem)[:2] for problem in found] == [
        ("5:41", 'locations: no location "Madird" stands under "locations:". Did you mean "Madrid"?')
    ]


@pytest.mark.parametrize(
    "value",
    [
        *("{roles: {Admin: -1}}", "{roles: {Admin: two}}", "{roles: [Admin]}", "{role: {Admin: 2}}"),
        *("{roles: {Admin: 2, admin: 3}}", "", "2", "{roles: }", "{teams: {' VIP': 2}}", "{teams: {VIP: }}"),
    ],
)
def test_minimums_of_another_form_are_refused(value: str) -> None:
    assert len(codes(f"minimum_active: {value}\n")) == 1


ALLOW: Final = "{deactivate: 31, in: madrid/closing.yaml, last_day: 2026-12-09, why: site closes}"


def test_an_allowance_is_read_with_its_place() -> None:
    (allowance,) = settings_of(f"allow:\n  - {ALLOW}\n").allow
    assert allowance == Allowance(
        Counted.DEACTIVATE, 31, "madrid/closing.yaml", date(2026, 12, 9), "site closes", allowance.mark
    )
    assert (allowance.mark.line, allowance.mark.column) == (5, 5)


@pytest.mark.parametrize("form", ["[{}]", "{}"])
@pytest.mark.parametrize("day", ["2026-12-09", "'2026-12-09'", '"2026-12-09"'])
def test_one_allowance_stands_for_a_list_and_a_day_may_be_quoted(form: str, day: str) -> None:
    settings = settings_of(f"allow: {form.format(ALLOW.replace('2026-12-09', day))}\n")
    assert [one.last_day for one in settings.allow] == [date(2026, 12, 9)]


@pytest.mark.parametrize("kind", Counted)
def test_every_kind_of_limit_may_be_raised(kind: Counted) -> None:
    assert settings_of(f"allow: {ALLOW.replace('deactivate', kind)}\n").allow[0].counted is kind


@pytest.mark.parametrize(
    ("path", "under"),
    [("madrid/", "madrid"), ("./a/b.yaml", "a/b.yaml"), ("a b.yml", "a b.yml"), (".", "."), ("./", ".")],
)
def test_an_allowance_is_for_a_file_or_directory(path: str, under: str) -> None:
    assert settings_of(f"allow: {ALLOW.replace('madrid/closing.yaml', path)}\n").allow[0].under == under


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../x.yaml",
        "madrid/../../x.yaml",
        "/etc/passwd",
        "/",
        "''",
        "a//b",
        "a/./b",
        "'a\\b'",
        "[a]",
    ],
)
def test_D_04_an_allowance_stays_inside_the_tree(path: str) -> None:
    assert len(codes(f"allow: {ALLOW.replace('madrid/closing.yaml', path)}\n")) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(("31", "0"), ("31", "-1"), ("31", "all"), ("31", "5%"), ("site closes", "''"), ("site closes", "'...'")),
        *(
            ("deactivate: 31, ", ""),
            ("deactivate: 31", "deactivate: 31, create: 3"),
            ("deactivate", "deactivates"),
        ),
        *((", why: site closes", ""), ("in: madrid/closing.yaml, ", ""), ("last_day: 2026-12-09, ", "")),
        *(("2026-12-09", "2026-13-45"), ("2026-12-09", "9.12.2026"), ("2026-12-09", "2026-12-09T10:00:00Z")),
        *(
            ("2026-12-09", "2026-12-9"),
            ("2026-12-09", "2027-01-03"),
            ("why", "reason"),
            ("2026-12-09", "tomorrow"),
        ),
    ],
)
def test_an_allowance_of_another_form_allows_nothing(old: str, new: str) -> None:
    settings, problems = read(f"{LEAST}allow: {ALLOW.replace(old, new)}\n")
    assert {problem.severity for problem in problems} == {Severity.ERROR}
    assert settings is not None
    assert settings.allow == ()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-12-01", ["settings.expired"]),
        ("2026-12-02", []),
        ("2027-01-02", []),
        ("2027-01-03", ["D-77"]),
    ],
)
def test_an_allowance_holds_to_its_last_day_and_at_most_31_days_ahead(day: str, said: list[str]) -> None:
    assert codes(f"allow: {ALLOW.replace('2026-12-09', day)}\n") == said


def test_an_allowance_that_is_over_keeps_its_day_for_the_guard() -> None:
    settings, _ = read(f"{LEAST}allow: {ALLOW}\n", datetime(2027, 3, 1, tzinfo=UTC))
    assert settings is not None
    assert [one.last_day for one in settings.allow] == [date(2026, 12, 9)]


def test_an_allowance_that_is_over_is_a_warning() -> None:
    (problem,) = problems_of(f"allow: {ALLOW.replace('2026-12-09', '2026-12-01')}\n")
    assert problem.severity is Severity.WARNING
    assert shown(problem)[1:] == ("last_day: this ended on 2026-12-01 and has no effect any more", "remove it")


def test_an_allowance_too_far_ahead_gets_the_last_day_that_holds() -> None:
    (problem,) = problems_of(f"allow: {ALLOW.replace('2026-12-09', '2027-06-30')}\n")
    assert shown(problem)[1:] == (
        "last_day: 2027-06-30 is 210 days ahead, at most 31 are allowed",
        "write:  last_day: 2027-01-02    or an earlier day",
    )


def test_the_day_is_that_of_the_tenant() -> None:
    """23:30 in London is the next day in Madrid."""
    late = datetime(2026, 12, 9, 23, 30, tzinfo=UTC)
    assert [problem.code for problem in problems_of(f"allow: {ALLOW}\n", late)] == ["settings.expired"]


def test_jobs_are_ignored_until_a_day() -> None:
    (job,) = settings_of("ignore_jobs: [{id: 12345, last_day: 2026-12-09}]\n").ignore_jobs
    assert job == IgnoredJob(12345, date(2026, 12, 9), job.mark)


@pytest.mark.parametrize(
    "value", ["{id: 0, last_day: 2026-12-09}", "{id: x, last_day: 2026-12-09}", "{id: 3}", "[3]", ""]
)
def test_ignored_jobs_of_another_form_are_refused(value: str) -> None:
    assert len(codes(f"ignore_jobs: {value}\n")) == 1


def test_a_job_that_is_ignored_no_longer_is_a_warning() -> None:
    found = problems_of("ignore_jobs: [{id: 12345, last_day: 2026-11-09}]\n")
    assert [(problem.code, problem.severity) for problem in found] == [("settings.expired", Severity.WARNING)]
