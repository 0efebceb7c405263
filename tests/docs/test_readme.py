"""What the README tells a newcomer to do works, word for word, on a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI

from examples.web.purpose import PurposeMiddleware
from sminion_guard import processing
from sminion_guard.embedded import Server
from sminion_guard.errors import IncompatibleMerge
from sminion_guard.session import current
from tests.docs.readme import (
    README,
    ROOT,
    TABLES,
    blocks,
    commands,
    exit_code,
    logged,
    merging,
    officers,
    policy,
    reading,
    refusal,
    table,
)
from tests.servers import Database, new_database
from tests.web.asgi import request


@pytest.fixture(scope="module")
def clinic(cluster: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    """The README's policy and commands, run on a database that has its tables."""
    directory = tmp_path_factory.mktemp("clinic")
    (directory / "privacy.toml").write_text(policy(), encoding="utf-8")
    with new_database(cluster) as database:
        database.execute(TABLES)
        environment = os.environ | {"DATABASE_URL": database.url()}
        program = str(Path(sys.executable).parent / "sminion-guard")
        for command in commands():
            words = [program, *command.split()[1:]]
            result = subprocess.run(words, cwd=directory, env=environment, capture_output=True, text=True, timeout=120)
            assert result.returncode == exit_code(command), (command, result.stdout, result.stderr)
        yield database, directory


def test_the_commands_for_the_dba_protect_the_tables(clinic: tuple[Database, Path]) -> None:
    database, _ = clinic
    with database.connect("clinic_app") as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("SELECT * FROM care.patient")


def test_the_lines_for_the_developer_read_one_patient_are_refused_a_merge_and_are_on_record(
    clinic: tuple[Database, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database, directory = clinic
    monkeypatch.chdir(directory)
    names: dict[str, Any] = {"url": database.url("clinic_app")}
    exec(compile(reading(), "README.md", "exec"), names)
    assert capsys.readouterr().out == "[(42, 'Ada', 'flu')]\n"
    with pytest.raises(IncompatibleMerge) as refused:
        exec(compile(merging(), "README.md", "exec"), names)
    names["engine"].dispose()
    assert f"{refused.value}\n" == refusal()
    query, answer = logged()
    with database.connect() as auditor:
        assert table(auditor, query) == answer


async def test_the_lines_for_a_web_application_declare_the_purpose_of_a_request() -> None:
    app = FastAPI()

    @app.get("/visits/{number}")
    def visit(number: int) -> list[str]:
        context = current()
        return [context.purpose, context.actor, context.reason]

    exec(compile(blocks("python")[2], "README.md", "exec"),
         {"app": app, "PurposeMiddleware": PurposeMiddleware, "processing": processing})
    response = await request(app, "GET", "/visits/4711", user="17")
    assert json.loads(response.text) == ["treatment", "doctor:17", "GET /visits/4711"]


def test_the_statements_for_officer_and_auditor_run(clinic: tuple[Database, Path]) -> None:
    database, _ = clinic
    for role in ("clinic_privacy_officer", "clinic_auditor"):
        database.execute(f"CREATE ROLE {role}_login LOGIN; GRANT {role} TO {role}_login")
    statements = officers()
    with database.connect("clinic_privacy_officer_login") as officer:
        for statement in statements:
            officer.execute(statement)
    with database.connect("clinic_auditor_login") as auditor:
        for statement in statements:
            if "FROM sminion." in statement:
                auditor.execute(statement)
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    auditor.execute(statement)
        history = auditor.execute("SELECT event FROM sminion.subject_history ORDER BY id").fetchall()
    assert history == [("block",), ("block",), ("withdraw_consent",), ("give_consent",), ("give_consent",)]


def test_every_file_it_links_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
