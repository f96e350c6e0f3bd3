from reconciler.model.batch import Outcome, Receipt
from reconciler.model.plan import Action
from reconciler.model.source import Problem
from reconciler.views.undo import touched, undo_lines
from tests.views.samples import EVA, change, new


def test_nothing_to_undo() -> None:
    assert undo_lines((), "report") == ("Nothing was changed, so there is nothing to undo.",)


def test_the_files_come_first() -> None:
    assert undo_lines((EVA,), "report")[0].startswith("First undo the edit in the files")


def test_the_command_is_ready_to_paste() -> None:
    assert "  reconciler revert 'my report'" in undo_lines((EVA,), "my report")


def test_without_a_report_no_command_is_promised() -> None:
    lines = "\n".join(undo_lines((EVA,), ""))
    assert "reconciler revert" not in lines
    assert "--report DIR" in lines


def test_L_15_lost_queues_are_named() -> None:
    assert "Own queues do not come back with the account, they are set by hand: Eva Lind." in undo_lines(
        (EVA,), "report"
    )


def test_L_20_invitation_mails_are_out() -> None:
    assert undo_lines((new("Li Wei", "a.yaml:1"),), "report")[-1].startswith(
        "New people stay, and their invitation mails are out: Li Wei."
    )


def test_a_value_that_was_empty_cannot_be_emptied_again() -> None:
    lines = undo_lines((change("Ana A", "a.yaml:1", Action.UPDATE, ("location", None, "Oslo")),), "report")
    assert "Empty before, and a CSV cannot empty them again: Ana A (Location)." in lines


def test_S_27_the_quote_in_front_of_a_formula_is_spoken_of() -> None:
    lines = undo_lines((change("Ana A", "a.yaml:1", Action.UPDATE, ("alias", "=1", "x")),), "report")
    assert any("have a ' in front" in line for line in lines)


def test_what_was_never_sent_needs_no_way_back() -> None:
    assert touched([Receipt(EVA, Outcome.NOT_SENT), Receipt(EVA, Outcome.LEFT_OUT)]) == ()


def test_N_63_a_file_that_never_ran_needs_no_way_back() -> None:
    assert touched([Receipt(EVA, Outcome.REJECTED, 1, (Problem("refused", code="N-63"),))]) == ()


def test_a_rejected_row_may_have_been_carried_out_in_part() -> None:
    assert touched([Receipt(EVA, Outcome.REJECTED, 1)]) == (EVA,)
