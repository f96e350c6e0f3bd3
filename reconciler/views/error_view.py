"""An error that ended a run: one clear first line, what is wrong, what to do."""

from dataclasses import dataclass
from typing import Final

from reconciler.model.errors import ReconcilerError
from reconciler.views.problem_view import MOST_SHOWN, ProblemList, sentence, sentences, view_problems


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error as finished text: what happened, the problems that it carries, what to do."""

    headline: str
    problems: ProblemList
    hint: tuple[str, ...]


def view_error(error: ReconcilerError) -> ErrorView:
    """View an error that ended a command before anything was sent, or with an unknown fate."""
    return ErrorView(
        headline=f"{first_words(error.exit_code)}: {sentence(error.message)}",
        problems=view_problems(error.problems),
        hint=(*others(len(error.problems)), *sentences(error.hint)),
    )


def others(count: int) -> tuple[str, ...]:
    """Return the line that says that not all of so many problems are shown."""
    return (f"The first {MOST_SHOWN} of {count:,} are shown.",) if count > MOST_SHOWN else ()


def first_words(exit_code: int) -> str:
    """Return how the first line begins; a code that is not in the table is a signal before any write."""
    return FIRST_WORDS.get(exit_code, "STOPPED, nothing was sent")


FIRST_WORDS: Final = {
    1: "FAILED",
    4: "REFUSED, nothing was sent",
    5: "NOT KNOWN YET",
    6: "BUSY, nothing was sent",
}
"""How the first line of an error begins, by exit code."""
