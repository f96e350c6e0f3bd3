"""The command `schema`: what an editor needs to complete and to check the files of a tree."""

import json
from pathlib import Path

from reconciler.cli.session import Session
from reconciler.core.schema import Known, names_of, people_schema
from reconciler.core.schema_settings import settings_schema
from reconciler.core.snapshots import snapshot_from_json
from reconciler.edge.files import read_json, write_text
from reconciler.views.fields_view import FieldLine, view_fields


def show_schema(session: Session, of_settings: bool, snapshot: Path | None, out: Path | None) -> int:
    """Show or write the JSON Schema of the files of people, or of the settings."""
    known = names_of(snapshot_from_json(read_json(snapshot), snapshot.as_posix())) if snapshot else {}
    text = schema_text(known, of_settings=of_settings)
    if out is None:
        session.show(text)
        return 0
    write_text(out, text)
    files = "reconciler.yaml" if of_settings else "each file of people"
    session.show(
        f"{out.as_posix()} is written. Begin {files} with this line, with the path from that file to the schema:\n"
        f"  {editor_line(out.name)}"
    )
    return 0


def schema_text(known: Known, *, of_settings: bool) -> str:
    """Return a schema as the text of a JSON file."""
    notes = {line.key: note_on(line) for line in view_fields()}
    schema = settings_schema(known) if of_settings else people_schema(notes, known)
    return json.dumps(schema, indent=2, allow_nan=False) + "\n"


def note_on(line: FieldLine) -> str:
    """Say what to write in a field and what to know of it, without Markdown."""
    return "; ".join(filter(None, (line.wanted, line.notes))).replace("`", "")


def editor_line(schema: str) -> str:
    """Return the line at the top of a YAML file that names its schema, by the path from that file."""
    return f"# yaml-language-server: $schema={schema}"
