"""A file as an editor sees it: values typed by the core rules of YAML 1.2, and what a schema says of them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft7Validator

from reconciler.model.source import PLAIN, Entries, Items, Node, Scalar
from tests.nodes import document

NULL: Final = re.compile(r"|~|null|Null|NULL")
TRUTH: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
WHOLE: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)


def typed(node: Node) -> Any:
    """Turn our tree of spellings into the values that YAML 1.2 makes of them."""
    match node:
        case Entries():
            return {key.text: typed(value) for key, value in node.entries}
        case Items():
            return [typed(item) for item in node.items]
        case Scalar(text, style, _) if style != PLAIN:
            return text
        case _:
            return typed_plain(node.text)


def typed_plain(text: str) -> Any:
    """Turn a spelling without quotes into its value."""
    if NULL.fullmatch(text):
        return None
    if text in TRUTH:
        return TRUTH[text]
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if FLOAT.fullmatch(text) else text


def complaints(schema: Mapping[str, Any], text: str) -> list[str]:
    """What a schema says against a file, which the strict reading must have taken as YAML."""
    return [error.message for error in Draft7Validator(schema).iter_errors(typed(document(text).root))]
