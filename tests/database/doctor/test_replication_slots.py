"""The doctor on logical slots."""

from __future__ import annotations

from sminion_guard.embedded import Binaries, Server
from tests import servers
from tests.database.doctor.conftest import Patient, make


def test_a_slot_that_gives_every_row_is_named(binaries: Binaries) -> None:
    with Server(binaries, durable=False, settings={"wal_level": "logical"}) as server, \
            servers.new_guarded_database(server) as database:
        make(database, "slots")
        patient = Patient(database, "slots")
        assert patient.examine() == ()
        assert patient.found("SELECT pg_create_logical_replication_slot('all_of_it', 'test_decoding')") == [
            ("SG920", "slot all_of_it")]
        patient.run("SELECT pg_drop_replication_slot('all_of_it')")
