"""The values that flow: what a field may hold, and what a file may say of a set of names."""

from datetime import date
from typing import Final, NamedTuple, TypeAlias

from reconciler.model.days import ALWAYS, Phase, Window
from reconciler.model.source import Located, Mark

NOTHING: Final = "(none)"
"""How a cleared or absent value is shown."""


class DatedName(NamedTuple):
    """A name that is held only on some days."""

    value: str
    mark: Mark
    window: Window = ALWAYS


class NameRule(NamedTuple):
    """What a file says of a set of names: exactly these, or at least these and never those.

    Attributes:
        exact: The whole set, or None where `at_least` and `never` speak.
        at_least: Names that must be held.
        never: Names that must not be held; every other name is left alone.
        dated: Names that belong to `exact` or else to `at_least` on some days; none once a day is chosen.
    """

    exact: tuple[Located[str], ...] | None = None
    at_least: tuple[Located[str], ...] = ()
    never: tuple[Located[str], ...] = ()
    dated: tuple[DatedName, ...] = ()

    def dated_in(self, phase: Phase, day: date) -> tuple[Located[str], ...]:
        """Return the dated names to whose window a day stands so."""
        return tuple(Located(name.value, name.mark) for name in self.dated if name.window.phase(day) is phase)

    def target(self, held: frozenset[str]) -> frozenset[str]:
        """Return the names to be held by somebody who holds `held` now."""
        if self.exact is not None:
            return frozenset(name.value for name in self.exact)
        wanted = held | {name.value for name in self.at_least}
        return wanted - {name.value for name in self.never}

    def names(self) -> tuple[Located[str], ...]:
        """Return every name that the rule mentions, with its place."""
        dated = tuple(Located(name.value, name.mark) for name in self.dated)
        return (self.exact or ()) + self.at_least + self.never + dated


Value: TypeAlias = str | bool | int | frozenset[str] | NameRule | None


class BadValue(ValueError):
    """A value that cannot be taken.

    Attributes:
        summary: What was found and what was wanted.
        hint: What to write; `""` where nothing can be proposed.
        code: The row of the fault catalogue, such as `D-50`.
        mark: The exact place when it is inside the value (one name of a list); else None.
        more: What else is wrong inside the same value, so that everything is said at once.
    """

    def __init__(
        self,
        summary: str,
        hint: str = "",
        code: str = "",
        mark: Mark | None = None,
        more: "tuple[BadValue, ...]" = (),
    ) -> None:
        super().__init__(summary)
        self.summary, self.hint, self.code, self.mark, self.more = summary, hint, code, mark, more
