"""What each purpose sees is what a plain model of the states says, whatever happens in whatever order."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sminion_guard.embedded import Server
from tests.world import PRIVILEGE, Connection, World, new_world, rows, ticket

PEOPLE = 4
TABLES = {
    "contract": ("crm.customer", "sales.orders", "sales.item", "sales.gift", "sales.visit"),
    "accounting": ("crm.customer", "sales.orders", "sales.item", "sales.gift", "sales.visit"),
    "marketing": ("marketing.subscriber",),
    "interest": ("marketing.subscriber",),
    "personnel": ("hr.employee",),
    "rectification": ("crm.customer",),
}
"""What each purpose reaches. The last one sees blocked people, and each of its tickets names one."""
NAMED = 0
"""The person that the ticket of `rectification` names."""
KEYS = {"sales.gift": "email"}
"""The column by which a row is known, where that is not `id`."""
WRITERS = {"sales.orders": "contract", "sales.gift": "contract", "sales.visit": "contract", "sales.item": "contract",
           "crm.customer": "contract", "marketing.subscriber": "marketing", "hr.employee": "personnel"}
"""Tables to a purpose that may insert into them."""

person = st.integers(0, PEOPLE - 1)
anybody = st.none() | person
_runs = itertools.count(1)


@dataclass
class State:
    """The state of one person, as its documentation says."""

    blocked: bool = False
    consents: bool = False
    objects: bool = False

    def permits(self, purpose: str) -> bool:
        if purpose == "rectification":
            return True
        wanted = {"marketing": self.consents, "interest": not self.objects}.get(purpose, True)
        return wanted and not self.blocked


@dataclass
class Row:
    """A row and its people.

    :param parent: the order of an item; its people are the order's.
    :param sure: purposes that must see it although nothing was settled: permitted since it was written or settled.
    """

    table: str
    key: str
    people: tuple[int | None, ...]
    parent: Row | None = None
    sure: set[str] = field(default_factory=set)

    def subjects(self) -> tuple[int | None, ...]:
        return self.people if self.parent is None else self.parent.people


class States(RuleBasedStateMachine):
    """People of this run alone, their rows, and one open transaction of each purpose that looks on."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.base = next(_runs) * 1_000_000
        self.numbers = itertools.count(self.base)
        self.states = [State() for _ in range(PEOPLE)]
        self.rows: list[Row] = []
        self.cleanup = ExitStack()
        self.admin = self.cleanup.enter_context(self.world.database.connect())
        self.readers: dict[str, Connection] = {}
        for purpose in TABLES:
            reader = self.cleanup.enter_context(self.world.connect())
            more = {"subject": str(self.base + NAMED)} if purpose == "rectification" else {}
            token = ticket(reader, purpose, **more)
            reader.execute("BEGIN")
            reader.execute("SELECT sminion.enter(%s)", [token])
            self.readers[purpose] = reader
        # Whoever waited once in a transaction hardly waits again: else each change that is held up took a second.
        self.admin.execute("SET sminion.waited = 'yes'")
        self.idle: list[tuple[Connection, Row]] = []
        self.writer = self.cleanup.enter_context(self.world.connect())
        self.tokens = {purpose: ticket(self.writer, purpose) for purpose in set(WRITERS.values())}
        for one in range(PEOPLE):
            for table in ("crm.customer", "marketing.subscriber", "sales.orders"):
                self.insert_row(table, one, as_login=False)
            self.insert_item(self.rows[-1], as_login=False)

    def teardown(self) -> None:
        self.settle_all("ROLLBACK")
        self.cleanup.close()

    # the model

    def permitted(self, row: Row) -> set[str]:
        """The purposes that may see the row now: all of its people are known, and permit it."""
        subjects = row.subjects()
        if None in subjects:
            return set()
        return {
            purpose for purpose, tables in TABLES.items()
            if row.table in tables and all(self.states[one].permits(purpose) for one in subjects if one is not None)
            and (purpose != "rectification" or subjects == (NAMED,))
        }

    def written(self, row: Row) -> None:
        row.sure = set() if self.waits(row) else self.permitted(row)

    def waits(self, row: Row) -> bool:
        """A change of one of its people is pending: what it permits comes with settling."""
        pending = {subject for (subject,) in rows(self.admin, "SELECT subject FROM sminion.pending_change")}
        return any(str(self.key(one)) in pending for one in row.subjects())

    def key(self, one: int | None) -> int | None:
        return None if one is None else self.base + one

    # what may happen

    @rule(one=person, event=st.sampled_from(["block", "unblock"]))
    def suspend(self, one: int, event: str) -> None:
        self.states[one].blocked = event == "block"
        self.change(event, one)

    @rule(one=person, event=st.sampled_from(["give_consent", "withdraw_consent"]))
    def decide(self, one: int, event: str) -> None:
        self.states[one].consents = event == "give_consent"
        self.change(event, one, "marketing")

    @rule(one=person, event=st.sampled_from(["object", "withdraw_objection"]))
    def oppose(self, one: int, event: str) -> None:
        self.states[one].objects = event == "object"
        self.change(event, one, "interest")

    def change(self, event: str, one: int, *purpose: str) -> None:
        places = ", ".join(["%s"] * (2 + len(purpose)))
        self.admin.execute(f"SELECT sminion.{event}({places})".encode(), [str(self.base + one), *purpose, "test"])
        for row in self.rows:
            row.sure &= self.permitted(row)

    @rule(table=st.sampled_from(sorted(set(WRITERS) - {"sales.gift", "sales.item"})), one=anybody,
          as_login=st.booleans())
    def insert(self, table: str, one: int | None, as_login: bool) -> None:
        self.insert_row(table, one, as_login)

    def insert_row(self, table: str, one: int | None, as_login: bool) -> None:
        own = table in {"sales.orders", "sales.visit"}
        if not own and (one is None or any(row.table == table and row.people == (one,) for row in self.rows)):
            return  # the person is the primary key
        number = next(self.numbers) % 1000 if table == "sales.visit" else next(self.numbers)
        key = number if own else self.key(one)
        row = Row(table, f"{self.base}-{number}" if table == "sales.visit" else str(key), (one,))
        if table == "sales.visit":
            statement = "INSERT INTO sales.visit (id, customer_id, email) VALUES (%s, %s, %s)"
            self.write(statement, [key, self.key(one), row.key], row, as_login)
        elif own:
            self.write(f"INSERT INTO {table} (id, customer_id) VALUES (%s, %s)", [key, self.key(one)], row, as_login)
        else:
            self.write(f"INSERT INTO {table} (id) VALUES (%s)", [key], row, as_login)

    @rule(giver=anybody, taker=anybody, as_login=st.booleans())
    def give(self, giver: int | None, taker: int | None, as_login: bool) -> None:
        row = Row("sales.gift", str(next(self.numbers)), (giver, taker))
        values = [self.key(giver), self.key(taker), row.key]
        self.write("INSERT INTO sales.gift (giver, taker, email) VALUES (%s, %s, %s)", values, row, as_login)

    @rule(data=st.data(), as_login=st.booleans())
    def add_item(self, data: st.DataObject, as_login: bool) -> None:
        self.insert_item(data.draw(st.sampled_from(self.of("sales.orders"))), as_login)

    def insert_item(self, order: Row, as_login: bool) -> None:
        row = Row("sales.item", str(next(self.numbers)), (), order)
        statement = "INSERT INTO sales.item (id, order_id) VALUES (%s, %s)"
        self.write(statement, [int(row.key), int(order.key)], row, as_login)

    def write(self, statement: str, values: Sequence[object], row: Row, as_login: bool) -> None:
        """Insert as the superuser, or as a login, which is refused when it could not see the row afterwards."""
        if not as_login:
            self.admin.execute(statement.encode(), values)
        else:
            purpose = WRITERS[row.table]
            try:
                with self.writer.transaction():
                    self.writer.execute("SELECT sminion.enter(%s)", [self.tokens[purpose]])
                    self.writer.execute(statement.encode(), values)
            except psycopg.Error as error:
                assert error.sqlstate == PRIVILEGE, error
                assert self.waits(row) or purpose not in self.permitted(row), f"refused, though permitted: {row}"
                return
            assert purpose in self.permitted(row), f"written, though not permitted: {row}"
        self.rows.append(row)
        self.written(row)

    @rule(one=person, isolation=st.sampled_from(["READ COMMITTED", "REPEATABLE READ"]))
    def write_and_stay_idle(self, one: int, isolation: str) -> None:
        """Holds the state of the person from here on; what it wrote is seen when it ends."""
        if len(self.idle) < 3:
            connection = self.cleanup.enter_context(self.world.database.connect())
            row = Row("sales.orders", str(next(self.numbers)), (one,))
            connection.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
            connection.execute("INSERT INTO sales.orders (id, customer_id) VALUES (%s, %s)", [row.key, self.key(one)])
            self.idle.append((connection, row))

    @rule(end=st.sampled_from(["COMMIT", "ROLLBACK", "PREPARE"]))
    def end_an_idle_one(self, end: str) -> None:
        if not self.idle:
            return
        connection, row = self.idle.pop(0)
        if end != "PREPARE":
            connection.execute(end.encode())
        else:
            gid = f"idle{row.key}"
            connection.execute(f"PREPARE TRANSACTION '{gid}'".encode())
            connection.execute("SELECT 1")
            self.each_purpose_sees_what_it_may()
            connection.execute(f"COMMIT PREPARED '{gid}'".encode())
        connection.close()
        if end != "ROLLBACK":
            self.rows.append(row)

    @rule(data=st.data(), one=anybody)
    def move_a_parent(self, data: st.DataObject, one: int | None) -> None:
        while self.idle:  # a row that moves waits for those who write the subject's rows
            self.end_an_idle_one("COMMIT")
        order = data.draw(st.sampled_from(self.of("sales.orders")))
        statement = "UPDATE sales.orders SET customer_id = %s WHERE id = %s"
        if not self.move(order, (one,), statement, self.key(one), int(order.key)):
            return
        if order.people != (one,):
            order.people = (one,)
            for row in self.rows:
                if row.parent is order:
                    self.written(row)
        self.written(order)

    @rule(data=st.data())
    def move_a_child(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(self.of("sales.item")))
        order = data.draw(st.sampled_from(self.of("sales.orders")))
        statement = "UPDATE sales.item SET order_id = %s WHERE id = %s"
        if self.move(item, order.people, statement, int(order.key), int(item.key)):
            item.parent = order
            self.written(item)

    def move(self, row: Row, people: tuple[int | None, ...], statement: str, *values: object) -> bool:
        """Whether the superuser moved the row: refused while the person whom it leaves is blocked."""
        kept = row.subjects() != people and any(one is not None and self.states[one].blocked for one in row.subjects())
        try:
            self.admin.execute(statement.encode(), values)
        except psycopg.Error as error:
            assert error.sqlstate == "SG249", error
            assert kept or (row.subjects() != people and self.waits(row)), f"not moved, though nobody is blocked: {row}"
            return False
        assert not kept, f"moved, though blocked: {row}"
        return True

    @rule(subjects=st.integers(1, 2), limit=st.integers(1, 3))
    def settle_a_little(self, subjects: int, limit: int) -> None:
        if rows(self.admin, "SELECT sminion.settle(%s, %s)", subjects, limit) == [(0,)]:
            self.settled()

    @rule(end=st.sampled_from(["COMMIT", "ROLLBACK", "PREPARE"]))
    def settle_all(self, end: str) -> None:
        while self.idle:
            self.end_an_idle_one(end)
        for _ in range(50):
            if rows(self.admin, "SELECT sminion.settle()") == [(0,)]:
                break
        else:
            raise AssertionError(f"never settled: {rows(self.admin, 'SELECT * FROM sminion.settle_problems')}")
        self.settled()

    def settled(self) -> None:
        for row in self.rows:
            self.written(row)

    # what must hold

    def of(self, table: str) -> list[Row]:
        return [row for row in self.rows if row.table == table]

    @invariant()
    def each_purpose_sees_what_it_may(self) -> None:
        for purpose in TABLES:
            seen = self.seen(purpose)
            may = {(row.table, row.key) for row in self.rows if purpose in self.permitted(row)}
            must = {(row.table, row.key) for row in self.rows if purpose in row.sure}
            assert seen <= may, f"{purpose} sees {seen - may}"
            assert must <= seen, f"{purpose} does not see {must - seen}"

    def seen(self, purpose: str) -> set[tuple[str, str]]:
        parts = []
        for table in TABLES[purpose]:
            if table == "sales.visit":
                parts.append(f"SELECT '{table}', email FROM {table} WHERE email LIKE '{self.base}-%%'")
            else:
                key = f"{KEYS.get(table, 'id')}::text"
                parts.append(f"SELECT '{table}', {key} FROM {table}"
                             f" WHERE {key} BETWEEN '{self.base}' AND '{self.base + 999_999}'"
                             f" AND length({key}) = {len(str(self.base))}")
        return set(rows(self.readers[purpose], " UNION ALL ".join(parts).replace("%%", "%")))


EXAMPLES = int(os.environ.get("SMINION_GUARD_EXAMPLES", "15"))
"""Of 40 steps each."""
FORGETS = "CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


def look_on(world: World, **more: Any) -> None:
    States.world = world
    run_state_machine_as_test(States, settings=settings(
        stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        report_multiple_bugs=False, **more,
    ))


@pytest.mark.postgres(18)
def test_each_purpose_sees_what_a_plain_model_of_the_states_says(server: Server) -> None:
    with new_world(server) as world:
        look_on(world, max_examples=EXAMPLES)


@pytest.mark.postgres(18)
@pytest.mark.parametrize("broken", [
    FORGETS + "; CREATE TRIGGER forget BEFORE INSERT ON sminion.withheld FOR EACH ROW EXECUTE FUNCTION public.forget()",
    pytest.param(FORGETS + "; CREATE TRIGGER forget BEFORE INSERT ON sminion.unsettled"
                 " FOR EACH ROW EXECUTE FUNCTION public.forget()", marks=pytest.mark.long),
    pytest.param(FORGETS + "; CREATE TRIGGER forget BEFORE INSERT ON sminion.pending_change"
                 " FOR EACH ROW EXECUTE FUNCTION public.forget()", marks=pytest.mark.long),
    'ALTER TABLE sales.orders DISABLE TRIGGER "~guard_moved"',
    'ALTER TABLE sales.gift DISABLE TRIGGER "~guard_row_made"',
], ids=["withholds nobody", "settles nobody", "forgets what waits", "leaves children behind", "writes no masks"])
def test_the_model_finds_a_server_that_does_less(broken: str, server: Server) -> None:
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        world.super(broken)
        with pytest.raises(AssertionError, match=r"sees|does not see|permitted|settled"):
            look_on(world, max_examples=40, phases=[Phase.generate], derandomize=True)
