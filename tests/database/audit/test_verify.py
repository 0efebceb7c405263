# ruff: noqa: E501 - statements stand on one line
"""Whoever may change everything in the database is found out: each way of tampering is named."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit import database
from sminion_guard.audit.checkpoint import Checkpoint, verify_checkpoint
from sminion_guard.audit.keys import generate
from sminion_guard.audit.merkle import root
from sminion_guard.audit.proof_file import verify_proof_file
from sminion_guard.audit.tiles import TileDirectory, TileHashes
from sminion_guard.embedded import Server
from sminion_guard.errors import ProofError, SealRefused
from tests import journal
from tests.database.audit import tree
from tests.database.audit.sealed import ORIGIN, Sealed, begin, fill
from tests.session.shop import new_shop


@pytest.fixture
def sealed(server: Server, tmp_path: Path) -> Iterator[Sealed]:
    """A log that was sealed twice."""
    with new_shop(server) as shop:
        sealed = begin(shop, tmp_path)
        fill(shop)
        sealed.seal()
        fill(shop)
        sealed.seal()
        yield sealed


def test_a_log_that_nobody_touched_is_clean(sealed: Sealed) -> None:
    found = sealed.verify()
    assert found.findings == () and found.sealed == found.size > 30 and found.checkpoints == 2
    fill(sealed.shop)
    found = sealed.verify()
    assert found.clean and found.sealed < found.size


TAMPERED = {
    "the actor of a ticket": ("UPDATE sminion.ticket SET actor = 'somebody else'", {"changed"}),
    "the reason of a ticket": ("UPDATE sminion.ticket SET reason = 'another reason'", {"changed"}),
    "the purpose of a ticket": ("UPDATE sminion.ticket SET purpose = 'marketing'", {"changed"}),
    "the address of a ticket": ("UPDATE sminion.ticket SET client_address = '10.0.0.1'", {"changed"}),
    "the moment of a statement": ("UPDATE sminion.statement_event SET at = at + interval '1 microsecond' WHERE place = 2", {"changed"}),
    "the ticket of a statement": ("UPDATE sminion.statement_event SET ticket = ticket + 1 WHERE place = 2", {"changed"}),
    "a refusal": ("UPDATE sminion.statement_event SET refused = true WHERE place = 2", {"changed"}),
    "how many rows a result had": ("UPDATE sminion.statement_result SET rows = 1", {"changed"}),
    "the text of a statement": ("UPDATE sminion.statement_shape SET statement = 'SELECT'", {"extra"}),
    "the text of a statement and its digest": (
        "UPDATE sminion.statement_shape SET statement = 'SELECT', digest = sha256(convert_to(jsonb_build_object('codes', codes, 'operations', operations,"
        " 'relations', relations, 'columns', columns, 'fingerprint', fingerprint, 'statement', 'SELECT')::text, 'UTF8'))", {"changed"}),
    "whose data a statement held": ("UPDATE sminion.statement_subject SET subject = '3' WHERE subject = '2'", {"changed"}),
    "one person less": ("DELETE FROM sminion.statement_subject WHERE subject = '2' AND statement = 1", {"changed"}),
    "one person more": ("INSERT INTO sminion.statement_subject SELECT at, writer, statement, number, '3' FROM sminion.statement_subject LIMIT 1", {"changed"}),
    "a person of an event that holds none": ("INSERT INTO sminion.statement_subject SELECT now(), 1, 1, 1, '3'", {"extra"}),
    "a write": ("UPDATE sminion.write_event SET columns = '{phone}'", {"changed"}),
    "whose row was written": ("UPDATE sminion.write_subject SET subject = '3'", {"changed"}),
    "a salt": ("UPDATE sminion.salt SET salt = sha256('x')", {"changed"}),
    "a salt that is gone": ("DELETE FROM sminion.salt WHERE holder LIKE 'subject:%'", {"changed"}),
    "a policy": ("UPDATE sminion.policy_version SET document = document || '{\"more\": 1}'", {"changed"}),
    "a writer of another login": ("UPDATE sminion.log_writer SET login = 'postgres'", {"changed"}),
    "a statement that is gone": ("DELETE FROM sminion.statement_event WHERE place = 2", {"gone"}),
    "a ticket that is gone": ("DELETE FROM sminion.ticket", {"gone"}),
    "the last event": ("DELETE FROM sminion.write_event", {"gone"}),
    "all statements": ("TRUNCATE sminion.statement_event", {"gone"}),
    "a number twice": ("INSERT INTO sminion.statement_event SELECT * FROM sminion.statement_event WHERE place = 2", {"extra"}),
    "a statement without a number": ("INSERT INTO sminion.statement_event SELECT at, 0, writer, 99, ticket, shape, refused FROM sminion.statement_event LIMIT 1", {"extra"}),
    "a statement with a number to come": ("INSERT INTO sminion.statement_event SELECT at, 1000000, writer, 99, ticket, shape, refused FROM sminion.statement_event LIMIT 1", {"extra"}),
    "a change of a state that nobody made": (
        "INSERT INTO sminion.subject_event (transaction, subject, event, reason, actor, epoch) SELECT '3', '1', 'unblock', 'r', 'a', epoch FROM sminion.policy",
        {"extra"}),
    "two events that changed places": (
        "WITH a AS (SELECT min(number) AS x, max(number) AS y FROM sminion.statement_event)"
        " UPDATE sminion.statement_event e SET number = a.x + a.y - e.number FROM a WHERE e.number IN (a.x, a.y)", {"changed", "extra"}),
    "a month that was dropped by hand": ("DO $$ BEGIN EXECUTE format('DROP TABLE sminion.statement_event_%s', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')); END $$", {"gone"}),
    "a hash of the tree": ("UPDATE sminion.tile SET hashes = overlay(hashes PLACING sha256('x') FROM 33) WHERE level = 0", {"changed", "tree"}),
    "the end of the tree": ("UPDATE sminion.tile SET hashes = substr(hashes, 1, 64) WHERE level = 0", {"tree"}),
    "no tree": ("TRUNCATE sminion.tile", {"tree"}),
    "a checkpoint of another key": ("UPDATE sminion.checkpoint SET note = replace(note, E'\\n\\n', E'\\n\\n\\u2014 x AAAA')", {"checkpoint"}),
    "another function": ("CREATE OR REPLACE FUNCTION sminion.stray_rows(OUT kind text, OUT rows bigint) RETURNS SETOF record LANGUAGE sql AS $$ SELECT 'listed', 0::bigint $$", {"extra"}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_tampered_with_is_named(sealed: Sealed, name: str) -> None:
    statement, kinds = TAMPERED[name]
    sealed.shop.database.suspend_ddl_guard()
    sealed.tamper(statement)
    found = sealed.found()
    assert found and found <= kinds and (found & kinds), sealed.verify().findings


def rebuild(sealed: Sealed) -> None:
    """Makes the tree anew over the rows as they are, as whoever may do anything in the database can."""
    sealed.tamper("TRUNCATE sminion.tile; UPDATE sminion.tree_state SET size = 0")
    tree.grow(sealed.shop.database)


def test_a_tree_that_was_built_anew_differs_from_its_checkpoints(sealed: Sealed) -> None:
    sealed.tamper("UPDATE sminion.ticket SET actor = 'somebody else'")
    rebuild(sealed)
    assert sealed.found() == {"tree"}
    with pytest.raises(SealRefused) as refused:
        sealed.seal()
    assert refused.value.code == "SG664"


def test_a_log_that_was_truncated_is_shorter_than_what_others_keep(sealed: Sealed) -> None:
    half = sealed.verify().size // 2
    sealed.tamper(f"DELETE FROM sminion.checkpoint; DELETE FROM sminion.statement_event WHERE number > {half}; DELETE FROM sminion.statement_result"
                  f" WHERE number > {half}; DELETE FROM sminion.statement_subject WHERE number > {half}; DELETE FROM sminion.write_event WHERE number > {half};"
                  f" DELETE FROM sminion.write_subject WHERE number > {half}; UPDATE sminion.fold_state SET number = {half}")
    rebuild(sealed)
    assert "shorter" in sealed.found()
    with pytest.raises(SealRefused) as refused:
        sealed.seal()
    assert refused.value.code == "SG663"


def test_a_log_of_which_all_was_deleted_is_shorter(sealed: Sealed) -> None:
    sealed.tamper("TRUNCATE sminion.checkpoint, sminion.statement_event, sminion.statement_result, sminion.statement_subject, sminion.write_event,"
                  " sminion.write_subject, sminion.event_run, sminion.tile; UPDATE sminion.fold_state SET number = 0; UPDATE sminion.tree_state SET size = 0;"
                  " UPDATE sminion.event_source SET transaction = '0', key = 0; TRUNCATE sminion.ticket, sminion.subject_event CASCADE")
    assert sealed.found(outside=False) <= {"extra"}
    assert "shorter" in sealed.found()
    with pytest.raises(SealRefused) as refused:
        sealed.seal()
    assert refused.value.code == "SG663"


def test_two_histories_from_one_checkpoint_are_found_out(sealed: Sealed, tmp_path: Path) -> None:
    """Whoever has the key too signs another history with a memory of his own."""
    sealed.tamper("UPDATE sminion.statement_event SET ticket = 1 WHERE number = (SELECT max(e.number) FROM sminion.statement_event e)")
    rebuild(sealed)
    other = begin(sealed.shop, tmp_path / "other")
    other.key = sealed.key
    other.seal()
    assert other.found(outside=False) == {"tree"}, "the database has the checkpoints of both"
    sealed.tamper("DELETE FROM sminion.checkpoint WHERE at < (SELECT max(c.at) FROM sminion.checkpoint c)")
    assert other.found() == set()
    assert sealed.found() == {"tree"}, "but somebody kept those of the first"


def test_a_clock_that_was_set_back_is_told(sealed: Sealed) -> None:
    assert sealed.verify().late == 0
    with sealed.shop.database.connect(autocommit=False) as intruder:
        intruder.execute("INSERT INTO sminion.act (at, act, detail) VALUES (now() - interval '2 hours', 'revoke_ticket', '{}')")
        intruder.commit()
    fill(sealed.shop)
    found = sealed.verify()
    assert found.clean and found.late == 1


def test_what_waits_in_the_journal_is_told(sealed: Sealed) -> None:
    with psycopg.connect(sealed.shop.dsn("app"), autocommit=True) as app:
        own = journal.opened(app)
        journal.write(app, own, 1, [{}])
    waiting = sealed.verify().waiting
    assert waiting.journal_rows == 1 and waiting.journal_since is not None


def test_a_key_that_is_not_of_the_log_verifies_nothing(sealed: Sealed) -> None:
    sealed.key = generate(ORIGIN)
    assert sealed.found() == {"checkpoint"} and sealed.verify().sealed == 0


def test_another_function_that_makes_leaves_is_named(sealed: Sealed) -> None:
    sealed.shop.database.suspend_ddl_guard()
    sealed.tamper("ALTER FUNCTION sminion.leaves(bigint, bigint) SET jit = on")
    assert sealed.found() == {"function"}


def test_a_month_that_was_dropped_as_it_should_be_is_explained(sealed: Sealed) -> None:
    sealed.tamper("UPDATE sminion.journal SET at = '2020-01-05'")
    fill(sealed.shop)
    sealed.shop.database.execute("SELECT sminion.drop_log(date_trunc('month', now())::date, 'two years')")
    fill(sealed.shop)
    sealed.seal()
    assert sealed.verify().clean


def test_an_old_month_goes_and_proofs_of_what_is_kept_stay(sealed: Sealed) -> None:
    shop = sealed.shop
    shop.database.suspend_ddl_guard()
    with shop.database.connect(autocommit=False) as owner:
        owner.execute("SET ROLE sminion_owner; SELECT sminion.make_month('2020-01-15')")
        owner.commit()
    number = sealed.verify().size
    # A month of the past, as the log would have it: its rows are numbered and sealed like all others.
    sealed.tamper("INSERT INTO sminion.statement_event SELECT '2020-01-05', f.number + 1, e.writer, 99, e.ticket, e.shape, e.refused FROM sminion.fold_state f,"
                  " (SELECT * FROM sminion.statement_event LIMIT 1) e; UPDATE sminion.fold_state SET number = number + 1")
    tree.grow(shop.database)
    sealed.seal()
    assert shop.database.execute("SELECT sminion.drop_log('2020-02-01', 'two years')") == [(1,)]
    fill(shop)
    sealed.seal()
    found = sealed.verify()
    assert found.clean and found.dropped == 1
    with sealed.log() as log, pytest.raises(ProofError):
        database.prove(log, number + 1, *newest(sealed))
    sealed.tamper("DELETE FROM sminion.statement_event WHERE number = (SELECT max(e.number) FROM sminion.statement_event e)")
    assert sealed.found() == {"gone"}


@pytest.mark.parametrize("tampered", [False, True])
def test_an_interrupted_verification_goes_on(sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tampered: bool) -> None:
    monkeypatch.setattr(import_module("sminion_guard.audit.database.verify"), "CHUNK", 10)
    if tampered:
        sealed.tamper("UPDATE sminion.policy_version SET version = 'x'; DELETE FROM sminion.write_event")
    whole = sealed.verify()
    resuming = database.Resuming(tmp_path / "how-far", ORIGIN)
    read: list[int] = []

    def interrupted(done: int, total: int) -> None:
        read.append(done)
        if len(read) == 2:
            raise KeyboardInterrupt

    with sealed.log() as log:
        with pytest.raises(KeyboardInterrupt):
            database.verify(log, ORIGIN, [sealed.key.key], sealed.published, progress=interrupted, resuming=resuming)
        assert read == [10, 20] and (tmp_path / "how-far").exists()
        found = database.verify(log, ORIGIN, [sealed.key.key], sealed.published, progress=interrupted, resuming=resuming)
        assert read[2] == 20 and not (tmp_path / "how-far").exists()
        assert found == whole and found.clean is not tampered
        (tmp_path / "how-far").write_text("{}")
        with pytest.raises(ProofError):
            database.verify(log, ORIGIN, [sealed.key.key], resuming=resuming)


def test_the_log_is_exported_as_tiles_that_prove_the_same(sealed: Sealed, tmp_path: Path) -> None:
    directory = TileDirectory(tmp_path / "tiles")
    checkpoint, note = newest(sealed)
    with sealed.log() as log:
        assert database.export(log, directory, checkpoint, note) == 2
        entries = [leaf.entry for leaf in log.leaves(1, checkpoint.size)]
    hashes = TileHashes(directory.fetch, checkpoint.size)
    assert root(checkpoint.size, hashes) == checkpoint.root and hashes.entries(0) == entries
    fill(sealed.shop, batches=80)
    sealed.seal()
    checkpoint, note = newest(sealed)
    with sealed.log() as log:
        database.export(log, directory, checkpoint, note)
        assert database.export(log, directory, checkpoint, note) == 0
        entries = [leaf.entry for leaf in log.leaves(1, checkpoint.size)]
    hashes = TileHashes(directory.fetch, checkpoint.size)
    assert checkpoint.size > 256 and root(checkpoint.size, hashes) == checkpoint.root
    assert [*hashes.entries(0), *hashes.entries(1)] == entries[:512]
    verify_checkpoint((tmp_path / "tiles" / "checkpoint").read_bytes(), ORIGIN, [sealed.key.key])


def test_a_log_that_does_not_continue_what_was_exported_is_refused(sealed: Sealed, tmp_path: Path) -> None:
    directory = TileDirectory(tmp_path / "tiles")
    with sealed.log() as log:
        database.export(log, directory, *newest(sealed))
    sealed.tamper("UPDATE sminion.ticket SET actor = 'somebody else'")
    rebuild(sealed)
    fill(sealed.shop)
    other = begin(sealed.shop, tmp_path / "other")
    other.key = sealed.key
    other.seal()
    with sealed.log() as log, pytest.raises(ProofError) as refused:
        database.export(log, directory, *newest(other))
    assert refused.value.code == "SG656"


def newest(sealed: Sealed) -> tuple[Checkpoint, bytes]:
    note = sealed.published[-1]
    return verify_checkpoint(note, ORIGIN, [sealed.key.key]), note


def test_each_event_is_proved_to_whoever_has_the_public_key(sealed: Sealed) -> None:
    size = sealed.verify().size
    with sealed.log() as log:
        for number in range(1, size + 1):
            leaf, proof = database.prove(log, number, *newest(sealed))
            verify_proof_file(proof, leaf.entry, ORIGIN, [sealed.key.key])
            with pytest.raises(ProofError):
                verify_proof_file(proof, leaf.entry + b" ", ORIGIN, [sealed.key.key])


def test_sealing_again_what_has_not_grown_signs_nothing(sealed: Sealed) -> None:
    before = list(sealed.published)
    again = sealed.seal()
    assert not again.fresh and sealed.published == before and again.note == before[-1]


def test_what_could_not_be_published_is_published_by_the_next_seal(sealed: Sealed) -> None:
    fill(sealed.shop)

    def fails(note: bytes) -> None:
        raise OSError("the disk is full")

    with sealed.log() as log, pytest.raises(OSError, match="full"):
        database.seal(log, sealed.memory, [sealed.key], fails)
    before = len(sealed.published)
    sealed.seal()
    assert len(sealed.published) == before + 1 and sealed.verify().clean


def test_a_person_who_is_erased_leaves_every_proof_valid(sealed: Sealed) -> None:
    old = newest(sealed)
    ((number,),) = sealed.shop.database.execute("SELECT min(number) FROM sminion.statement_subject WHERE subject = '2'")
    sealed.shop.database.execute("SELECT sminion.block('2', 'a request', 'anna')")
    erased = sealed.shop.database.execute("SELECT sminion.erase_from_log('2', 'destroyed on request')")
    assert erased[0][0] > 10
    assert sealed.shop.database.execute("SELECT count(*) FROM sminion.subject_access WHERE subject = '2'") == [(0,)]
    assert sealed.shop.database.execute("SELECT count(*) FROM sminion.subject_history WHERE subject = '2'") == [(0,)]
    assert sealed.shop.database.execute("SELECT count(*) FROM sminion.salt WHERE holder = 'subject:2'") == [(0,)]
    assert sealed.verify().clean
    with sealed.log() as log:
        leaf, proof = database.prove(log, number, *old)
        verify_proof_file(proof, leaf.entry, ORIGIN, [sealed.key.key])
    fill(sealed.shop)  # names the person again: a process that had not written yet
    sealed.seal()
    assert sealed.verify().clean
    assert sealed.shop.database.execute("SELECT count(*) FROM sminion.statement_subject WHERE subject = '2'") == [(0,)]
    assert sealed.shop.database.execute("SELECT count(*) FROM sminion.salt WHERE holder = 'subject:2'") == [(0,)]
