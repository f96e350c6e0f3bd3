"""Drift as plain data: in what platform and files differ."""

from dataclasses import dataclass

from reconciler.model.batch import Job
from reconciler.model.plan import Change, LeftOut
from reconciler.model.users import LiveUser


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything in which platform and files differ.

    Attributes:
        privileged: Active people with a privileged role whom no file names, in scope or not.
        edited: People whose files say something else; `before` of a value is the platform's, `after` the files'.
        left_out: Declared people who cannot be compared or changed, and why.
        not_in_files: Other active people in scope whom no file names.
        jobs: Jobs of the tool's own credential that the tool did not upload (faults.md S-59).
    """

    privileged: tuple[LiveUser, ...]
    edited: tuple[Change, ...]
    left_out: tuple[LeftOut, ...]
    not_in_files: tuple[LiveUser, ...]
    jobs: tuple[Job, ...]

    @property
    def count(self) -> int:
        """How many people and jobs there are to look at."""
        return sum(map(len, (self.privileged, self.edited, self.left_out, self.not_in_files, self.jobs)))
