"""The command `fields`: the field table."""

from reconciler.cli.session import Session
from reconciler.views.fields_view import render_fields_markdown, render_fields_text, view_fields


def show_fields(session: Session, markdown: bool) -> int:
    """Show every field that a file may state."""
    render = render_fields_markdown if markdown else render_fields_text
    session.show(render(view_fields()))
    return 0
