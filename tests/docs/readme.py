"""The blocks of the README, by kind of user, and what they take for granted."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from psycopg.types.string import TextLoader

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
    """All blocks in ``language``, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def policy() -> str:
    """The DBA's privacy.toml."""
    return blocks("toml")[0]


def commands() -> list[str]:
    """The DBA's `sminion-guard` lines, without their comments."""
    lines = "\n".join(blocks("sh")).splitlines()
    return [line.split("#")[0].strip() for line in lines if line.startswith("sminion-guard")]


def exit_code(command: str) -> int:
    """`plan` says by its exit code that there is something to do."""
    return 1 if command.split()[1] == "plan" else 0


def reading() -> str:
    """The developer's first block, which then prints what it reads."""
    first = blocks("python")[0]
    shown = re.sub(r"^(\s+)(connection\.execute\(.*\))$", r"\1print(\2.all())", first, flags=re.MULTILINE)
    assert shown != first
    return shown


def merging() -> str:
    """The developer's second block, which is refused."""
    return blocks("python")[1]


def refusal() -> str:
    """What the developer is told."""
    return blocks("text")[0]


def logged() -> tuple[str, str]:
    """The auditor's query, and the answer that the README shows."""
    return blocks("sql")[0], blocks("text")[1]


def officers() -> list[str]:
    """The statements of the privacy officer and the auditor."""
    return [line.split("--")[0].strip() for line in blocks("sql")[1].splitlines() if line.strip()]


def table(connection: psycopg.Connection, query: str) -> str:
    """What a query answers, in columns; arrays as the server writes them."""
    connection.adapters.register_loader(connection.adapters.types["text"].array_oid, TextLoader)
    cursor = connection.execute(query.encode())
    rows = [[column.name for column in cursor.description or ()]]
    rows += [["" if value is None else str(value) for value in row] for row in cursor]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (" | ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)
