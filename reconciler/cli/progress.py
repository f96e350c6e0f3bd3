"""Progress of long work: bars with counts, rate and time left on a terminal, one line a step elsewhere."""

import sys
from collections.abc import Callable
from typing import Any

import click

from reconciler.model.clock import Step
from reconciler.views.render_text import render_step


class Bars:
    """One bar at a time on standard error; a step of another name begins a new one."""

    def __init__(self) -> None:
        self.name = ""
        self.bar: Any = None

    def __call__(self, step: Step) -> None:
        """Move the bar of a step; it ends when all is done."""
        if step.name != self.name or self.bar is None:
            self.end()
            self.begin(step)
        self.bar.length = step.total or max(step.done, 1)
        self.bar.update(max(0, step.done - self.bar.pos), step.detail)
        if step.total is not None and step.done >= step.total:
            self.end()

    def begin(self, step: Step) -> None:
        """Open a bar."""
        self.name = step.name
        self.bar = click.progressbar(
            length=step.total or 1,
            label=f"{step.name:<24}",
            file=sys.stderr,
            show_pos=True,
            item_show_func=lambda detail: detail or "",
            width=28,
        )
        self.bar.__enter__()

    def end(self) -> None:
        """Close the bar, so that what follows begins on a line of its own."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar, self.name = None, ""


class Lines:
    """One line when a step begins and one when it is done."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.name = ""

    def __call__(self, step: Step) -> None:
        """Say a step at its beginning and its end."""
        finished = step.total is not None and step.done >= step.total
        if step.name != self.name or finished:
            self.say(render_step(step))
        self.name = "" if finished else step.name
