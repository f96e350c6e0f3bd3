"""The way back of one run: its report, read as untrusted data, becomes a plan under the same guards."""

from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.core.guard import WHOLE_TREE
from reconciler.core.revert import as_before, way_back
from reconciler.core.revert_record import RunRecord, record_from_json
from reconciler.edge.files import read_bytes
from reconciler.edge.json_reader import read_json
from reconciler.flow.planning import Prepared, make_plan
from reconciler.flow.trees import LoadedTree
from reconciler.model.errors import NotUnderstood, RunRefused
from reconciler.model.settings import NotInFiles
from reconciler.model.source import Problems, Source
from reconciler.model.users import Snapshot

RECORD = "revert.json"
"""The file of a report that holds what the run replaced."""


@dataclass(frozen=True, slots=True)
class Reverting:
    """One way back: what the run replaced, and the tree of now, whose settings and guards are in force."""

    record: RunRecord
    tree: LoadedTree

    @property
    def touched(self) -> LoadedTree:
        """The tree with the touched people in the place of the declared ones: what has to be read of the platform.

        The way back is no doing of the files: people whom it does not name are left alone, whatever the settings
        say of them, and of the reviewed ways past a limit only one for the whole tree can mean it, whatever the
        report's directory is called.
        """
        settings = replace(
            self.tree.settings,
            not_in_files=self.tree.settings.not_in_files._replace(value=NotInFiles.REPORT),
            allow=tuple(line for line in self.tree.settings.allow if line.under == WHOLE_TREE),
        )
        return replace(self.tree, settings=settings, desired=as_before(self.record), warnings=(), base=None)

    def plan(self, snapshot: Snapshot, noticed: Problems) -> Prepared:
        """Plan the way back against a live state; raises as `make_plan` does."""
        way = way_back(self.record, snapshot, self.tree.desired)
        tree = replace(self.touched, desired=way.people, warnings=way.notes)
        prepared = make_plan(tree, snapshot, noticed, frozenset(user.key for user in way.people))
        plan = prepared.planned.plan
        left_out = tuple(sorted(plan.left_out + way.left_out, key=lambda left: left.key))
        # With nobody left `only` restricts nothing, and what is said of people in no file would be untrue.
        notes = plan.notes if way.people else way.notes + noticed
        plan = replace(plan, left_out=left_out, not_in_files=(), notes=notes)
        return replace(prepared, planned=replace(prepared.planned, plan=plan))


def read_report(report: Path, tree: LoadedTree) -> Reverting:
    """Read what a run replaced from its report directory; raises `RunRefused` that names the file."""
    path = report / RECORD
    data = read_bytes(path)
    try:
        value = read_json(data)
    except NotUnderstood as error:
        raise RunRefused(
            f"{path.as_posix()} is not what a run wrote ({error.message})", "take the report as the run left it"
        ) from error
    return Reverting(record_from_json(value, Source(path.as_posix(), data.decode("utf-8"))), tree)


def refuse_other_platform(reverting: Reverting, address: str) -> None:
    """Raise `RunRefused` where the run wrote to another platform than the one that is asked now."""
    if reverting.record.address != address:
        raise RunRefused(
            f"the report is of {reverting.record.address}, and this is {address}",
            "name the tree and the address of that tenant, or another report",
        )
