"""The digest of a plan: what was approved, in 64 digits (product section 5).

It covers what a reviewer decided on and nothing else: not the files and their order, not marks, not people whom
the plan leaves alone. The same inputs give the same digest on every machine (faults.md I-14, L-22).
"""

import json
from collections.abc import Iterable
from hashlib import sha256

from reconciler.model.names import names_of
from reconciler.model.plan import Action, Change
from reconciler.model.settings import Settings
from reconciler.model.source import Json, Located
from reconciler.model.users import Template
from reconciler.model.values import NameRule, Value


def digest(changes: Iterable[Change], settings: Settings, template: Template) -> str:
    """Return 64 lower-case hexadecimal digits over the people touched, deciding settings and the template."""
    canonical: Json = {
        "people": [person(change) for change in sorted(changes, key=lambda change: change.key)],
        "settings": deciding(settings),
        "template": {
            "keys": [*sorted(template.sample)],
            "roles": [*sorted(template.roles)],
            "teams": [*sorted(template.teams)],
        },
    }
    text = json.dumps(canonical, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()


def person(change: Change) -> Json:
    """Return what is promised to one person; a reactivation gives the roles back that are held already."""
    opened = names_of(change.wanted.get("roles")) if change.action is Action.REACTIVATE else frozenset()
    return {
        "key": change.key,
        "action": change.action,
        "opened": [*sorted(opened)],
        "fields": {part.field: [plain(part.before), plain(part.after)] for part in change.fields},
    }


def plain(value: Value) -> Json:
    """Return a value as JSON; a set is a sorted list."""
    if isinstance(value, frozenset | NameRule):
        return [*sorted(names_of(value))]
    return value


def deciding(settings: Settings) -> Json:
    """Return the settings that matter, in no order: limits, minimums, protected, privileged, locations."""
    minimums = {(least.field, least.name, least.count) for least in settings.minimum_active}
    return {
        "limits": {kind: [limit.count, limit.share] for kind, limit in settings.limits.items()},
        "minimums": [list(least) for least in sorted(minimums)],
        "protected": names_or_none(settings.protected),
        "privileged": names_or_none(settings.privileged_roles),
        "locations": names_or_none(settings.locations),
    }


def names_or_none(names: Iterable[Located[str]] | None) -> Json:
    """Return the names as a sorted list; None where the key is absent, which is not the same as an empty list."""
    return None if names is None else [*sorted({name.value for name in names})]
