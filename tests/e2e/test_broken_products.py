"""The tests test themselves: for each invariant of faults.md 0.3, products that break it, and are caught (6.8).

A broken product is a copy of the package in which one text of the source is replaced. The text must stand there
exactly once, so that a test here fails when the product moves on without it. The scenario runs in a process of its
own, with the copy first on the path; only a failed assertion of the scenario counts, not a copy that cannot run.
"""

import compileall
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

import reconciler
from tests.e2e.scenarios import CAUGHT, SCENARIOS

PACKAGE: Final = Path(reconciler.__file__).parent
ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 100


@dataclass(frozen=True, slots=True)
class Broken:
    """One way to break the product.

    Attributes:
        name: What is broken.
        invariant: Which promise falls.
        file: The file of the package.
        old: A text that stands there exactly once.
        new: What stands there in its place.
        scenario: The scenario that must fail.
    """

    name: str
    invariant: str
    file: str
    old: str
    new: str
    scenario: str


TABLE: Final = (
    Broken(
        "the guard is ignored",
        "I-01",
        "flow/applying.py",
        "    if prepared.planned.refusals:\n        raise GuardRefused",
        "    if False:\n        raise GuardRefused",
        "over_a_limit",
    ),
    Broken(
        "a limit is infinite",
        "I-01",
        "core/guard.py",
        "if len(changes) <= limit.allowed(plan.active):",
        "if True:",
        "over_a_limit",
    ),
    Broken(
        "the plan number is not compared",
        "I-01",
        "flow/applying.py",
        "if order.expect is not None and order.expect not in {digest, digest[:8]}:",
        "if False:",
        "another_plan_number",
    ),
    Broken(
        "half a tree is planned",
        "I-01",
        "flow/trees.py",
        "if settings is None or errors_of(problems):",
        "if settings is None:",
        "half_a_tree",
    ),
    Broken(
        "a plan that nobody approved is sent",
        "I-01",
        "cli/writing.py",
        "if expect is None and not yes and not session.at_terminal:",
        "yes = True\n    if False:",
        "nobody_said_yes",
    ),
    Broken(
        "an upload is sent again blindly",
        "I-02",
        "edge/transport.py",
        "lambda error: isinstance(error, Passing) and not error.sent,",
        "lambda error: isinstance(error, Passing),",
        "reply_of_the_upload_lost",
    ),
    Broken(
        "a start is sent again blindly",
        "I-02",
        "edge/transport.py",
        "lambda error: isinstance(error, Passing) and not error.sent,",
        "lambda error: isinstance(error, Passing),",
        "reply_of_the_start_lost",
    ),
    Broken(
        "one look must do",
        "I-02",
        "edge/writes.py",
        "if (job := _look(write)) or last:",
        "if (job := _look(write)) or True:",
        "upload_seen_late",
    ),
    Broken(
        "a start is sent again and again",
        "I-02",
        "edge/writes.py",
        "for _ in range(2):",
        "for _ in range(5):",
        "start_is_never_seen",
    ),
    Broken(
        "a job of an earlier run is not waited for",
        "I-02",
        "flow/applying.py",
        "if not split.ours_running:",
        "if True:",
        "job_of_an_earlier_run_still_runs",
    ),
    Broken(
        "nobody looks for rivals before the start",
        "I-02",
        "flow/batches.py",
        "if rivals or split.ours_running or split.foreign_running:",
        "if False:",
        "somebody_begins_meanwhile",
    ),
    Broken(
        "a foreign job is adopted",
        "I-03",
        "core/ownership.py",
        "OURS.fullmatch(job.file_name)",
        "OURS.search(job.file_name)",
        "foreign_job_with_a_name_like_ours",
    ),
    Broken(
        "the file name of an upload is not compared",
        "I-03",
        "edge/jobs.py",
        "raise _foreign(foreign[0], file_name)",
        "log.warning('job %d', foreign[0].ident)",
        "upload_answers_with_a_foreign_job",
    ),
    Broken(
        "a job is started without a last look at its state",
        "I-03",
        "edge/jobs.py",
        "seen = [self._same(job)]",
        "seen = [job]",
        "poll_says_valid_too_early",
    ),
    Broken(
        "the bytes are not those of the fingerprint",
        "I-04",
        "core/pack.py",
        "return Batch(number, tuple(rows), data, sha256(data)",
        "return Batch(number, tuple(rows), data + b' ', sha256(data)",
        "main_job",
    ),
    Broken(
        "the bytes are changed on their way",
        "I-04",
        "edge/transport.py",
        "(content.file_name, content.data, ",
        "(content.file_name, content.data.strip(), ",
        "main_job",
    ),
    Broken(
        "nothing is verified",
        "I-05",
        "core/promises.py",
        "        if not is_kept(promise, user)\n",
        "        if False\n",
        "ignored_field",
    ),
    Broken(
        "only the account is verified",
        "I-05",
        "core/promises.py",
        "return field.name in user.values and field.kind.same(promise.after, user.values[field.name])",
        "return True",
        "ignored_field",
    ),
    Broken(
        "every account is as promised",
        "I-05",
        "core/promises.py",
        "return promise.after == account_of(user)",
        "return True",
        "lying_deactivation",
    ),
    Broken(
        "what is not confirmed counts as done",
        "I-05",
        "core/verdict.py",
        "Outcome.LEFT_OUT:\n            return FAILED",
        "Outcome.LEFT_OUT:\n            return DONE",
        "rejected_row",
    ),
    Broken(
        "people who were left out count as done",
        "I-05",
        "core/verdict.py",
        "if unseen or applied.plan.left_out or errors_of(applied.problems):",
        "if unseen or errors_of(applied.problems):",
        "somebody_left_out",
    ),
    Broken(
        "one read is trusted",
        "I-05",
        "flow/batches.py",
        "if is_settled(checked, live, refused, again=again) or (late and again):",
        "if True:",
        "stale_reads",
    ),
    Broken(
        "two equal reads are trusted before the settling time is over",
        "I-05",
        "flow/batches.py",
        "or (late and again):",
        "or again:",
        "stale_reads",
    ),
    Broken(
        "null is sent where nobody declared it",
        "I-06",
        "core/pack.py",
        "if field.clearable and (promised := change.change_of(key)) and promised.after is None:",
        "if field.clearable and not change.change_of(key):",
        "null_is_for_declared_locations",
    ),
    Broken(
        "null is sent where there is nothing",
        "I-06",
        "core/pack.py",
        "if field.clearable and (promised := change.change_of(key)) and promised.after is None:",
        "if field.clearable and change.wanted.get(key) is None:",
        "null_is_for_declared_locations",
    ),
    Broken(
        "values that nobody declared are left out of a row",
        "I-06",
        "core/pack.py",
        "    value = change.wanted.get(field.name)\n",
        "    value = change.wanted.get(field.name) if field.required or change.change_of(field.name) else None\n",
        "empty_means_clear",
    ),
    Broken(
        "keys that nobody declared are left out of a row",
        "I-06",
        "core/pack.py",
        "for key, sample in template.sample.items()})",
        "for key, sample in template.sample.items()"
        " if key == 'email' or key.endswith('_name') or change.change_of(key)})",
        "left_out_means_clear",
    ),
    Broken(
        "teams of the template are forgotten",
        "I-06",
        "model/names.py",
        "            for item in sample\n",
        "            for item in sample[:1]\n",
        "left_out_name_is_removed",
    ),
    Broken(
        "roles that are missing in the read are taken as none",
        "I-06",
        "core/decode.py",
        "for name in sorted(self.absent.keys() & self.due)",
        "for name in ()",
        "roles_missing_in_the_read",
    ),
    Broken(
        "roles that are not understood are taken as none",
        "I-06",
        "core/decode.py",
        "for name in sorted(self.strange.keys() & self.restated)",
        "for name in ()",
        "roles_not_understood",
    ),
    Broken(
        "a part of the people is taken for all",
        "I-06",
        "edge/listing.py",
        '        raise Moving(f"{len(seen)} were read, the total says {total}")',
        "        return pages",
        "half_of_the_people",
    ),
    Broken(
        "nobody looks at the others",
        "I-06",
        "flow/endings.py",
        "return strange + bystanders(before, live, addresses(touched))",
        "return strange",
        "a_neighbour_is_changed_too",
    ),
    Broken(
        "nobody looks at what else became of planned people",
        "I-06",
        "flow/endings.py",
        "strange = unpromised(touched, live, whole=False)",
        "strange = ()",
        "a_planned_person_gets_a_role",
    ),
    Broken(
        "the first row is not compared before the others follow",
        "I-06",
        "flow/applying.py",
        "careful = batch is batches[0] and len(batch.rows) == 1 and len(batches) > 1",
        "careful = False",
        "harm_stops_at_one_person",
    ),
    Broken(
        "no row goes alone",
        "I-06",
        "core/pack.py",
        "canary = not parts and len(ordered) > canary_above",
        "canary = False",
        "harm_stops_at_one_person",
    ),
    Broken(
        "an edit between read and start is overwritten",
        "I-06",
        "flow/batches.py",
        "if problems := moved(batch, live):",
        "if problems := ():",
        "an_edit_before_the_start",
    ),
    Broken(
        "the token stands in the log",
        "I-07",
        "edge/transport.py",
        '        """Close the connections."""\n',
        "        import sys\n\n        print(self.client.headers['authorization'], file=sys.stderr)\n",
        "everything_is_logged",
    ),
    Broken(
        "the token stands in a file",
        "I-07",
        "cli/session.py",
        "        if note:\n",
        "        state.save('environ.json', json.dumps(dict(self.environ)))\n        if note:\n",
        "everything_is_logged",
    ),
    Broken(
        "the token stands in an error",
        "I-07",
        "edge/connection.py",
        'f"RECONCILER_TOKEN ({len(token)} characters)',
        'f"RECONCILER_TOKEN ({token.strip()})',
        "token_with_a_line_break",
    ),
    Broken(
        "an answer is quoted with the token in it",
        "I-07",
        "edge/redaction.py",
        'text = text.replace(spelling, "***")',
        'text = text.replace(spelling, "***" + spelling)',
        "platform_repeats_the_token",
    ),
    Broken(
        "nobody keeps the pace",
        "I-08",
        "edge/limiter.py",
        "            if ahead > 0:\n",
        "            if False:\n",
        "many_pages",
    ),
    Broken(
        "a job has no deadline",
        "I-09",
        "edge/watch.py",
        "Deadline(self.clock, deadline_s), 0",
        'Deadline(self.clock, float("inf")), 0',
        "job_never_ends",
    ),
    Broken(
        "a job of an earlier run is waited for without end",
        "I-09",
        "flow/applying.py",
        "if outside.clock.monotonic() >= deadline:",
        "if False:",
        "job_of_an_earlier_run_never_ends",
    ),
    Broken(
        "the re-read has no deadline",
        "I-09",
        "flow/batches.py",
        "late, again = clock.monotonic() >= deadline,",
        "late, again = False,",
        "promise_is_never_seen",
    ),
    Broken(
        "a reading is tried without end",
        "I-09",
        "edge/transport.py",
        "stop=lambda state: state.attempt_number > RETRIES or state.upcoming_sleep >= deadline.left(),",
        "stop=lambda state: False,",
        "platform_never_answers_well",
    ),
    Broken(
        "names are not escaped",
        "I-10",
        "views/escape.py",
        "    if text.isascii() and text.isprintable() and OLD_COMMAND not in text:\n",
        "    if True:\n",
        "hostile_names",
    ),
    Broken(
        "answers are not escaped",
        "I-10",
        "edge/redaction.py",
        "if char.isprintable() else",
        "if True else",
        "hostile_answers",
    ),
    Broken(
        "locations differ by case",
        "I-11",
        "model/kinds.py",
        'unicodedata.normalize("NFC", value).casefold()',
        'unicodedata.normalize("NFC", value)',
        "location_in_another_case",
    ),
    Broken(
        "rows that may be lost from together are not counted",
        "I-12",
        "core/pack.py",
        "if min(room, default=0) < 0:",
        "if False:",
        "the_only_two_administrators_swap",
    ),
    Broken(
        "a minimum is not checked between two batches",
        "I-12",
        "flow/batches.py",
        "if problems := would_break(batch, run.minimums, live.users):",
        "if problems := ():",
        "they_swap_in_two_batches",
    ),
    Broken(
        "the dangerous rows go first",
        "I-12",
        "core/row_order.py",
        "ranks = {change.key: danger(change) for change in listed}",
        "ranks = {change.key: -danger(change) for change in listed}",
        "the_harmless_first",
    ),
    Broken(
        "what is not known is reported as failed",
        "I-13",
        "core/verdict.py",
        "        return UNKNOWN\n    if applied.error is not None:",
        "        return FAILED\n    if applied.error is not None:",
        "token_revoked_after_the_start",
    ),
    Broken(
        "what is not known is reported as done",
        "I-13",
        "core/verdict.py",
        "        return UNKNOWN\n    if applied.error is not None:",
        "        return DONE\n    if applied.error is not None:",
        "job_never_ends",
    ),
    Broken(
        "an unknown word is taken as done",
        "I-13",
        "edge/jobs.py",
        "    if job.status in DONE:\n",
        "    if job.status not in FAILED | WAITING:\n",
        "undocumented_word",
    ),
    Broken(
        "a redirect of a reading is followed",
        "I-13",
        "edge/transport.py",
        "follow_redirects=False,",
        "follow_redirects=True,",
        "reading_is_redirected",
    ),
    Broken(
        "a redirect of an upload is followed",
        "I-13",
        "edge/transport.py",
        "follow_redirects=False,",
        "follow_redirects=True,",
        "upload_is_redirected",
    ),
    Broken(
        "a link is followed",
        "I-13",
        "edge/jobs.py",
        '            idents.append(read_ident(reply.body, f"POST {UPLOAD}"))\n',
        '            idents.append(read_ident(reply.body, f"POST {UPLOAD}"))\n'
        '            self.transport.client.get(reply.body["link"])\n',
        "links_lead_elsewhere",
    ),
    Broken(
        "the plan number depends on the file",
        "I-14",
        "core/digest.py",
        '"key": change.key,',
        '"key": f"{change.key} {change.mark}",',
        "order_of_the_files",
    ),
)
INVARIANTS: Final = [f"I-{number:02}" for number in range(1, 15)]


@pytest.fixture(scope="session", name="product")
def _product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled copy of the package, so that the children only compile what was changed."""
    copy = tmp_path_factory.mktemp("product")
    shutil.copytree(PACKAGE, copy / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(copy, quiet=1)
    return copy


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_product_holds_its_promise(product: Path, name: str) -> None:
    ended = run_scenario(name, product)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("broken", [pytest.param(each, id=f"{each.invariant}-{each.name}") for each in TABLE])
def test_a_broken_product_is_caught(tmp_path: Path, product: Path, broken: Broken) -> None:
    shutil.copytree(product, tmp_path, dirs_exist_ok=True)
    break_it(broken, tmp_path / PACKAGE.name)
    ended = run_scenario(broken.scenario, tmp_path)
    assert ended.returncode == CAUGHT, f"not caught, ended with {ended.returncode}:\n{ended.stderr}"
    assert "AssertionError" in ended.stderr


def test_every_invariant_has_a_broken_product() -> None:
    assert sorted({broken.invariant for broken in TABLE}) == INVARIANTS


def test_every_broken_product_has_its_scenario_and_its_name() -> None:
    assert {broken.scenario for broken in TABLE} <= SCENARIOS.keys()
    assert len({broken.name for broken in TABLE}) == len(TABLE)


def test_a_product_that_cannot_run_is_not_taken_for_caught(tmp_path: Path, product: Path) -> None:
    shutil.copytree(product, tmp_path, dirs_exist_ok=True)
    (tmp_path / PACKAGE.name / "core" / "pack.py").write_text("import nothing_of_that_name\n")
    ended = run_scenario("main_job", tmp_path)
    assert ended.returncode not in {0, CAUGHT}


def break_it(broken: Broken, package: Path) -> None:
    """Replace one text of a copy of the package."""
    file = package / broken.file
    text = file.read_text()
    assert text.count(broken.old) == 1, f"{broken.file} holds it {text.count(broken.old)} times: {broken.old!r}"
    file.write_text(text.replace(broken.old, broken.new))
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def run_scenario(name: str, copy: Path) -> subprocess.CompletedProcess[str]:
    """Run a scenario in a process of its own against a copy of the package."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(copy), str(ROOT)])}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "tests.e2e.scenarios", name],
        env=environ,
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    imported = ended.stdout.partition("\n")[0]
    assert not imported or Path(imported) == copy / PACKAGE.name / "__init__.py", (
        f"another product ran: {imported}"
    )
    return ended
