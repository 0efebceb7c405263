"""Attack: give a row of a blocked person to somebody who is not, so that every purpose sees it again.

By a job of a superuser, whom no row security holds; and as a login, by what asks no row security either: a foreign key
that cascades, from a table without protection, and a trigger of the application.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.database.states.test_races import Background
from tests.world import PRIVILEGE, World, acting, new_world, refusal, rows, ticket

BLOCKED, OTHER, FREE = 35, 36, 37
MOVES = {
    "its subject": "UPDATE sales.orders SET customer_id = 36 WHERE id = {}",
    "to nobody": "UPDATE sales.orders SET customer_id = NULL WHERE id = {}",
    "the parent of a child": "UPDATE sales.item SET order_id = 36 WHERE order_id = {}",
    "to no parent": "UPDATE sales.item SET order_id = 987654 WHERE order_id = {}",
    "one of two people": "UPDATE sales.gift SET taker = 36 WHERE taker = {}",
    "the key itself": "UPDATE marketing.subscriber SET id = 3600 + id WHERE id = {}",
    "to another partition": "UPDATE sales.visit SET id = 5, customer_id = 36 WHERE id = {}",
    "a partition": "UPDATE sales.visit_high SET customer_id = 36 WHERE id = {}",
    "what exists already": "INSERT INTO sales.orders (id, customer_id) VALUES ({}, 36)"
                           " ON CONFLICT (id) DO UPDATE SET customer_id = 36",
    "by MERGE": "MERGE INTO sales.orders o USING (VALUES ({}, 36)) AS n (id, person) ON o.id = n.id"
                " WHEN MATCHED THEN UPDATE SET customer_id = n.person",
    "keys of parents": "UPDATE sales.orders SET id = 99000 + id WHERE id = {0};"
                       " UPDATE sales.orders SET id = {0} WHERE id = 36;"
                       " UPDATE sales.item SET what = what WHERE order_id = {0}",
    "a parent made anew": "WITH gone AS (DELETE FROM sales.orders WHERE id = {} RETURNING id)"
                          " INSERT INTO sales.orders (id, customer_id) SELECT id, 36 FROM gone",
}
ACCOUNTS = """
CREATE TABLE public.account (id bigint PRIMARY KEY);
INSERT INTO public.account SELECT generate_series(1, 40);
GRANT SELECT, UPDATE ON public.account TO PUBLIC;
ALTER TABLE public.account OWNER TO NAME_owner;
ALTER TABLE sales.orders ADD CONSTRAINT of_account FOREIGN KEY (customer_id) REFERENCES public.account
  ON UPDATE CASCADE NOT VALID;
"""
NUDGE = """
CREATE FUNCTION public.nudge() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := 3600 + NEW.id; RETURN NEW; END';
CREATE TRIGGER nudge BEFORE UPDATE OF email ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.nudge();
"""


@pytest.fixture(scope="module")
def moving(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.super("INSERT INTO sales.gift (giver, taker, email) VALUES (1, 35, 'a'), (1, 37, 'b')")
        yield world


@pytest.fixture
def world(moving: World) -> Iterator[World]:
    yield moving
    moving.super("SELECT sminion.unblock(%s, 'the test is over')", str(BLOCKED))
    moving.settle()


def attempt(world: World, *statements: str, begin: str = "BEGIN") -> str:
    """SQLSTATE of what a superuser's job got, empty where nothing was refused; taken back in any case."""
    with world.database.connect() as job:
        job.execute(begin.encode())
        try:
            return refusal(job, *statements)
        except AssertionError:
            return ""
        finally:
            job.execute("ROLLBACK")


@pytest.mark.parametrize("move", MOVES)
def test_no_job_moves_a_row_of_a_blocked_person(world: World, move: str) -> None:
    statement = MOVES[move]
    assert attempt(world, statement.format(BLOCKED)) == ""  # the control: before the block
    world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
    assert attempt(world, statement.format(BLOCKED)) == "SG249"
    assert attempt(world, statement.format(FREE)) == ""  # and the same row of somebody else
    world.super("SELECT sminion.unblock(%s, 'decided')", str(BLOCKED))
    assert attempt(world, statement.format(BLOCKED)) == ""


def test_what_takes_no_row_away_is_no_move(world: World) -> None:
    world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
    for statement in ("UPDATE sales.gift SET giver = taker, taker = giver WHERE taker = 35",
                      "UPDATE sales.orders SET email = 'corrected', customer_id = 35 WHERE id = 35",
                      "UPDATE sales.orders SET customer_id = 35 WHERE id = 36",
                      "UPDATE sales.item SET order_id = 35, what = 'x' WHERE order_id = 35"):
        assert attempt(world, statement) == ""


def test_a_login_does_not_move_it_by_a_key_that_cascades_nor_does_the_owner_of_the_table(world: World) -> None:
    with world.database.ddl_guard_suspended():
        world.super(ACCOUNTS.replace("NAME", world.name))
    try:
        world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
        with world.connect("app") as app:
            token = ticket(app, "contract")
            for person, answer in ((BLOCKED, "SG249"), (FREE, "")):
                with acting(app, token):
                    statement = f"UPDATE public.account SET id = 3600 + id WHERE id = {person}"
                    if answer:
                        assert refusal(app, statement) == answer
                    else:
                        app.execute(statement.encode())
                        assert rows(app, "SELECT id, customer_id FROM sales.orders WHERE id = 37") == [(37, 3637)]
        with world.connect("owner") as owner:
            assert refusal(owner, "UPDATE public.account SET id = 3600 + id WHERE id = 35") == "SG249"
            assert refusal(owner, "UPDATE sales.orders SET customer_id = 36 WHERE id = 35") == "SG201"
    finally:
        world.super("ALTER TABLE sales.orders DROP CONSTRAINT of_account; DROP TABLE public.account")


def test_nor_by_a_trigger_of_the_application_not_even_for_a_purpose_that_sees_blocked_people(world: World) -> None:
    with world.connect() as login:
        token = ticket(login, "rectification", subject=str(BLOCKED))
        world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
        with acting(login, token):
            assert rows(login, "UPDATE crm.customer SET email = 'corrected' WHERE id = 35 RETURNING id") == [(BLOCKED,)]
        with acting(login, token):
            assert refusal(login, "UPDATE crm.customer SET id = 3635 WHERE id = 35") == PRIVILEGE
        with world.database.ddl_guard_suspended():
            world.super(NUDGE)
        try:
            with acting(login, token):
                assert refusal(login, "UPDATE crm.customer SET email = 'moved' WHERE id = 35") == "SG249"
        finally:
            world.super("DROP TRIGGER nudge ON crm.customer; DROP FUNCTION public.nudge()")


def test_nor_while_the_block_waits_for_a_lock_that_the_job_holds(world: World) -> None:
    with world.database.connect() as job:
        job.execute("BEGIN")
        job.execute("UPDATE sales.orders SET email = 'held' WHERE id = 35")
        world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
        assert world.super("SELECT count(*) FROM sminion.pending_change") == [(1,)]
        assert refusal(job, "UPDATE sales.orders SET customer_id = 36 WHERE id = 35") == "SG249"
        job.execute("ROLLBACK")


@pytest.mark.parametrize(("isolation", "answers"), [("READ COMMITTED", {"SG249"}), ("REPEATABLE READ", {"40001"})])
@pytest.mark.parametrize("move", ["its subject", "the parent of a child", "one of two people"])
def test_a_job_that_began_before_the_block_waits_for_it_and_is_refused(
    world: World, move: str, isolation: str, answers: set[str]
) -> None:
    if move == "its subject" and isolation == "REPEATABLE READ":
        answers = {*answers, "SG402"}
    with world.database.connect() as job, world.connect("officer") as officer:
        job.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
        rows(job, "SELECT count(*) FROM sales.orders")
        officer.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")  # no row is settled at once: only the state says it
        officer.execute("SELECT sminion.block(%s, 'contests the data')", [str(BLOCKED)])
        waiting = Background(lambda: job.execute(MOVES[move].format(BLOCKED).encode()))
        assert not waiting.ended(0.3)
        officer.execute("COMMIT")
        assert waiting.ended() and waiting.error in answers
        job.execute("ROLLBACK")


def test_an_older_snapshot_does_not_hide_the_block_of_a_person_without_a_state(world: World) -> None:
    world.super("INSERT INTO sales.gift (giver, taker, email) VALUES (1, 7001, 'c')")
    world.super("DELETE FROM sminion.subject_state WHERE subject = '7001'")
    world.super("DELETE FROM sminion.new_subject WHERE subject = '7001'")
    with world.database.connect() as job:
        job.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        rows(job, "SELECT count(*) FROM sales.gift")
        world.super_unsettled("SELECT sminion.block('7001', 'contests the data')")
        assert refusal(job, "UPDATE sales.gift SET taker = 36 WHERE taker = 7001") == "40001"
        job.execute("ROLLBACK")
    world.super("SELECT sminion.unblock('7001', 'the test is over')")


def test_a_key_of_the_same_person_keeps_its_rows_too(world: World) -> None:
    world.super("SELECT sminion.block('35', 'court'), sminion.merge_subjects('35', '38', 'one passport')")
    assert attempt(world, MOVES["its subject"].format(38)) == "SG249"
    world.super("SELECT sminion.unmerge_subjects('35', '38', 'the test is over')")
    assert attempt(world, MOVES["its subject"].format(38)) == ""


def test_rows_of_a_person_whose_data_are_being_destroyed_stay_where_the_destruction_finds_them(world: World) -> None:
    with world.connect("officer") as officer:
        (request,) = officer.execute("SELECT sminion.open_request(39, 'destroy', 'letter')").fetchone() or (0,)
        officer.execute("SELECT sminion.identify_request(%s, 'passport')", [request])
        (number,) = officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request]).fetchone() or (0,)
        for move in ("its subject", "the parent of a child"):
            assert attempt(world, MOVES[move].format(39)) == "SG249"
        for _ in range(40):
            state = rows(officer, "SELECT state FROM sminion.destroy_batch(%s)", number)[0][0]
            if state == "done":
                break
        assert state == "done"
    assert world.super("SELECT count(*) FROM sales.orders WHERE id = 39") == [(0,)]


def test_what_came_from_a_parent_that_was_deleted_waits_for_the_person_to_be_unblocked(world: World) -> None:
    """Delete and insert are two statements, and nobody tells that they are a move; but children that stayed stay."""
    world.super("SELECT sminion.block(%s, 'contests the data')", str(BLOCKED))
    world.super("DELETE FROM sales.orders WHERE id = 35")
    world.super("INSERT INTO sales.orders (id, customer_id, email) VALUES (35, 36, 'e35')")
    assert attempt(world, "UPDATE sales.item SET what = 'x' WHERE order_id = 35") == "SG249"
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT count(*) FROM sales.item WHERE order_id = 35") == [(0,)]
    world.super("SELECT sminion.object('35', 'interest', 'letter')")
    world.super("SELECT sminion.settle()")
    ((table, cause),) = world.super('SELECT "table", cause FROM sminion.settle_problems')
    assert table == "sales.item" and "SG249" in cause
    world.super("SELECT sminion.unblock(%s, 'decided')", str(BLOCKED))
    world.settle()
    assert world.super("SELECT DISTINCT guard_subject FROM sales.item WHERE order_id = 35") == [(OTHER,)]
