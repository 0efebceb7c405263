"""A write races a block: either the write committed before, or it is refused; and a block waits for older readers."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
import pytest

from tests.world import Connection, World, acting, refusal, rows, ticket

WRITES = {
    "insert": "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'raced')",
    "insert of a child": "INSERT INTO sales.item (order_id, what) VALUES (7, 'raced')",
    "delete": "DELETE FROM sales.orders WHERE id = 7",
}


class Background(threading.Thread):
    """Runs a call while the test goes on."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.call, self.error = call, ""
        self.start()

    def run(self) -> None:
        try:
            self.call()
        except psycopg.Error as error:
            self.error = error.sqlstate or "?"

    def ended(self, seconds: float = 10) -> bool:
        self.join(seconds)
        return not self.is_alive()


@pytest.mark.parametrize("isolation", ["READ COMMITTED", "REPEATABLE READ"])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_waits_for_a_block_is_refused(write: str, isolation: str, world: World) -> None:
    counts = "SELECT (SELECT count(*) FROM sales.orders), (SELECT count(*) FROM sales.item)"
    before = world.super(counts)
    with world.connect() as writer, world.connect("officer") as officer:
        token = ticket(writer, "contract")
        with acting(writer, token, f"BEGIN ISOLATION LEVEL {isolation}"):
            rows(writer, "SELECT count(*) FROM sales.orders")
            officer.execute("BEGIN")
            officer.execute("SELECT sminion.block('7', 'court')")
            waiting = Background(lambda: writer.execute(WRITES[write].encode()))
            assert not waiting.ended(0.4)
            officer.execute("COMMIT")
            assert waiting.ended()
            # Of a row that was settled meanwhile, READ COMMITTED looks at the new version, which is hidden.
            assert waiting.error in ({"42501", "SG216", "40001"} | ({""} if write == "delete" else set()))
    assert world.super(counts) == before


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_came_first_delays_no_block_and_is_hidden_from_its_commit_on(write: str, world: World) -> None:
    with world.connect() as writer, world.connect("officer") as officer:
        token = ticket(writer, "contract")
        writer.execute("BEGIN")
        writer.execute("SELECT sminion.enter(%s)", [token])
        writer.execute(WRITES[write].encode())
        waiting = Background(lambda: officer.execute("SELECT sminion.block('7', 'court')"))
        assert waiting.ended(3) and waiting.error == ""
        writer.execute("COMMIT")
        for _ in range(2):
            with acting(writer, ticket(writer, "contract")):
                assert rows(writer, "SELECT count(*) FROM sales.orders WHERE customer_id = 7") == [(0,)]
                assert rows(writer, "SELECT count(*) FROM sales.item WHERE order_id = 7") == [(0,)]
            world.settle()


def test_two_blocks_at_once_are_one(world: World) -> None:
    with world.connect("officer") as one, world.connect("officer") as two:
        answers: list[object] = []
        one.execute("BEGIN")
        answers += rows(one, "SELECT sminion.block('7', 'court')")
        second = Background(lambda: answers.extend(rows(two, "SELECT sminion.block('7', 'court')")))
        assert not second.ended(0.3)
        one.execute("COMMIT")
        assert second.ended() and answers == [(True,), (False,)]
    assert world.super("SELECT count(*) FROM sminion.subject_history WHERE subject = '7'") == [(2,)]


def test_two_that_settle_at_once_do_the_work_once_and_a_killed_one_does_no_harm(world: World) -> None:
    world.super_unsettled("SELECT sminion.block(i::text, 'court') FROM generate_series(1, 20) i")
    one = world.connect("keeper")
    one.execute("BEGIN")
    assert rows(one, "SELECT sminion.settle()") == [(0,)]
    with world.connect("keeper") as two:
        assert rows(two, "SELECT sminion.settle()") == [(20,)]
    world.super("SELECT pg_terminate_backend(%s)", one.info.backend_pid)
    one.close()
    with world.connect("keeper") as three:
        while rows(three, "SELECT sminion.settle()") != [(0,)]:
            pass
    assert world.super("SELECT count(*) FROM crm.customer WHERE id <= 20 AND guard_mask & ~(SELECT blocked_bits FROM"
                       " sminion.policy) <> 0") == [(0,)]


def test_block_and_wait_returns_only_after_older_snapshots_ended(world: World) -> None:
    def read(connection: Connection) -> list[tuple[int]]:
        return rows(connection, "SELECT count(*) FROM crm.customer WHERE id = 7")

    with world.connect("app") as reader, world.connect("officer") as officer:
        with acting(reader, ticket(reader, "contract"), "BEGIN ISOLATION LEVEL REPEATABLE READ"):
            assert read(reader) == [(1,)]
            waiting = Background(lambda: officer.execute("CALL sminion.block_and_wait('7', 'court')"))
            assert not waiting.ended(0.6)
            assert read(reader) == [(1,)]
        assert waiting.ended() and waiting.error == ""
        with acting(reader, ticket(reader, "contract")):
            assert read(reader) == [(0,)]
            assert refusal(officer, "SELECT sminion.await_older('50 milliseconds')") == "SG507"
