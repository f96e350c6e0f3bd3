"""Keys that nobody knows, in every object of an answer (unknown 43)."""

import hashlib
from itertools import count
from typing import Any

# An object without any of these keys is a mapping whose keys are data (role names): a key more would lie.
OBJECT_KEYS = frozenset({"id", "name", "email", "message", "status", "error"})

VALUES: tuple[Any, ...] = ("text", 7, None, True, [1, 2], {"deep": "er"})


def with_extras(content: Any) -> Any:
    """The content with one unknown key in each object; another key in each, of another type."""
    return _extended(content, count())


def _extended(content: Any, counter: "count[int]") -> Any:
    if isinstance(content, list):
        return [_extended(element, counter) for element in content]
    if not isinstance(content, dict):
        return content
    extended = {key: _extended(value, counter) for key, value in content.items()}
    if OBJECT_KEYS & set(content):
        at = next(counter)
        extended[f"x_{hashlib.sha256(str(at).encode()).hexdigest()[:8]}"] = VALUES[at % len(VALUES)]
    return extended
