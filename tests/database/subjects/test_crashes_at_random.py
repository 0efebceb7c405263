"""A server that dies at random moments of a destruction, a purge or a replay: after the next run all agree.

What is gone is on record, what is on record is gone, nothing is done twice, and the doctor finds nothing new.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard import doctor
from sminion_guard.embedded import Server
from sminion_guard.subjects import Destructions, Requests, Retentions
from sminion_guard.subjects.ledger import replay
from tests.database.audit.test_restored import program
from tests.database.retention.purging import status
from tests.database.retention.test_interrupted import grown, left
from tests.database.subjects.crashing import Crashes
from tests.database.subjects.destroying import asked
from tests.database.subjects.destroying import left as left_of
from tests.database.subjects.test_ledger import SAME, after, before, exported
from tests.servers import Database, new_database
from tests.world import Connection, World, new_world

pytestmark = pytest.mark.postgres(18)  # recovery is the same in all versions
TIMES = pytest.mark.parametrize("times", [1, pytest.param(67, marks=pytest.mark.long)])
"""Of each kind: 201 in all, or one in an ordinary run, where the tests of interruptions have others."""
EVENTS = "SELECT subject, event, purpose, count(*) FROM sminion.subject_event GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"


def findings(database: Database) -> set[str]:
    """What the doctor says once maintenance has nothing to do."""
    with database.connect() as admin:
        while admin.execute("CALL sminion.maintain()").fetchall() == [(True,)]:
            pass
    with database.connect(autocommit=False) as admin:
        return {f"{entry.code} {entry.object}" for entry in doctor.examine(admin, full=True).findings}


def counted(world: World, request: int) -> int:
    """Rows that the ledger says are destroyed."""
    ((count,),) = world.super(
        "SELECT coalesce(sum(t.destroyed), 0)::int FROM sminion.destruction d"
        " JOIN sminion.destruction_table t ON t.destruction = d.id WHERE d.request = %s", request)
    return int(count)


@TIMES
def test_destruction(times: int, server: Server) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        said, crashes, person = findings(world.database), Crashes(f"{world.name}_officer", times), 8
        while crashes.count < times:
            person += 1
            numbers = f"{person}0000 + i, {person} FROM generate_series(1, 2000) i"
            world.super(f"INSERT INTO sales.orders (id, customer_id) SELECT {numbers};"
                        f"INSERT INTO sales.item (order_id, what) SELECT {numbers}")
            world.settle()
            whole = sum(left_of(world, person).values())
            with world.connect("officer") as officer:
                request = asked(officer, person)

            def work(connection: Connection, request: int = request) -> None:
                Destructions(connection).destroy(request, "letter", patience=20)

            while not crashes.during(world.database, work, 1.0):
                assert counted(world, request) + sum(left_of(world, person).values()) == whole
            assert left_of(world, person) == {} and counted(world, request) == whole
            with world.connect("officer") as officer:
                Requests(officer).close(request, "granted", "done")
        assert findings(world.database) == said


@TIMES
def test_purge(times: int, server: Server) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        said, crashes, rows = findings(world.database), Crashes(f"{world.name}_officer", times), 0

        def work(connection: Connection) -> None:
            Retentions(connection).run(table="crm.customer", patience=20)

        while crashes.count < times:
            grown(world, 5000)
            rows += 5000
            world.super("UPDATE sminion.retention_rule SET batch_rows = 200")
            while not crashes.during(world.database, work, 0.7):
                assert left(world) + status(world).purged == rows
            assert left(world) == 0 and status(world).purged == rows
            recorded = "SELECT sum((detail -> 'rows')::int) FROM sminion.act WHERE act = 'retention'"
            assert world.super(recorded) == [(rows,)]
        assert findings(world.database) == said


@TIMES
def test_replay(times: int, server: Server, tmp_path: Path) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        before(world)
        program(own, "pg_dump", "-Fc", "-f", str(tmp_path / "dump"), world.database.dsn())
        after(world)
        world.settle()
        ledger = exported(world, tmp_path / "ledger")
        wanted, crashes, events, said = {query: world.super(query) for query in SAME}, None, None, None
        while crashes is None or crashes.count < times:
            with new_database(own) as copy:
                program(own, "pg_restore", "--exit-on-error", "-d", copy.dsn(), str(tmp_path / "dump"))
                outcomes = []

                def work(connection: Connection, outcomes: list[object] = outcomes) -> None:
                    outcomes.append(replay(connection, ledger, "restored last night").failures)

                if crashes is None:
                    # The control: one copy without a crash.
                    crashes = Crashes(f"{world.name}_officer", times)
                    with copy.connect(f"{world.name}_officer") as officer:
                        work(officer)
                    events, said = copy.execute(EVENTS), findings(copy)
                else:
                    while not crashes.during(copy, work, 2.0):
                        pass
                assert outcomes[-1] == ()
                assert {query: copy.execute(query) for query in SAME} == wanted
                assert copy.execute(EVENTS) == events
                assert findings(copy) == said
