"""The command `schema`."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.snapshots import snapshot_to_json
from reconciler.model.fields import TREE_FIELDS
from reconciler.views.fields_view import view_fields
from tests.builders import TEAMS, live, snapshot
from tests.cli.calls import call, write
from tests.typed import complaints


def kept_snapshot(folder: Path) -> str:
    """The path of a snapshot in which somebody is in Oslo."""
    taken = snapshot(live("ana@acme.example", location="Oslo"))
    return str(write(folder / "live.json", json.dumps(snapshot_to_json(taken))))


def test_the_schema_is_one_json_object_on_standard_output() -> None:
    ended = call("schema")
    assert (ended.code, ended.err) == (0, "")
    assert complaints(ended.json, "email: ana@acme.example\n") == []


def test_the_settings_have_a_schema_of_their_own() -> None:
    assert call("schema", "--settings").json["required"] == ["format", "tenant", "email_domains"]


def test_what_the_table_of_fields_says_stands_at_each_field_without_markdown() -> None:
    definitions = call("schema").json["definitions"]
    for line in view_fields():
        if line.key in definitions:
            assert line.wanted.replace("`", "") in definitions[line.key]["description"]
            assert definitions[line.key]["title"] == TREE_FIELDS[line.key].title
    assert definitions["location"]["description"].endswith("null removes it")


def test_a_snapshot_gives_the_names_of_its_tenant(tmp_path: Path) -> None:
    schema: Any = call("schema", "--snapshot", kept_snapshot(tmp_path)).json
    assert complaints(schema, f"email: ana@acme.example\nteams: [{TEAMS[0]}]\n") == []
    assert complaints(schema, "email: ana@acme.example\nteams: [Biling ES]\n")
    assert schema["definitions"]["location"]["examples"] == ["Oslo"]


def test_the_file_is_the_very_text_and_the_line_for_editors_is_shown(tmp_path: Path) -> None:
    out = tmp_path / "made" / "schema.json"
    ended = call("schema", "--out", str(out))
    assert out.read_text() == call("schema").out
    assert "# yaml-language-server: $schema=schema.json" in ended.out


@pytest.mark.parametrize("text", ["{}", "no json"])
def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path, text: str) -> None:
    ended = call("schema", "--snapshot", str(write(tmp_path / "x.json", text)))
    assert (ended.code, ended.out) == (4, "")
    assert "x.json is not a" in ended.err
