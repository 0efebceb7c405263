"""A destruction beside others, and past the end of those who run it: clients killed, locks, writers of the person."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from threading import Event, Thread

import psycopg
import pytest

from sminion_guard.subjects import Destructions, Requests
from tests.database.subjects.destroying import asked, left
from tests.world import World, ticket

CLIENT = """
import sys, psycopg
from sminion_guard.subjects import Destructions
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    Destructions(connection).destroy(int(sys.argv[2]), "letter", told=lambda batch: print(batch.rows, flush=True))
"""


def grown(world: World, count: int = 3000) -> None:
    """More rows of person 9 than one batch destroys."""
    numbers = f"FROM generate_series(1, {count}) i"
    world.super(f"INSERT INTO sales.orders (id, customer_id, email) SELECT 5000 + i, 9, 'e' {numbers};"
                f"INSERT INTO sales.item (order_id, what) SELECT 5000 + i, 'w' {numbers}")
    world.settle()


@pytest.mark.parametrize("batches", [1, 2, 4, 7])
def test_a_client_that_is_killed_leaves_what_the_next_one_ends(batches: int, world: World) -> None:
    grown(world)
    with world.connect("officer") as officer:
        request = asked(officer, 9)
    dsn = world.database.dsn(f"{world.name}_officer")
    with subprocess.Popen([sys.executable, "-c", CLIENT, dsn, str(request)], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        for _ in range(batches):
            client.stdout.readline()
        client.send_signal(signal.SIGKILL)
    before = left(world, 9)
    assert before
    with world.connect("officer") as officer:
        found = Destructions(officer).destroy(request, "letter", patience=20)
        assert left(world, 9) == {} and not found.left
        assert {table.table_name: table.destroyed for table in found.tables}["item"] == 3002
        Requests(officer).close(request, "granted", "done")


@pytest.mark.parametrize("batches", [0, 2, 5])
def test_a_backend_that_is_ended_in_a_batch_leaves_it_undone_and_on_record(batches: int, world: World) -> None:
    grown(world)
    with world.connect("officer") as officer:
        request = asked(officer, 9)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        ((number,),) = officer.execute("SELECT destruction FROM sminion.destruction_status LIMIT 1").fetchall()
        for _ in range(batches):
            officer.execute("SELECT sminion.destroy_batch(%s)", [number])
    before, counts = left(world, 9), "SELECT sum(destroyed) FROM sminion.destruction_table"
    recorded = world.super(counts)
    with world.connect("officer") as victim:
        victim.execute("BEGIN")
        victim.execute("SELECT sminion.destroy_batch(%s)", [number])
        os.kill(victim.info.backend_pid, signal.SIGTERM)
        with pytest.raises(psycopg.OperationalError):
            victim.execute("COMMIT")
    assert left(world, 9) == before and world.super(counts) == recorded
    with world.connect("officer") as officer:
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 9) == {}


def test_rows_that_are_locked_are_named_and_go_when_they_are_free(world: World) -> None:
    with world.connect("officer") as officer:
        request = asked(officer, 9)
        with world.database.connect() as holder:
            holder.execute("BEGIN")
            holder.execute("SELECT FROM sales.orders WHERE customer_id = 9 FOR UPDATE")
            found = Destructions(officer).destroy(request, "letter", patience=0)
            assert {table.table_name for table in found.left} == {"orders"}
            assert "locked" in str(found.left[0].cause)
            assert left(world, 9) == {"sales.orders": 1}
            holder.execute("ROLLBACK")
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 9) == {}


def test_a_writer_of_the_person_is_waited_for_and_his_row_goes_too(world: World) -> None:
    """He has written and not committed when the destruction begins; the state is his to lock."""
    with world.connect("app") as app, world.connect("officer") as officer:
        request = asked(officer, 9)
        token = ticket(app, "contract")
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (9, 'late')")
        found = Destructions(officer).destroy(request, "letter", patience=0)
        assert found.completed_at is None and left(world, 9)["sales.orders"] == 1
        app.execute("COMMIT")
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 9) == {}


def test_a_writer_of_a_person_whom_nobody_knew_is_waited_for(world: World) -> None:
    with world.connect("app") as app, world.connect("officer") as officer:
        token = ticket(app, "contract")
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (77, 'new')")
        request = asked(officer, 77)
        found = Destructions(officer).destroy(request, "letter", patience=0)
        assert found.completed_at is None
        app.execute("COMMIT")
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 77) == {}


def test_nothing_reappears_beside_writers_of_the_person(world: World) -> None:
    ended, refused, written = Event(), [0], [0]

    def write() -> None:
        with world.connect("app") as app:
            token = ticket(app, "contract")
            while not ended.is_set():
                try:
                    with app.transaction():
                        app.execute("SELECT sminion.enter(%s)", [token])
                        app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (9, 'again')")
                    written[0] += 1
                except psycopg.errors.InsufficientPrivilege:
                    refused[0] += 1

    writers = [Thread(target=write, daemon=True) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        deadline = time.monotonic() + 30
        while written[0] < 20:
            assert time.monotonic() < deadline
        with world.connect("officer") as officer:
            found = Destructions(officer).destroy(asked(officer, 9), "letter", patience=20)
        assert not found.left and left(world, 9) == {}
        time.sleep(0.5)
        assert left(world, 9) == {} and refused[0] > 0
    finally:
        ended.set()
        for writer in writers:
            writer.join(30)


def test_a_table_that_refuses_does_not_stop_the_others(world: World) -> None:
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                "CREATE TABLE public.ledger (customer bigint REFERENCES crm.customer);"
                "INSERT INTO public.ledger VALUES (9)")
    with world.connect("officer") as officer:
        request = asked(officer, 9)
        found = Destructions(officer).destroy(request, "letter", patience=0)
        assert {table.table_name for table in found.left} == {"customer"} and left(world, 9) == {"crm.customer": 1}
        assert "ledger" in str(found.left[0].cause)
        world.super("DELETE FROM public.ledger")
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 9) == {}


def test_a_foreign_key_holds_where_triggers_are_silenced(world: World) -> None:
    """In the replica role PostgreSQL looks at no foreign key: the guard does, where it may read who refers."""
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                "CREATE TABLE public.ledger (customer bigint REFERENCES crm.customer);"
                "INSERT INTO public.ledger VALUES (9);"
                "CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                "CREATE TRIGGER keep BEFORE DELETE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.nothing()")
    with world.connect("officer") as officer:
        request = asked(officer, 9)
        found = Destructions(officer).destroy(request, "letter", patience=0)
        assert "cannot read" in str(found.left[0].cause) and left(world, 9) == {"crm.customer": 1}
        world.super("GRANT USAGE ON SCHEMA public TO sminion_owner; GRANT SELECT ON public.ledger TO sminion_owner")
        found = Destructions(officer).destroy(request, "letter", patience=0)
        assert "refer" in str(found.left[0].cause) and left(world, 9) == {"crm.customer": 1}
        world.super("DELETE FROM public.ledger")
        assert not Destructions(officer).destroy(request, "letter").left
    assert left(world, 9) == {}
    world.super("REVOKE ALL ON public.ledger FROM sminion_owner; REVOKE USAGE ON SCHEMA public FROM sminion_owner")
