"""What the log answers is compared with what was sent, whichever way the batch went."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.audit import sender as module
from sminion_guard.session.audit.queue import Waiting
from sminion_guard.session.audit.rows import Result, Shape, Statement
from sminion_guard.session.audit.sender import Sender

SECRET = "0123456789abcdef" * 2
OPENED = f"7.{SECRET}".encode()


class Log:
    """A connection whose other end says whatever a test wants."""

    def __init__(self) -> None:
        self.opened, self.shape = OPENED, b"3"
        self.answer: Callable[[bytes], bytes] = lambda last: last
        self.sent: list[tuple[bytes, ...]] = []
        self.closed = 0
        self.lose = 0
        """How many answers are lost."""

    def open(self, deadline: float) -> None:
        pass

    def is_ready(self, question: bytes) -> bool:
        return True

    def ask(self, question: bytes, values: tuple[bytes, ...], deadline: float) -> bytes:
        if b"open_log" in question:
            return self.opened
        if b"log_shape" in question:
            return self.shape
        self.send(question, values)
        return self.receive(deadline)

    def send(self, question: bytes, values: tuple[bytes, ...]) -> None:
        assert b"log_statements" in question
        self.sent.append(values)

    def receive(self, deadline: float) -> bytes:
        if self.lose:
            self.lose -= 1
            raise psycopg.OperationalError("lost")
        _, _, first, entries = self.sent[-1]
        return self.answer(str(int(first) + entries.count(b'"outcome"') - 1).encode())

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
    assert log.sent[-1][:2] == (b"7", SECRET.encode())


@WAYS
@pytest.mark.parametrize("answer", [b"", b"0", b"1000", b"-1", b"-2", b" 2", b"2 ", b"x", b"\xff", b"1" * 30])
def test_any_other_answer_is_an_error(log: Log, way: Callable[[Sender], None], answer: bytes) -> None:
    made = sender(log)
    way(made)
    log.answer = lambda last: answer
    with pytest.raises(AuditUnavailable) as refused:
        made.deliver(1e9)
    assert refused.value.code == "SG609"
    assert made.rows, "they are not settled"


@given(st.integers(1, 200), st.integers(-300, 300))
def test_no_other_place_is_taken_for_the_batch_s(count: int, off: int) -> None:
    log = Log()
    log.answer = lambda last: str(int(last) + off).encode()
    made = sender(log)
    made.take_on(rows(count))
    if off == 0:
        assert made.deliver(1e9).last == count
    else:
        with pytest.raises(AuditUnavailable):
            made.deliver(1e9)


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
    for name in ("open_log", "log_shape", "log_statements"):
        assert b"%" not in module._query(name)
        assert b"'" not in module._query(name).replace(b"'.'", b"")
