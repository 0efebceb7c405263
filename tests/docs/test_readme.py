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
from psycopg.types.string import TextLoader

from examples.web.purpose import PurposeMiddleware
from sminion_guard import processing
from sminion_guard.embedded import Server
from sminion_guard.errors import IncompatibleMerge
from sminion_guard.session import current
from tests.servers import Database, new_database
from tests.web.asgi import request

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLES = """
CREATE ROLE clinic_app LOGIN NOINHERIT;
CREATE ROLE clinic_mailer LOGIN NOINHERIT;
CREATE SCHEMA care;
CREATE TABLE care.patient (id bigint PRIMARY KEY, full_name text NOT NULL, diagnosis text NOT NULL);
INSERT INTO care.patient VALUES (42, 'Ada', 'flu'), (43, 'Bo', 'cold');
CREATE SCHEMA news;
CREATE TABLE news.reader (patient_id bigint PRIMARY KEY, email text NOT NULL);
INSERT INTO news.reader VALUES (42, 'ada@example.org');
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The README's own `sminion-guard` lines, without their comments."""
    lines = "\n".join(blocks("sh")).splitlines()
    return [line.split("#")[0].strip() for line in lines if line.startswith("sminion-guard")]


@pytest.fixture(scope="module")
def clinic(cluster: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    """The README's policy and commands, run on a database that has its tables."""
    directory = tmp_path_factory.mktemp("clinic")
    (directory / "privacy.toml").write_text(blocks("toml")[0], encoding="utf-8")
    with new_database(cluster) as database:
        database.execute(TABLES)
        environment = os.environ | {"DATABASE_URL": database.url()}
        program = str(Path(sys.executable).parent / "sminion-guard")
        for command in commands():
            words = [program, *command.split()[1:]]
            result = subprocess.run(words, cwd=directory, env=environment, capture_output=True, text=True, timeout=120)
            # `plan` says by its exit code that there is something to do.
            assert result.returncode == (1 if words[1] == "plan" else 0), (command, result.stdout, result.stderr)
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
    reading, merging, *_ = blocks("python")
    said, logged = blocks("text")
    shown = re.sub(r"^(\s+)(connection\.execute\(.*\))$", r"\1print(\2.all())", reading, flags=re.MULTILINE)
    assert shown != reading
    names: dict[str, Any] = {"url": database.url("clinic_app")}
    exec(compile(shown, "README.md", "exec"), names)
    assert capsys.readouterr().out == "[(42, 'Ada', 'flu')]\n"
    with pytest.raises(IncompatibleMerge) as refusal:
        exec(compile(merging, "README.md", "exec"), names)
    names["engine"].dispose()
    assert f"{refusal.value}\n" == said
    assert table(database, blocks("sql")[0]) == logged


def table(database: Database, query: str) -> str:
    """What a query answers, in columns; arrays as the server writes them."""
    with database.connect() as connection:
        connection.adapters.register_loader(connection.adapters.types["text"].array_oid, TextLoader)
        cursor = connection.execute(query.encode())
        rows = [[column.name for column in cursor.description or ()]]
        rows += [["" if value is None else str(value) for value in row] for row in cursor]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (" | ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


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
    statements = [line.split("--")[0].strip() for line in blocks("sql")[1].splitlines() if line.strip()]
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
    assert history == [("block",), ("block",), ("withdraw_consent",)]


def test_every_file_it_links_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
