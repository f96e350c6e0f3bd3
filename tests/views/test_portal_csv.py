import csv
import io
from collections.abc import Callable

import pytest

from reconciler.model.plan import Action, Change
from reconciler.views.portal_csv import revert_portal_csv
from tests.views.samples import CHANGES, EVA, TEMPLATE, change, plan

Golden = Callable[[str, str], None]


def rows(*changes: Change) -> list[dict[str, str]]:
    """The rows of the CSV by header, as a table program reads them."""
    return list(csv.DictReader(io.StringIO(revert_portal_csv(plan(changes), TEMPLATE), newline="")))


def test_the_whole_file(golden: Golden) -> None:
    golden("revert-portal.csv", revert_portal_csv(plan(), TEMPLATE))


def test_a_row_holds_the_record_before() -> None:
    row = rows(EVA)[0]
    assert (row["Email"], row["Status"], row["Role: Agent"], row["Role: Admin"]) == (EVA.email, "Active", "1", "0")
    assert (row["Team: Billing ES"], row["Team: VIP"], row["New email"]) == ("1", "0", "")


def test_somebody_new_has_no_row() -> None:
    made = [one for one in CHANGES if one.action is Action.CREATE]
    assert rows(*made) == []


FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "=cmd|' /C calc'!A0",
    "-",
    "+",
    "@ana",
    "+34 915",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_S_27_no_cell_is_a_formula(text: str) -> None:
    cell = rows(change("Ana A", "a.yaml:1", Action.UPDATE, ("alias", text, "x")))[0]["Alias"]
    assert cell.startswith(("'", "\\"))


def test_S_27_a_telephone_number_stays_one() -> None:
    cell = rows(change("Ana A", "a.yaml:1", Action.UPDATE, ("direct_inbound_number1", "+34915550123", None)))[0]
    assert cell["Direct Inbound Number: 1"] == "+34915550123"


def test_flags_and_numbers_are_written_as_the_portal_does() -> None:
    fields = ("max_chat_limit", 5, 3), ("max_chat_limit_enabled", True, False), ("external_user", None, True)
    row = rows(change("Ana A", "a.yaml:1", Action.UPDATE, *fields))[0]
    assert (row["Chat concurrency"], row["Chat concurrency status"], row["External User"]) == ("5", "1", "")


def test_N_21_a_broken_character_can_be_written() -> None:
    text = revert_portal_csv(
        plan([change("Ana A", "a.yaml:1", Action.UPDATE, ("alias", "\ud800", "x"))]), TEMPLATE
    )
    assert rb"\ud800" in text.encode()
