"""A hundred texts that try to become markup (faults.md S-26), and the plan in which they are everywhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reconciler.model.plan import Action, Change, LeftOut, Plan, Tally
from reconciler.model.source import Problem, Severity
from tests.views.samples import change, in_file, names, new, plan

WAYS_OUT: Final = ("", '"', "'", '">', "'>", "</style>", "</script>", "</title>", "-->", "&#60;")
MISCHIEF: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    " onfocus=alert(1) autofocus x=",
    '<iframe srcdoc="<script>parent.alert(1)</script>">',
    "<a href=//evil.example>x</a>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>*{display:none}</style>",
    "{{ 7 * 7 }}{% raw %}<!--",
)
MARKUP: Final = tuple(way + mischief for way in WAYS_OUT for mischief in MISCHIEF)


def people_of(texts: Sequence[str]) -> Plan:
    """A plan in which each text is somebody's name and value, a role, a team, a location, a file, a problem."""
    changes = tuple(one for number, text in enumerate(texts) for one in around(text, number))
    problems = tuple(problem_of(text) for text in texts)
    return plan(
        changes,
        left_out=tuple(LeftOut(text, text, problem) for text, problem in zip(texts, problems, strict=True)),
        notes=tuple(replace(problem, severity=Severity.NOTE) for problem in problems),
        not_in_files=tuple(texts),
        impact=tuple(Tally("teams", text, 5, 0) for text in dict.fromkeys(texts)),
    )


def around(text: str, number: int) -> tuple[Change, ...]:
    """Four people of every sort whose every piece of data is the text."""
    there = in_file(f"users/{text}.yaml", "", number + 1, 1)
    addresses = [f"{number}-{sort}-{text}@acme.example" for sort in "abcd"]
    fields = (("alias", text, f"{text}!"), ("teams", names(text, "x"), names(text, f"{text}, y")))
    kinds = (
        change(
            "A", "a.yaml:1", Action.UPDATE, *fields, ("roles", names(text), names("Agent")), email=addresses[0]
        ),
        change("B", "a.yaml:2", Action.DEACTIVATE, ("status", "Active", "Inactive"), email=addresses[1]),
        new("C", "a.yaml:3", ("location", None, text)),
        change("D", "a.yaml:4", Action.REACTIVATE, ("location", text, None), email=addresses[3]),
    )
    return tuple(
        replace(one, name=text, mark=there, key=key, email=key) for one, key in zip(kinds, addresses, strict=True)
    )


def problem_of(text: str) -> Problem:
    """A problem that quotes the text."""
    return Problem(
        f'"{text}" is not known',
        "write\n  - " + text.replace("\n", " "),
        in_file(f"users/{text}.yaml", text, 1, 1),
        text,
    )
