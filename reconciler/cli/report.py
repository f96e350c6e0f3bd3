"""The report directory of an apply: what was planned, sent and seen, and the material for the way back."""

import json
from dataclasses import replace
from pathlib import Path

from reconciler.core.revert_record import record_to_json
from reconciler.core.snapshots import snapshot_to_json
from reconciler.edge.files import write_text
from reconciler.flow.planning import Prepared
from reconciler.model.run import Applied
from reconciler.model.source import Json
from reconciler.views.portal_csv import revert_portal_csv
from reconciler.views.render_json import render_run
from reconciler.views.render_summary import render_summary
from reconciler.views.run_view import RunView
from reconciler.views.undo import touched


def write_report(directory: Path, prepared: Prepared, applied: Applied, view: RunView) -> None:
    """Write every file of the report, mode 0600, also of a failed run (product section 6.7, faults.md S-60)."""
    planned = {change.live_key for change in applied.plan.changes}
    before = snapshot_to_json(prepared.snapshot)
    before["users"] = [user for user in as_list(before["users"]) if key_of(user) in planned]
    changes = touched(applied.receipts)
    digest, address = applied.plan.digest, prepared.snapshot.address
    record = record_to_json(changes, applied.run, digest, address, applied.ended_at)
    by_hand = replace(applied.plan, changes=changes)
    write_text(directory / "receipt.json", render_run(view) + "\n")
    write_text(directory / "summary.md", render_summary(view))
    write_text(directory / "before.json", as_text(before))
    write_text(directory / "revert.json", as_text(record))
    write_text(directory / "revert-portal.csv", revert_portal_csv(by_hand, prepared.snapshot.template))


def as_text(value: Json) -> str:
    """Return JSON for people and tools to read, safe in every encoding."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def as_list(value: Json) -> list[Json]:
    """Return a JSON list; anything else is none."""
    return value if isinstance(value, list) else []


def key_of(user: Json) -> Json:
    """Return the canonical address of a person in a snapshot's JSON."""
    return user.get("key") if isinstance(user, dict) else None
