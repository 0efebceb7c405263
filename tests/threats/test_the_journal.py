# ruff: noqa: E501 - statements and batches stand on one line
"""Attack: what a login may do that INSERTs into the journal and CALLs `maintain`.

It must not write in another name, at another time, or in another writer's place; not read, change or remove what is
there; not make a view of the auditors fail; and not keep the locks that maintaining takes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal
from tests.session.shop import Shop, new_shop
from tests.world import Connection

VIEWS = ("statement_log", "refusals", "subject_access", "log_faults", "maintenance_status")
HUGE = b"1e131071"
"""A number whose text is 131,072 characters long."""


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        # Objects of its own, which the wall lets no login make elsewhere.
        shop.database.execute(f"CREATE SCHEMA mine AUTHORIZATION {shop.name}_app")
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[Connection]:
    with psycopg.connect(shop.dsn("app"), autocommit=True, prepare_threshold=None) as connection:
        connection.execute("SET statement_timeout = '60s'")
        yield connection


def refused(code: str) -> pytest.RaisesExc[psycopg.Error]:
    return pytest.raises(psycopg.Error, check=lambda error: error.sqlstate == code)


@pytest.mark.parametrize("statement", [
    "INSERT INTO sminion.journal (at, writer, first, proof, entries) VALUES (now() - interval '1 day', 1, 1, '', '')",
    "INSERT INTO sminion.journal (login, writer, first, proof, entries) VALUES ('postgres', 1, 1, '', '')",
    "INSERT INTO sminion.journal (transaction, writer, first, proof, entries) VALUES ('1', 1, 1, '', '')",
    "INSERT INTO sminion.journal (event) VALUES ('{}')",
    "INSERT INTO sminion.journal VALUES (now())",
    "INSERT INTO sminion.journal (writer, first, proof, entries) VALUES (1, 1, '', '') RETURNING at",
    "COPY sminion.journal (at, writer, first, proof, entries) FROM STDIN",
    "COPY sminion.journal TO STDOUT",
    "SELECT FROM sminion.journal", "SELECT writer FROM sminion.journal", "UPDATE sminion.journal SET first = 1",
    "DELETE FROM sminion.journal", "TRUNCATE sminion.journal", "BEGIN; LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE",
    "BEGIN; LOCK TABLE sminion.fold_state", "SELECT sminion.fold()", "SELECT sminion.fold_rows('{}', 1)",
    "SELECT FROM sminion.unfolded_entries()", "SELECT sminion.make_month(now())", "SELECT FROM sminion.log_faults",
    "CREATE TRIGGER mine BEFORE INSERT ON sminion.journal EXECUTE FUNCTION sminion.append_only()",
    "CREATE RULE mine AS ON INSERT TO sminion.journal DO INSTEAD NOTHING",
    "ALTER TABLE sminion.journal DISABLE TRIGGER ALL", "DROP TABLE sminion.journal",
])
def test_nobody_writes_another_name_or_time_nor_reads_or_removes(app: Connection, statement: str) -> None:
    with refused("42501"):
        app.execute(statement.encode())


def test_a_role_that_is_taken_on_does_not_change_the_name(shop: Shop, app: Connection) -> None:
    """The name is the session's, and what the caller may write is asked of the role."""
    own = journal.opened(app)
    app.execute(f"SET ROLE {shop.name}_contract".encode())
    with refused("42501"):
        journal.write(app, own, 1, [{}])
    app.execute("RESET ROLE")
    journal.write(app, own, 1, [{}])
    query = "SELECT login::text, now() - at < interval '1 minute' FROM sminion.log_faults WHERE writer = %s"
    assert journal.shown(shop.database, query, own[0]) == [(f"{shop.name}_app", True)]


@pytest.mark.parametrize("size", [0, 4 * 1024 * 1024 + 1, 5_000_000])
def test_an_entry_is_bounded(app: Connection, size: int) -> None:
    with refused("23514"):
        journal.write(app, journal.opened(app), 1, b"x" * size)


@pytest.mark.parametrize("proof", [b"", b"x" * 31, b"x" * 33, None])
def test_a_proof_has_its_length(app: Connection, proof: bytes | None) -> None:
    with refused("23514"):
        app.execute(journal.INSERT, (1, 1, proof, b"[]"))


BATCHES = {
    "no JSON": b"hello", "NUL": b'["\\u0000"]', "zero byte": b"[1]\x00", "no UTF-8": b'["\xff\xfe"]',
    "half a surrogate": b'[{"ticket": "\\ud800"}]', "deep": b"[" * 100_000, "deep and closed": b"[" * 6000 + b"]" * 6000,
    "overflow": b"[1e999999]", "1 MB": b'["' + b"x" * 1_000_000 + b'"]', "4 MB": b'["' + b"x" * 4_194_300 + b'"]',
    "a million empty entries": b"[" + b",".join([b"{}"] * 1_000_000) + b"]", "empty": b"[]", "null": b"null", "object": b"{}",
}


@pytest.mark.parametrize("name", BATCHES)
def test_whatever_is_written_is_shown_as_a_fault_and_no_view_fails(shop: Shop, app: Connection, name: str) -> None:
    own = journal.opened(app)
    journal.write(app, own, 1, BATCHES[name])
    for view in VIEWS:
        shop.database.execute(f"SELECT * FROM sminion.{view}")
    query = "SELECT code, size, length(entry) <= 4000, digest = sha256(%s) FROM sminion.log_faults WHERE writer = %s"
    found = journal.shown(shop.database, query, BATCHES[name], own[0])
    assert len(found) == 1
    code, size, cut, same = found[0]
    assert (code, cut) == ("SG605", True)
    whole = name not in ("1 MB", "4 MB", "deep and closed")  # of a batch of entries it is the entry that is shown
    assert (size, same) == (len(BATCHES[name]) if whole else len(BATCHES[name]) - 2, whole)


@pytest.mark.parametrize("entries", [
    b'[{"a": [' + b",".join([HUGE] * 400_000) + b"]}]",
    b'[{"ticket": 1, "shape": 1, "outcome": [' + b",".join([HUGE] * 400_000) + b"]}]",
    b'[{"of": ' + HUGE + b', "outcome": "done"}]',
    b"[" + b",".join([b'{"ticket":1e131071,"shape":1e131071,"rows":1e131071,"bulk":1e131071}'] * 10_000) + b"]",
    b'[{"ticket": 1, "shape": 1, "subjects": [' + b",".join([HUGE] * 400_000) + b"]}]",
    b'[{"ticket": 1, "shape": 1, "outcome": "failed", "microseconds": 1, "codes": [' + b",".join([HUGE] * 400_000) + b"]}]",
], ids=["entry", "outcome", "of", "numbers", "subjects", "codes"])
def test_numbers_that_are_long_as_text_take_neither_memory_nor_time(shop: Shop, app: Connection, entries: bytes) -> None:
    own = journal.opened(app)
    journal.write(app, own, 1, entries)
    start = time.process_time()
    with shop.database.connect() as auditor:
        auditor.execute("SET statement_timeout = '30s'")
        for view in VIEWS:
            auditor.execute(f"SELECT count(*) FROM (SELECT * FROM sminion.{view} OFFSET 0) v".encode())
        journal.fold_all(auditor)
    assert time.process_time() - start < 30
    codes = {code for _, code in journal.faults(shop.database, own)}
    assert codes == {"SG605"}


def test_sums_of_what_is_claimed_do_not_make_the_log_fail(shop: Shop, app: Connection) -> None:
    own, most = journal.opened(app), 10**18 - 1
    ticket = int(app.execute("SELECT sminion.open_ticket('contract', 'sums', 'r')").fetchone()[0].split(".")[0])  # type: ignore[index]
    shape = app.execute("""SELECT sminion.log_shape('{"codes": [], "operations": ["use"], "relations": [],
        "columns": [], "fingerprint": "f", "statement": "s"}')""").fetchone()[0]  # type: ignore[index]
    came = {"outcome": "done", "codes": [], "rows": most, "bulk": most, "microseconds": most}
    journal.write(app, own, 1, [{"ticket": ticket, "shape": shape} | came] + [{"of": 1} | came] * 20)
    query = "SELECT rows, bulk, microseconds FROM sminion.statement_log WHERE writer = %s"
    assert journal.shown(shop.database, query, own[0]) == [(2**63 - 1,) * 3]


# Keeping the locks of maintaining


def step_is_free(shop: Shop) -> bool:
    with shop.database.connect() as connection:
        found = connection.execute("SELECT (SELECT count(*) FROM (SELECT FROM sminion.maintenance_state FOR UPDATE SKIP LOCKED) s),"
                                   " (SELECT count(*) FROM sminion.maintenance_state)").fetchone()
        assert found is not None and found[1] > 0
        return bool(found[0] == found[1])


CALLS = {
    "itself": "SELECT sminion.maintain_step('fold')",
    "in a block": "DO $$ BEGIN PERFORM sminion.maintain_step('fold'); END $$",
    "by SQL": "CREATE FUNCTION mine.f() RETURNS bool LANGUAGE sql AS $$ SELECT sminion.maintain_step('fold') $$;"
    "SELECT mine.f()",
    "by a name with a line break": """CREATE FUNCTION mine."f()
PL/pgSQL function sminion.maintain(boolean) line 1 at IF
"() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RETURN sminion.maintain_step('fold'); END $$;
SELECT mine."f()
PL/pgSQL function sminion.maintain(boolean) line 1 at IF
"()""",
    "by the same name": """CREATE FUNCTION mine."sminion.maintain"(more boolean) RETURNS bool LANGUAGE plpgsql AS
$$ BEGIN RETURN sminion.maintain_step('fold'); END $$; SELECT mine."sminion.maintain"(true)""",
    "prepared": "PREPARE p AS SELECT sminion.maintain_step('fold'); EXECUTE p",
    "by a trigger at commit": "CREATE TABLE mine.t (a int); CREATE FUNCTION mine.t() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN PERFORM sminion.maintain_step('fold'); RETURN NULL; END $$;"
    "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON mine.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mine.t();"
    "INSERT INTO mine.t VALUES (1)",
    "by a cursor": "BEGIN; DECLARE c CURSOR FOR SELECT sminion.maintain_step('fold'); FETCH c",
    "by a default": "CREATE TABLE mine.d (a bool DEFAULT sminion.maintain_step('fold')); INSERT INTO mine.d DEFAULT VALUES",
    "by the check of a domain": "CREATE DOMAIN mine.dom AS int CHECK (sminion.maintain_step('fold')); SELECT 1::mine.dom",
}


@pytest.mark.parametrize("name", CALLS)
def test_a_step_is_run_by_maintain_only(shop: Shop, app: Connection, name: str) -> None:
    with refused("SG615"):
        app.execute(CALLS[name].encode())
    app.execute("ROLLBACK")
    assert step_is_free(shop)


@pytest.mark.parametrize("statement", [
    "BEGIN; CALL sminion.maintain()", "DO $$ DECLARE m bool; BEGIN CALL sminion.maintain(m); END $$; SELECT 1", "SELECT 1; CALL sminion.maintain()",
    "CREATE FUNCTION mine.f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE m bool; BEGIN CALL sminion.maintain(m); END $$;"
    "SELECT mine.f()",
])
def test_maintain_is_refused_in_a_transaction(shop: Shop, app: Connection, statement: str) -> None:
    with refused("2D000"):
        app.execute(statement.encode())
    app.execute("ROLLBACK")
    assert step_is_free(shop)


def test_no_code_of_the_caller_runs_between_the_steps(shop: Shop, app: Connection) -> None:
    """Types of the caller's search path: a domain called `text` is checked whenever a variable gets a value."""
    app.execute("CREATE TABLE mine.ran (at timestamptz)")
    app.execute(
        "CREATE FUNCTION mine.ran() RETURNS bool LANGUAGE plpgsql VOLATILE AS"
        " $$ BEGIN INSERT INTO mine.ran VALUES (clock_timestamp()); RETURN true; END $$")
    for name, base in (("text", "text"), ("bool", "bool"), ("int4", "int4")):
        app.execute(f"CREATE DOMAIN mine.{name} AS pg_catalog.{base} CHECK (mine.ran())".encode())
    app.execute("SET search_path = mine, pg_catalog")
    app.execute("SELECT 'x'::text")
    assert app.execute("SELECT count(*) OPERATOR(pg_catalog.=) 1 FROM mine.ran").fetchone() == (True,), "the control"
    app.execute("CALL sminion.maintain()")
    assert app.execute("SELECT count(*) OPERATOR(pg_catalog.=) 1 FROM mine.ran").fetchone() == (True,)


def test_a_procedure_that_is_called_the_same_is_not_maintain(shop: Shop, app: Connection) -> None:
    """PostgreSQL leaves a schema out of the name where the search path names it."""
    app.execute("CREATE PROCEDURE mine.maintain(more bool) LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM sminion.maintain_step('fold'); END $$")
    for path in ("mine", "mine, sminion", "sminion, mine", "sminion"):
        app.execute(f"SET search_path = {path}".encode())
        with refused("SG615"):
            app.execute("CALL mine.maintain(true)")
        assert step_is_free(shop)
    with pytest.raises(psycopg.Error) as refusal:
        app.execute("CALL sminion.maintain()")
    assert "search_path" in (refusal.value.diag.message_hint or "")
    with psycopg.connect(shop.dsn("app"), autocommit=True) as another:
        another.execute("SET search_path = mine")
        another.execute("CALL sminion.maintain()")


def test_what_the_caller_sets_does_not_stop_maintaining(shop: Shop, app: Connection) -> None:
    own = journal.opened(app)
    journal.write(app, own, 1, [{}])
    for name, value in (
        ("DateStyle", "'SQL, DMY'"), ("timezone", "'Pacific/Kiritimati'"), ("IntervalStyle", "'sql_standard'"), ("bytea_output", "'escape'"),
        ("standard_conforming_strings", "off"), ("transform_null_equals", "on"), ("default_transaction_isolation", "'serializable'"),
        ("default_transaction_read_only", "on"), ("row_security", "off"), ("enable_tidscan", "off"), ("enable_indexscan", "off"),
        ("enable_hashjoin", "off"), ("enable_mergejoin", "off"), ("plan_cache_mode", "'force_generic_plan'"), ("extra_float_digits", "-15"),
    ):
        app.execute(f"SET {name} = {value}".encode())
    app.execute("CALL sminion.maintain()")
    assert shop.database.execute("SELECT failed FROM sminion.maintenance_status") == [(None,)]
    assert shop.database.execute("SELECT FROM sminion.journal WHERE writer = %s", own[0]) == []


def test_a_transaction_left_open_stops_no_writer_and_is_named(shop: Shop, app: Connection) -> None:
    with psycopg.connect(shop.dsn("app"), application_name="dawdler") as holder:
        theirs = journal.opened(holder)
        journal.write(holder, theirs, 1, [{}])
        own = journal.opened(app)
        journal.write(app, own, 1, [{}])
        app.execute("CALL sminion.maintain()")
        assert shop.database.execute("SELECT count(*) FROM sminion.journal WHERE writer = %s", own[0]) == [(1,)]
        ((waits,),) = shop.database.execute("SELECT journal_waits_for FROM sminion.maintenance_status")
        assert "dawdler" in waits
        query = "SELECT code FROM sminion.log_faults WHERE writer = %s"
        assert shop.database.execute(query, own[0]) == [("SG605",)], "it is shown all the same"
        holder.rollback()
    app.execute("CALL sminion.maintain()")
    assert shop.database.execute("SELECT count(*) FROM sminion.journal") == [(0,)]
    assert shop.database.execute("SELECT journal_waits_for FROM sminion.maintenance_status") == [(None,)]
