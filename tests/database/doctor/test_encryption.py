"""The doctor on the way to the server."""

from __future__ import annotations

from sminion_guard.embedded import Binaries, Server
from tests import servers
from tests.database.doctor.conftest import Patient, make


def test_a_server_that_listens_on_a_network_without_tls_is_named(binaries: Binaries) -> None:
    settings = {"listen_addresses": "127.0.0.1,127.0.0.2"}
    with Server(binaries, durable=False, settings=settings) as server, servers.new_guarded_database(server) as database:
        make(database, "open")
        (found,) = Patient(database, "open").examine()
    assert (found.code, found.key) == ("SG927", "SG927:server:ssl")
