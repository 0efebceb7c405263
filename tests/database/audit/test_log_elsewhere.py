"""A database that keeps the log of another one: the DBA says whose, and each event says from where it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sminion_guard import migrate
from tests import journal, servers
from tests.journal import shown

SHAPE = {"codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": ["crm.customer.id"],
         "fingerprint": "f", "statement": "SELECT id FROM crm.customer"}
DONE = {"outcome": "done", "codes": [], "rows": 1, "microseconds": 5}
Connection = psycopg.Connection[Any]


@pytest.fixture
def database(fresh_database: servers.Database) -> servers.Database:
    """With the guard's own side, and no policy."""
    migrate.upgrade(fresh_database.dsn())
    return fresh_database


@pytest.fixture
def login(database: servers.Database, unique: Callable[[str], str]) -> str:
    name = unique("elsewhere")
    database.execute(f"CREATE ROLE {name} LOGIN")
    return name


@pytest.fixture
def writing(database: servers.Database, login: str) -> Iterator[Connection]:
    database.execute("SELECT sminion.keep_log_of(%s, 'shop', 4711)", login)
    with database.connect(login) as connection:
        yield connection


def one(connection: Connection, statement: str, *parameters: object) -> Any:
    row = connection.execute(statement.encode(), parameters or None).fetchone()
    assert row is not None
    return row[0]


class Writer(NamedTuple):
    number: int
    secret: str


def write(connection: Connection, *entries: dict[str, Any], first: int = 1, writer: Writer | None = None) -> Writer:
    """The writer that the entries were written by."""
    if writer is None:
        row = connection.execute("SELECT writer, secret FROM sminion.open_log()").fetchone()
        assert row is not None
        writer = Writer(*row)
    shape = one(connection, "SELECT sminion.log_shape(%s)", Jsonb(SHAPE))
    shaped = [entry if "of" in entry else {"shape": shape, **entry} for entry in entries]
    journal.write(connection, writer, first, shaped)
    return writer


def fault(database: servers.Database, connection: Connection, *entries: dict[str, Any]) -> str:
    """The code of what is not taken, of the entry that is to blame."""
    own = write(connection, *entries)
    ((_, code),) = journal.faults(database, own)
    return code


def refusal(connection: Connection, *entries: dict[str, Any]) -> str:
    with pytest.raises(psycopg.Error) as refused:
        write(connection, *entries)
    return refused.value.sqlstate or ""


def test_each_event_says_from_which_database_it_comes_and_whose_writer_wrote_it(
    database: servers.Database, writing: Connection, login: str
) -> None:
    writer = write(writing, {"ticket": 12, **DONE, "subjects": ["7"]}, {"of": 1, **DONE, "subjects": ["8"]})
    assert database.execute(
        "SELECT home::text, login::text, ticket, actor, relations, rows FROM sminion.statement_log WHERE writer = %s",
        writer.number,
    ) == [("shop", login, 12, None, ["crm.customer"], 2)]
    assert sorted(database.execute("SELECT subject, home::text, login::text FROM sminion.subject_access")) == [
        ("7", "shop", login), ("8", "shop", login)
    ]


def test_refusals_of_another_database_are_shown(database: servers.Database, writing: Connection, login: str) -> None:
    shape = one(writing, "SELECT sminion.log_shape(%s)", Jsonb({**SHAPE, "codes": ["SG101"]}))
    own = write(writing, {"ticket": 1, "shape": shape}, {"ticket": 2})
    write(writing, {"of": 2, **DONE, "outcome": "refused", "codes": ["42501"]}, first=3, writer=own)
    refusals = database.execute("SELECT place, refused_by, codes, home::text, login::text FROM sminion.refusals")
    assert sorted(refusals) == [
        (1, "analyzer", ["SG101"], "shop", login), (2, "server", ["42501"], "shop", login)
    ]


def test_without_the_word_of_the_dba_nothing_is_taken(database: servers.Database, login: str) -> None:
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT sminion.open_log()")
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT sminion.keep_log_of(current_user, 'mine', 1)")


def test_tickets_that_are_looked_at_here_stay_looked_at(database: servers.Database, login: str) -> None:
    """A login that was let in by other means, and has no home elsewhere."""
    database.execute(f"GRANT USAGE ON SCHEMA sminion TO {login}")
    database.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA sminion TO {login}")
    database.execute(f"GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO {login}")
    database.execute("SELECT sminion.begin_log()")
    with database.connect(login) as connection:
        assert fault(database, connection, {"ticket": 12, **DONE}) == "SG603"


def test_what_is_malformed_or_another_login_s_is_a_fault_as_ever(
    database: servers.Database, writing: Connection, unique: Callable[[str], str]
) -> None:
    assert fault(database, writing, {"ticket": None, **DONE}) == "SG605"
    assert fault(database, writing, {"ticket": 1, **DONE, "shape": 99999}) == "SG605"
    assert fault(database, writing, {"of": 1, **DONE}) == "SG605"
    own = write(writing, {"ticket": 1})
    write(writing, {"ticket": 2}, first=5, writer=own)
    assert journal.faults(database, own) == [(2, "SG604")]
    other = unique("elsewhere")
    database.execute(f"CREATE ROLE {other} LOGIN")
    database.execute("SELECT sminion.keep_log_of(%s, 'archive', 4711)", other)
    with database.connect(other) as connection:
        write(connection, {"ticket": 2}, first=6, writer=own)
    assert journal.faults(database, own) == [(2, "SG604"), (6, "SG604")]
    query = "SELECT place FROM sminion.statement_log WHERE writer = %s ORDER BY place"
    assert shown(database, query, own.number) == [(1,), (5,)]


def test_the_dba_ends_it_and_what_is_on_record_stays(
    database: servers.Database, writing: Connection, login: str
) -> None:
    own = write(writing, {"ticket": 1})
    assert database.execute("SELECT sminion.end_log_of(%s)", login) == [(True,)]
    assert database.execute("SELECT sminion.end_log_of(%s)", login) == [(False,)]
    assert refusal(writing, {"ticket": 2}) == "42501"
    assert database.execute("SELECT home::text FROM sminion.statement_log WHERE writer = %s", own.number) == [("shop",)]


def test_a_login_that_moves_has_events_of_both_homes(
    database: servers.Database, writing: Connection, login: str
) -> None:
    before = write(writing, {"ticket": 1})
    database.execute("SELECT sminion.keep_log_of(%s, 'archive', 4712)", login)
    after = write(writing, {"ticket": 1})
    assert database.execute("SELECT writer, home::text FROM sminion.statement_log ORDER BY writer") == [
        (before.number, "shop"), (after.number, "archive")
    ]


def test_a_home_is_declared_for_logins_that_exist_and_have_no_tickets_here(
    database: servers.Database, login: str
) -> None:
    for home in ((None, 4711), ("", 4711), ("shop", None)):
        with pytest.raises(psycopg.Error) as refused:
            database.execute("SELECT sminion.keep_log_of(%s, %s, %s)", login, *home)
        assert refused.value.sqlstate == "SG607"
    database.execute("INSERT INTO sminion.login VALUES (%s, 'contract', '', false, false, 60000, 2000)", login)
    for name in (login, "nobody_of_that_name", None):
        with pytest.raises(psycopg.Error) as refused:
            database.execute("SELECT sminion.keep_log_of(%s, 'shop', 4711)", name)
        assert refused.value.sqlstate == "SG607"


def test_a_login_that_gets_purposes_here_has_its_tickets_looked_at(
    database: servers.Database, writing: Connection, login: str
) -> None:
    database.execute("INSERT INTO sminion.login VALUES (%s, 'contract', '', false, false, 60000, 2000)", login)
    assert fault(database, writing, {"ticket": 12, **DONE}) == "SG603"
