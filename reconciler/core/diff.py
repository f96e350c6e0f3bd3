"""Declared people against live people: the plan (product sections 3 and 5)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeAlias

from reconciler.core.chains import part_stranded
from reconciler.core.counting import count_change
from reconciler.core.digest import digest
from reconciler.core.draft import Draft
from reconciler.core.ground import Ground, survey
from reconciler.core.hindrances import hindrance, shared_address, strange_name
from reconciler.core.impact import tally
from reconciler.core.lookalikes import probably_still_here
from reconciler.core.nearest import did_you_mean
from reconciler.core.targets import draft_of, read_targets, wanted_after
from reconciler.model.errors import ReconcilerError, RunRefused
from reconciler.model.fields import FIELDS
from reconciler.model.plan import Action, Change, FieldChange, LeftOut, Plan
from reconciler.model.settings import NotInFiles, Settings
from reconciler.model.source import Located, Problem, Severity
from reconciler.model.users import DesiredUser, LiveUser, Snapshot
from reconciler.model.values import Value

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
    ground = survey(snapshot, settings, declared)
    earlier = ground.identities.earlier
    extra = sorted(key for key in ground.in_scope - declared.keys() - earlier if not only or key in only)
    chosen = [user for user in declared.values() if not only or not only.isdisjoint(addresses(user, declared))]
    verdicts = [judge(user, ground) for user in chosen]
    protectors = suspected(ground, declared)
    others = [judge_undeclared(snapshot.users[key], ground, protectors.get(key)) for key in extra]
    said = (*verdicts, *others)
    drafts, stuck = part_stranded([verdict for verdict in said if isinstance(verdict, Draft)], snapshot)
    changes = tuple(sorted(promise(drafts, ground), key=lambda change: change.key))
    left_out = [verdict for verdict in said if isinstance(verdict, LeftOut)] + stuck
    served = (ground.identities.served.get(user.key) for user in chosen)
    return Plan(
        changes=changes,
        left_out=tuple(sorted(left_out, key=lambda left: left.key)),
        unchanged=verdicts.count(None),
        not_in_files=tuple(key for key, found in zip(extra, others, strict=True) if found is None),
        notes=(*(verdict for verdict in said if isinstance(verdict, Problem)), *filter(None, served)),
        impact=tally(changes, snapshot),
        active=len(ground.in_scope),
        digest=digest(changes, settings, snapshot.template),
    )


def refuse_strangers(only: frozenset[str], declared: Mapping[str, DesiredUser], snapshot: Snapshot) -> None:
    """Raise where the plan shall be restricted to somebody whom nobody knows."""
    known = declared.keys() | snapshot.users.keys() | {user.key for user in snapshot.doubled}
    known |= {old.value for user in declared.values() for old in user.previous}
    for key in sorted(only - known):
        raise RunRefused(
            f"{key} is neither in the files nor on the platform.{did_you_mean(key, known)}",
            "write the address as the file or the platform has it",
        )


def addresses(user: DesiredUser, declared: Mapping[str, DesiredUser]) -> frozenset[str]:
    """Return the addresses by which `only` means a declared person: earlier ones unless they are somebody's."""
    if not user.previous:
        return frozenset((user.key,))
    return frozenset((user.key, *(old.value for old in user.previous if old.value not in declared)))


def suspected(ground: Ground, declared: Mapping[str, DesiredUser]) -> Mapping[str, DesiredUser]:
    """Return the live people who probably stand in the files under a new address, with the entry that says so."""
    return {live.key: declared[key] for key, people in ground.lookalikes.items() for live in people}


def judge(user: DesiredUser, ground: Ground) -> Verdict:
    """Return what is to be done about one declared person."""
    if doubt := ground.identities.doubts.get(user.key):
        return LeftOut(user.key, declared_name(user), doubt)
    live = ground.identities.live(user.key, ground.snapshot)
    if live is None and (twins := ground.doubled.get(user.key)):
        return LeftOut(user.key, declared_name(user), shared_address(user, twins))
    stated = user.values.get("status")
    active = stated.value != "Inactive" if stated else live is None or live.active
    if user.starts is not None:
        if live is None:
            return None
        if live.active:
            return LeftOut(user.key, live.name, too_early(user.starts, user, live))
    if live is None and not active:
        return absent_leaver(user)
    targets = read_targets(user, live, ground, active=active)
    # Most trees name nothing strange; then nobody is asked one by one.
    if ground.asked.strange and (strange := strange_name(user, ground, active=active)):
        return LeftOut(user.key, live.name if live else declared_name(user), strange)
    draft = draft_of(user, live, targets, active=active)
    return checked(draft, ground) if draft else None


def judge_undeclared(live: LiveUser, ground: Ground, suspect: DesiredUser | None) -> Verdict:
    """Return what is to be done about somebody active and in scope whom no file names; None: only reported.

    `suspect` is who probably is the same person under a new address.
    """
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
    if suspect:
        return LeftOut(live.key, live.name, probably_still_here(live, suspect, setting.mark))
    targets: dict[str, Value] = {"status": "Inactive"}
    wanted = wanted_after(live.values, targets)
    draft = Draft(Action.DEACTIVATE, live.key, live.email, live, None, setting.mark, targets, ("status",), wanted)
    return checked(draft, ground)


def too_early(starts: Located[date], user: DesiredUser, live: LiveUser) -> Problem:
    """Say that nobody is signed out by a first day that is still to come (product section 3, "Account")."""
    return Problem(
        f"{live.name} is active now, and the files let the access begin on {starts.value}; nobody is signed out "
        "by a start date",
        "remove the first_day line, or write  status: Inactive  to end the access until then",
        starts.mark,
        user.key,
        "status",
        "starts.active",
    )


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
            previous=draft.previous,
        )


def explain(drafts: Iterable[Draft]) -> frozenset[tuple[str, str]]:
    """Compare all drafts with deepdiff; returns the person and field of every difference it found."""
    from deepdiff import DeepDiff  # 80 ms that a plan without changes does not pay

    before, after = {}, {}
    for draft in drafts:
        before[draft.key] = {name: folded(name, draft.before.get(name)) for name in draft.targets}
        after[draft.key] = {name: folded(name, value) for name, value in draft.targets.items()}
    # Without the last word every address that starts with "__" is hidden (D-64).
    found = DeepDiff(before, after, view="tree", ignore_private_variables=False)
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
        yield FieldChange(
            name,
            draft.before.get(name),
            draft.targets[name],
            draft.mark_of(name),
            profiles=draft.desired.profiles.get(name, ()) if draft.desired else (),
        )
