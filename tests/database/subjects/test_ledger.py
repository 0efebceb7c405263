"""The ledger: everything that people decided after a backup is in the restored database again, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects import Destructions, Persons, Requests
from sminion_guard.subjects.ledger import Ledger, Replayed, export, replay
from tests import journal
from tests.database.subjects.destroying import asked, destroyed
from tests.servers import Database, new_database
from tests.threats.test_tickets_of_another_cluster import restored
from tests.world import World, refusal

STATES = ("SELECT subject, blocked, consents, objections, mask, erased, others_blocked, others_denied,"
          " blocked_schemas, others_blocked_schemas, schemas_mask"
          " FROM sminion.subject_state ORDER BY subject")
REQUESTS = ("SELECT id, kind, subject, purpose, trigger, channel, received_at, due_on, extended_to, interim, schemas,"
            " identified, outcome FROM sminion.request ORDER BY id")
MERGES = "SELECT one, other FROM sminion.subject_merge WHERE ended_at IS NULL ORDER BY 1, 2"
HOLDS = "SELECT subject, schema_name, table_name, basis, released_at IS NULL FROM sminion.hold ORDER BY id"
CUSTOMERS = "SELECT id FROM crm.customer ORDER BY id"
SAME = (STATES, REQUESTS, MERGES, HOLDS, CUSTOMERS)


def folded(database: Database) -> None:
    with database.connect() as admin:
        journal.fold_all(admin)
        admin.execute("SELECT sminion.grow_tree()")


def exported(world: World, file: Path) -> Ledger:
    folded(world.database)
    ledger = Ledger(file)
    with world.connect("reader") as auditor:
        export(auditor, ledger)
    return ledger


@contextmanager
def copy_of(world: World, file: Path) -> Iterator[Database]:
    with new_database(world.database.server) as copy:
        restored(world, copy, file)
        yield copy


def replayed(world: World, copy: Database, ledger: Ledger) -> Replayed:
    with copy.connect(f"{world.name}_officer") as officer:
        return replay(officer, ledger, "restored last night")


def before(world: World) -> None:
    """What the backup has."""
    everybody = "ARRAY(SELECT n::text FROM generate_series(21, 40) n)"
    world.super(f"SELECT sminion.give_consents({everybody}, 'marketing', 'form')")
    world.super("SELECT sminion.block('21', 'court')")
    with world.connect("officer") as officer:
        Requests(officer).open(22, "clarify", "the address", trigger="proof")
        Destructions(officer).hold(38, "lawsuit", "civil code", table="crm.customer")
    world.settle()


def after(world: World) -> None:
    """What it lacks."""
    with world.connect("officer") as officer:
        requests, destructions = Requests(officer), Destructions(officer)
        for statement in (
            "SELECT sminion.unblock('21', 'court order lifted')",
            "SELECT sminion.block('23', 'contests')",
            "SELECT sminion.block('37', 'contests', schemas => ARRAY['crm', 'sales'],"
            " until => now() + interval '1 day')",
            "SELECT sminion.unblock('37', 'corrected', schemas => ARRAY['crm'])",
            "SELECT sminion.withdraw_consent('24', 'marketing', 'letter')",
            "SELECT sminion.withdraw_consent('25', 'marketing', 'letter')",
            "SELECT sminion.give_consent('25', 'marketing', 'changed her mind')",
            "SELECT sminion.refuse_consent('26', 'marketing', 'call')",
            "SELECT sminion.object('27', 'interest', 'mail')",
            "SELECT sminion.object('28', 'interest', 'mail')",
            "SELECT sminion.withdraw_objection('28', 'interest', 'mail')",
        ):
            officer.execute(statement.encode())
        requests.close(1, "refused", "the address is right")
        requests.open(29, "clarify", "the name is wrong", trigger="proof")
        requests.open(30, "withdraw_consent", "all of it")
        requests.open(39, "clarify", "the orders", trigger="proof", schemas=["sales"])
        Persons(officer).merge(31, 32, "two accounts")
        officer.execute("SELECT sminion.block('31', 'court')")
        officer.execute("SELECT sminion.block('32', 'contests', schemas => ARRAY['sales'])")
        destructions.release(1, "the lawsuit is over")
        destructions.hold(33, "tax", "tax code", table="crm.customer")
    for subject in (34, 35):
        destroyed(world, subject)
    with world.connect("officer") as officer:
        number = asked(officer, 36)
        Destructions(officer).destroy(number, "asked", patience=0)
        requests = Requests(officer)
        requests.close(number, "granted", "destroyed")


def test_everything_that_was_decided_since_is_repeated_once(world: World, tmp_path: Path) -> None:
    before(world)
    with copy_of(world, tmp_path / "dump") as copy:
        after(world)
        world.settle()
        ledger = exported(world, tmp_path / "ledger")
        wanted = {query: world.super(query) for query in SAME}
        assert all(copy.execute(query) != answer for query, answer in wanted.items()), "the backup brings it back"
        found = replayed(world, copy, ledger)
        assert not found.failures and found.destroyed == 3 and found.strangers == 0
        assert {query: copy.execute(query) for query in SAME} == wanted
        again = replayed(world, copy, ledger)
        assert (again.applied, again.destroyed, again.failures) == (0, 0, ())
        assert again.present == found.applied + found.present
        said = copy.execute("SELECT reason FROM sminion.subject_event WHERE subject = '24' ORDER BY id DESC LIMIT 1")
        assert "repeated after a restore: letter" in said[0][0]
        with copy.connect(f"{world.name}_officer") as officer:
            assert officer.execute("SELECT sminion.accept_restore('ledger replayed')").fetchall() == [(True,)]
        # The control: in the original nothing is missing.
        assert replayed(world, world.database, ledger).applied == 0


class Interrupted(Exception):
    """In the place of kill -9."""


def test_an_interrupted_replay_goes_on(world: World, tmp_path: Path) -> None:
    before(world)
    with copy_of(world, tmp_path / "dump") as copy:
        after(world)
        ledger = exported(world, tmp_path / "ledger")

        def stop(done: int, total: int) -> None:
            if done % 7 == 0:
                raise Interrupted

        for _ in range(2):
            with pytest.raises(Interrupted), copy.connect(f"{world.name}_officer") as officer:
                replay(officer, ledger, "restored last night", progress=stop)
        with copy.connect(f"{world.name}_officer") as officer:
            # It did not end, so it does not count.
            assert refusal(officer, "SELECT sminion.accept_restore('ledger replayed')") == "SG593"
        assert not replayed(world, copy, ledger).failures
        world.settle()
        assert {query: copy.execute(query) for query in SAME} == {query: world.super(query) for query in SAME}


def test_who_was_erased_from_the_log_is_destroyed_and_erased_again(world: World, tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    with copy_of(world, tmp_path / "dump") as copy:
        destroyed(world, 5)
        exported(world, file)
        world.super("SELECT sminion.erase_from_log('5', 'destroyed on request')")
        ledger = exported(world, file)
        assert '"5"' not in file.read_text() and '"salt":' in file.read_text()
        found = replayed(world, copy, ledger)
        assert not found.failures and found.destroyed == 1
        assert copy.execute("SELECT count(*) FROM crm.customer WHERE id = 5") == [(0,)]
        assert copy.execute("SELECT count(*) FROM sminion.request WHERE subject = '5'") == [(0,)]
        assert copy.execute("SELECT act FROM sminion.act WHERE act = 'erase_from_log'") == [("erase_from_log",)]
        assert replayed(world, copy, ledger).failures == ()
        # Whoever was erased before the decisions were written is missed, and that is said.
        with world.connect("reader") as auditor:
            late = export(auditor, Ledger(tmp_path / "late"))
        assert late.unnamed == 3  # opened, identified, begun
        with world.connect("reader") as auditor:
            assert export(auditor, ledger).unnamed == 0


def test_people_whom_the_backup_does_not_know_are_counted_and_left(world: World, tmp_path: Path) -> None:
    with copy_of(world, tmp_path / "dump") as copy:
        world.super("INSERT INTO crm.customer (id, email) VALUES (777, 'new@x'); SELECT sminion.block('777', 'court')")
        ledger = exported(world, tmp_path / "ledger")
        assert replayed(world, copy, ledger).strangers == 1
        copy.execute("INSERT INTO crm.customer (id, email) VALUES (777, 'again@x')")
        assert replayed(world, copy, ledger).applied == 1  # once the person is there
        assert copy.execute("SELECT blocked FROM sminion.subject_state WHERE subject = '777'") == [(True,)]


def test_a_number_that_another_request_has_is_given_anew(world: World, tmp_path: Path) -> None:
    with copy_of(world, tmp_path / "dump") as copy:
        with world.connect("officer") as officer:
            Requests(officer).open(7, "access", "letter")
            requests = Requests(officer)
            number = requests.open(8, "clarify", "the name is wrong", trigger="proof")
            requests.close(number, "refused", "it is right")
        ledger = exported(world, tmp_path / "ledger")
        with copy.connect(f"{world.name}_officer") as officer:
            Requests(officer).open(9, "access", "came after the restore")
        assert not replayed(world, copy, ledger).failures
        found = copy.execute("SELECT id, subject, outcome FROM sminion.request ORDER BY id")
        assert found[0] == (1, "9", None) and {row[1:] for row in found[1:]} == {("7", None), ("8", "refused")}
        assert copy.execute("SELECT blocked FROM sminion.subject_state WHERE subject = '8'") == [(False,)]


def test_a_ledger_of_another_log_is_not_continued(world: World, tmp_path: Path) -> None:
    world.super("SELECT sminion.block('6', 'court')")
    with copy_of(world, tmp_path / "dump") as copy:
        world.super("SELECT sminion.block('7', 'court')")
        ledger = exported(world, tmp_path / "ledger")
        kept = ledger.path.read_bytes()
        with copy.connect(f"{world.name}_officer") as officer, pytest.raises(GuardError) as refused:
            export(officer, ledger)
        assert refused.value.code == "SG592"
        copy.execute("SELECT sminion.block(n::text, 'court') FROM generate_series(8, 20) n")
        folded(copy)
        with copy.connect(f"{world.name}_officer") as officer, pytest.raises(GuardError) as refused:
            export(officer, ledger)
        assert refused.value.code == "SG592" and ledger.path.read_bytes() == kept
        exported(world, ledger.path)  # the control: its own log goes on


def test_only_officers_replay_and_nobody_else_reads_what_a_ledger_has(world: World) -> None:
    read = "SELECT * FROM sminion.ledger_events(0, 10)"
    for login in ("app", "keeper", "reader"):
        with world.connect(login) as connection:
            for statement in (
                "SELECT * FROM sminion.replay_decision('f', 1, 'state', now(), '7', NULL, '{}')",
                "SELECT sminion.end_replay('f', 1, 0, 'r')", "SELECT * FROM sminion.ledger_people('s', '{}')",
                *([] if login == "reader" else [read, "SELECT * FROM sminion.ledger_size(0)"]),
            ):
                assert refusal(connection, statement) == "42501", statement
                connection.rollback()
    with world.connect("officer") as officer:
        officer.execute(read.encode())
        for statement in (
            "SELECT * FROM sminion.replay_decision('f', 1, 'other', now(), '7', NULL, '{}')",
            "SELECT * FROM sminion.replay_decision('f', 1, 'state', now(), NULL, NULL, '{}')",
        ):
            assert refusal(officer, statement) == "SG594"
            officer.rollback()
