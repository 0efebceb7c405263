"""What a passing conflict took back is tried again, and nothing else is."""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard.errors import InstallError
from sminion_guard.migrate.failures import translated
from sminion_guard.migrate.transaction import ATTEMPTS, repeated


class _Attempts:
    """Fails with ``error`` so many ``times``, then returns how often it was called."""

    def __init__(self, error: psycopg.Error, times: int) -> None:
        self.error, self.times, self.calls = error, times, 0

    def __call__(self) -> int:
        self.calls += 1
        with translated("the test"):
            if self.calls <= self.times:
                raise self.error
        return self.calls


@pytest.mark.parametrize("error", [
    psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure(),
])
def test_a_deadlock_is_tried_again(error: psycopg.Error) -> None:
    assert repeated(_Attempts(error, ATTEMPTS - 1)) == ATTEMPTS


def test_a_conflict_that_does_not_pass_is_told() -> None:
    attempts = _Attempts(psycopg.errors.DeadlockDetected(), ATTEMPTS)
    with pytest.raises(InstallError) as caught:
        repeated(attempts)
    assert caught.value.code == "SG410"
    assert attempts.calls == ATTEMPTS


@pytest.mark.parametrize("error", [
    psycopg.errors.LockNotAvailable(), psycopg.errors.InsufficientPrivilege(), psycopg.errors.UniqueViolation(),
])
def test_what_would_fail_again_is_not_tried_again(error: psycopg.Error) -> None:
    attempts = _Attempts(error, 1)
    with pytest.raises(InstallError):
        repeated(attempts)
    assert attempts.calls == 1
