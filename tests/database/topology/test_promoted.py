"""A real promotion: it stops nobody who was at work just before; recovery to an older moment differs by that alone."""

from __future__ import annotations

import pytest

from tests.database.topology.conftest import Replica
from tests.world import acting, refusal, rows, ticket

OPEN = "SELECT sminion.open_ticket('contract', 'a', 'b')"
MAINTAINED = ("UPDATE sminion.maintenance_state SET done_at = now() - interval '{}'"
              " WHERE step = 'instance' RETURNING 1")


@pytest.mark.postgres(18)  # timelines are the same in all versions
def test_a_new_timeline_is_followed_where_somebody_was_at_work_just_before(replica: Replica) -> None:
    replica.world.super(MAINTAINED.format("1 day"))
    replica.catch_up()
    replica.super("SELECT pg_promote()")
    with replica.connect() as application:
        assert refusal(application, OPEN) == "SG250"
        replica.super("CALL sminion.maintain()")  # no sign of life
        assert refusal(application, OPEN) == "SG250"
        replica.super(MAINTAINED.format("5 minutes"))
        with acting(application, ticket(application, "contract")):
            assert rows(application, "SELECT count(*) FROM crm.customer") == [(40,)]
    replica.super("CALL sminion.maintain()")
    assert replica.super("SELECT timeline FROM sminion.instance") == [("00000002",)]
    assert replica.super("SELECT act FROM sminion.act") == [("follow_timeline",)]
    replica.super(MAINTAINED.format("1 day"))
    with replica.connect() as application:
        assert ticket(application, "contract")  # it is its own now
