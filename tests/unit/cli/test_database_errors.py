"""What commands say of a database that does not answer, or of a login that may not."""

from __future__ import annotations

import sys

import psycopg
import pytest

from sminion_guard.cli import main
from sminion_guard.cli.database import told_by_server


@pytest.mark.parametrize("command", [
    ("policy", "show", "--installed"), ("request", "list"), ("disclosure", "obligations"), ("audit", "log"),
    ("consent", "verify"),
])
def test_a_database_that_cannot_be_reached_is_told(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    monkeypatch.setattr(sys, "argv", ["sminion-guard", *command])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert "SG824" in said and "127.0.0.1" in said and "--database-url" in said


def test_a_login_that_may_not_is_told_and_other_errors_are_left_alone() -> None:
    found = told_by_server(psycopg.errors.InsufficientPrivilege("permission denied for table x"))
    assert found is not None
    assert (found.code, found.detail) == ("SG805", "permission denied for table x")
    assert told_by_server(ValueError("x")) is None
    assert told_by_server(psycopg.errors.DeadlockDetected("x")) is None
