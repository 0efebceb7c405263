# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: end a compartment by a rollback to a savepoint, and carry over what it read in something that survives this.

Code holds variables, a cursor holds rows. So a compartment is entered by a whole statement of the client, without code
beside it and without cursors.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import pq

from tests.threats.protocol import Wire
from tests.world import Connection, World, acting, refusal, rows, take

CRM = "SELECT email FROM crm.customer WHERE id = 5"
HR = "SELECT email FROM hr.employee WHERE id = 5"
READS = "SELECT count(*) FROM hr.employee"


def merging(first: str, second: str) -> str:
    """Code that reads both sides, and takes the first one back in between."""
    return f"""DECLARE kept text; other text; BEGIN
      BEGIN {first} {CRM.replace(" FROM", " INTO kept FROM")}; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;
      {second} {HR.replace(" FROM", " INTO other FROM")}; RAISE EXCEPTION 'merged % %', kept, other; END"""


def entering(token: str) -> str:
    return f"PERFORM sminion.enter('{token}');"


@pytest.fixture
def workshop(world: World) -> Iterator[str]:
    """A schema where the login may make what it likes, as an application may have one."""
    world.super(f"CREATE SCHEMA workshop; GRANT CREATE, USAGE ON SCHEMA workshop TO PUBLIC; GRANT TEMP ON DATABASE {world.database.name} TO PUBLIC")
    yield "workshop"
    world.super(f"DROP SCHEMA workshop CASCADE; REVOKE TEMP ON DATABASE {world.database.name} FROM PUBLIC")


@pytest.mark.parametrize("declare", [
    "DECLARE c SCROLL CURSOR FOR SELECT email FROM crm.customer",
    "DECLARE c NO SCROLL CURSOR FOR SELECT email FROM crm.customer",
    "DECLARE c INSENSITIVE SCROLL CURSOR FOR SELECT email FROM crm.customer",
    "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT email FROM crm.customer",
    "DO $$ DECLARE c refcursor := 'c'; BEGIN OPEN c SCROLL FOR SELECT email FROM crm.customer; END $$",
    "DO $$ DECLARE c CURSOR FOR SELECT email FROM crm.customer; BEGIN c := 'c'; OPEN c; END $$",
    "DO $$ DECLARE c refcursor := 'c'; BEGIN OPEN c FOR EXECUTE 'SELECT email FROM crm.customer'; END $$",
])
def test_no_compartment_is_entered_while_a_cursor_of_it_waits(
    declare: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN")
    attacker.execute(f"SET LOCAL ROLE {world.role('contract')}".encode())
    attacker.execute(declare.encode())
    attacker.execute("SAVEPOINT s")
    assert refusal(attacker, f"SELECT sminion.enter('{tokens['contract']}')") in {"SG221", "SG209"}
    attacker.execute("ROLLBACK TO s; CLOSE c")
    attacker.execute("SELECT sminion.enter(%s)", [tokens["contract"]])
    assert rows(attacker, CRM) == [("e5",)]
    attacker.execute("ROLLBACK")


def test_a_cursor_does_not_carry_one_side_over_a_savepoint(world: World, attacker: Connection, tokens: dict[str, str]) -> None:
    """The attack from beginning to end: each step that is refused is left out, and nothing comes of the others."""
    steps = (
        f"SET LOCAL ROLE {world.role('contract')}", "DECLARE c SCROLL CURSOR FOR SELECT email FROM crm.customer", "SAVEPOINT s",
        f"SELECT sminion.enter('{tokens['contract']}')", "FETCH 1 FROM c", "MOVE ABSOLUTE 0 FROM c", "ROLLBACK TO s",
        "RESET ROLE", f"SELECT sminion.enter('{tokens['personnel']}')",
    )
    refused = []
    attacker.execute("BEGIN; SAVEPOINT each")
    for step in steps:
        try:
            attacker.execute(step.encode())
        except psycopg.Error as error:
            refused.append(error.sqlstate)
            attacker.execute("ROLLBACK TO SAVEPOINT each")
        else:
            attacker.execute("SAVEPOINT each")
    assert "SG221" in refused
    with pytest.raises(psycopg.Error) as failed:
        attacker.execute("DO $$ DECLARE c refcursor := 'c'; kept text; other text; BEGIN FETCH c INTO kept;"
                         " SELECT email INTO other FROM hr.employee WHERE email = kept; RAISE EXCEPTION 'merged % %', kept, other; END $$")
    assert "merged" not in str(failed.value)
    attacker.execute("ROLLBACK")


def test_a_further_compartment_is_not_entered_with_a_cursor_of_the_first(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        attacker.execute("DECLARE c CURSOR FOR SELECT email FROM sales.orders")
        assert rows(attacker, "FETCH 1 FROM c") == [("e1",)]
        assert refusal(attacker, f"SELECT sminion.enter('{tokens['accounting']}')") == "SG221"
    with acting(attacker, tokens["contract"]):
        attacker.execute("DECLARE c CURSOR FOR SELECT email FROM sales.orders")
        attacker.execute("SELECT sminion.enter(%s)", [tokens["contract"]])
        assert rows(attacker, "FETCH 1 FROM c") == [("e1",)]
        attacker.execute("CLOSE c")
        attacker.execute("SELECT sminion.enter(%s)", [tokens["accounting"]])
        assert rows(attacker, "SELECT count(*) FROM sales.orders") == [(40,)]


def test_nor_with_a_portal_that_the_protocol_made(world: World, tokens: dict[str, str]) -> None:
    """A portal with a name, made by Bind: psycopg makes none, so the messages are written by hand."""
    enter = f"SELECT sminion.enter('{tokens['contract']}')"
    with Wire(world.database.dsn(f"{world.name}_all")) as wire:
        assert wire.simple("BEGIN") == ["BEGIN"]
        assert wire.simple(f"SET LOCAL ROLE {world.role('contract')}") == ["SET"]
        assert wire.bound("SELECT email FROM crm.customer", portal="p", execute=False) == []
        assert wire.simple(enter) == ["SG221"]
        assert wire.simple("ROLLBACK; BEGIN") == ["ROLLBACK", "BEGIN"]
        assert wire.bound(enter, portal="p") == ["SG221"]
        assert wire.simple("ROLLBACK; BEGIN") == ["ROLLBACK", "BEGIN"]
        assert wire.bound(enter, portal="") == ["SELECT 1"]
        assert wire.simple("SELECT count(*) FROM crm.customer") == ["SELECT 1"]


@pytest.mark.parametrize("statement", [
    "SELECT sminion.enter('{0}'), ({1})", "SELECT sminion.enter('{0}') FROM (SELECT 1) x", "SELECT ({1}), sminion.enter('{0}')",
    "WITH e AS MATERIALIZED (SELECT sminion.enter('{0}')) SELECT * FROM e", "SELECT sminion.enter('{0}') WHERE true",
    "SELECT sminion.enter('{0}'); {1}", "{1}; SELECT sminion.enter('{0}')", "BEGIN; {1}; SELECT sminion.enter('{0}')",
    "EXPLAIN ANALYZE SELECT sminion.enter('{0}')", "SELECT sminion.enter((SELECT '{0}'))", "SELECT sminion.enter(E'{0}')",
    "SELECT sminion.enter('{0}' || '')", "SELECT sminion.enter($t${0}$t$)", "SELECT /* /* */ */ sminion.enter('{0}')",
    "DO $$ BEGIN PERFORM sminion.enter('{0}'); END $$", "DO $$ BEGIN EXECUTE 'SELECT sminion.enter(''{0}'')'; END $$",
    "PREPARE e AS SELECT sminion.enter('{0}'); EXECUTE e", "DECLARE c CURSOR FOR SELECT sminion.enter('{0}'); FETCH c",
    "SELECT query_to_xml('SELECT sminion.enter(''{0}'')', true, true, '')", "VALUES (sminion.enter('{0}'))",
    "CREATE TEMP TABLE x AS SELECT 1 FROM sminion.enter('{0}')", "SELECT sminion.enter('{0}') UNION ALL SELECT sminion.enter('{0}')",
    "SELECT sminion.enter('{0}') -- \n, ({1})",
])
def test_a_compartment_is_entered_by_a_whole_statement_only(
    statement: str, workshop: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN")
    assert refusal(attacker, statement.format(tokens["contract"], "SELECT current_user")) == "SG220"
    attacker.execute("ROLLBACK")


@pytest.mark.parametrize("logged", ["0", "-1", "7"])
@pytest.mark.parametrize(("statement", "server_side"), [
    ("SELECT sminion.enter(%s)", True), ("select sminion.enter ( %s::text ) ;", True), ("SELECT sminion.enter(%s)", False),
    ("SELECT sminion.enter(%s::VARCHAR) AS enter_1", True), ("-- why\nSELECT sminion.enter(%s);\n", False),
    ('SELECT "sminion"."enter"(%s)', True), ("/* traced */ SELECT sminion.enter(%s) /*traceparent='00-4bf9-01'*/", True),
    ("SELECT sminion.enter(%s) -- as the shop", True),
])
def test_every_usual_form_of_it_enters_whatever_the_session_logs(
    logged: str, statement: str, server_side: bool, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute(f"SET log_parameter_max_length_on_error = {logged}".encode())
    cursor = attacker.cursor() if server_side else psycopg.ClientCursor(attacker)
    for begin in ("BEGIN", "BEGIN READ ONLY", "BEGIN ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION READ ONLY"):
        attacker.execute(begin.encode())
        cursor.execute(statement.encode(), [tokens["personnel"]])
        assert rows(attacker, READS) == [(40,)]
        attacker.execute("ROLLBACK")
    attacker.execute(f"BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY DEFERRABLE; SELECT sminion.enter('{tokens['personnel']}')".encode())
    assert rows(attacker, READS) == [(40,)]
    attacker.execute("ROLLBACK")


@pytest.mark.parametrize("prepare", [False, True])
def test_it_enters_in_a_pipeline_and_as_a_prepared_statement(prepare: bool, world: World, tokens: dict[str, str]) -> None:
    with world.connect(autocommit=False) as connection:
        for _ in range(3):
            with connection.pipeline():
                connection.execute("SELECT sminion.enter(%s)", [tokens["personnel"]], prepare=prepare)
                assert connection.execute(READS).fetchall() == [(40,)]
            connection.rollback()


def test_a_parameter_does_not_look_like_the_call_of_enter(attacker: Connection, tokens: dict[str, str]) -> None:
    """Where the server logs parameters, they stand in the call stack, which once told code from a statement."""
    attacker.execute("SET log_parameter_max_length_on_error = -1")
    code = "DO $$ " + merging(entering(tokens["contract"]), entering(tokens["personnel"])) + " $$"
    for text in (" sminion.enter(text) ", "\nPL/pgSQL function sminion.enter(text) line 8 at PERFORM", code):
        attacker.execute("BEGIN")
        with pytest.raises(psycopg.Error) as refused:
            attacker.execute("SELECT set_config('a.b', %s, true), query_to_xml(%s, true, true, '')", [
                text, f"SELECT sminion.enter('{tokens['contract']}')"])
        assert refused.value.sqlstate == "SG220"
        attacker.execute("ROLLBACK")
    assert refusal(attacker, code) == "SG220"


@pytest.mark.parametrize("logged", ["0", "-1"])
@pytest.mark.parametrize("name", ["f", '" sminion.enter(text) "', '"unnamed portal with parameters: $1 = \'"'])
def test_code_that_runs_while_the_parameter_is_read_does_not_enter(
    name: str, logged: str, workshop: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    """The text that the server runs is then the statement that enters, and the code a CHECK of the parameter's type."""
    code = merging(entering(tokens["contract"]), entering(tokens["personnel"]))
    attacker.execute(f"SET log_parameter_max_length_on_error = {logged}".encode())
    attacker.execute(f"CREATE FUNCTION workshop.{name}(text) RETURNS boolean LANGUAGE plpgsql AS $f$ {code} $f$".encode())
    attacker.execute(f"CREATE DOMAIN workshop.d AS text CHECK (workshop.{name}(VALUE))".encode())
    ((oid,),) = rows(attacker, "SELECT 'workshop.d'::regtype::oid::int")
    for query, values in ((b"SELECT sminion.enter($1)", [tokens["care"]]),
                          (f"SELECT sminion.enter('{tokens['care']}')".encode(), ["x"])):
        attacker.execute("BEGIN")
        result = attacker.pgconn.exec_params(query, [v.encode() for v in values], param_types=[oid])
        assert result.error_field(pq.DiagnosticField.SQLSTATE) == b"SG220", result.error_message
        attacker.execute("ROLLBACK")


@pytest.mark.parametrize("logged", ["0", "-1"])
@pytest.mark.parametrize("name", ["f", '" sminion.enter(text) "', '"unnamed portal with parameters: $1 = \'"'])
def test_nor_does_a_cast_of_the_parameter(
    name: str, logged: str, workshop: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    code = merging(entering(tokens["contract"]), entering(tokens["personnel"]))
    attacker.execute(f"SET log_parameter_max_length_on_error = {logged}".encode())
    attacker.execute("CREATE TYPE workshop.e AS ENUM ('x')")
    attacker.execute(f"CREATE FUNCTION workshop.{name}(workshop.e) RETURNS text LANGUAGE plpgsql AS $f$ {code} $f$".encode())
    attacker.execute(f"CREATE CAST (workshop.e AS text) WITH FUNCTION workshop.{name}(workshop.e) AS IMPLICIT".encode())
    ((oid,),) = rows(attacker, "SELECT 'workshop.e'::regtype::oid::int")
    attacker.execute("BEGIN")
    result = attacker.pgconn.exec_params(b"SELECT sminion.enter($1)", [b"x"], param_types=[oid])
    assert result.error_field(pq.DiagnosticField.SQLSTATE) == b"SG220", result.error_message
    attacker.execute("ROLLBACK")


def test_nor_a_deferred_trigger_that_runs_when_the_statement_commits(
    workshop: str, world: World, tokens: dict[str, str]
) -> None:
    """Sent without a Sync before it, the statement that enters ends the transaction and is what the server runs meanwhile."""
    with world.connect() as attacker:
        code = f"BEGIN {entering(tokens['contract'])} RETURN NULL; END"
        attacker.execute(f"CREATE FUNCTION workshop.t() RETURNS trigger LANGUAGE plpgsql AS $f$ {code} $f$".encode())
        attacker.execute("CREATE TABLE workshop.x (i int)")
        attacker.execute("CREATE CONSTRAINT TRIGGER t AFTER INSERT ON workshop.x DEFERRABLE INITIALLY DEFERRED"
                         " FOR EACH ROW EXECUTE FUNCTION workshop.t()")
    with Wire(world.database.dsn(f"{world.name}_all")) as wire:
        assert wire.bound("INSERT INTO workshop.x VALUES (1)", sync=False) == ["INSERT 0 1"]
        # 18 leaves the transaction open, and 15 ends it.
        assert "SG220" in wire.simple(f"SELECT sminion.enter('{tokens['accounting']}')") + wire.simple("COMMIT")


@pytest.mark.parametrize("undo", ["ROLLBACK TO s", "RELEASE s"])
def test_code_is_over_before_another_side_can_be_entered(
    undo: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN; SAVEPOINT s")
    attacker.execute("SELECT sminion.enter(%s)", [tokens["contract"]])
    attacker.execute("DO $$ DECLARE kept text; BEGIN SELECT email INTO STRICT kept FROM crm.customer WHERE id = 5; END $$")
    attacker.execute(undo.encode())
    attacker.execute("RESET ROLE")
    if undo == "RELEASE s":
        assert refusal(attacker, f"SELECT sminion.enter('{tokens['personnel']}')") == "SG210"
    else:
        take(attacker, world.role("personnel"), tokens["personnel"])
        assert refusal(attacker, HR) == "SG220"
        attacker.execute("ROLLBACK; BEGIN")
        attacker.execute("SELECT sminion.enter(%s)", [tokens["personnel"]])
        assert rows(attacker, HR) == [("e5",)]
    attacker.execute("ROLLBACK")


def test_a_check_that_asks_the_context_without_code_enters_nothing(
    workshop: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    contract = world.role("contract")
    attacker.execute("CREATE DOMAIN workshop.d AS text CHECK ("
                     f"set_config('sminion.token', '{tokens['contract']}', true) <> '' AND"
                     f" sminion.context('{contract}', '{contract}') IS NOT NULL)".encode())
    ((oid,),) = rows(attacker, "SELECT 'workshop.d'::regtype::oid::int")
    attacker.execute("BEGIN")
    result = attacker.pgconn.exec_params(b"SELECT sminion.enter($1)", [tokens["care"].encode()], param_types=[oid])
    assert result.error_field(pq.DiagnosticField.SQLSTATE) == b"SG220", result.error_message
    attacker.execute("ROLLBACK")
