"""Every view as JSON: the view itself plus `"format": 1`, safe in every encoding (faults.md S-28)."""

import dataclasses
import json
from typing import Any, Final

from reconciler.views.error_view import ErrorView
from reconciler.views.escape import OLD_COMMAND
from reconciler.views.mismatch_view import MismatchView
from reconciler.views.plan_view import PlanView
from reconciler.views.problem_view import ProblemList
from reconciler.views.run_view import RunView

FORMAT: Final = 1


def render_problems(view: ProblemList) -> str:
    """Render the problems of a tree."""
    return render(view)


def render_plan(view: PlanView) -> str:
    """Render a plan: `format`, `digest`, `headline`, `refusals`, `left_out`, `changes`, `impact` and the rest."""
    return render(view)


def render_run(view: RunView) -> str:
    """Render the result of an apply with every receipt."""
    return render(view)


def render_error(view: ErrorView) -> str:
    """Render an error."""
    return render(view)


def render_mismatch(view: MismatchView) -> str:
    """Render what differs from the approved plan."""
    return render(view)


def render(view: Any) -> str:
    """Return a view as ASCII JSON, its keys in the order of the view."""
    text = json.dumps({"format": FORMAT} | plain(view), indent=2, allow_nan=False)
    return text.replace("\x7f", "\\u007f").replace(OLD_COMMAND, "##\\u005b")


def plain(value: Any) -> Any:
    """Return a view as objects, lists and plain values."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
