"""Lengths of time: what is read, and what is a fixed length."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sminion_guard.policy import interval


@pytest.mark.parametrize("text", ["1 year", "3 years", "1 year 6 months", "2 weeks, 3 days", "1000 years", "1 minute"])
def test_lengths_people_write_are_read(text: str) -> None:
    assert interval.problem(text) is None


@pytest.mark.parametrize(("text", "length"), [
    ("15 minutes", timedelta(minutes=15)), ("1 hour 30 minutes", timedelta(minutes=90)), ("2 weeks", timedelta(14)),
    ("1 month", None), ("1 year 1 day", None), ("0 minutes", None), ("soon", None),
])
def test_only_lengths_without_months_and_years_are_fixed(text: str, length: timedelta | None) -> None:
    assert interval.fixed(text) == length
