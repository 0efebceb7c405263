"""Errors of the guard's SQL as errors of ours, also those of a newer version in the database."""

from __future__ import annotations

import pytest

from sminion_guard.codes import CODES, raised_by_server
from sminion_guard.errors import GuardError, TicketRefused


def test_a_code_of_the_catalogue_has_its_class_and_the_words_of_the_server() -> None:
    error = raised_by_server("SG204", "the ticket has expired", detail="at noon", hint="open another")
    assert type(error) is TicketRefused
    assert (error.code, error.message, error.detail, error.hint) == (
        "SG204", "the ticket has expired", "at noon", "open another")


def test_where_the_server_gives_no_hint_the_catalogue_does() -> None:
    error = raised_by_server("SG204", "the ticket has expired")
    assert error is not None and error.hint == CODES["SG204"].fix


def test_a_code_of_a_newer_version_is_a_refusal_too() -> None:
    assert "SG299" not in CODES, "the control"
    error = raised_by_server("SG299", "something new")
    assert type(error) is GuardError and error.code == "SG299" and error.hint is None


@pytest.mark.parametrize("state", [None, "", "42501", "08006", "P0001"])
def test_other_errors_are_none_of_the_guard(state: str | None) -> None:
    assert raised_by_server(state, "permission denied") is None
