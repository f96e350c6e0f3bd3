"""Every unknown of the platform, on: the run ends confirmed, refused with a reason, or stopped after the one-row
batch with every unpromised change named. Never wrong.

The table of switches is the simulator's own; a switch that nobody lists here is drawn all the same.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from reconciler.simulator.switches import NUMBER, SWITCHES, TEXT
from tests.stage import SETTINGS, Stage, stage
from tests.truth import by_email, check_all, check_words, second_run_is_safe

SAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "final_token": ("halted", "Completed ", "canceled"),
    "retry_after": ("5", "-1", "soon", "99999999999", "Wed, 02 Dec 2026 09:00:09 GMT"),
    "page_cap": ("7",),
    "stale_seconds": ("5", "59", "600"),
    "max_bytes": ("300", "2000"),
    "rate_limit": ("3",),
    "queue_seconds": ("20",),
    "upload_visible_after": ("5",),
    "proceed_visible_after": ("5",),
    "ignore_field": ("location", "roles", "status", "alias"),
    "neighbour": ("agent5@acme.example",),
    "wrong_user": ("agent5@acme.example",),
    "fail_emails": ("agent1@acme.example", "new1@acme.example,agent2@acme.example"),
    "fail_at_row": ("1", "9"),
    "foreign_host": ("https://evil.example",),
}
"""What is set where a switch takes any text or number."""

NEEDS: Final[Mapping[str, Mapping[str, str]]] = {
    "retry_after": {"rate_limit": "3"},
    "rate_answer": {"rate_limit": "3"},
    "stale_pattern": {"stale_seconds": "20"},
    "foreign_host": {"link_header": "wrong_host"},
    "put_running": {},
}
"""Switches that show only beside another."""

CASES: Final = tuple(
    (switch.name, value)
    for switch in SWITCHES
    for value in (*switch.values, *SAMPLES.get(switch.name, ()))
    if value not in {TEXT, NUMBER}
)


FIRST: Final = "the first person of this run did not become what was promised, so nobody else was sent"
NO_JOB: Final = "and there is no such job"
ENDS: Final[Mapping[tuple[str, str], tuple[int, str]]] = {
    ("final_token", "failed"): (1, 'ended as "failed"'),
    ("final_token", "canceled"): (1, 'ended as "canceled"'),
    ("final_token", "halted"): (5, 'is in the state "halted", which is not documented'),
    ("final_token", "Completed "): (5, 'is in the state "Completed ", which is not documented'),
    ("stuck", "created"): (5, "was uploaded and not validated within 300 s"),
    ("stuck", "valid_scheme"): (5, "it is not known whether job 12345 was started"),
    ("stuck", "in_progress"): (5, "the end of job 12345 was not seen: 0 of 1 rows done"),
    ("lying_upload", "zero_rows"): (1, "the platform stored 0 of 1 rows in job 12345"),
    ("lying_upload", "missing_rows"): (1, "the platform stored 0 of 1 rows in job 12345"),
    ("lying_upload", "never_validates"): (5, "was uploaded and not validated within 300 s"),
    ("lying_upload", "nothing_stored"): (1, NO_JOB),
    ("retry_after", "99999999999"): (5, "it is not known whether the platform took reconciler-"),
    ("stale_seconds", "600"): (1, FIRST),
    ("create_teams", "rows_fail"): (1, "2 of 26 changes are not on the platform"),
    ("deactivate", "silent"): (1, "CAN STILL SIGN IN"),
    ("max_bytes", "300"): (1, "the upload is too large"),
    ("max_bytes", "2000"): (1, "the upload is too large"),
    ("ignore_field", "location"): (1, "20 of 26 changes are not on the platform"),
    ("ignore_field", "roles"): (1, "4 of 26 changes are not on the platform"),
    ("ignore_field", "status"): (1, "CAN STILL SIGN IN"),
    ("ignore_field", "alias"): (1, FIRST),
    ("neighbour", "agent5@acme.example"): (1, "the platform changed after the plan was made"),
    ("wrong_user", "agent5@acme.example"): (1, FIRST),
    ("roles_merge", "yes"): (1, "1 of 26 changes is not on the platform"),
    ("normalise", "lower"): (1, FIRST),
    ("job_vanishes", "yes"): (1, NO_JOB),
    ("job_vanishes", "valid_scheme"): (5, "job 12345 was not started, and its check was not seen to end"),
    ("job_vanishes", "final"): (5, "the end of job 12345 was not seen"),
    ("fail_emails", "agent1@acme.example"): (1, "1 of 26 changes is not on the platform"),
    ("fail_emails", "new1@acme.example,agent2@acme.example"): (1, "2 of 26 changes are not on the platform"),
    ("fail_at_row", "1"): (1, 'job 12345 ended as "failed"'),
    ("fail_at_row", "9"): (1, 'job 12346 ended as "failed"'),
    ("empty_read", "missing"): (4, "the platform's answer is not what is documented, so nothing is planned"),
    ("template_roles", "missing"): (4, "a setting names something that the platform does not have"),
    ("template_roles", "null"): (4, "a setting names something that the platform does not have"),
    ("template_teams", "missing"): (1, "Left out: 25 people"),
    ("template_teams", "null"): (1, "Left out: 25 people"),
}
"""How the run ends where it is not confirmed, and what it says; every other case must end confirmed."""


def crowd() -> dict[str, Any]:
    """A tenant of thirty people whose records are full, so that a row that clears something is seen."""
    people = [full_person(number) for number in range(26)]
    people[22]["roles"] = ["Agent", "Manager"]
    people += [{**full_person(30 + number), "status": "Inactive", "teams": []} for number in range(2)]
    people.append({"email": "root@acme.example", "first_name": "Root", "last_name": "One", "roles": ["Admin"]})
    return {
        "roles": ["Admin", "Manager", "Manager Admin", "Agent"],
        "teams": ["Billing ES", "Retention ES", "VIP"],
        "locations": ["Madrid", "Manila", "Oslo"],
        "max_chat_limit": 10,
        "users": people,
    }


def full_person(number: int) -> dict[str, Any]:
    """Somebody with a value in every field."""
    return {
        "email": f"agent{number}@acme.example",
        "first_name": "Agent",
        "last_name": f"Nr {number}",
        "agent_number": f"A-{number:03}",
        "alias": f"a{number}",
        "location": "Madrid",
        "max_chat_limit": 3,
        "max_chat_limit_enabled": 1,
        "extension_number": f"{4000 + number}",
        "ucaas_user_name": f"u{number}",
        "roles": ["Agent"],
        "teams": ["Billing ES"],
    }


def wishes() -> list[dict[str, Any]]:
    """What the tree says: every sort of change, in more than twenty rows."""
    edits: list[dict[str, Any]] = [{"email": f"agent{n}@acme.example", "location": "Manila"} for n in range(3, 20)]
    return [
        {"email": "agent0@acme.example", "alias": "changed"},
        {"email": "agent1@acme.example", "roles": ["Agent", "Manager"], "max_chat_limit_enabled": False},
        {
            "email": "agent2@acme.example",
            "teams": {"at_least": ["VIP"], "never": ["Billing ES"]},
            "max_chat_limit": 5,
        },
        *edits,
        {"email": "agent20@acme.example", "location": None},
        {"email": "agent21@acme.example", "status": "Inactive"},
        {"email": "agent22@acme.example", "roles": ["Agent"]},
        {"email": "agent30@acme.example", "status": "Active", "roles": ["Agent"], "teams": ["VIP"]},
        *(
            {
                "email": f"new{n}@acme.example",
                "first_name": "New",
                "last_name": f"Nr {n}",
                "roles": ["Agent"],
                "teams": ["VIP", "Billing ES"],
                "location": "Oslo",
            }
            for n in range(2)
        ),
    ]


def set_up(scene: Stage) -> list[dict[str, Any]]:
    """Write the tree of wishes."""
    people = wishes()
    scene.write("reconciler.yaml", SETTINGS + "batch_size: 10\njob_timeout: 5m\n")
    scene.people(*people)
    return people


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{name}={value}" for name, value in CASES])
def test_no_switch_makes_the_product_wrong(tmp_path: Path, name: str, value: str) -> None:
    switches = {**NEEDS.get(name, {}), name: value}
    with stage(tmp_path, crowd(), switches=switches, validate_seconds=0.5, job_seconds=2.0) as scene:
        people = set_up(scene)
        before = scene.simulator.users()
        ended = scene.apply()
        code, words = ENDS.get((name, value), (0, "Applied and confirmed: 26 of 26"))
        assert (ended.code, words in ended.out + ended.err) == (code, True), ended.out + ended.err
        check_all(scene, before, people, ended)
        if ended.code in {4, 6}:
            assert by_email(scene.simulator.users()) == by_email(before), "refused, yet somebody was changed"
        if ended.code != 0:
            harm_is_named(scene, before, people, ended.out + ended.err)
        scene.simulator.set_switches(**{switch.name: switch.default for switch in SWITCHES})
        second_run_is_safe(scene)


def harm_is_named(scene: Stage, before: list[dict[str, Any]], people: list[dict[str, Any]], said: str) -> None:
    """Whoever changed in a way that nobody wrote down is named in what the run said, or the run said unknown."""
    declared = {person["email"]: person for person in people}
    was = by_email(before)
    for email, user in by_email(scene.simulator.users()).items():
        old = was.get(email)
        if old is None:
            assert email in declared or email in said
            continue
        for field in user.keys() - {"deactivated_at", "id", "teams"}:
            if field not in declared.get(email, {}) and str(user[field]) != str(old[field]):
                assert email in said or "NOT KNOWN" in said, f"{email}: {field} changed and nobody was told"


def test_a_default_platform_confirms_the_whole_scenario(tmp_path: Path) -> None:
    with stage(tmp_path, crowd(), job_seconds=2.0) as scene:
        people = set_up(scene)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out + ended.err
        check_all(scene, before, people, ended)
        check_words(scene, ended)
