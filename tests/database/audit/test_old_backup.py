"""An old backup that is put in the place of the log: it is named, and nothing is signed over it.

With a real dump, in a cluster of its own, as in a disaster or as somebody would do who wants to lose the last month.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit import database
from sminion_guard.embedded import Server
from sminion_guard.errors import SealRefused
from tests import journal, servers
from tests.database.audit import tree
from tests.database.audit.sealed import ORIGIN, begin, fill
from tests.database.audit.test_journal import shape, ticket
from tests.database.audit.test_restored import dumped, program, restored
from tests.session.shop import Shop, new_shop


def roles_into(cluster: Server, shop: Shop) -> None:
    roles = program(shop.database.server, "pg_dumpall", "--roles-only", "-d", shop.database.dsn()).decode()
    with psycopg.connect(cluster.dsn(), autocommit=True) as admin:
        for statement in roles.splitlines():
            if statement.startswith(("CREATE ROLE", "GRANT", "ALTER ROLE")) and "ROLE postgres" not in statement:
                admin.execute(statement.encode())


def test_an_old_backup_in_another_cluster_is_named_and_not_sealed(
    server: Server, cluster: Server, tmp_path: Path
) -> None:
    with new_shop(server) as shop:
        sealed = begin(shop, tmp_path)
        fill(shop)
        sealed.seal()
        dumped(shop, tmp_path / "dump")
        fill(shop)
        sealed.seal()
        assert sealed.verify().clean
        roles_into(cluster, shop)
        with psycopg.connect(cluster.dsn(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE old TEMPLATE template0")
        old = servers.Database(cluster, "old")
        restored(server, tmp_path / "dump", old)
        kept = list(sealed.published)

        def check(wanted: set[str], code: str) -> None:
            with old.connect(autocommit=True) as connection:
                log = database.SealedLog(connection)
                found = database.verify(log, ORIGIN, [sealed.key.key], kept)
                assert set(found.counts) == wanted
                with pytest.raises(SealRefused, match=code):
                    database.seal(log, sealed.memory, [sealed.key], sealed.published.append)
            assert sealed.published == kept
            assert old.execute("SELECT count(*) FROM sminion.checkpoint") == [(1,)]
            # Whoever seals remembers more than the database does, and stops it.
            with pytest.raises(psycopg.Error) as stopped, psycopg.connect(old.dsn(f"{shop.name}_app")) as app:
                ticket(app)
            assert stopped.value.sqlstate == "SG250"
            assert old.execute("SELECT sminion.accept_restore('for the test', true)") == [(True,)]

        check({"shorter"}, "SG663")
        # The control: what it has is as it was sealed.
        with old.connect(autocommit=True) as connection:
            assert database.verify(database.SealedLog(connection), ORIGIN, [sealed.key.key], kept[:1]).clean
        # It goes on, and grows over what was lost: then it is another log.
        with old.connect() as owner, psycopg.connect(old.dsn(f"{shop.name}_app"), autocommit=True) as app:
            owner.execute("CALL sminion.maintain()")
            own = journal.opened(app)
            entry = {"ticket": ticket(app), "shape": shape(app), "outcome": "done", "codes": [], "microseconds": 1}
            journal.write(app, own, 1, [entry] * 60)
            journal.fold_all(owner)
            owner.commit()
        tree.grow(old)
        check({"tree"}, "SG664")
        # Nothing of this concerns the log itself.
        fill(shop)
        sealed.seal()
        assert sealed.verify().clean and len(sealed.published) == 3
