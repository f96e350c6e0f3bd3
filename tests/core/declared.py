"""Trees as text, read as the product reads them: what they declare, and what is wrong with it."""

from datetime import date
from typing import Final

from reconciler.core.on_day import desired_on
from reconciler.core.resolve import document_reader, resolve
from reconciler.model.source import Problem, Problems, Severity
from reconciler.model.users import Declared, DesiredUser
from reconciler.model.values import NameRule
from tests.builders import TODAY, settings
from tests.nodes import FILE, document

READER: Final = document_reader()
SETTINGS: Final = settings(locations=["Madrid", "Manila", "Oslo"])


def read(*texts: str, today: date = TODAY) -> tuple[Declared, Problems]:
    """What several files declare, and every problem of them."""
    names = [FILE, *(f"users/more{number}.yaml" for number in range(1, len(texts)))]
    return resolve(
        [READER(document(text, name)) for text, name in zip(texts, names, strict=True)], SETTINGS, today
    )


def declared(*texts: str, today: date = TODAY) -> Declared:
    """What files without an error declare."""
    stated, problems = read(*texts, today=today)
    assert not [problem for problem in problems if problem.severity is Severity.ERROR], problems
    return stated


def on(day: date, *texts: str) -> DesiredUser:
    """The only person of some files, as of a day."""
    (person,) = desired_on(declared(*texts, today=day), day)
    return person


def value(person: DesiredUser, field: str) -> object:
    """A value without its place; of a rule, what it asks for."""
    held = person.values[field].value
    return said(held) if isinstance(held, NameRule) else held


def said(rule: NameRule) -> str:
    """What a rule of one day asks for: `=A,B` exactly; `+A -B` at least and never."""
    assert not rule.dated
    if rule.exact is not None:
        return "=" + ",".join(sorted(name.value for name in rule.exact))
    parts = [f"+{name.value}" for name in rule.at_least] + [f"-{name.value}" for name in rule.never]
    return " ".join(sorted(parts))


def values(person: DesiredUser) -> dict[str, object]:
    """All values of a person without their places."""
    return {field: value(person, field) for field in person.values}


def errors(*texts: str, today: date = TODAY) -> list[Problem]:
    """The errors of some files."""
    return [problem for problem in read(*texts, today=today)[1] if problem.severity is Severity.ERROR]


def warnings(*texts: str, today: date = TODAY) -> list[Problem]:
    """The warnings of some files without an error."""
    found = read(*texts, today=today)[1]
    assert all(problem.severity is not Severity.ERROR for problem in found), found
    return list(found)
