"""The doctor on the log of the server."""

from __future__ import annotations

import pytest

from sminion_guard import doctor
from sminion_guard.doctor.check import Look
from sminion_guard.doctor.checks.server_log import CHECK
from tests.database.doctor.conftest import Patient


@pytest.mark.parametrize("setting", ["log_statement = 'all'", "log_min_duration_statement = 0",
                                     "log_parameter_max_length_on_error = -1"])
def test_a_log_that_keeps_values_is_named(patient: Patient, setting: str) -> None:
    assert patient.found("ALTER ROLE {name}_app SET " + setting) == [("SG925", "setting " + setting.split()[0])]


def test_who_may_not_see_a_setting_is_told_so(patient: Patient) -> None:
    def hidden(look: Look, name: str, **values: object) -> list[tuple[object, ...]]:
        return []

    with patient.database.connect(autocommit=False) as connection, pytest.MonkeyPatch.context() as patched:
        patched.setattr(Look, "ask", hidden)
        (found,) = doctor.examine(connection, checks=[CHECK]).findings
    assert (found.code, found.level) == ("SG901", "uncheckable")
