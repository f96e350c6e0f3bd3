"""The kind of a set of names: roles and teams, in files and in every shape that the platform may answer."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from reconciler.model.days import ALWAYS
from reconciler.model.kinds import FLAG_WORDS, Kind, flag_like
from reconciler.model.source import Entries, Items, Json, Located, Mark, Node
from reconciler.model.spelling import describe, joined, quoted, read_text, read_window, shortened
from reconciler.model.values import NOTHING, BadValue, DatedName, NameRule, Value

Read: TypeAlias = tuple[DatedName, ...]

NAME_KEYS: Final = ("name", "first_day", "last_day")
"""The keys of a name that is held only on some days."""


class Names(Kind):
    """A set of role or team names: in files a `NameRule`, on the platform a `frozenset`.

    The wire shapes of a read are those of platform-api unknown 17; an upload states every name of the template.
    """

    def __init__(self, noun: str, least: int = 0, most: int | None = None, forbidden: str = "") -> None:
        super().__init__(longest=128)
        self.noun, self.least, self.most, self.forbidden = noun, least, most, forbidden
        self.wanted = f"the name of a {noun}"

    def parse(self, node: Node) -> Value:
        """Read one name, a list of names, or a mapping of `at_least` and `never`; raises `BadValue`."""
        wrong: list[BadValue] = []
        if isinstance(node, Entries):
            self.refuse_strangers(node)
            listed, never = (self.read_part(node, key, wrong) for key in ("at_least", "never"))
            wrong.extend(self.undated(name) for name in never if name.window != ALWAYS)
            rule, least = NameRule(at_least=always(listed), never=always(never), dated=on_some_days(listed)), 0
        else:
            listed = self.read_names(node, wrong, node)
            rule, least = NameRule(exact=always(listed), dated=on_some_days(listed)), self.least
        wrong.extend(repeats(rule.names()))
        if wrong:
            raise joined(wrong)
        self.refuse_count(len(listed), least, node.mark)
        return rule

    def refuse_strangers(self, node: Entries) -> None:
        """Refuse keys beside `at_least` and `never`, and a mapping with neither."""
        for key, _ in node.entries:
            if key.text not in {"at_least", "never"}:
                raise BadValue(
                    f"{quoted(shortened(key.text))} is not known here; {self.noun}s are a list of names, or "
                    '"at_least" and "never" with a list each',
                    "write the name as one of a list:  at_least: [{name: ...}]"
                    if key.text in NAME_KEYS
                    else "write the names under  at_least:  or  never:",
                    "D-37",
                    key.mark,
                )
        if not node.entries:
            raise BadValue(
                f"an empty mapping where {self.noun} names are wanted",
                f"remove the line to leave the {self.noun}s as they are",
                "D-67",
            )

    def read_part(self, node: Entries, key: str, wrong: list[BadValue]) -> Read:
        """Read the names under `at_least` or `never`; an absent key is none."""
        part = node.get(key)
        return () if part is None else self.read_names(part, wrong)

    def read_names(self, node: Node, wrong: list[BadValue], whole: Node | None = None) -> Read:
        """Read one name or a list of names, each with its place; what cannot be taken is added to `wrong`.

        `whole` is the value of the field: only what stands for all of it is told without a place of its own.
        """
        names: list[DatedName] = []
        for item in node.items if isinstance(node, Items) else (node,):
            try:
                names.append(self.read_dated(item) if isinstance(item, Entries) else self.read_always(item))
            except BadValue as error:
                place = None if item is whole else item.mark
                wrong += [
                    BadValue(one.summary, one.hint, one.code, one.mark or place) for one in (error, *error.more)
                ]
        return tuple(names)

    def read_always(self, node: Node) -> DatedName:
        """Read a name without days; raises `BadValue`."""
        return DatedName(self.read_name(node), node.mark)

    def read_dated(self, entry: Entries) -> DatedName:
        """Read a name with its first and last day; raises `BadValue`."""
        for key, _ in entry.entries:
            if key.text not in NAME_KEYS:
                raise BadValue(
                    f"{quoted(shortened(key.text))} is not known here; one {self.noun} has a name, and a "
                    "first_day or a last_day",
                    "write it like  {name: ..., last_day: 2027-01-31}",
                    "D-37",
                    key.mark,
                )
        name = entry.get("name")
        if name is None:
            raise BadValue(
                f"no name: it is not known which {self.noun} is meant", "add  name: ...", "D-37", entry.mark
            )
        try:
            text = self.read_name(name)
        except BadValue as error:
            raise BadValue(error.summary, error.hint, error.code, name.mark) from None
        return DatedName(text, name.mark, read_window(entry))

    def read_name(self, node: Node) -> str:
        """Read one name; raises `BadValue`."""
        text = self.check(read_text(node, self.wanted))
        if self.forbidden and self.forbidden in text:
            raise BadValue(
                f'{quoted(text)} holds "{self.forbidden}", which the name of a {self.noun} cannot',
                f"give the {self.noun} a name without it in the portal, then write that one",
                "D-71",
            )
        return text

    def undated(self, name: DatedName) -> BadValue:
        """Refuse days under `never`: a name that shall go on a day stands under `at_least` until then."""
        return BadValue(
            f"{quoted(name.value)} under never: has a day",
            f"to take it away on a day, write it under  at_least:  with its last_day; else only  {name.value}",
            "D-54",
            name.mark,
        )

    def refuse_count(self, count: int, least: int, mark: Mark) -> None:
        """Refuse too few and too many names (faults.md D-67, D-75; platform-api section 12)."""
        if count < least:
            raise BadValue(
                f"an empty list of {self.noun}s; everybody needs at least one",
                f"remove the line to leave the {self.noun}s as they are, or name one",
                "D-67",
                mark,
            )
        if self.most is not None and count > self.most:
            raise BadValue(
                f"{count} {self.noun}s; the platform allows at most {self.most} a person",
                "remove some",
                "D-75",
                mark,
            )

    def from_wire(self, wire: Json) -> Value:
        """Read the names that are held, whatever the shape (unknown 17); raises `BadValue` for another one."""
        if isinstance(wire, Mapping):
            return held((name, value) for name, value in wire.items())
        if not isinstance(wire, list):
            raise BadValue(f"a list of {self.noun}s was expected, the platform answered {describe(wire)}")
        return held(self.read_item(item) for item in wire)

    def read_item(self, item: Json) -> tuple[Json, Json]:
        """Return the name and the 0/1 of one element of a read list."""
        if isinstance(item, str):
            return item, 1
        if isinstance(item, Mapping) and "name" in item:
            return item["name"], item["value"] if "value" in item else not item.get("deleted", False)
        raise BadValue(f"a {self.noun} was expected, the platform answered {describe(item)}")

    def to_wire(self, value: Value, like: Json = None) -> Json:
        """State every name of the template sample `like`; None is `""` for each of them (unknown 36)."""
        sample = [item for item in like if isinstance(item, Mapping)] if isinstance(like, list) else []
        return [
            {
                **item,
                "value": ""
                if value is None
                else flag_like(item.get("name") in names_of(value), item.get("value")),
            }
            for item in sample
        ]

    def show(self, value: Value) -> str:
        """Say the names in alphabetical order."""
        return ", ".join(sorted(names_of(value), key=str.casefold)) or NOTHING


def always(names: Read) -> tuple[Located[str], ...]:
    """Return the names that hold on every day."""
    return tuple(Located(name.value, name.mark) for name in names if name.window == ALWAYS)


def on_some_days(names: Read) -> Read:
    """Return the names that hold on some days only."""
    return tuple(name for name in names if name.window != ALWAYS)


def repeats(names: Iterable[Located[str]]) -> Iterator[BadValue]:
    """Yield a refusal of every name that stands again, also when only the case differs."""
    seen: set[str] = set()
    for name in names:
        key = name.value.casefold()
        if key in seen:
            yield BadValue(f"{quoted(name.value)} stands twice", "remove one of the two", "D-28", name.mark)
        seen.add(key)


def names_of(value: Value) -> frozenset[str]:
    """Return a set of names as such; None is the empty set."""
    if isinstance(value, NameRule):
        return value.target(frozenset())
    return value if isinstance(value, frozenset) else frozenset()


def held(pairs: Iterable[tuple[Json, Json]]) -> frozenset[str]:
    """Return the names whose value says that they are held; raises `BadValue` for another value."""
    names = set()
    for name, value in pairs:
        word = "" if value is None else str(value).strip().casefold()
        if not isinstance(name, str) or not name.strip():
            raise BadValue(f"a name was expected, the platform answered {describe(name)}")
        if word and word not in FLAG_WORDS:
            raise BadValue(f'0 or 1 was expected for "{name}", the platform answered {describe(value)}')
        if word and FLAG_WORDS[word]:
            names.add(name.strip())
    return frozenset(names)


ROLES: Final = Names("role", least=1, most=10)
TEAMS: Final = Names("team", forbidden=":")
