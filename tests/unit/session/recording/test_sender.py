"""What the log answers is compared with what was sent, whichever way the batch went."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import psycopg
import pytest
from psycopg.pq import Format

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording import sender as module
from sminion_guard.session.recording.queue import Waiting
from sminion_guard.session.recording.rows import Result, Shape, Statement
from sminion_guard.session.recording.sender import Sender
from tests import journal

SECRET = "0123456789abcdef" * 2
OPENED = f"7.{SECRET}".encode()


class Log:
    """A connection whose other end says whatever a test wants."""

    def __init__(self) -> None:
        self.opened, self.shape = OPENED, b"3"
        self.answer = b"1"
        """How many rows were inserted."""
        self.known = b"t"
        self.anew = False
        self.sent: list[tuple[bytes, ...]] = []
        self.asked: list[tuple[bytes, ...]] = []
        self.openings = self.closed = 0
        self.lose = 0
        """How many answers are lost."""

    def open(self, deadline: float) -> bool:
        anew, self.anew = self.anew, False
        return anew

    def is_ready(self, question: bytes) -> bool:
        return True

    def ask(
        self, question: bytes, values: tuple[bytes, ...], deadline: float, formats: Sequence[Format] | None = None
    ) -> bytes:
        if b"open_log" in question:
            self.openings += 1
            return self.opened
        if b"knows_log" in question:
            self.asked.append(values)
            return self.known
        if b"log_shape" in question:
            return self.shape
        self.send(question, values, formats)
        return self.receive(deadline)

    def send(self, question: bytes, values: tuple[bytes, ...], formats: Sequence[Format] | None = None) -> None:
        assert b"INSERT INTO sminion.journal" in question
        assert formats == (Format.TEXT, Format.TEXT, Format.BINARY, Format.BINARY)
        self.sent.append(values)

    def receive(self, deadline: float) -> bytes:
        if self.lose:
            self.lose -= 1
            raise psycopg.OperationalError("lost")
        return self.answer

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def log() -> Log:
    return Log()


def sender(log: Log) -> Sender:
    made = Sender("", 10)
    made._link = log  # type: ignore[assignment]
    return made


def rows(count: int) -> list[Waiting]:
    found = []
    for _ in range(count):
        statement = Waiting(Statement(1, Shape()))
        found += [statement, Waiting(Result(), statement.receipt)]
    return found


def sent_before(made: Sender) -> None:
    """The batch is on its way when somebody comes to wait for it."""
    made.take_on(rows(1))
    made.deliver(1e9)
    made.take_on(rows(2))
    assert made.try_send()


def sent_now(made: Sender) -> None:
    made.take_on(rows(2))


WAYS = pytest.mark.parametrize("way", [sent_now, sent_before])


@WAYS
def test_a_batch_that_is_confirmed_is_delivered(log: Log, way: Callable[[Sender], None]) -> None:
    made = sender(log)
    way(made)
    batch = made.deliver(1e9)
    assert batch.writer == 7
    assert len(batch) == 2
    assert made.rows == []
    number, first, proof, entries = log.sent[-1]
    assert (int(number), int(first)) == (7, batch.first)
    assert len(json.loads(entries)) == 2
    assert proof == journal.proof((7, SECRET), batch.first, entries)
    assert SECRET.encode() not in b"".join(log.sent[-1])


@WAYS
@pytest.mark.parametrize("answer", [b"", b"0", b"2", b"-1", b" 1", b"1 ", b"01", b"x", b"\xff", b"1" * 30])
def test_any_other_answer_is_an_error(log: Log, way: Callable[[Sender], None], answer: bytes) -> None:
    made = sender(log)
    way(made)
    log.answer = answer
    with pytest.raises(AuditUnavailable) as refused:
        made.deliver(1e9)
    assert refused.value.code == "SG609"
    assert made.rows, "they are not settled"


def test_after_connecting_anew_the_log_is_asked_whether_it_knows_the_writer(log: Log) -> None:
    made = sender(log)
    made.take_on(rows(1))
    made.deliver(1e9)
    log.anew = True
    made.take_on(rows(1))
    made.deliver(1e9)
    assert log.asked == [(b"7", SECRET.encode())]
    assert (log.openings, log.sent[-1][1]) == (1, b"2")


def test_a_log_that_does_not_know_the_writer_gets_nothing_in_its_name(log: Log) -> None:
    made = sender(log)
    made.take_on(rows(1))
    made.deliver(1e9)
    log.anew, log.known = True, b"f"
    made.take_on(rows(1))
    with pytest.raises(AuditUnavailable) as refused:
        made.deliver(1e9)
    assert refused.value.code == "SG604"
    assert len(log.sent) == 1
    made.give_up(unknown=True)
    made.take_on(rows(1))
    made.deliver(1e9)
    assert (log.openings, log.sent[-1][1]) == (2, b"1"), "a new writer, from its first place on"


def test_after_a_lost_answer_the_very_same_batch_is_sent(log: Log) -> None:
    made = sender(log)
    made.take_on(rows(3))
    log.lose = 2
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError):
            made.deliver(1e9)
    assert log.closed == 2
    assert made.deliver(1e9).last == 3
    assert len(log.sent) == 3
    assert len(set(log.sent)) == 1


@pytest.mark.parametrize("answer", [
    b"", b"7", b"7.", b".x", b"0." + SECRET.encode(), b"7." + SECRET.encode() + b"0", b"7." + SECRET.upper().encode()
])
def test_a_writer_without_number_or_secret_is_an_error_that_does_not_show_it(log: Log, answer: bytes) -> None:
    made = sender(log)
    made.take_on(rows(1))
    log.opened = answer
    with pytest.raises(AuditUnavailable) as refused:
        made.deliver(1e9)
    assert refused.value.code == "SG609"
    assert SECRET not in str(refused.value)
    assert log.sent == []


def test_a_shape_without_number_is_an_error(log: Log) -> None:
    made = sender(log)
    made.take_on(rows(1))
    log.shape = b"0"
    with pytest.raises(AuditUnavailable):
        made.deliver(1e9)
    assert log.sent == []


def test_the_secret_never_stands_in_a_query() -> None:
    for name in ("open_log", "knows_log", "log_shape", "journal"):
        assert b"%" not in module._query(name)
        text = module._query(name)
        for literal in (b"'.'", b"'synchronous_commit'", b"'off'", b"'on'", b"''"):
            text = text.replace(literal, b"")
        assert b"'" not in text
