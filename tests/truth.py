"""What must be true after any run, read from the simulator's own state: the product's reader is never asked.

The desired people are the very mappings that a test wrote into the tree; what they ask for is worked out here a
second time and plainly, so that a mistake of the product cannot excuse itself.
"""

import base64
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tests.stage import SUBDOMAIN, TOKEN, Ended, Stage

CODES = {0, 1, 2, 3, 4, 5, 6, 130, 143}
ACCESS = ("status", "roles", "teams")


def check_all(
    stage: Stage, before: list[dict[str, Any]], people: Iterable[Mapping[str, Any]], ended: Ended
) -> None:
    """Hold the invariants I-01 to I-08, I-10, I-13 of one run over `before` (faults.md 0.3)."""
    declared = {str(person["email"]).lower(): person for person in people}
    check_words(stage, ended)
    check_requests(stage)
    check_jobs(stage)
    if ended.code == 0:
        check_desired(stage, declared)
        check_untouched(stage, before, declared)


def check_words(stage: Stage, ended: Ended) -> None:
    """Hold I-07, I-10, I-13: no token, no raw control character, a known code, no traceback, always a reason."""
    said = ended.out + ended.err
    for file in stage.folder.rglob("*"):
        if file.is_file():
            said += file.read_text(errors="replace")
    for secret in spellings(TOKEN):
        assert secret not in said
    assert not [char for char in ended.out + ended.err if is_unsafe(char)]
    assert ended.code in CODES
    assert "Traceback" not in said
    assert "inside the tool" not in said
    assert ended.code == 0 or ended.err.strip() or ended.out.strip()


def spellings(token: str) -> set[str]:
    """Return the token raw, in Basic authentication, quoted for a URL and for JSON."""
    basic = base64.b64encode(f"{SUBDOMAIN}:{token}".encode()).decode()
    return {token, basic, quote(token), json.dumps(token)[1:-1]}


def is_unsafe(char: str) -> bool:
    """Say whether a character may not reach a terminal."""
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def check_requests(stage: Stage) -> None:
    """Hold I-03, I-08 and N-26: proceed only to our own uploads, the rate kept, nobody else called."""
    assert stage.simulator.state()["max_in_any_second"] <= 10
    names = {job["id"]: job["filename"] for job in stage.simulator.jobs()}
    for entry in stage.simulator.log():
        if entry["method"] == "POST" and entry["path"].endswith("proceed"):
            assert entry["step"] == "P"
    for job in stage.simulator.jobs():
        if job.get("proceed_api_user_name"):
            assert re.fullmatch(r"reconciler-[0-9a-f]{16}-[0-9a-f]{8}\.json", names[job["id"]])


def check_jobs(stage: Stage) -> None:
    """Hold I-02 and I-04: each file was processed at most once, and its name tells its bytes."""
    import hashlib

    processed = [job for job in stage.simulator.jobs() if job.get("proceed_api_user_name")]
    names = [job["filename"] for job in processed]
    assert len(names) == len(set(names))
    for job in processed:
        data = stage.simulator.uploaded(job["id"])
        assert hashlib.sha256(data).hexdigest()[:16] in job["filename"]


def check_desired(stage: Stage, declared: Mapping[str, Mapping[str, Any]]) -> None:
    """Hold I-05: every declared value is on the platform."""
    live = by_email(stage.simulator.users())
    for key, person in declared.items():
        if person.get("status") == "Inactive" and key not in live:
            continue
        shown = live[key]
        for field, value in person.items():
            if field != "email":
                assert is_so(field, value, shown, person), (
                    f"{key}: {field} is {shown.get(field)!r}, wanted {value!r}"
                )


def is_so(field: str, value: Any, shown: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    """Say whether one declared value is there."""
    if field == "teams" and shown["status"] == "Inactive":
        return True
    if field in {"roles", "teams"}:
        held = set(shown[field])
        if isinstance(value, Mapping):
            return set(value.get("at_least", ())) <= held and not held & set(value.get("never", ()))
        return held == ({value} if isinstance(value, str) else set(value))
    if isinstance(value, bool):
        return truth_of(shown[field]) is value
    if value is None:
        return shown[field] in {None, ""}
    if field == "location":
        return str(shown[field]).casefold() == str(value).casefold()
    return str(shown[field]) == str(value)


def truth_of(value: Any) -> bool:
    """Return a flag of the simulator's state as such."""
    return str(value).lower() in {"1", "true", "yes"}


def check_untouched(stage: Stage, before: list[dict[str, Any]], declared: Mapping[str, Mapping[str, Any]]) -> None:
    """Hold I-06: users and fields outside the plan are the same, byte for byte."""
    live, was = by_email(stage.simulator.users()), by_email(before)
    assert live.keys() - declared.keys() == was.keys() - declared.keys()
    for key, old in was.items():
        new, person = live[key], declared.get(key, {})
        idle = "Inactive" in {old["status"], new["status"]}
        for field in old.keys() - person.keys() - {"deactivated_at", "status", "id"}:
            if not (idle and field == "teams"):
                assert same(new[field], old[field]), f"{key}: {field} was {old[field]!r}, is {new[field]!r}"
        if "status" not in person:
            assert new["status"] == old["status"], key
        assert new["id"] == old["id"]


def same(one: Any, other: Any) -> bool:
    """Compare two values of the simulator's state; lists of names are sets, nothing is nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other or (one in {None, ""} and other in {None, ""}) or str(one) == str(other)


def by_email(users: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return users by address in lower case."""
    return {str(user["email"]).strip().lower(): user for user in users}


def second_run_is_safe(stage: Stage) -> None:
    """Hold I-11: after anything, another run ends in 0 with an empty plan, or refuses with a reason."""
    again = stage.apply()
    check_words(stage, again)
    if again.code == 0:
        empty = stage.plan("--exit-code")
        assert empty.code == 0, empty.out
    else:
        assert again.code in {1, 4, 5, 6}
        assert again.err.strip() or again.out.strip()
