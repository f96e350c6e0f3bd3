"""What the model test holds after each plan and apply, against the simulator's own state (faults.md 0.3)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from tests.e2e.model_expected import NAMES, Expected, Guards, canonical, composed, holders, same
from tests.stage import Ended, Stage


def check_plan(ended: Ended, expected: Expected) -> None:
    """Compare a plan as JSON with what the model expects: who, which fields, who is left out, or a refusal."""
    if expected.refused:
        assert ended.code == 4, expected.refused
    elif not (expected.unordered and ended.code == 4):
        assert ended.code == expected.code, ended.err
        plan = ended.json
        assert {change["key"] for change in plan["changes"]} == expected.wanted.keys()
        assert {left["key"] for left in plan["left_out"]} == expected.left_out
        for change in plan["changes"]:
            assert {part["field"] for part in change["fields"]} == expected.wanted[change["key"]].keys()


def essence(ended: Ended) -> Any:
    """Return what a plan says beside its places, its time and its order of telling; None where it says nothing."""
    if not ended.out:
        return None
    plan = ended.json
    changes = {change["key"]: (change["action"], change["fields"]) for change in plan["changes"]}
    left_out = {left["key"]: left["problem"]["code"] for left in plan["left_out"]}
    refusals = sorted(refusal["code"] for refusal in plan["refusals"])
    return plan["digest"], plan["headline"], changes, left_out, refusals


def check_platform(
    scene: Stage, before: dict[str, Any], expected: Expected, declared: Mapping[str, Mapping[str, Any]]
) -> None:
    """Hold I-05 and I-06: promised values are there, and everybody else is as before, byte for byte."""
    live, was = by_id(scene.simulator.users()), by_id(before["users"])
    made = expected.after.keys() - {user["email"].lower() for user in was.values()} - expected.moves.keys()
    assert was.keys() <= live.keys()
    assert {live[ident]["email"].lower() for ident in live.keys() - was.keys()} == made
    for ident, user in live.items():
        key = user["email"].lower()
        if key in expected.after:
            kept = ident in was and key not in expected.moves
            assert user["email"] == (was[ident] if kept else declared[key])["email"]
            assert (ident in was) is (key not in made)
            assert key not in expected.moves or was[ident]["email"].lower() == expected.moves[key]
            check_person(canonical(user), expected.after[key])
        else:
            assert user == was[ident]
    check_invitations(scene.simulator.state()["invitations"], before["invitations"], made)


def by_id(users: Iterable[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return users by the platform's own id."""
    return {user["id"]: user for user in users}


def check_person(user: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Compare one whole record; teams only of somebody active, and the address was compared already."""
    idle = wanted["status"] == "Inactive"
    for name, value in wanted.items():
        if name == "email" or (name == "teams" and idle):
            continue
        shown = frozenset(map(composed, user[name])) if name in NAMES else user[name]
        assert same(name, shown, value), f"{user['email']}: {name} is {shown!r}, wanted {value!r}"


def check_invitations(sent: Mapping[str, int], before: Mapping[str, int], made: Iterable[str]) -> None:
    """Everybody new got one invitation mail, and nobody else."""
    new = {address: count - before.get(address, 0) for address, count in sent.items()}
    assert {address: count for address, count in new.items() if count} == dict.fromkeys(made, 1)


def check_jobs_of_run(
    scene: Stage,
    before: dict[str, Any],
    shown: list[bytes],
    guards: Guards,
    declared: Mapping[str, Mapping[str, Any]],
) -> None:
    """Hold I-02 to I-04: each file that was shown ran once, as shown; after them only lost teams are mended."""
    known = {job["id"] for job in before["jobs"]}
    jobs = [job for job in scene.simulator.jobs() if job["id"] not in known]
    uploads = [scene.simulator.uploaded(job["id"]) for job in jobs]
    assert uploads[: len(shown)] == shown
    loses_teams = {before["switches"][name] for name in ("create_teams", "reactivate_teams")} != {"applied"}
    assert len(uploads) == len(shown) or loses_teams
    for job, data in zip(jobs, uploads, strict=True):
        assert job["inside"]["runs"] == 1
        assert hashlib.sha256(data).hexdigest()[:16] in job["filename"]
        rows = json.loads(data)
        assert 0 < len(rows) <= guards.batch_size
        for row in rows:
            check_row(row, before, declared.get((row["new_email"] or row["email"]).lower(), {}))


def check_row(row: dict[str, Any], tenant: Mapping[str, Any], person: Mapping[str, Any]) -> None:
    """A row states the whole record; null is sent for a declared `location: null` alone (product section 6.3)."""
    assert list(row) == tenant["template_keys"]
    cleared = {name for name, value in person.items() if value is None}
    assert {name for name, value in row.items() if value is None} <= cleared
    for name in NAMES:
        assert [item["name"] for item in row[name]] == tenant[name]
        assert all(item["value"] is not None for item in row[name])


def check_history(scene: Stage, before: dict[str, Any], guards: Guards) -> None:
    """Hold I-12: at no moment of the run is a minimum broken, or broken further."""
    people = {str(user["id"]): canonical(user) for user in before["users"]}
    bounds = {guard: min(count, len(holders(people, *guard))) for guard, count in guards.minimums.items()}
    for event in scene.simulator.state()["history"][len(before["history"]) :]:
        people[str(event["after"]["id"])] = canonical(event["after"])
        for guard, bound in bounds.items():
            assert len(holders(people, *guard)) >= bound, guard


def check_receipts(scene: Stage, expected: Expected) -> None:
    """Everybody planned is told confirmed, everybody left out is named."""
    report = scene.report()
    told = {receipt["key"]: receipt["outcome"] for receipt in report["receipts"]}
    assert told == dict.fromkeys(expected.wanted, "confirmed")
    assert {left["key"] for left in report["left_out"]} == expected.left_out
    assert report["exit_code"] == expected.code
