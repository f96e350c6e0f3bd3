"""Nothing of the outside is shown raw, and no secret at all."""

import base64
import io
import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.edge.connection import Secret
from reconciler.edge.redaction import Redaction, safe_text

from .wire import TOKEN, connection

BASIC = base64.b64encode(f"acme:{TOKEN}".encode()).decode()


@given(st.text(st.characters()))
def test_I_10_shown_text_is_printable_and_can_be_encoded(text: str) -> None:
    shown = safe_text(text)
    assert shown.isprintable()
    assert len(shown.encode()) >= len(shown)


def test_I_10_a_long_text_is_cut() -> None:
    assert safe_text("x" * 100, 10) == "xxxxxxxxxx..."


@pytest.mark.parametrize("form", [TOKEN, quote(TOKEN, safe=""), BASIC])
def test_S_08_every_spelling_of_the_token_is_taken_out(form: str) -> None:
    assert Redaction(connection()).clean(f"got <{form}>") == "got <***>"


def test_the_password_of_a_proxy_is_taken_out() -> None:
    made = connection(proxy=Secret("http://user:hidden@proxy.example:1"))
    assert "hidden" not in Redaction(made).clean("cannot reach http://user:hidden@proxy.example:1")


def test_S_01_as_a_filter_it_cleans_messages_arguments_and_exceptions() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redaction(connection()))
    logger = logging.Logger("made up")
    logger.addHandler(handler)
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("sent %s and %s", TOKEN, BASIC)
    assert TOKEN not in stream.getvalue()
    assert BASIC not in stream.getvalue()
    assert "ValueError: ***" in stream.getvalue()


def test_other_records_pass_untouched() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%d of %d", (1, 2), None)
    assert Redaction(connection()).filter(record)
    assert record.args == (1, 2)
