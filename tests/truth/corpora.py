"""Public corpora that nobody here wrote: schemas and queries, read from beside the project and no part of it."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sminion_guard.checking import pieces
from tests.servers import Database
from tests.truth import statements
from tests.truth.statements import Case
from tests.truth.world import World, settle

ROOT = Path(os.environ.get("SMINION_GUARD_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))
QUERIES = ("musicbrainz", "pagila", "procrastinate", "river", "tpch")
"""Corpora that have queries and not only a schema."""
PATHS = {"musicbrainz": ("musicbrainz", "public")}
PARTS = ("part_0", "part_1", "part_2")
"""The schemas that the tables of a corpus are dealt out to, one purpose each."""


def folder(name: str) -> Path:
    """Where the corpus is; the test is skipped where it is not."""
    found = ROOT / name
    if not found.is_dir():
        pytest.skip(f"no corpus `{name}` at {ROOT}: set SMINION_GUARD_CORPORA")
    return found


def queries(name: str) -> list[Case]:
    return list(statements.read(folder(name) / "queries.sql"))


Change = Callable[[psycopg.Connection, tuple[str, ...]], tuple[str, ...]]


def load(name: str, database: Database, change: Change | None = None) -> World:
    """The corpus in a database.

    :param change: what is done to the schema afterwards; it returns the search_path.
    """
    path = create(name, database, change)
    return settle(database, path)


def create(name: str, database: Database, change: Change | None = None) -> tuple[str, ...]:
    """Create the tables of the corpus in a database, and return its search_path."""
    place = folder(name)
    path = PATHS.get(name, ("public",))
    with database.connect() as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'postgres'").fetchone():
            connection.execute("CREATE ROLE postgres")  # some dumps give everything to it
        text = (place / "schema.sql").read_text(encoding="utf-8")
        try:
            for piece in pieces(_without_psql(text)):  # one by one: new enum values must be committed before use
                connection.execute(piece.text.encode())
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
            pytest.skip(f"the schema of `{name}` needs what this server lacks: {error}")
        connection.execute("RESET ALL")
        if change is not None:
            path = change(connection, path)
    return path


def split(connection: psycopg.Connection, path: tuple[str, ...]) -> tuple[str, ...]:
    """Deal the tables out to schemas that may not be merged, by their names, so that it comes out alike each time."""
    tables = connection.execute(
        "SELECT relnamespace::regnamespace::text, relname FROM pg_class WHERE relkind IN ('r', 'p') "
        "AND relnamespace::regnamespace::text = ANY (%s) ORDER BY 1, 2", [list(path)]).fetchall()
    for part in PARTS:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(part)))
    for schema, name in tables:
        part = PARTS[zlib.crc32(name.encode()) % len(PARTS)]
        connection.execute(sql.SQL("ALTER TABLE {} SET SCHEMA {}").format(
            sql.Identifier(schema, name), sql.Identifier(part)))
    return (*PARTS, *path)


def split_as_published(connection: psycopg.Connection, path: tuple[str, ...]) -> tuple[str, ...]:
    """Pagila's tables as its `split.sql` deals them out."""
    connection.execute((folder("pagila") / "split.sql").read_bytes())
    return tuple(re.split(r",\s*", (folder("pagila") / "sp").read_text().strip().partition(" = ")[2].rstrip(";")))


def _without_psql(text: str) -> str:
    """Without psql's own commands, and without what a dump sets for its session."""
    return re.sub(r"^\\.*$|^SELECT pg_catalog\.set_config\('search_path'.*$", "", text, flags=re.MULTILINE)
