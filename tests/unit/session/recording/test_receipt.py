"""Receipts: settled once, for whoever waits, in whichever thread."""

from __future__ import annotations

from threading import Thread

import pytest

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.receipt import Receipt


def test_it_says_where_the_row_stands() -> None:
    receipt = Receipt()
    assert not receipt.done()
    receipt.settle((1, 2))
    assert receipt.done()
    assert receipt.result() == (1, 2)
    assert receipt.exception() is None


def test_it_says_why_the_row_is_not_there() -> None:
    receipt, error = Receipt(), AuditUnavailable("SG601", "no")
    receipt.settle(error)
    assert receipt.done()
    assert receipt.exception() is error
    with pytest.raises(AuditUnavailable):
        receipt.result()


def test_who_waits_is_woken_and_nobody_waits_for_ever() -> None:
    receipt = Receipt()
    with pytest.raises(TimeoutError):
        receipt.result(0.01)
    thread = Thread(target=lambda: receipt.settle((1, 1)))
    thread.start()
    assert receipt.result(30) == (1, 1)
    thread.join()


def test_callbacks_run_once_before_and_after() -> None:
    receipt, calls = Receipt(), []
    receipt.add_done_callback(lambda: calls.append("before"))
    receipt.add_done_callback(lambda: calls.append("too"))
    assert calls == []
    receipt.settle((1, 1))
    receipt.add_done_callback(lambda: calls.append("after"))
    assert calls == ["before", "too", "after"]
