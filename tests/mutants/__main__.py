"""`make mutants MODULES="core/diff core/pack"`: try every mistake, keep the score, look at the survivors.

Ends with 1 where a survivor has no sentence in `survivors.toml`, a sentence is on a mutant that cannot be made any
more, or too few died.
"""

# ruff: noqa: T201  it prints its figures
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.mutants.modules import MODULES
from tests.mutants.operators import Mutant, mutants_of
from tests.mutants.runner import ROOT, Outcome, try_all

HERE: Final = Path(__file__).parent
SENTENCES: Final = HERE / "survivors.toml"
SCORE: Final = HERE / "score.json"
LEAST: Final = 0.85
"""The share of the mutants that must die."""

Key: TypeAlias = tuple[str, str, str, str]
"""Module, function, code before, code after."""


def main(asked: list[str]) -> int:
    """Try the modules asked for, or all, and say what is left to do."""
    modules = asked or list(MODULES)
    if unknown := set(modules) - MODULES.keys():
        print(f"not known: {', '.join(sorted(unknown))}; known are {', '.join(MODULES)}", file=sys.stderr)
        return 2
    complaints = try_modules(modules)
    print("\n".join((*table(scores()), *complaints)))
    return 1 if complaints else 0


def try_modules(modules: Iterable[str]) -> list[str]:
    """Try modules, keep their scores, and return what is wrong with them."""
    return [complaint for module in modules for complaint in judge(module)]


def judge(module: str) -> Iterator[str]:
    """Try one module, keep its score, and yield what is wrong with it."""
    outcome = try_all(module, MODULES[module], lambda line: print(line, file=sys.stderr, flush=True))
    keep(module, outcome)
    known = {key for key in sentences() if key[0] == module}
    found = {key_of(module, mutant) for mutant in outcome.survivors}
    yield from (f"no sentence for:\n{entry(key)}" for key in sorted(found - known))
    made = {key_of(module, mutant) for mutant in mutants_of(source_of(module))}
    yield from (f"a sentence on a mutant that is gone: {key}" for key in sorted(known - made))
    for key in sorted(known & made - found):
        print(f"died this time, is its sentence still true? {key}", file=sys.stderr)
    if outcome.killed < LEAST * outcome.mutants:
        yield f"{module}: {outcome.killed} of {outcome.mutants} died, which is too few"


def key_of(module: str, mutant: Mutant) -> Key:
    """Return by what a mutant is known, whatever the line that it stands in."""
    return module, mutant.function, mutant.before, mutant.after


def entry(key: Key) -> str:
    """Return an entry of the list of sentences, to be pasted and filled in."""
    names = ("module", "function", "before", "after", "why")
    return "\n".join(
        (
            "[[survivor]]",
            *(f"{name} = {json.dumps(text)}" for name, text in zip(names, (*key, ""), strict=True)),
            "",
        )
    )


def sentences() -> dict[Key, str]:
    """Return why each known survivor may live."""
    entries = tomllib.loads(SENTENCES.read_text(encoding="utf-8")).get("survivor", [])
    return {(one["module"], one["function"], one["before"], one["after"]): one["why"] for one in entries}


def keep(module: str, outcome: Outcome) -> None:
    """Write the score of a module with its day and the state of the module that it belongs to."""
    kept = scores()
    day = datetime.now(UTC).date().isoformat()
    kept[module] = {"mutants": outcome.mutants, "killed": outcome.killed, "day": day, "source": state(module)}
    ordered = {name: kept[name] for name in MODULES if name in kept}
    SCORE.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


def scores() -> dict[str, Any]:
    """Return the kept score of each module."""
    return dict(json.loads(SCORE.read_text(encoding="utf-8"))) if SCORE.exists() else {}


def state(module: str) -> str:
    """Return what tells one state of a module from another."""
    return sha256(source_of(module).encode()).hexdigest()[:16]


def source_of(module: str) -> str:
    """Return the code of a module."""
    return (ROOT / f"reconciler/{module}.py").read_text(encoding="utf-8")


def table(kept: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scores as lines."""
    for name, score in kept.items():
        share = score["killed"] / score["mutants"]
        old = "" if score["source"] == state(name) else ", of an older state of the module"
        print_day = f"{score['day']}{old}"
        yield f"{name:<18} {score['killed']:>4} of {score['mutants']:>4} died, {share:.0%}  ({print_day})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
