"""The printer: plain text without a terminal, and no answer passes unjudged."""

from __future__ import annotations

import io

import psycopg
import pytest
from rich.console import Console

from sminion_guard.demo import answer
from sminion_guard.demo.answer import Answer, Expectation, Refusal
from sminion_guard.demo.asking import told_token
from sminion_guard.demo.printer import WIDTH, Printer
from sminion_guard.errors import DataNotNeeded

ONE = Answer(("n",), ((7,),), 1, 0.001)
REFUSED = Answer(refusal=Refusal("42501", "permission denied for schema hr"))


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def printer(written: io.StringIO) -> Printer:
    return Printer(Console(file=written, highlight=False))


@pytest.mark.parametrize(("expectation", "fits", "fails"), [
    (answer.value(7), ONE, Answer(("n",), ((8,),), 1)),
    (answer.value(7), ONE, REFUSED),
    (answer.rows(1), ONE, Answer(("n",), (), 0)),
    (answer.rows(0), Answer(("n",), (), 0), REFUSED),
    (answer.some(), ONE, REFUSED),
    (answer.some(2), Answer(affected=2), ONE),
    (answer.first(7), ONE, Answer(("n",), (), 0)),
    (answer.refused("42501"), REFUSED, ONE),
    (answer.refused("SG101", "42501"), REFUSED, Answer(refusal=Refusal("42P01", "no such table"))),
    (answer.refused("42501", message="schema hr"), REFUSED,
     Answer(refusal=Refusal("42501", "permission denied for schema crm"))),
])
def test_an_expectation_tells_the_right_answer_from_a_wrong_one(
    expectation: Expectation, fits: Answer, fails: Answer
) -> None:
    assert expectation(fits) is None
    assert expectation(fails)


def test_a_wrong_answer_is_counted_and_shown(printer: Printer, written: io.StringIO) -> None:
    printer.shows("somebody", "SELECT 7", ONE, answer.value(8))
    assert printer.answers == 1
    (surprise,) = printer.surprises
    assert "expected the value 8" in surprise
    assert "NOT AS EXPECTED" in written.getvalue()


def test_a_right_answer_is_no_surprise(printer: Printer, written: io.StringIO) -> None:
    printer.shows("somebody", "SELECT 7", ONE, answer.value(7))
    assert (printer.answers, printer.surprises) == (1, [])
    assert "n = 7  (1.0 ms)" in written.getvalue()


def test_a_refusal_is_told_with_its_parts(printer: Printer, written: io.StringIO) -> None:
    found = Refusal.of(DataNotNeeded("SG103", "not needed", detail="it is not", hint="leave it out"))
    printer.shows("somebody", "SELECT 1", Answer(refusal=found), answer.refused("SG103"))
    text = written.getvalue()
    assert "SG103 DataNotNeeded  not needed" in text
    assert "detail: it is not" in text
    assert "hint: leave it out" in text


def test_carets_stay_under_the_text_however_narrow_the_terminal_is() -> None:
    written = io.StringIO()
    narrow = Printer(Console(file=written, width=40, force_terminal=False))
    narrow.console.width = 40
    excerpt = "  line 1: SELECT born_on FROM crm.customer WHERE true\n                 ^^^^^^^"
    found = Refusal.of(DataNotNeeded("SG103", "not needed", detail="a: b\nSG102: c", hint="d", excerpt=excerpt))
    narrow.shows("somebody", "SELECT 1", Answer(refusal=found), answer.refused("SG103"))
    lines = written.getvalue().splitlines()
    place = next(at for at, line in enumerate(lines) if "line 1:" in line)
    assert lines[place].index("born_on") == lines[place + 1].index("^^^^^^^")
    assert lines[place].endswith("WHERE true")
    assert next(line for line in lines if "SG102" in line).split() == ["SG102:", "c"]


def test_an_error_without_sqlstate_is_still_an_answer() -> None:
    assert Refusal.of(psycopg.OperationalError("server closed the connection")).message.startswith("server closed")


def test_without_a_terminal_the_text_is_plain_and_fits(printer: Printer, written: io.StringIO) -> None:
    printer.chapter("Title", "word " * 100)
    printer.table(("a", "n"), [("[bold]x[/bold]", 1), ("y" * 200, 20)])
    with printer.work("[red]work[/red]") as notes:
        notes.append("done")
    text = written.getvalue()
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text
    assert "[red]work[/red]  done" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_only_so_many_rows_are_shown_and_it_is_said(printer: Printer, written: io.StringIO) -> None:
    printer.shows("somebody", "TABLE t", Answer(("n",), tuple((n,) for n in range(9)), 9), answer.rows(9), rows=2)
    assert "9 rows, the first 2 of them here" in written.getvalue()
    assert "    8" not in written.getvalue()


def test_a_token_is_told_without_its_secret() -> None:
    assert told_token("5.0123456789abcdef0123456789abcdef.shop_care") == "5.<secret>.shop_care"
