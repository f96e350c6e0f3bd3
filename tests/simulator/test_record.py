"""The platform's record, and that the simulator stands alone."""

import ast
import json
from pathlib import Path

import reconciler.simulator
from reconciler.simulator.record import BULK_KEYS, FIELDS

FOLDER = Path(reconciler.simulator.__file__).parent


def test_the_bulk_keys_are_those_of_the_reference() -> None:
    assert BULK_KEYS == (
        "email", "new_email", "agent_number", "first_name", "last_name", "alias", "status", "location",
        "max_chat_limit", "max_chat_limit_enabled", "unrestricted_international_calling", "external_user",
        "ucaas_sip_uri", "ucaas_user_name", "extension_number", "availability_filter", "direct_inbound_number1",
        "direct_inbound_number2", "direct_inbound_number3", "direct_inbound_number4", "direct_inbound_number5",
        "roles", "teams",
    )  # fmt: skip


def test_exactly_the_three_documented_fields_are_required() -> None:
    assert [field.name for field in FIELDS if field.required] == ["email", "first_name", "last_name"]


def test_every_field_names_its_source() -> None:
    record = json.loads((FOLDER / "record.json").read_text(encoding="utf-8"))
    assert all(entry["source"].startswith("platform-api section") for entry in record["fields"])


def test_the_simulator_imports_nothing_of_the_product() -> None:
    imported = {name for path in FOLDER.glob("*.py") for name in _imports(path)}
    assert {name for name in imported if name.startswith("reconciler")} <= {
        "reconciler.simulator",
        *(f"reconciler.simulator.{path.stem}" for path in FOLDER.glob("*.py")),
    }


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
