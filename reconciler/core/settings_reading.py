"""Reading one block of the settings after another, so that every problem is said at once."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from reconciler.core.nearest import did_you_mean, nearest
from reconciler.core.refusal import refuse
from reconciler.core.settings_kinds import members
from reconciler.model.fields import TREE_FIELDS
from reconciler.model.settings import Counted
from reconciler.model.source import Entries, Items, Located, Mark, Node, Problem, Problems, Scalar, Severity
from reconciler.model.spelling import is_null, quoted, shortened, spelled
from reconciler.model.values import BadValue

T = TypeVar("T")

TOP_KEYS: Final = (
    "format",
    "tenant",
    "email_domains",
    "locations",
    "privileged_roles",
    "protected",
    "not_in_files",
    "minimum_active",
    "limits",
    "allow",
    "scope",
    "batch_size",
    "job_timeout",
    "settle_timeout",
    "snapshot_max_age",
    "ignore_jobs",
    "actors",
)
"""The keys of `reconciler.yaml` (product section 3), in the order in which people meet them."""

HOMES: Final = {
    **dict.fromkeys(Counted, "limits"),
    **dict.fromkeys(("url", "timezone"), "tenant"),
    **dict.fromkeys(("roles", "teams"), "minimum_active"),
    **dict.fromkeys(("count", "share"), "limits"),
    **dict.fromkeys(("in", "why", "last_day"), "allow"),
    "emails": "scope",
    "id": "ignore_jobs",
}
"""The block that each inner key belongs to."""


class Reading:
    """The reading of one settings file; collects what is wrong in `problems`."""

    def __init__(self, root: Entries) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def report(self, problems: Problems) -> None:
        """Keep problems of a value."""
        self.problems.extend(problems)

    def block(self, key: str, known: tuple[str, ...]) -> Entries | None:
        """Return the mapping under a key of the top, its keys checked; None where absent or not a mapping."""
        found = entry(self.root, key)
        return None if found is None else self.mapping(*found, known)

    def mapping(self, key: Scalar, node: Node, known: tuple[str, ...] = ()) -> Entries | None:
        """Return a mapping whose keys are among `known` (empty: any), else say what is wrong."""
        if not isinstance(node, Entries):
            if not (is_null(node) and any(HOMES.get(name.text) == key.text for name, _ in self.root.entries)):
                wrong = BadValue(f"{spelled(node)} where a mapping is wanted", like(key.text), "D-35")
                self.report(refuse(key, node.mark, wrong))
            return None
        if known:
            self.check_keys(node, known)
        return node

    def check_keys(self, block: Entries, known: tuple[str, ...]) -> None:
        """Say of every unknown key where it belongs, or which known one is nearest (faults.md D-37, D-77)."""
        for key, _ in block.entries:
            if key.text not in known:
                self.problems.append(self.stray(key, block, known))

    def stray(self, key: Scalar, block: Entries, known: tuple[str, ...]) -> Problem:
        """Return what to say of a key that is not known where it stands."""
        name = quoted(shortened(key.text))
        if key.text in TOP_KEYS:
            return Problem(
                f"{name} stands too far right; it belongs at the left edge",
                f"write {name} in column 1",
                key.mark,
                code="D-38",
            )
        if home := HOMES.get(key.text):
            left = "stands too far left; it" if block is self.root else ""
            found = entry(self.root, home)
            line = f" of line {found[0].mark.line}" if found else ""
            return Problem(
                f'{name} {left or "is not known here; it"} belongs under "{home}:"{line}',
                EXAMPLES[home],
                key.mark,
                code="D-38",
            )
        if key.text in TREE_FIELDS or key.text in {"users", "profiles"}:
            return Problem(
                f"{name} is not a setting; it belongs into a file of people",
                "write it in another file beside this one",
                key.mark,
                code="D-38",
            )
        near = nearest(key.text, known)
        hint = f"write:  {near}:" if near else f"known here: {', '.join(known)}"
        return Problem(
            f"{name} is not a known setting.{did_you_mean(key.text, known)}", hint, key.mark, code="D-37"
        )

    def value(self, block: Entries | None, key: str, read: Callable[[Node], T]) -> Located[T] | None:
        """Read the value under a key; None where it is absent or wrong."""
        found = entry(block, key)
        if found is None:
            return None
        try:
            return Located(read(found[1]), found[1].mark)
        except BadValue as error:
            self.report(refuse(found[0], found[1].mark, error))
            return None

    def required(self, block: Entries | None, key: str, read: Callable[[Node], T]) -> Located[T] | None:
        """Read the value under a key that must be there; None also where there is no block to look into."""
        if block is not None and entry(block, key) is None:
            self.missing(key, block.mark)
        return self.value(block, key, read)

    def missing(self, key: str, mark: Mark) -> None:
        """Say that a required setting is missing, with an example of it."""
        self.problems.append(
            Problem(f'the setting "{key}" is missing', f"write:  {EXAMPLES[key]}", mark, code="settings.missing")
        )

    def values(
        self, block: Entries | None, key: str, read: Callable[[Node], str], empty: str = ""
    ) -> tuple[Located[str], ...] | None:
        """Read a list of texts, each once (compared without regard to case); None where it is absent.

        What cannot be read is reported and not in the result. `empty` says what is wrong with an empty list; `""`:
        nothing.
        """
        found = entry(block, key)
        if found is None:
            return None
        if empty and isinstance(found[1], Items) and not found[1].items:
            self.report(refuse(found[0], found[1].mark, BadValue(empty, "", "D-77")))
        taken: dict[str, Located[str]] = {}
        for node in members(found[1]):
            try:
                text = read(node)
                if text.casefold() in taken:
                    raise BadValue(f"{quoted(text)} stands twice", "remove one of the two", "D-28")
                taken[text.casefold()] = Located(text, node.mark)
            except BadValue as error:
                where = None if node is found[1] else node.mark
                wrong = BadValue(error.summary, error.hint, error.code, error.mark or where)
                self.report(refuse(found[0], node.mark, wrong))
        return tuple(taken.values())

    def mappings(self, key: str, known: tuple[str, ...]) -> Iterator[Entries]:
        """Yield the mappings of a list at the top; a single mapping stands for a list of one."""
        found = entry(self.root, key)
        for node in members(found[1]) if found else ():
            if found and (block := self.mapping(found[0], node, known)) is not None:
                yield block

    def warn(self, summary: str, hint: str, mark: Mark, code: str) -> None:
        """Keep a warning."""
        self.problems.append(Problem(summary, hint, mark, code=code, severity=Severity.WARNING))


def entry(block: Entries | None, key: str) -> tuple[Scalar, Node] | None:
    """Return a key of a mapping as the file writes it with its value, or None."""
    if block is None:
        return None
    return next((pair for pair in block.entries if pair[0].text == key), None)


def like(key: str) -> str:
    """Return how a block is written; `""` where there is no example."""
    return f"write it like  {EXAMPLES[key]}" if key in EXAMPLES else ""


EXAMPLES: Final = {
    "format": "format: 1",
    "tenant": "tenant: {url: https://acme.uc1.ccaiplatform.com, timezone: Europe/Madrid}",
    "url": "url: https://acme.uc1.ccaiplatform.com",
    "timezone": "timezone: Europe/Madrid",
    "email_domains": "email_domains: [acme.example]",
    "minimum_active": "minimum_active: {roles: {Admin: 2}, teams: {Billing ES: 8}}",
    "limits": "limits: {deactivate: {count: 25, share: 5%}}",
    "allow": 'allow: [{deactivate: 31, in: madrid/closing.yaml, last_day: YYYY-MM-DD, why: "..."}]',
    "scope": 'scope: {emails: ["*@acme.example"]}',
    "in": "in: madrid/closing.yaml",
    "last_day": "last_day: YYYY-MM-DD",
    "why": 'why: "..."',
    "id": "id: 12345",
    "ignore_jobs": "ignore_jobs: [{id: 12345, last_day: YYYY-MM-DD}]",
}
"""How the blocks and the required settings are written."""
