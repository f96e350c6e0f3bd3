"""People who change while they are read, reads that lag, a platform that writes another text than it was sent.

What happens between check and start (L-03), after the start (L-04) and to others (L-11) is in `tests/e2e`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.faults.invariants import carried_out, uploads
from tests.stage import Stage, stage
from tests.truth import check_all, check_words

ANA: Final = {"email": "ana@acme.example", "location": "Manila"}
BORDER: Final = {"email": "eva@acme.example", "first_name": "Eva", "last_name": "Lind", "alias": "e"}
"""Somebody on the border of two pages of two; her record would be good enough to create her."""


@pytest.fixture(name="paged")
def _paged(tmp_path: Path) -> Iterator[Stage]:
    """Five people on three pages."""
    with stage(tmp_path, switches={"page_cap": "2"}) as scene:
        scene.people(ANA, BORDER)
        yield scene


def newcomer(number: int) -> dict[str, Any]:
    return {"email": f"new{number}@acme.example", "first_name": "N", "last_name": str(number), "roles": ["Agent"]}


@pytest.mark.parametrize("page", [2, 3])
@pytest.mark.parametrize("totals", ["yes", "no_total"])
def test_N_49_nobody_on_the_border_is_created_when_somebody_leaves_between_pages(
    paged: Stage, page: int, totals: str
) -> None:
    paged.simulator.set_switches(totals=totals)
    paged.simulator.add_fault({"at": "R", "nth": page, "run": {"remove_user": "bo@acme.example"}})
    ended = paged.apply()
    assert ended.code == 0, ended.out + ended.err
    assert "1 new" not in ended.out
    assert len(paged.simulator.users()) == 4
    check_words(paged, ended)


@pytest.mark.parametrize("page", [2, 3])
@pytest.mark.parametrize("totals", ["yes", "no_total"])
def test_N_49_nobody_is_doubled_when_somebody_comes_between_pages(paged: Stage, page: int, totals: str) -> None:
    paged.simulator.set_switches(totals=totals)
    paged.simulator.add_fault({"at": "R", "nth": page, "run": {"add_user": newcomer(1)}})
    ended = paged.apply()
    assert ended.code == 0, ended.out + ended.err
    assert len(paged.simulator.users()) == 6


def test_N_49_a_list_that_never_rests_is_refused_and_nothing_is_sent(paged: Stage) -> None:
    for number in range(2, 60):
        paged.simulator.add_fault({"at": "R", "nth": number, "run": {"add_user": newcomer(number)}})
    ended = paged.apply()
    assert ended.code == 4, ended.out + ended.err
    assert not paged.writes()
    paged.simulator.clear_faults()
    assert paged.apply().code == 0


def test_N_49_people_who_never_rest_after_the_job_leave_its_result_not_known(paged: Stage) -> None:
    for number in range(2, 60):
        paged.simulator.add_fault({"at": "C", "nth": number, "run": {"add_user": newcomer(number)}})
    ended = paged.apply()
    assert ended.code == 5, ended.out + ended.err
    assert "what it did could not be seen" in ended.out
    assert "Applied" not in ended.out


def test_L_02_an_approved_plan_is_refused_after_an_edit_of_what_it_changes(tmp_path: Path) -> None:
    with stage(tmp_path) as scene:
        scene.people(ANA)
        digest = scene.plan("--format", "json").json["digest"]
        scene.simulator.edit_user("ana@acme.example", location="Oslo")
        ended = scene.apply("--expect", digest)
        assert ended.code == 4, ended.out + ended.err
        assert "ana@acme.example" in ended.out + ended.err
        assert not scene.writes()


ELSEWHERE: Final[Mapping[str, Mapping[str, Any]]] = {
    "another value of the same person": {"email": "ana@acme.example", "alias": "annie"},
    "a role of the same person": {"email": "ana@acme.example", "roles": ["Agent", "Manager"]},
    "somebody else": {"email": "eva@acme.example", "alias": "e", "location": "Oslo"},
}


@pytest.mark.parametrize("edit", ELSEWHERE)
def test_L_02_an_edit_beside_the_plan_is_neither_refused_nor_taken_back(tmp_path: Path, edit: str) -> None:
    with stage(tmp_path) as scene:
        scene.people(ANA)
        digest = scene.plan("--format", "json").json["digest"]
        scene.simulator.edit_user(**ELSEWHERE[edit])
        scene.clock.sleep(1)
        before = scene.simulator.users()
        ended = scene.apply("--expect", digest)
        assert ended.code == 0, ended.out + ended.err
        check_all(scene, before, [ANA], ended)


@pytest.mark.parametrize("seconds", [61, 300])
def test_L_13_reads_that_lag_longer_than_the_settling_time_are_told_and_sent_no_second_time(
    tmp_path: Path, seconds: int
) -> None:
    with stage(tmp_path, switches={"stale_seconds": str(seconds)}) as scene:
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == 1, ended.out
        assert 'says "Madrid", wanted "Manila"' in ended.out
        scene.clock.sleep(seconds)
        again = scene.apply()
        assert again.code == 0, again.out + again.err
        assert (len(uploads(scene)), carried_out(scene)) == (1, 1)


def test_L_13_the_settling_time_of_the_settings_counts(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"stale_seconds": "200"}) as scene:
        scene.settings("settle_timeout: 4m\n")
        scene.people(ANA)
        ended = scene.apply()
        assert ended.code == 0, ended.out


def test_L_13_reads_that_flip_to_and_fro_are_confirmed_once_they_show_it(tmp_path: Path) -> None:
    with stage(tmp_path, switches={"stale_seconds": "600", "stale_pattern": "flip_flop"}) as scene:
        scene.people(ANA)
        before = scene.simulator.users()
        ended = scene.apply()
        assert ended.code == 0, ended.out
        check_all(scene, before, [ANA], ended)


CHANGED: Final = {
    "trim": ({"alias": "A  B"}, True),
    "lower": ({"alias": "Annie"}, False),
    "nfc": ({"alias": "Zoe\u0308"}, True),
    "cut20": ({"alias": "x" * 24}, False),
}
"""What the platform does to a text, a text that it does it to, and whether the two count as the same."""


@pytest.mark.parametrize("how", CHANGED)
def test_L_16_a_text_that_the_platform_changes_is_the_same_or_said(tmp_path: Path, how: str) -> None:
    values, same = CHANGED[how]
    with stage(tmp_path, switches={"normalise": how}) as scene:
        scene.people({"email": "ana@acme.example", **values})
        for _ in range(2):
            ended = scene.apply()
            check_words(scene, ended)
            if not same:
                assert ended.code == 1, ended.out
                assert "the platform still says" in ended.out or ", wanted " in ended.out
        if same:
            assert ended.code == 0, ended.out
            assert scene.plan("--exit-code").code == 0, "the same difference for ever"
