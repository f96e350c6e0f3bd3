"""From a value that cannot be taken to the problems that point at it, in the words of the file."""

from reconciler.model.source import Mark, Problem, Problems, Scalar
from reconciler.model.spelling import quoted
from reconciler.model.values import BadValue


def refuse(key: Scalar, mark: Mark, error: BadValue, user: str = "", field: str = "") -> Problems:
    """Return the problems of one value: what is wrong with it, and what to write, ready to paste.

    Args:
        key: The key of the value as the file writes it; the summary begins with it.
        mark: The place of the value; used where the error has no place of its own inside the value.
        error: What is wrong.
        user: The canonical address of the person it is about, where known.
        field: The name of the field in the table, where it is one.
    """
    return tuple(
        Problem(
            f"{key.text}: {one.summary}",
            one.hint if one.mark else with_key(key, one.hint),
            one.mark or mark,
            user,
            field,
            one.code,
        )
        for one in (error, *error.more)
    )


def with_key(key: Scalar, hint: str) -> str:
    """Return a hint whose proposed value stands after its key: `write:  location: "NO"`."""
    name = quoted(key.text) if key.style else key.text
    return hint.replace(WRITE, f"{WRITE}{name}: ", 1) if hint.startswith(WRITE) else hint


WRITE = "write:  "
