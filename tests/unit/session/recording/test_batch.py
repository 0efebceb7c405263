"""What one commit of the log holds, and where each row stands."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.batch import Batch
from sminion_guard.session.recording.queue import Waiting
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Shape, Statement

SHAPE = Shape(relations=("crm.customer",))
NUMBERS = {SHAPE: 7}


def statement() -> Waiting:
    return Waiting(Statement(3, SHAPE))


def result(of: Waiting | Receipt, **said: Any) -> Waiting:
    return Waiting(Result(**said), of.receipt if isinstance(of, Waiting) else of)


def filled(*rows: Waiting, writer: int = 1, first: int = 1) -> Batch:
    batch = Batch(writer, first)
    batch.fill(list(rows), NUMBERS)
    return batch


def entries(batch: Batch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(batch.text())
    return found


def test_the_first_result_shares_the_row_of_its_statement_and_the_next_do_not() -> None:
    one = statement()
    batch = filled(one, result(one, rows=2, subjects=("7",)), result(one, rows=1))
    assert entries(batch) == [
        {"ticket": 3, "shape": 7, "outcome": "done", "codes": [], "rows": 2, "microseconds": 0, "subjects": ["7"]},
        {"of": 1, "outcome": "done", "codes": [], "rows": 1, "microseconds": 0},
    ]
    assert [place for _, place in batch.rows] == [(1, 1), (1, 1), (1, 2)]
    assert batch.last == 2


def test_a_result_of_a_statement_on_record_names_its_place() -> None:
    one = statement()
    one.receipt.settle((1, 40))
    batch = filled(result(one, outcome="failed", codes=("57014",)), first=41)
    assert entries(batch) == [{"of": 40, "outcome": "failed", "codes": ["57014"], "rows": None, "microseconds": 0}]


@pytest.mark.parametrize("found", [None, (2, 5), AuditUnavailable("SG603", "refused")], ids=str)
def test_a_result_without_its_statement_is_an_orphan_and_the_others_are_written(found: Any) -> None:
    lost, one = statement(), statement()
    if found is not None:
        lost.receipt.settle(found)
    batch = filled(result(lost), one)
    assert [waiting.row for waiting, _ in batch.orphans] == [Result()]
    assert len(batch) == 1
    assert batch.rows[0][0] is one


def test_nothing_but_orphans_is_an_empty_batch() -> None:
    batch = filled(result(statement()), first=5)
    assert len(batch) == 0
    assert batch.last == 4


KEYS = st.lists(st.text(max_size=500), max_size=4).map(tuple)


@given(keys=KEYS, rows=st.none() | st.integers(0, 2**62), bulk=st.none() | st.integers(0, 2**62))
def test_what_is_written_by_hand_is_json_whatever_the_keys_are(
    keys: tuple[str, ...], rows: int | None, bulk: int | None
) -> None:
    one = statement()
    (entry,) = entries(filled(one, result(one, rows=rows, bulk=bulk, subjects=keys)))
    assert entry["rows"] == rows
    assert entry.get("bulk") == bulk
    written = entry.get("subjects", [])
    assert len(written) == len(keys)
    for key, text in zip(keys, written, strict=True):
        assert len(text) <= 400
        assert "\x00" not in text
        if key.isascii() and key.isalnum() and len(key) <= 400:
            assert text == key


@given(st.lists(st.sampled_from(["statement", "first", "again"]), max_size=30))
def test_places_have_no_gap_and_each_row_has_one(kinds: list[str]) -> None:
    made: list[Waiting] = []
    rows: list[Waiting] = []
    for kind in kinds:
        if kind == "statement" or not made:
            made.append(statement())
            rows.append(made[-1])
        else:
            rows.append(result(made[-1] if kind == "first" else made[0]))
    batch = filled(*rows, first=11)
    places = [place for _, (_, place) in batch.rows]
    assert len(places) == len(rows)
    assert sorted(set(places)) == list(range(11, batch.last + 1))
    for waiting, (_, place) in batch.rows:
        entry = entries(batch)[place - 11]
        if isinstance(waiting.row, Statement):
            assert "ticket" in entry
