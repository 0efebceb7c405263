"""Shapes: what is on record of every statement of a text, worked out once and never taken for another's."""

from __future__ import annotations

from sminion_guard.analyzer.verdict import SubjectPlace
from sminion_guard.session.recording import shapes
from sminion_guard.session.recording.shapes import Shapes
from tests.unit.analyzer.shop import judge


def test_the_same_text_is_worked_out_once() -> None:
    known = Shapes()
    verdict = judge("SELECT id FROM crm.customer WHERE id = 7")
    found = known.of(verdict)
    assert known.of(verdict) is found
    assert found.shape.relations == ("crm.customer",)
    assert found.shape.statement == "SELECT id FROM crm.customer WHERE id = ?"
    assert found.places_of(0) == (SubjectPlace(0),)
    assert found.places_of(1) == ()
    assert found.shows_subjects


def test_texts_that_cannot_be_parsed_are_told_apart() -> None:
    known = Shapes()
    texts = [known.of(judge(sql)).shape.statement for sql in ("SELEC 1", "UPDAT crm.customer")]
    assert texts == ["SELEC ?", "UPDAT crm.customer"]


def test_as_many_are_kept_as_is_said() -> None:
    known = Shapes()
    for number in range(shapes.MOST + 50):
        known.of(judge(f"SELEC {number} FROM t{number}"))
    assert len(known._known) == shapes.MOST
