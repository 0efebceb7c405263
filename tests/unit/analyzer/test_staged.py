"""A merge in several steps of one transaction is a merge."""

from __future__ import annotations

from sminion_guard.analyzer.frame import frame
from sminion_guard.analyzer.staged import BLANK, State, staged
from sminion_guard.analyzer.verdict import SubjectPlace
from tests.unit.analyzer.shop import POLICY, judge


def run(*texts: str, purpose: str = "audit", state: State | None = None) -> tuple[list[list[str]], State]:
    """The codes of each text, one after the other in one transaction, and the state at the end."""
    state = state or State()
    view = frame(POLICY, purpose)
    found = []
    for sql in texts:
        verdict, state = staged(judge(sql, purpose), state, view)
        found.append([reason.code for reason in verdict.reasons])
    return found, state


def test_reading_both_sides_in_turn_is_refused() -> None:
    assert run("SELECT email FROM crm.customer", "SELECT salary FROM hr.employee")[0] == [[], ["SG110"]]


def test_the_refusal_names_both_sides() -> None:
    state = run("SELECT email FROM crm.customer")[1]
    verdict, _ = staged(judge("SELECT salary FROM hr.employee", "audit"), state, frame(POLICY, "audit"))
    assert verdict.reasons[0].message == "`hr.employee` may not be touched after `crm.customer` in one transaction"
    assert verdict.compartments == ()


def test_staying_on_one_side_is_allowed() -> None:
    found, state = run("SELECT email FROM crm.customer", "SELECT id FROM orders", "SELECT 1")
    assert found == [[], [], []]
    assert sorted(state.touched) == ["crm", "sales"]


def test_a_refused_statement_leaves_no_trace() -> None:
    assert run("SELECT 1 FROM crm.customer, hr.employee", "SELECT salary FROM hr.employee")[0] == [["SG101"], []]


def test_the_next_transaction_may_turn_to_the_other_side() -> None:
    state = run("SELECT email FROM crm.customer")[1]
    assert run("SELECT salary FROM hr.employee", purpose="audit", state=state)[0] != [[]]
    assert run("SELECT salary FROM hr.employee", purpose="audit", state=BLANK)[0] == [[]]


def test_a_cursor_is_judged_as_its_query_when_it_is_fetched_from() -> None:
    assert run("DECLARE c CURSOR FOR SELECT id, email FROM crm.customer", "FETCH 10 FROM c")[0] == [[], []]
    verdict = judge("FETCH 10 FROM c", "audit")
    state = run("DECLARE c CURSOR FOR SELECT id, email FROM crm.customer")[1]
    recalled, _ = staged(verdict, state, frame(POLICY, "audit"))
    assert [output.name for output in recalled.statements[0].statement.outputs] == ["id", "email"]
    assert recalled.subject_columns() == (SubjectPlace(0),)


def test_a_cursor_nobody_saw_being_declared_is_opaque() -> None:
    assert run("FETCH c")[0] == [["SG105"]]


def test_a_statement_is_prepared_by_nobody_and_executed_by_nobody() -> None:
    assert run("PREPARE p AS SELECT id FROM orders", "EXECUTE p")[0] == [["SG106"], ["SG105"]]
    assert run("PREPARE p AS SELECT id FROM orders; EXECUTE p")[0] == [["SG106", "SG105"]]


def test_what_another_purpose_touched_before_is_not_forgotten() -> None:
    state = run("SELECT salary FROM hr.employee", purpose="hiring")[1]
    assert run("SELECT 1", purpose="news", state=state)[0] == [["SG110"]]


def test_one_text_may_declare_and_fetch() -> None:
    assert run("DECLARE c CURSOR FOR SELECT id FROM orders; FETCH c; CLOSE c")[0] == [[]]
