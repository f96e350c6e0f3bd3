"""What is wrong with a row: one shape for scheme errors, update errors and warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a file (platform-api sections 7 and 8).

    Attributes:
        message: The platform's sentence.
        key: Bulk key of the field, or None when it is about the row or the file.
        index: Row counted from 0, or None when it is about the file.
        kind: `error` or `warning`; only told for update errors.
    """

    message: str
    key: str | None = None
    index: int | None = None
    kind: str = ERROR

    def shown(self, keys: Sequence[str], base: str, *, update: bool) -> dict[str, Any]:
        """The JSON object of the error calls; `base` is the value of switch `error_rows`."""
        column = keys.index(self.key) if self.key in keys else None
        first_row, first_column = {"one": (1, 1), "zero": (0, 0), "header": (2, 1), "null": (0, 0)}[base]
        told = base != "null"
        answer: dict[str, Any] = {
            "message": self.message,
            "column": column + first_column if column is not None and told else None,
            "row": self.index + first_row if self.index is not None and told else None,
        }
        if update:
            answer["error_type"] = self.kind
        return answer
