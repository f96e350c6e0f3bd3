"""The model test of the main job (faults.md 6.4): any order of edits in files and portal, plans and applies.

The platform is the simulator over a socket, the product its command line. What a run must do is worked out by
`model_expected` from the files and the simulator's own state, and compared person by person, field by field.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.by_hand import Mistake, people_by_hand
from tests.e2e.model_checks import (
    check_history,
    check_jobs_of_run,
    check_plan,
    check_platform,
    check_receipts,
    essence,
)
from tests.e2e.model_expected import NUMBERS as UNIQUE
from tests.e2e.model_expected import Expected, Guards, composed, expect, tree_error
from tests.e2e.model_files import FORMS, write_people, write_profiles, write_settings
from tests.e2e.model_renames import rename_error
from tests.e2e.model_strategies import (
    ADDRESSES,
    BY_NAME,
    DECLARED_FIELD,
    GUARDS,
    LIVE,
    PLATFORMS,
    POOL,
    PORTAL_EDIT,
    ROLES,
    SEED,
    SWITCH,
    TEAMS,
    declarations,
    profiles,
)
from tests.stage import BEGIN, Ended, Stage, stage
from tests.truth import check_jobs, check_requests, check_words

LONG: Final = os.environ.get("RECONCILER_LONG") == "1"
"""Asked at import, since each test begins with a clean environment."""

FILES: Final = ("people.yaml", "billing/team.yml", "00 \u00f1.yaml", "z/y/x.yaml")
KNOWN: Final = {"roles": {*ROLES}, "teams": {composed(team) for team in TEAMS}}
PERSON: Final = st.tuples(ADDRESSES, declarations())
BESIDE: Final = ("profiles", "first_day", "last_day", "previous_emails")
SOME_FIELDS: Final = st.sets(st.sampled_from((*sorted(BY_NAME), *BESIDE * 3)), min_size=1, max_size=4)
NUMBERS: Final = st.lists(st.integers(0, 99), min_size=1, max_size=3)
MISTAKES: Final = (
    "email: x@acme.example\nlocation: NO\n",
    "users: [",
    "a: &b 1\n",
    "email: x\n",
    "\xff",
    "users: 7\n",
)
APPLIED: Final = st.sampled_from((True, False, False))
LATER_S: Final = 6.0
"""Longer than any late read of the platform: what happened so long ago is seen by everybody."""

DAY_S: Final = 86_400.0
HALF_PAST_ELEVEN_S: Final = 23.5 * 3600
ZONE: Final = ZoneInfo("Europe/Madrid")
LAST_STEP: Final = BEGIN + timedelta(12)
"""From then on the clock makes only small steps: what the settings date ends soon after."""

LAYOUTS: Final = st.fixed_dictionaries(
    {
        "homes": st.lists(st.sampled_from(FILES), min_size=len(POOL), max_size=len(POOL)),
        "forms": st.lists(st.sampled_from(FORMS), min_size=len(FILES), max_size=len(FILES)),
        "backwards": st.booleans(),
    }
)
"""In which file each person of the pool stands, the form of each file, and whether its people stand backwards."""


class MainJob(RuleBasedStateMachine):
    """A tree, a platform, and everybody who may touch them."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms = contextlib.ExitStack()
        folder = Path(self.rooms.enter_context(tempfile.TemporaryDirectory(prefix="model-")))
        self.scene: Stage = self.rooms.enter_context(stage(folder, SEED, validate_seconds=0.5, job_seconds=2.0))
        self.declared: dict[str, dict[str, Any]] = {}
        self.profiles: dict[str, dict[str, Any]] = {}
        self.right = deepcopy((self.declared, self.profiles))
        self.layout: Mapping[str, Any] = {"homes": FILES[:1] * len(POOL), "forms": FORMS, "backwards": False}
        self.guards = Guards()
        self.ignored: list[int] = []
        self.approved = ""

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.rooms.close()

    # What people do to the files.

    @initialize(
        people=st.lists(PERSON, min_size=2, max_size=5), named=st.lists(profiles(), max_size=4), platform=PLATFORMS
    )
    def begin(
        self,
        people: list[tuple[str, dict[str, Any]]],
        named: list[tuple[str, dict[str, Any]]],
        platform: dict[str, object],
    ) -> None:
        self.scene.simulator.set_switches(**platform)
        self.profiles = dict(named)
        self.declare(people, applied=False)

    @rule(people=st.lists(PERSON, min_size=1, max_size=3), applied=APPLIED)
    def declare(self, people: list[tuple[str, dict[str, Any]]], applied: bool) -> None:
        for email, values in people:
            self.declared[email.lower()] = {"email": email, **own_numbers(email, values)}
        self.write_tree_if_right()
        self.apply_if(applied)

    @rule(email=ADDRESSES, field=DECLARED_FIELD, applied=APPLIED)
    def declare_one_value(self, email: str, field: tuple[str, Any], applied: bool) -> None:
        self.declared.setdefault(email.lower(), {"email": email}).update(own_numbers(email, dict([field])))
        self.write_tree_if_right()
        self.apply_if(applied)

    @rule(email=ADDRESSES, names=SOME_FIELDS, applied=APPLIED)
    def no_longer_declare(self, email: str, names: set[str], applied: bool) -> None:
        person = self.declared.setdefault(email.lower(), {"email": email})
        for name in names & person.keys():
            del person[name]
        self.write_tree_if_right()
        self.apply_if(applied)

    @rule(old=st.sampled_from(LIVE), new=ADDRESSES, applied=st.booleans())
    def rename(self, old: str, new: str, applied: bool) -> None:
        """Declare somebody under another address that is nobody's in the files; live it may be in use."""
        if new.lower() not in self.declared:
            self.move(old, new)
            self.write_tree_if_right()
        self.apply_if(applied)

    @rule(people=st.permutations(LIVE[:4]), long=st.booleans(), new=st.sampled_from(POOL[5:]))
    def hand_on(self, people: list[str], long: bool, new: str) -> None:
        """A chain: somebody moves on, and somebody else gets the address."""
        if new.lower() not in self.declared:
            first, second, third, _ = people
            self.move(first, new)
            self.move(second, first)
            if long:
                self.move(third, second)
            self.write_tree_if_right()
        self.apply()

    def move(self, old: str, new: str) -> None:
        """Declare somebody under a new address, which is nobody's in the files."""
        person = self.declared.pop(old.lower(), {})
        names = [*person.get("previous_emails", ()), old]
        self.declared[new.lower()] = {**person, "email": new, "previous_emails": names}

    @precondition(lambda self: self.declared)
    @rule(number=st.integers(0, 99), olds=st.lists(ADDRESSES, min_size=1, max_size=2), applied=APPLIED)
    def claim_addresses(self, number: int, olds: list[str], applied: bool) -> None:
        """Earlier addresses of whomever: perhaps somebody else's, perhaps nobody's."""
        self.declared[sorted(self.declared)[number % len(self.declared)]]["previous_emails"] = olds
        self.write_tree_if_right()
        self.apply_if(applied)

    @rule(profile=profiles(), applied=APPLIED)
    def define_profile(self, profile: tuple[str, dict[str, Any]], applied: bool) -> None:
        self.profiles.update([profile])
        self.write_tree_if_right()
        self.apply_if(applied)

    @precondition(lambda self: self.profiles)
    @rule(number=st.integers(0, 9), applied=APPLIED)
    def take_out_profile(self, number: int, applied: bool) -> None:
        del self.profiles[sorted(self.profiles)[number % len(self.profiles)]]
        self.write_tree_if_right()
        self.apply_if(applied)

    @precondition(lambda self: len(self.declared) > 1)
    @rule(number=st.integers(0, 99), applied=APPLIED)
    def take_out_of_the_files(self, number: int, applied: bool) -> None:
        del self.declared[sorted(self.declared)[number % len(self.declared)]]
        self.write_tree_if_right()
        self.apply_if(applied)

    @rule(layout=LAYOUTS)
    def move_between_files(self, layout: Mapping[str, Any]) -> None:
        """The order of files and people changes neither plan, nor plan number, nor a byte of an upload (I-14)."""
        before, shown = self.plan(), self.bulk()
        self.layout = layout
        self.write_tree()
        after = self.plan()
        assert after.code == before.code
        assert essence(after) == essence(before)
        assert self.bulk() == shown

    @rule(guards=GUARDS, applied=APPLIED)
    def change_settings(self, guards: Guards, applied: bool) -> None:
        self.guards = guards
        self.write_tree()
        self.apply_if(applied)

    @rule(mistake=st.sampled_from(MISTAKES))
    def mistype(self, mistake: str) -> None:
        """A file with a mistake in it stops everything before the first request (I-01)."""
        asked = len(self.scene.simulator.log())
        self.scene.write("mistake.yaml", mistake.encode("latin-1"))
        for command in ("plan", "apply"):
            ended = self.command(command, *(["--yes"] if command == "apply" else []))
            assert ended.code == 4
            assert "mistake.yaml" in ended.err
        assert len(self.scene.simulator.log()) == asked
        (self.scene.tree / "mistake.yaml").unlink()

    # What happens on the platform.

    @rule(email=ADDRESSES, edit=PORTAL_EDIT, applied=APPLIED)
    def edit_in_portal(self, email: str, edit: dict[str, Any], applied: bool) -> None:
        if self.scene.simulator.user(email):
            self.scene.simulator.edit_user(email, **edit)
        else:
            somebody = {"email": email, "first_name": "P", "last_name": "Q", "roles": ["Agent"]}
            self.scene.simulator.add_user(somebody | edit)
        self.scene.clock.sleep(LATER_S)
        self.apply_if(applied)

    @rule(old=st.sampled_from(LIVE), new=ADDRESSES, applied=APPLIED)
    def change_address_in_portal(self, old: str, new: str, applied: bool) -> None:
        """Also to another spelling, and now and then to an address that somebody else has."""
        if self.scene.simulator.user(old):
            self.scene.simulator.edit_user(old, new_email=new)
            self.scene.clock.sleep(LATER_S)
        self.apply_if(applied)

    @rule(email=ADDRESSES, applied=APPLIED)
    def remove_in_portal(self, email: str, applied: bool) -> None:
        if self.scene.simulator.user(email):
            self.scene.simulator.remove_user(email)
            self.scene.clock.sleep(LATER_S)
        self.apply_if(applied)

    @rule(switch=SWITCH, applied=APPLIED)
    def platform_turns_out_otherwise(self, switch: tuple[str, object], applied: bool) -> None:
        self.scene.simulator.set_switches(**dict([switch]))
        self.scene.clock.sleep(LATER_S)
        self.apply_if(applied)

    @rule(seconds=st.sampled_from((1.0, 61.0, 7200.0, DAY_S, 2 * DAY_S)), applied=APPLIED)
    def time_passes(self, seconds: float, applied: bool) -> None:
        self.scene.clock.sleep(seconds if self.scene.clock.now() < LAST_STEP else 1.0)
        self.apply_if(applied)

    @precondition(lambda self: self.scene.clock.now() < LAST_STEP)
    @rule(applied=APPLIED)
    def midnight_passes(self, applied: bool) -> None:
        """The tenant's day has begun, that of UTC has not."""
        self.scene.clock.sleep((HALF_PAST_ELEVEN_S - self.scene.clock.seconds) % DAY_S)
        self.apply_if(applied)

    @rule(days=st.integers(0, 9))
    def plan_ahead(self, days: int) -> None:
        """The plan of a day to come is what the model expects of that day."""
        self.plan(as_of=self.today + timedelta(days))

    @rule(email=st.sampled_from(LIVE), alias=st.sampled_from(("from the portal", "x")), applied=APPLIED)
    def portal_job_runs_and_ends(self, email: str, alias: str, applied: bool) -> None:
        """While somebody else's job runs nothing is sent; once it has ended its changes are the state."""
        if user := self.scene.simulator.user(email):
            row = {"email": user["email"], "first_name": "Por", "last_name": "Tal", "alias": alias}
            self.scene.simulator.add_job({"filename": "import.csv", "rows": [row]})
            self.held_up()
            self.scene.clock.sleep(LATER_S * 2)
        self.apply_if(applied)

    @precondition(lambda self: not self.ignored)
    @rule()
    def portal_job_never_ends(self) -> None:
        """An unfinished job holds up every run until an admin names it in the settings."""
        ident = self.scene.simulator.add_job({"filename": "portal.csv", "status": "in_progress", "total_rows": 3})
        self.held_up()
        self.ignored.append(ident)
        self.write_tree()

    # What the product does.

    @rule()
    def plan_twice(self) -> None:
        """A plan is made of nothing but files and platform; live or offline, it is the same one."""
        first, shown = self.plan(), self.bulk()
        file = str(self.scene.folder / "snapshot.json")
        if self.command("snapshot", "--out", file).code == 0:
            second = self.plan((), "--snapshot", file)
            assert second.code == first.code
            assert essence(second) == essence(first)
            assert self.bulk() == shown
        if first.out:
            self.approved = first.json["digest"]

    @rule()
    def apply_all(self) -> None:
        self.apply()

    @rule(numbers=NUMBERS, stranger=st.sampled_from((False,) * 9 + (True,)))
    def apply_only(self, numbers: list[int], stranger: bool) -> None:
        """A run restricted to some people; whoever is neither declared nor live is a mistake."""
        known = sorted(self.declared.keys() | {user["email"] for user in self.scene.simulator.users()})
        chosen = [known[number % len(known)] for number in numbers]
        self.apply([*chosen, "nobody@acme.example"] if stranger else chosen)

    @precondition(lambda self: self.approved)
    @rule(short=st.booleans())
    def apply_approved(self, short: bool) -> None:
        """An approved plan is carried out if it is still the plan, and refused otherwise (I-01)."""
        now = self.plan()
        number = self.approved[:8] if short else self.approved
        if now.out and now.json["digest"] == self.approved:
            self.apply((), "--expect", number)
            return
        sent = len(self.scene.writes())
        ended = self.command("apply", "--expect", number)
        assert ended.code == 4
        assert len(self.scene.writes()) == sent

    # How it is done.

    @property
    def today(self) -> date:
        """The day that it is where the tenant is."""
        return self.scene.clock.now().astimezone(ZONE).date()

    def stated(self) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
        """Return people and profiles as the files have them, which name nobody and nothing that is gone."""
        people = [
            {**person, "profiles": [name for name in person["profiles"] if name in self.profiles]}
            if "profiles" in person
            else person
            for person in self.declared.values()
        ]
        profiles = {
            name: {**profile, "people": [one for one in profile["people"] if one.lower() in self.declared]}
            for name, profile in self.profiles.items()
        }
        return people, profiles

    def carried_out(self, day: date) -> dict[str, dict[str, Any]]:
        """Return everybody declared as of a day, by address; raises `Mistake` where that cannot be."""
        return {person["email"].lower(): person for person in people_by_hand(*self.stated(), day)}

    def contradiction(self) -> str:
        """Return how profiles, days and people contradict each other, today or later; `""` where they do not."""
        try:
            self.carried_out(self.today)
        except Mistake as mistake:
            return str(mistake)
        return rename_error(self.declared)

    def mistake(self) -> str:
        """Return why the files are refused whatever is live; `""` where they are not."""
        if not (self.declared or self.profiles):
            return "there is no declaration file"
        return self.contradiction() or tree_error(self.declared)

    def write_tree_if_right(self) -> None:
        """Write the files; what contradicts itself on some day is refused, and taken back."""
        self.write_tree()
        if self.contradiction():
            self.plan()
            self.declared, self.profiles = deepcopy(self.right)
            self.write_tree()
        self.right = deepcopy((self.declared, self.profiles))

    def write_tree(self) -> None:
        """Write settings and files anew; a file in which nobody stands any more is gone."""
        shutil.rmtree(self.scene.tree)
        self.scene.write("reconciler.yaml", write_settings(self.guards, self.ignored))
        homes: dict[str, list[Mapping[str, Any]]] = {name: [] for name in FILES}
        people, named = self.stated()
        by_address = {person["email"].lower(): person for person in people}
        for email, home in list(zip(POOL, self.layout["homes"], strict=True))[:: self.direction]:
            if person := by_address.get(email.lower()):
                homes[home].append(person)
        for (name, listed), form in zip(homes.items(), self.layout["forms"], strict=True):
            if listed:
                self.scene.write(name, write_people(listed, form))
        if named:
            self.scene.write("profiles.yaml", write_profiles(named, self.layout["forms"][0]))

    @property
    def direction(self) -> int:
        """1 where the people of a file stand in the order of the pool, -1 where they stand backwards."""
        return -1 if self.layout["backwards"] else 1

    def command(self, *arguments: str) -> Ended:
        """Run one command; to start a process takes a second."""
        self.scene.clock.sleep(1.0)
        ended = self.scene.run(*arguments)
        check_words(self.scene, ended)
        check_requests(self.scene)
        return ended

    def plan(self, only: Iterable[str] = (), *options: str, as_of: date | None = None) -> Ended:
        """Plan, keep the bulk JSON, and hold the plan against the model; nothing may be sent."""
        shutil.rmtree(self.scene.folder / "bulk", ignore_errors=True)
        sent = len(self.scene.writes())
        bulk = ("--bulk", str(self.scene.folder / "bulk"))
        ahead = ("--as-of", str(as_of)) if as_of else ()
        ended = self.command("plan", "--format", "json", *bulk, *options, *ahead, *named(only))
        assert len(self.scene.writes()) == sent
        check_plan(ended, self.expected(only, as_of))
        return ended

    def bulk(self) -> list[bytes]:
        """Return what the last plan would upload, in order."""
        return [file.read_bytes() for file in sorted((self.scene.folder / "bulk").glob("*"))]

    def expected(self, only: Iterable[str], as_of: date | None = None) -> Expected:
        """Ask the model."""
        if mistake := self.mistake():
            return Expected(mistake)
        keys = {email.lower() for email in only}
        return expect(
            self.scene.simulator.users(), self.carried_out(as_of or self.today), self.guards, KNOWN, keys
        )

    def apply_if(self, applied: bool) -> None:
        """Apply everything at once, or leave that to a later step."""
        if applied:
            self.apply()

    def apply(self, only: Iterable[str] = (), *options: str) -> None:
        """Apply and hold everything against the model; a refused plan sends nothing (I-01)."""
        planned = self.plan(only)
        before, expected = self.scene.simulator.state(), self.expected(only)
        ended = self.run_apply(only, *options)
        if planned.code == 4:
            assert ended.code == 4
            assert self.scene.simulator.state()["jobs"] == before["jobs"]
            assert self.scene.simulator.users() == before["users"]
            return
        assert ended.code == expected.code, ended.out + ended.err
        wanted = self.carried_out(self.today)
        check_platform(self.scene, before, expected, wanted)
        check_jobs_of_run(self.scene, before, self.bulk(), self.guards, wanted)
        check_jobs(self.scene)
        check_history(self.scene, before, self.guards)
        check_receipts(self.scene, expected)
        if expected.wanted:
            self.apply_again(only, self.expected(only).code)

    def apply_again(self, only: Iterable[str], code: int) -> None:
        """The second time there is nothing to send, and the third plan is empty (I-11)."""
        sent = len(self.scene.writes())
        again = self.run_apply(only)
        assert again.code == code, again.out + again.err
        assert len(self.scene.writes()) == sent
        assert self.plan(only).json["changes"] == []

    def run_apply(self, only: Iterable[str], *options: str) -> Ended:
        """Run `apply` with a report."""
        report = ("--report", str(self.scene.folder / "report"))
        return self.command("apply", *(options or ("--yes",)), *report, *named(only))

    def held_up(self) -> None:
        """While a job of somebody else is not finished the run is busy and sends nothing."""
        sent = len(self.scene.writes())
        ended = self.command("apply", "--yes")
        assert ended.code == (4 if self.mistake() else 6)
        assert len(self.scene.writes()) == sent


def own_numbers(email: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with most numbers made one person's own; two people with one number stop everything."""
    place = [address.lower() for address in POOL].index(email.lower())
    own = {name: f"{values[name]}{place}" for name in values.keys() & set(UNIQUE) if len(values[name]) > 2}
    return {**values, **own}


def named(only: Iterable[str]) -> list[str]:
    """Return the options that restrict a run."""
    return [word for email in only for word in ("--only", email)]


TestMainJob = pytest.mark.timeout(0 if LONG else 600)(MainJob.TestCase)
TestMainJob.settings = settings(
    max_examples=400 if LONG else 60,
    stateful_step_count=50 if LONG else 25,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
