"""`sminion-guard doctor`, with its formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from sminion_guard import doctor
from sminion_guard.cli.main import app
from sminion_guard.doctor.check import Check, Look
from sminion_guard.errors import InstallError
from tests.database.doctor.conftest import Patient
from tests.servers import Database

runner = CliRunner()
CASCADE = ("ALTER TABLE sales.orders ADD CONSTRAINT gone FOREIGN KEY (customer_id) REFERENCES crm.customer"
           " ON DELETE CASCADE")


def _run(patient: Patient, *words: str) -> Result:
    return runner.invoke(app, ["doctor", *words, "--database-url", patient.database.url()])


def test_a_healthy_database_ends_with_0_and_one_line(patient: Patient) -> None:
    answer = _run(patient)
    assert answer.exit_code == 0
    assert answer.output == (
        f"policy `{patient.name}` version 1, {len(doctor.CHECKS)} checks: no findings\n")


def test_a_finding_ends_with_1_and_is_told_in_each_format(patient: Patient, tmp_path: Path) -> None:
    patient.run(CASCADE)
    answer = _run(patient)
    assert answer.exit_code == 1
    assert "error: foreign key `gone` of `sales.orders` to `crm.customer` is ON DELETE CASCADE [SG430]" in answer.output
    answer = _run(patient, "--format", "sarif")
    assert answer.exit_code == 1
    assert [entry["ruleId"] for entry in json.loads(answer.stdout)["runs"][0]["results"]] == ["SG430"]
    answer = _run(patient, "--format", "json")
    assert answer.exit_code == 1
    (found,) = json.loads(answer.stdout)["findings"]
    assert (found["code"], found["key"]) == ("SG430", "SG430:relation gone:sales.orders:crm.customer")
    known = tmp_path / "known.json"
    known.write_text(answer.stdout)
    assert _run(patient, "--baseline", str(known)).exit_code == 0


def test_what_is_fixed_is_told_and_looked_at_again(patient: Patient) -> None:
    patient.run("DROP POLICY guard_floor ON crm.customer")
    assert _run(patient).exit_code == 1
    answer = _run(patient, "--fix")
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[0] == "fixed: put the policy in force in place again"


def test_a_file_that_is_no_baseline_is_refused(patient: Patient, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text("[]")
    answer = _run(patient, "--baseline", str(path))
    assert isinstance(answer.exception, InstallError) and answer.exception.code == "SG907"


def test_without_a_policy_nothing_is_said_to_be_well(guarded_database: Database) -> None:
    with guarded_database.connect(autocommit=False) as connection, pytest.raises(InstallError) as caught:
        doctor.examine(connection)
    assert caught.value.code == "SG902"


def test_a_role_that_may_not_read_the_policy_is_told_so(patient: Patient) -> None:
    with patient.database.connect(f"{patient.name}_app", autocommit=False) as connection, \
            pytest.raises(InstallError) as caught:
        doctor.examine(connection)
    assert caught.value.code == "SG413"


def test_a_check_that_fails_is_a_finding_and_keeps_no_other_from_being_made(patient: Patient) -> None:
    def slow(look: Look) -> list[doctor.Finding]:
        look.installer.ask("statement_timeout", as_owner=False, value="1")
        look.installer.connection.execute("SELECT pg_sleep(1)")
        return []

    def refused(look: Look) -> list[doctor.Finding]:
        look.installer.connection.execute("CREATE TABLE public.left_behind (a int)")
        return []

    with patient.database.connect(autocommit=False) as connection:
        checks = (Check("slow", ("SG430",), slow), Check("writes", ("SG430",), refused), *doctor.CHECKS)
        found = doctor.examine(connection, checks=checks)
    assert [(entry.code, entry.object, entry.level) for entry in found.findings] == [
        ("SG901", "check slow", "uncheckable"), ("SG901", "check writes", "uncheckable")]
    assert not found.clean
    assert "read-only transaction" in (found.findings[1].detail or "")


def test_examining_leaves_nothing_behind(patient: Patient) -> None:
    with patient.database.connect(autocommit=False) as connection:
        doctor.examine(connection)
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
