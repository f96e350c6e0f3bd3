"""The report directory of an apply: what was planned, sent and seen, and the material for the way back."""

import json
from collections.abc import Mapping
from pathlib import Path

from reconciler.core.snapshots import snapshot_to_json, value_to_json
from reconciler.edge.files import write_text
from reconciler.flow.planning import Prepared
from reconciler.model.plan import Change
from reconciler.model.run import Applied
from reconciler.model.source import Json
from reconciler.views.portal_csv import revert_portal_csv
from reconciler.views.render_json import render_run
from reconciler.views.render_summary import render_summary
from reconciler.views.run_view import RunView


def write_report(directory: Path, prepared: Prepared, applied: Applied, view: RunView) -> None:
    """Write every file of the report, mode 0600, also of a failed run (product section 6.7, faults.md S-60)."""
    touched = {change.key for change in applied.plan.changes}
    before = snapshot_to_json(prepared.snapshot)
    before["users"] = [user for user in as_list(before["users"]) if key_of(user) in touched]
    write_text(directory / "receipt.json", render_run(view) + "\n")
    write_text(directory / "summary.md", render_summary(view))
    write_text(directory / "before.json", as_text(before))
    write_text(directory / "revert.json", as_text(revert_of(applied)))
    write_text(directory / "revert-portal.csv", revert_portal_csv(applied.plan, prepared.snapshot.template))


def revert_of(applied: Applied) -> dict[str, Json]:
    """Return, for each planned person, the values that the platform showed before."""
    return {
        "format": 1,
        "digest": applied.plan.digest,
        "run": applied.run,
        "people": [person_before(change) for change in applied.plan.changes],
    }


def person_before(change: Change) -> dict[str, Json]:
    """Return what a change replaced, by field name."""
    values: dict[str, Json] = {part.field: value_to_json(part.before) for part in change.fields}
    return {"email": change.email, "id": change.ident, "action": change.action.value, "before": values}


def as_text(value: Mapping[str, Json]) -> str:
    """Return JSON for people and tools to read, safe in every encoding."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def as_list(value: Json) -> list[Json]:
    """Return a JSON list; anything else is none."""
    return value if isinstance(value, list) else []


def key_of(user: Json) -> Json:
    """Return the canonical address of a person in a snapshot's JSON."""
    return user.get("key") if isinstance(user, dict) else None
