"""Where the log is waited for at the end of the transaction: the same promise behind a pooler and on a standby."""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.session import Guard
from tests.database.topology.conftest import Replica
from tests.session.shop import one
from tests.session.topology.pooler import Pooler
from tests.session.topology.test_standby import primary, standby
from tests.world import World

STATEMENTS = 5
COUNT = "SELECT count(*) FROM sminion.statement_log WHERE actor = %s"


def read(connection: psycopg.Connection[object]) -> None:
    for key in range(1, STATEMENTS + 1):
        assert one(connection, "SELECT count(*) FROM crm.customer WHERE id = %s", key) == 1


@pytest.mark.parametrize("ended", ["commit", "rollback"])
def test_all_of_a_transaction_is_on_record_when_it_has_ended_behind_a_pooler(
    pooler: Pooler, actor: str, ended: str
) -> None:
    guard = Guard(pooler.shop.policy, audit="strict_transaction", log=f"dbname={pooler.shop.database.name}_log")
    with connect(pooler.dsn(), policy=guard) as connection, processing("contract", actor=actor, reason="r"):
        read(connection)
        getattr(connection, ended)()
        assert pooler.shop.database.execute(COUNT, actor) == [(STATEMENTS,)]
    guard.close()


@pytest.mark.parametrize("ended", ["commit", "rollback"])
def test_all_of_a_transaction_is_on_record_when_it_has_ended_on_a_standby(
    replica: Replica, world: World, actor: str, ended: str
) -> None:
    guard = Guard(world.policy, audit="strict_transaction", primary=primary(world))
    with connect(standby(replica), policy=guard) as connection, processing("contract", actor=actor, reason="r"):
        read(connection)
        getattr(connection, ended)()
        assert world.super(COUNT, actor) == [(STATEMENTS,)]
    guard.close()
