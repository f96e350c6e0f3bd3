"""Why one person is left out while the others go on (product section 2, "what leaves out one person")."""

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.core.draft import Draft
from reconciler.core.ground import NAMES, UNIQUE, Ground
from reconciler.core.lookalikes import probably_renamed
from reconciler.core.nearest import did_you_mean
from reconciler.core.renames import RENAME, row_key
from reconciler.model.fields import FIELDS, USER_FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.source import Json, Mark, Problem
from reconciler.model.users import DesiredUser, LiveUser
from reconciler.model.values import NameRule, Value


def hindrance(draft: Draft, ground: Ground) -> Problem | None:
    """Return the first reason why a change may not be written, or None."""
    return next((problem for rule in RULES for problem in rule(draft, ground)), None)


def shared_address(user: DesiredUser, twins: tuple[LiveUser, ...]) -> Problem:
    """Say that several live accounts have the declared address (faults.md L-17)."""
    people = " and ".join(f"{twin.name} <{twin.email}>" for twin in twins)
    return Problem(
        f"{len(twins)} accounts on the platform have this address: {people}",
        "nobody can tell which of them is meant; give one of them another address in the portal",
        user.mark,
        user.key,
        code="L-17",
    )


def strange_name(user: DesiredUser, ground: Ground, *, active: bool) -> Problem | None:
    """Return the first declared role or team that the platform does not have (faults.md D-65, D-71).

    `active` tells whether the account is active after the plan; teams are not compared where it is not (D-76).
    """
    for field in NAMES:
        located = user.values.get(field.name)
        if located is None or not isinstance(located.value, NameRule):
            continue
        name = ground.unknown_name(field.name, located.value)
        if name and (active or not field.lost_on_deactivation):
            return unknown_name(field.name, name.value, ground, user.key, name.mark)
    return None


def unknown_name(field: str, name: str, ground: Ground, user: str, mark: Mark) -> Problem:
    """Say that a role or team is not there, or is there twice (platform-api section 12)."""
    noun, key = noun_of(field), FIELDS[field].tree_key
    if copies_of(name, ground.snapshot.template.sample.get(field)) > 1:
        summary = f'{key}: the platform has several {noun}s named "{name}", which an upload cannot tell apart'
        return Problem(summary, "give each of them its own name in the portal", mark, user, field, "D-71")
    return Problem(
        f'{key}: the platform has no {noun} "{name}".{did_you_mean(name, ground.known[field].values())}',
        f"{noun.capitalize()}s are made in the portal. Names as of {ground.snapshot.taken_at:%Y-%m-%d %H:%M} UTC.",
        mark,
        user,
        field,
        "D-65" if field == "roles" else "D-71",
    )


def noun_of(field: str) -> str:
    """Return the word for one name of a field: `role`, `team`."""
    kind = FIELDS[field].kind
    return kind.noun if isinstance(kind, Names) else FIELDS[field].title.lower()


def copies_of(name: str, sample: Json) -> int:
    """Count how often a name stands in the template's own list."""
    items = sample if isinstance(sample, list) else []
    return sum(isinstance(item, Mapping) and item.get("name") == name for item in items)


def protected_person(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Leave protected accounts alone, under the old and the new address (product section 3)."""
    if address := ground.protected.get(draft.key) or ground.protected.get(draft.previous):
        yield Problem(
            f"this account is protected ({address.mark.file}:{address.mark.line}), so nothing of it is changed",
            "undo the edit, or remove the address from protected: first; an admin must approve that",
            draft.mark,
            draft.key,
            code="protected",
        )


def foreign_address(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse to move people into the scope of the tree or out of it: another tree may answer for them."""
    for address in (draft.previous, draft.key) if draft.previous else ():
        if not ground.scope.match(address):
            yield Problem(
                f"{RENAME.tree_key}: {address} is outside the scope of this tree, so nobody is renamed",
                'an admin adds the address, or its domain, under "scope:" of the settings',
                draft.mark,
                draft.key,
                RENAME.name,
                "rename.scope",
            )


def lookalike(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse somebody new who is probably known under another address (wording.md example 4)."""
    if draft.desired and draft.live is None:
        for live in ground.lookalikes.get(draft.key, ()):
            yield probably_renamed(draft.desired, live)


def missing_field(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse fields that the platform's template does not have (platform-api section 9)."""
    for name in draft.differing:
        if row_key(name) not in ground.snapshot.template.sample:
            field = FIELDS[row_key(name)]
            yield Problem(
                f"{field.tree_key}: the platform has no field {field.title} that could be written",
                "remove the line; the field can then not be managed on this platform",
                draft.mark_of(name),
                draft.key,
                name,
                "template.field",
            )


def broken_text(draft: Draft, ground: Ground) -> Iterator[Problem]:  # noqa: ARG001  all rules take the same
    """Refuse records with half a character in them: no row can state them (faults.md N-21)."""
    for name, value in {"email": draft.email, **draft.wanted}.items():
        if not encodable(value):
            yield Problem(
                f"{FIELDS[name].title}: the platform shows a broken character, which cannot be written back",
                "correct it in the portal",
                draft.mark,
                draft.key,
                name,
                "N-21",
            )


def encodable(value: Value) -> bool:
    """Say whether every text in a value can be written as UTF-8."""
    texts = value if isinstance(value, frozenset) else (value,) if isinstance(value, str) else ()
    try:
        return all(text.isascii() or text.encode() for text in texts)
    except UnicodeEncodeError:
        return False


def incomplete(draft: Draft, ground: Ground) -> Iterator[Problem]:  # noqa: ARG001  all rules take the same
    """Refuse rows without a name or a role (faults.md D-75; platform-api section 9 and unknown 22)."""
    empty = [field for field in USER_FIELDS if field.required and not draft.wanted.get(field.name)]
    empty += [field for field in NAMES if least_of(field.name) and not draft.wanted.get(field.name)]
    if empty:
        titles = " and ".join(field.title.lower() for field in empty)
        yield Problem(
            f"a new person needs: {titles}"
            if draft.live is None
            else f"{draft.name} would have no {titles}; the platform wants one of each for everybody it changes",
            "write:  " + "\n".join(f"{field.tree_key}: {example(field.name)}" for field in empty),
            draft.mark,
            draft.key,
            empty[0].name,
            "D-75" if least_of(empty[0].name) else "D-36",
        )


def least_of(field: str) -> int:
    """Return how many names everybody must hold."""
    kind = FIELDS[field].kind
    return kind.least if isinstance(kind, Names) else 0


def example(field: str) -> str:
    """Return what could stand after a key."""
    return "[...]" if least_of(field) else "..."


def too_many_names(draft: Draft, ground: Ground) -> Iterator[Problem]:  # noqa: ARG001  all rules take the same
    """Refuse more names than the platform allows a person (faults.md D-75)."""
    for field in NAMES:
        kind, count = field.kind, len(names_of(draft.wanted.get(field.name)))
        if isinstance(kind, Names) and kind.most is not None and count > kind.most:
            yield Problem(
                f"{draft.name} would have {count} {kind.noun}s; the platform allows at most {kind.most}",
                f"write which {kind.noun}s to keep, or take some away in the portal",
                draft.mark_of(field.name),
                draft.key,
                field.name,
                "D-75",
            )


def unstatable_name(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse people who hold a role or team that no row can state: it could get lost (faults.md L-18)."""
    for field in NAMES:
        if draft.wanted.get(field.name) is not None:
            held = names_of(draft.before.get(field.name))
            for name in sorted(held - set(ground.known[field.name].values())):
                yield Problem(
                    f'{draft.name} holds the {noun_of(field.name)} "{name}", which an upload cannot name, '
                    "so any change could take it away",
                    "make the change in the portal, or give the name there a form of its own",
                    draft.mark,
                    draft.key,
                    field.name,
                    "L-18",
                )


def shared_number(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse people whose agent number or extension somebody else holds too (faults.md L-17)."""
    for field in UNIQUE:
        value = draft.before.get(field.name)
        others = others_with(field.name, value, draft, ground)
        if others:
            yield Problem(
                f"{field.title} {field.kind.show(value)} is held by {others} on the platform too",
                "give one of them another one in the portal first",
                draft.mark,
                draft.key,
                field.name,
                "L-17",
            )


def taken_number(draft: Draft, ground: Ground) -> Iterator[Problem]:
    """Refuse an agent number or extension that somebody else holds now (product section 3)."""
    for field in UNIQUE:
        if field.name in draft.differing:
            value = draft.targets[field.name]
            if others := others_with(field.name, value, draft, ground):
                yield Problem(
                    f"{field.tree_key}: {field.kind.show(value)} belongs to {others} on the platform",
                    "write another one; to hand it on, take it from the other first, in a pull request of its own",
                    draft.mark_of(field.name),
                    draft.key,
                    field.name,
                    "L-17",
                )


def others_with(field: str, value: Value, draft: Draft, ground: Ground) -> str:
    """Name the other people who hold a value that belongs to one person; `""` for nobody."""
    owners = ground.owners[field].get(FIELDS[field].kind.fold(value), ())
    return " and ".join(f"{owner.name} <{owner.email}>" for owner in owners if owner is not draft.live)


RULES: Final = (
    protected_person,
    foreign_address,
    lookalike,
    missing_field,
    broken_text,
    incomplete,
    too_many_names,
    unstatable_name,
    shared_number,
    taken_number,
)
"""Every reason, the plainest first: only the first one is shown."""
