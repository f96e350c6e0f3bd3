"""The forms of a plan by the name that `--format` takes: each a function from a view to a text."""

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.views import render_json, render_markdown, render_text
from reconciler.views.plan_view import PlanView

RENDERERS: Final[Mapping[str, Callable[[PlanView], str]]] = {
    "text": render_text.render_plan,
    "json": render_json.render_plan,
    "markdown": render_markdown.render,
}
