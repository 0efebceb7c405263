"""Plans are kept as long as a session lives, and the table of tickets grows: none of them may read all of it."""

from __future__ import annotations

import psycopg
import pytest

from tests.session.shop import PEOPLE, Shop, one

CUSTOMERS = "SELECT count(*) FROM crm.customer"

MANY = 20_000
GROW = """
INSERT INTO sminion.ticket (id, token_hash, expires_at, login, nth, role, mask, alternating, epoch, require_tls,
  purpose, basis, actor, reason, encrypted, application)
SELECT k.id + i, sha256(i::text::bytea), k.expires_at, k.login, k.nth + i, k.role, k.mask, k.alternating, k.epoch,
  k.require_tls, k.purpose, k.basis, k.actor, k.reason, k.encrypted, k.application
FROM (SELECT * FROM sminion.ticket ORDER BY id LIMIT 1) AS k, generate_series(1, %s) AS i"""
READ = (
    "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint"
    " FROM pg_stat_user_tables WHERE relid = 'sminion.ticket'::regclass"
)
OPEN = "SELECT sminion.open_ticket('contract', 'agent:1', 'many')"


def test_a_session_that_began_with_few_tickets_does_not_read_all_of_them(own_shop: Shop) -> None:
    def read(session: psycopg.Connection) -> int:
        session.execute("SELECT pg_stat_force_next_flush()")
        session.rollback()
        ((rows,),) = own_shop.database.execute(READ)
        return int(rows)

    def work(session: psycopg.Connection) -> None:
        for _ in range(8):  # more often than PostgreSQL plans a statement anew
            token = one(session, OPEN)
            session.commit()
            session.execute("SELECT sminion.enter(%s)", [token])
            assert one(session, CUSTOMERS) == PEOPLE
            session.rollback()

    with psycopg.connect(own_shop.dsn("app")) as session:
        one(session, OPEN)
        session.commit()
        own_shop.database.execute("VACUUM ANALYZE sminion.ticket")
        work(session)
        own_shop.database.execute(GROW, MANY)
        before = read(session)
        work(session)
        assert read(session) - before < MANY
        own_shop.database.execute("SELECT count(nullif(reason, '')) FROM sminion.ticket WHERE reason <> ''")
        assert read(session) - before >= MANY, "the control"


BOUNDS = {"actor": (1, 200), "reason": (1, 1000), "unit": (0, 200), "basis_ref": (0, 400), "values": (2, 8000)}


@pytest.mark.parametrize("column", BOUNDS)
def test_the_table_bounds_what_a_ticket_says_whoever_writes_it(own_shop: Shop, column: str) -> None:
    """`open_ticket` refuses it earlier, and with a message."""
    least, most = BOUNDS[column]
    with own_shop.database.connect() as owner:
        found = owner.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'sminion.ticket'::regclass AND attname = %s", [column]).fetchone()
        assert found is not None

        def put(length: int) -> None:
            text = f'"{"x" * (length - 2)}"' if column == "values" else "x" * length
            owner.execute(f"SELECT {psycopg.sql.Literal(text).as_string(owner)}::{found[0]}".encode())

        for length in (least, most):
            put(length)  # the control
        with pytest.raises(psycopg.errors.CheckViolation):
            put(most + 1)
        if least == 1:
            with pytest.raises(psycopg.errors.CheckViolation):
                put(0)
