"""Declared people against live people: the plan (product sections 3 and 5)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from reconciler.core.counting import count_change
from reconciler.core.digest import digest
from reconciler.core.draft import Draft
from reconciler.core.ground import Ground, survey
from reconciler.core.hindrances import hindrance, shared_address, strange_name
from reconciler.core.impact import tally
from reconciler.core.nearest import did_you_mean
from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.fields import FIELDS, MANAGED_FIELDS
from reconciler.model.names import Names, names_of
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Plan
from reconciler.model.settings import NotInFiles, Settings
from reconciler.model.source import Problem, Severity
from reconciler.model.users import DesiredUser, LiveUser, Snapshot
from reconciler.model.values import NameRule, Value

Verdict: TypeAlias = Draft | LeftOut | Problem | None
"""What is found of one person: a change, a reason to leave the person out, a note, or nothing to do."""


def diff(
    desired: Iterable[DesiredUser], snapshot: Snapshot, settings: Settings, only: frozenset[str] = frozenset()
) -> Plan:
    """Return the plan that makes the live state what is declared, its digest included.

    Args:
        desired: The declared people, each address once.
        snapshot: The complete live state.
        settings: The settings of the tree.
        only: Canonical addresses to which the plan is restricted; empty for everybody.

    Raises:
        RunRefused: `only` names somebody who is neither declared nor live.
        ReconcilerError: The two comparisons of the same people disagree (faults.md 6.9).
    """
    declared = {user.key: user for user in desired}
    if only:
        refuse_strangers(only, declared, snapshot)
    ground = survey(snapshot, settings)
    extra = sorted(key for key in ground.in_scope - declared.keys() if not only or key in only)
    chosen = [user for key, user in declared.items() if not only or key in only]
    verdicts = [judge(user, ground) for user in chosen]
    others = [judge_undeclared(snapshot.users[key], ground) for key in extra]
    said = [verdict for verdict in (*verdicts, *others) if verdict is not None]
    drafts = [verdict for verdict in said if isinstance(verdict, Draft)]
    changes = tuple(sorted(promise(drafts, ground), key=lambda change: change.key))
    left_out = [verdict for verdict in said if isinstance(verdict, LeftOut)]
    return Plan(
        changes=changes,
        left_out=tuple(sorted(left_out, key=lambda left: left.key)),
        unchanged=verdicts.count(None),
        not_in_files=tuple(key for key, found in zip(extra, others, strict=True) if found is None),
        notes=tuple(verdict for verdict in said if isinstance(verdict, Problem)),
        impact=tally(changes, snapshot),
        active=len(ground.in_scope),
        digest=digest(changes, settings, snapshot.template),
    )


def refuse_strangers(only: frozenset[str], declared: Mapping[str, DesiredUser], snapshot: Snapshot) -> None:
    """Raise where the plan shall be restricted to somebody whom nobody knows."""
    known = declared.keys() | snapshot.users.keys() | {user.key for user in snapshot.doubled}
    for key in sorted(only - known):
        raise RunRefused(
            f"{key} is neither in the files nor on the platform.{did_you_mean(key, known)}",
            "write the address as the file or the platform has it",
        )


def judge(user: DesiredUser, ground: Ground) -> Verdict:
    """Return what is to be done about one declared person."""
    if twins := ground.doubled.get(user.key):
        return LeftOut(user.key, declared_name(user), shared_address(user, twins))
    live = ground.snapshot.users.get(user.key)
    stated = user.values.get("status")
    active = stated.value != "Inactive" if stated else live is None or live.active
    if live is None and not active:
        return absent_leaver(user)
    targets = read_targets(user, live, ground, active=active)
    # Most trees name nothing strange; then nobody is asked one by one.
    if ground.asked.strange and (strange := strange_name(user, ground, active=active)):
        return LeftOut(user.key, live.name if live else declared_name(user), strange)
    draft = draft_of(user, live, targets, active=active)
    return checked(draft, ground) if draft else None


def judge_undeclared(live: LiveUser, ground: Ground) -> Verdict:
    """Return what is to be done about somebody active and in scope whom no file names; None: only reported."""
    if address := ground.protected.get(live.key):
        return Problem(
            f"{live.name} is in no file and protected, so nothing is done",
            mark=address.mark,
            user=live.key,
            code="protected",
            severity=Severity.NOTE,
        )
    setting = ground.settings.not_in_files
    if setting.value is not NotInFiles.DEACTIVATE:
        return None
    targets: dict[str, Value] = {"status": "Inactive"}
    wanted = wanted_after(live.values, targets)
    draft = Draft(Action.DEACTIVATE, live.key, live.email, live, None, setting.mark, targets, ("status",), wanted)
    return checked(draft, ground)


def absent_leaver(user: DesiredUser) -> Problem:
    """Say that an inactive person whom the platform does not know is not created (platform-api unknown 25)."""
    return Problem(
        "declared Inactive and not on the platform; nothing is sent",
        "the entry can be removed",
        user.mark,
        user.key,
        "status",
        "inactive.unknown",
        Severity.NOTE,
    )


def declared_name(user: DesiredUser) -> str:
    """Return first and last name as declared, or the address."""
    values = {name: located.value for name, located in user.values.items()}
    return LiveUser(user.key, "", user.email.value, values).name


def read_targets(user: DesiredUser, live: LiveUser | None, ground: Ground, *, active: bool) -> dict[str, Value]:
    """Return the values that are declared, sets of names completed from those that are held.

    What gets lost on deactivation is not compared for people who are inactive after the plan (faults.md D-76).
    """
    held: Mapping[str, Value] = live.values if live else {}
    targets: dict[str, Value] = {}
    for name, located in user.values.items():
        value = located.value
        if isinstance(value, NameRule):
            if not active and FIELDS[name].lost_on_deactivation:
                continue
            value = ground.target(name, value, names_of(held.get(name)))
        targets[name] = value
    return targets


def draft_of(user: DesiredUser, live: LiveUser | None, targets: dict[str, Value], *, active: bool) -> Draft | None:
    """Return the change that makes one person as declared; None where the person is so already."""
    if live is None:
        targets = {name: value for name, value in targets.items() if value != frozenset()} | {"status": "Active"}
    before: Mapping[str, Value] = live.values if live else {}
    # Equal values are the rule, so they are seen before anything is called.
    unequal = [name for name, after in targets.items() if before.get(name) != after]
    differing = [name for name in unequal if not FIELDS[name].kind.same(before.get(name), targets[name])]
    if not differing:
        return None
    differing.sort(key=ORDER.__getitem__)
    changed = {name: targets[name] for name in differing}
    return Draft(
        action_of(live, active=active),
        user.key,
        live.email if live else user.email.value,
        live,
        user,
        user.mark,
        targets,
        tuple(differing),
        wanted_after(live.values if live else nobody(user.email.value), changed),
    )


def action_of(live: LiveUser | None, *, active: bool) -> Action:
    """Return the sort of change by the account before and after."""
    if live is None:
        return Action.CREATE
    if live.active == active:
        return Action.UPDATE
    return Action.REACTIVATE if active else Action.DEACTIVATE


def nobody(email: str) -> Mapping[str, Value]:
    """Return the record of a new person before anything is declared: no roles, no teams."""
    return {"email": email} | {
        field.name: frozenset() if isinstance(field.kind, Names) else None for field in MANAGED_FIELDS
    }


def wanted_after(before: Mapping[str, Value], changed: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the whole record after a change; for inactive people nothing stands where it gets lost anyway."""
    wanted = {**before, **changed}
    if wanted.get("status") == "Inactive":
        wanted |= {field.name: None for field in MANAGED_FIELDS if field.lost_on_deactivation}
    return wanted


def checked(draft: Draft, ground: Ground) -> Draft | LeftOut:
    """Return a change, or why the person is left out."""
    problem = hindrance(draft, ground)
    return LeftOut(draft.key, draft.name, problem) if problem else draft


def promise(drafts: list[Draft], ground: Ground) -> Iterator[Change]:
    """Turn drafts into changes, once a second comparison has found the same differences."""
    require_agreement(drafts, explain(drafts) if drafts else frozenset())
    for draft in drafts:
        yield Change(
            action=draft.action,
            key=draft.key,
            email=draft.email,
            name=draft.name,
            ident=draft.live.ident if draft.live else "",
            mark=draft.mark,
            fields=tuple(promised_values(draft)),
            before=draft.before,
            wanted=draft.wanted,
            counted=count_change(draft.action, draft.before, draft.wanted, ground.privileged),
        )


def explain(drafts: Iterable[Draft]) -> frozenset[tuple[str, str]]:
    """Compare all drafts with deepdiff; returns the person and field of every difference it found."""
    from deepdiff import DeepDiff  # 80 ms that a plan without changes does not pay

    before, after = {}, {}
    for draft in drafts:
        before[draft.key] = {name: folded(name, draft.before.get(name)) for name in draft.targets}
        after[draft.key] = {name: folded(name, value) for name, value in draft.targets.items()}
    # Without the first word every address that starts with "__" is hidden (D-64); without the second one a
    # person who changes nearly whole is reported as one difference.
    found = DeepDiff(before, after, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0)
    return frozenset(tuple(level.path(output_format="list")[:2]) for levels in found.values() for level in levels)


def folded(name: str, value: Value) -> object:
    """Return a value in the form in which two of them compare."""
    return FIELDS[name].kind.fold(value)


def require_agreement(drafts: Iterable[Draft], explained: frozenset[tuple[str, str]]) -> None:
    """Raise where the plain comparison and the second one did not find the same (faults.md 6.9)."""
    plain = {(draft.key, name) for draft in drafts for name in draft.differing}
    if odd := sorted(plain ^ explained):
        raise ReconcilerError(
            f"internal disagreement: two comparisons of the same people differ, first at {odd[0]}",
            "nothing was sent; this is a mistake of the tool, please report it with the line above",
        )


def promised_values(draft: Draft) -> Iterator[FieldChange]:
    """Yield what differs, before and after, with the place that asks for it."""
    for name in draft.differing:
        yield FieldChange(name, draft.before.get(name), draft.targets[name], draft.mark_of(name))


ORDER = {field.name: index for index, field in enumerate(MANAGED_FIELDS)}
"""The place of each field in the table."""
