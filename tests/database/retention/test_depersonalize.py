"""Expired rows that stay without their person: what is left of each column, and nothing that leads back."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import PolicyError
from sminion_guard.policy import loads
from sminion_guard.subjects import Destructions
from tests import servers
from tests.database.retention.purging import run, status
from tests.database.subjects.destroying import asked
from tests.world import World, acting, new_world, ticket

SECRET = b"k" * 32
COLUMNS = {
    "name": ("text", "contact", None), "fixed": ("varchar(20)", "contact", "value(it's gone)"),
    "zip": ("text", "contact", "prefix(3)"), "day": ("date", "birth", "year"), "local": ("timestamp", "none", "month"),
    "moment": ("timestamptz", "none", "decade"), "pay": ("integer", "contact", "bucket(1000)"),
    "paid": ("numeric", "contact", "bucket(50)"), "email": ("text", "contact", "pseudonym"),
    "device": ("uuid", "contact", "pseudonym"), "print": ("bytea", "contact", "pseudonym"),
    "kept": ("text", "none", None),
}
SQL = f"""
CREATE SCHEMA care;
CREATE TABLE care.request (id bigint PRIMARY KEY, customer_id bigint, closed_at timestamptz,
  {', '.join(f'{name} {kind}' for name, (kind, _, _) in COLUMNS.items())});
CREATE TABLE care.message (id bigint PRIMARY KEY, request_id bigint, body text);
CREATE TABLE care.tag (id bigint PRIMARY KEY, request_id bigint, word text);
"""


def policy(world: World, **operators: str) -> str:
    listed = ", ".join(f'{name} = "{category}"' for name, (_, category, _) in COLUMNS.items())
    said = {name: said for name, (_, _, said) in COLUMNS.items() if said} | operators
    return world.text().replace('"2"', '"1"') + f"""
[schema.care]
collected_for = ["contract"]

[schema.care.request]
subject = "customer_id"
anonymous = "visible"
retention = {{ after = "closed_at", keep = "1 year", then = "depersonalize" }}
columns = {{ id = "key", customer_id = "key", closed_at = "none", {listed} }}
depersonalize = {{ {', '.join(f'{name} = "{said}"' for name, said in said.items())} }}

[schema.care.message]
subject = "request_id -> care.request"
columns = {{ id = "key", request_id = "key", body = "contact" }}

[schema.care.tag]
subject = "request_id -> care.request"
columns = {{ id = "key", request_id = "key", word = "none" }}
"""


@pytest.fixture(scope="module")
def care(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.super(f"SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; {SQL}")
        with world.database.connect() as admin:
            servers.apply_unrehearsed(admin, loads(policy(world)))
        yield world


def insert(world: World, number: int, who: int, days: int, **values: object) -> None:
    names = {"id": number, "customer_id": who, "closed_at": datetime.now(UTC) - timedelta(days=days)} | values
    world.super(f"INSERT INTO care.request ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})",
                *names.values())


def pseudonym(column: str, value: str) -> bytes:
    return hmac.new(SECRET, f"care.request.{column}\0{value}".encode(), hashlib.sha256).digest()


VALUES: dict[str, Any] = {
    "name": "Ann", "fixed": "x", "zip": "1234567", "day": date(1987, 6, 5), "local": datetime(2020, 2, 29, 23, 59),
    "moment": datetime(1999, 12, 31, 23, 59, tzinfo=UTC), "pay": -51_234, "paid": Decimal("149.99"), "email": "ann@x",
    "device": uuid.UUID(int=7), "print": b"\x00\xff", "kept": "k",
}
LEFT: dict[str, Any] = {
    "name": None, "fixed": "it's gone", "zip": "123", "day": date(1987, 1, 1), "local": datetime(2020, 2, 1),
    "moment": datetime(1990, 1, 1, tzinfo=UTC), "pay": -51_000, "paid": Decimal("100"),
    "email": pseudonym("email", "ann@x").hex()[:32],
    "device": uuid.UUID(pseudonym("device", str(uuid.UUID(int=7))).hex()[:32]),
    "print": pseudonym("print", "00ff"), "kept": "k",
}


def test_each_operator_leaves_what_the_oracle_says_once_and_nothing_leads_back(care: World) -> None:
    care.super("DELETE FROM sminion.pseudonym_key")
    care.super("SELECT sminion.make_pseudonym_key(%s::bytea)", SECRET)
    insert(care, 1, 4, 400, **VALUES)
    insert(care, 2, 5, 300, **VALUES)
    insert(care, 3, 6, 400)
    care.settle()
    assert status(care, "care.request").expired == 2
    assert run(care, "care.request").rows == 2 and run(care, "care.request").rows == 0
    columns = ", ".join(COLUMNS)
    found = dict(zip(COLUMNS, care.super(f"SELECT {columns} FROM care.request WHERE id = 1")[0], strict=True))
    assert found == LEFT
    assert dict(zip(COLUMNS, care.super(f"SELECT {columns} FROM care.request WHERE id = 2")[0], strict=True)) == VALUES
    empty = dict(zip(COLUMNS, care.super(f"SELECT {columns} FROM care.request WHERE id = 3")[0], strict=True))
    assert {name for name, value in empty.items() if value is not None} == {"fixed"}
    leads = "SELECT customer_id, closed_at IS NULL, guard_mask FROM care.request WHERE id IN (1, 3)"
    assert care.super(leads) == [(None, True, -1)] * 2
    # A purpose sees what is about nobody, and the guard counts the row no more.
    with care.connect("app") as app, acting(app, ticket(app, "contract")):
        assert app.execute("SELECT id FROM care.request ORDER BY id").fetchall() == [(1,), (2,), (3,)]
    again = status(care, "care.request")
    assert (again.expired, again.purged, again.failing) == (0, 2, False)
    assert care.super("SELECT detail ->> 'way', detail -> 'rows' FROM sminion.act WHERE act = 'retention'") == [
        ("depersonalize", 2)]


def test_blocked_and_held_people_and_rows_that_lead_on_stay(care: World) -> None:
    for number, who in ((11, 11), (12, 12), (13, 13), (14, 14)):
        insert(care, number, who, 400, name="N")
    care.super("INSERT INTO care.message VALUES (1, 13, 'hello'); INSERT INTO care.tag VALUES (1, 14, 'w')")
    with care.connect("officer") as officer:
        officer.execute("SELECT sminion.block('11', 'contests')")
        Destructions(officer).hold(12, "claim", "civil code", table="care.request")
    care.settle()
    found = status(care, "care.request")
    assert (found.expired, found.kept, found.used) == (4, 2, 1)
    done = run(care, "care.request")
    assert done.rows == 1 and "lead to them" in str(done.cause)
    assert care.super("SELECT id FROM care.request WHERE name = 'N' ORDER BY id") == [(11,), (12,), (13,)]
    # A tag has nothing personal, and follows its request.
    assert care.super("SELECT guard_subject FROM care.tag") == [(None,)]


def test_what_a_destruction_is_about_to_take_hinders_no_other_row(care: World) -> None:
    """Depersonalizing moves a row to nobody, which is refused while its person is being destroyed."""
    for number, who in ((41, 41), (42, 42)):
        insert(care, number, who, 400, name="N")
    care.settle()
    with care.connect("officer") as officer:
        request = asked(officer, 41)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        care.settle()
        done = run(care, "care.request")
        assert "SG249" not in str(done.cause) and done.rows >= 1
        assert care.super("SELECT id FROM care.request WHERE id IN (41, 42) AND name = 'N'") == [(41,)]
        Destructions(officer).destroy(request, "letter", patience=0)
    assert care.super("SELECT id FROM care.request WHERE id = 41 AND name = 'N'") == []


def test_a_destruction_leaves_the_same(care: World) -> None:
    care.super("DELETE FROM sminion.pseudonym_key")
    care.super("SELECT sminion.make_pseudonym_key(%s::bytea)", SECRET)
    insert(care, 21, 21, 3, **VALUES)
    care.settle()
    with care.connect("officer") as officer:
        Destructions(officer).destroy(asked(officer, 21), "letter", patience=0)
    found = care.super(f"SELECT customer_id, closed_at, {', '.join(COLUMNS)} FROM care.request WHERE id = 21")
    assert found == [(None, None, *LEFT.values())]


def test_a_secret_that_was_forgotten_makes_other_pseudonyms(care: World) -> None:
    with care.connect("officer") as officer:
        before = care.super("SELECT sminion.pseudonym('c', 'v')")
        officer.execute("SELECT sminion.forget_pseudonym_key('the study is over')")
        assert care.super("SELECT sminion.pseudonym('c', 'v')") != before
    assert care.super("SELECT reason FROM sminion.act WHERE act = 'forget_pseudonym_key'") == [("the study is over",)]
    for login in ("all", "app", "owner", "officer", "keeper", "reader"):
        for what in ("SELECT FROM sminion.pseudonym_key", "SELECT sminion.pseudonym('c', 'v')"):
            with care.connect(login) as connection, pytest.raises(Exception, match="permission denied"):
                connection.execute(what.encode())


@pytest.mark.parametrize(("column", "said", "code"), [
    ("pay", "year", "SG378"), ("day", "prefix(3)", "SG378"), ("fixed", "pseudonym", "SG378"),
    ("zip", "year", "SG378"), ("fixed", f"value({'x' * 21})", "SG378"), ("email", "prefix(2)", "SG379"),
    ("name", "null", "SG378"),
])
def test_what_does_not_fit_a_column_is_refused(care: World, column: str, said: str, code: str) -> None:
    care.super("TRUNCATE care.message; DELETE FROM care.tag; DELETE FROM care.request")
    care.super("CREATE UNIQUE INDEX one ON care.request (email); ALTER TABLE care.request ALTER name SET NOT NULL")
    kept = {} if column == "name" else {"name": "value(x)"}
    try:
        with pytest.raises(PolicyError) as refused:
            care.apply(loads(policy(care, **kept, **{column: said})))
        assert code in str(refused.value)
    finally:
        care.super("DROP INDEX care.one; ALTER TABLE care.request ALTER name DROP NOT NULL")
