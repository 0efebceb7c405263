# ruff: noqa: E501 - statements stand on one line
"""Names of actors and addresses of clients have a retention of their own: then they go from the log, and every proof stays valid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit import database
from sminion_guard.audit.proof_file import verify_proof_file
from sminion_guard.embedded import Server
from tests.database.audit.sealed import ORIGIN, Sealed, begin, fill
from tests.database.audit.test_journal import ticket
from tests.database.audit.test_verify import newest
from tests.session.shop import Shop, new_shop

OPERATOR = """
[operator]
name = "Shop Ltd"
address = "Road 1"
contact = "privacy@shop.example"
actors = "1 year"
[request]
profile = "GDPR"
calendar = "weekends"
"""
LONG_AGO = """
UPDATE sminion.ticket SET opened_at = opened_at - interval '500 days', expires_at = expires_at - interval '500 days';
UPDATE sminion.subject_event SET at = at - interval '500 days';
UPDATE sminion.request_event SET at = at - interval '500 days';
UPDATE sminion.log_writer SET opened_at = opened_at - interval '500 days';
"""
NAMED = """
SELECT (SELECT count(*) FROM sminion.ticket WHERE actor IS NOT NULL AND opened_at < now() - interval '1 year'),
       (SELECT count(*) FROM sminion.subject_history WHERE actor IS NOT NULL AND at < now() - interval '1 year'),
       (SELECT count(*) FROM sminion.request_history WHERE actor IS NOT NULL AND at < now() - interval '1 year'),
       (SELECT count(*) FROM sminion.salt WHERE holder LIKE 'actor:%' AND holder < 'actor:' || to_char(now() - interval '1 year', 'YYYY-MM'))
"""
RECENT = """
SELECT (SELECT count(*) FROM sminion.ticket WHERE actor IS NOT NULL AND opened_at > now() - interval '1 year'),
       (SELECT count(*) FROM sminion.subject_history WHERE actor IS NOT NULL AND at > now() - interval '1 year'),
       (SELECT count(*) FROM sminion.salt WHERE holder LIKE 'actor:' || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') || ':%%')
"""


def acted(shop: Shop) -> None:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        for _ in range(3):
            ticket(app)
    shop.database.execute("SELECT sminion.block('1', 'a request', 'anna')")
    shop.database.execute("SELECT sminion.open_request('2', 'access', 'a letter', actor => 'anna')")


def backdate(shop: Shop) -> None:
    """All that happened until now was 500 days ago."""
    with shop.database.connect() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(LONG_AGO)


def maintain(shop: Shop) -> None:
    with shop.database.connect() as admin:
        while admin.execute("CALL sminion.maintain()").fetchone() == (True,):
            pass
    assert shop.database.execute("SELECT message FROM sminion.maintenance_state WHERE step = 'actors'") == [(None,)]


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server, more=OPERATOR) as shop:
        acted(shop)
        backdate(shop)
        yield shop


@pytest.fixture
def sealed(shop: Shop, tmp_path: Path) -> Sealed:
    sealed = begin(shop, tmp_path)
    fill(shop)
    sealed.seal()
    return sealed


def test_who_acted_long_ago_is_forgotten_and_every_proof_stays_valid(shop: Shop, sealed: Sealed) -> None:
    assert sealed.verify().clean
    before = shop.database.execute(
        "SELECT login, purpose, reason, \"values\", basis_ref FROM sminion.access_log ORDER BY id")
    maintain(shop)
    assert shop.database.execute(NAMED) == [(0, 0, 0, 0)]
    assert shop.database.execute(
        "SELECT login, purpose, reason, \"values\", basis_ref FROM sminion.access_log ORDER BY id") == before
    assert shop.database.execute(
        "SELECT detail ->> 'names' FROM sminion.act WHERE act = 'forget_actors'") == [("2",)]
    sealed.seal()
    found = sealed.verify()
    assert found.clean and found.sealed == found.size


def test_who_acted_since_is_not_forgotten(shop: Shop, sealed: Sealed) -> None:
    before = shop.database.execute(RECENT)
    assert all(before[0])
    maintain(shop)
    sealed.seal()
    assert shop.database.execute(RECENT) == before
    assert sealed.verify().clean


def test_without_the_key_of_the_policy_nobody_is_forgotten(server: Server) -> None:
    with new_shop(server, more=OPERATOR.replace('actors = "1 year"', "")) as shop:
        acted(shop)
        backdate(shop)
        maintain(shop)
        assert shop.database.execute(NAMED) == [(3, 1, 1, 2)]


def test_whoever_guesses_a_name_finds_no_commitment_of_it(shop: Shop, sealed: Sealed) -> None:
    """The salts of the month are gone: those of another month make other hashes."""
    maintain(shop)
    acted(shop)
    maintain(shop)
    guessed = """
    SELECT count(*) FROM sminion.erased e CROSS JOIN sminion.salt z
    WHERE e.field = 'actor' AND e.hash = sha256(sha256(z.salt || int8send(e.number) || convert_to('actor', 'UTF8')) || convert_to(%s, 'UTF8'))
    """
    assert shop.database.execute("SELECT count(*) FROM sminion.erased WHERE field = 'actor'") == [(5,)]
    assert shop.database.execute(guessed, "anna") == [(0,)]


def test_a_guess_finds_it_while_the_salts_are_there(shop: Shop, sealed: Sealed) -> None:
    """The positive control of the test before: the same query, when one event of the month is still to be done."""
    with shop.database.connect() as admin:
        admin.execute("SET ROLE sminion_owner")
        admin.execute("SELECT set_config('sminion.erasing', '', false)")
        with admin.transaction():
            admin.execute("INSERT INTO sminion.forgotten_actors (source) VALUES (%s)", ("state",))
            admin.execute("SELECT set_config('sminion.erasing', pg_current_xact_id()::text, true)")
            admin.execute("SELECT sminion.forget_actors_of('state', now() - interval '1 year', 1000)")
    found = shop.database.execute("""
    SELECT count(*) FROM sminion.erased e CROSS JOIN sminion.salt z
    WHERE e.field = 'actor' AND e.hash = sha256(sha256(z.salt || int8send(e.number) || convert_to('actor', 'UTF8')) || convert_to('anna', 'UTF8'))
    """)
    assert found == [(1,)]
    assert sealed.verify().clean


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_it_goes_in_parts_of_any_size(step: int, shop: Shop, sealed: Sealed) -> None:
    with shop.database.connect() as admin:
        admin.execute("SET ROLE sminion_owner")
        for _ in range(10):
            admin.execute("SELECT sminion.forget_actors(%s)", (step,))
    assert shop.database.execute(NAMED) == [(0, 0, 0, 0)]
    assert sealed.verify().clean


@pytest.mark.parametrize("statement", [
    "UPDATE sminion.ticket SET actor = NULL, client_address = NULL, application = ''",
    "UPDATE sminion.subject_event SET actor = NULL",
    "UPDATE sminion.request_event SET actor = NULL",
    "UPDATE sminion.request_event SET actor = 'somebody else'",
])
def test_nobody_else_takes_a_name_out(statement: str, shop: Shop) -> None:
    with shop.database.connect() as admin, pytest.raises(psycopg.Error) as refused:
        admin.execute(statement)
    assert refused.value.sqlstate == "SG505"


def test_a_log_whose_salt_is_gone_keeps_its_names_and_says_so(shop: Shop, sealed: Sealed) -> None:
    """The commitment could not be made any more, and the leaf would be lost."""
    with shop.database.connect() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM sminion.salt WHERE holder LIKE 'actor:%anna'")
        admin.execute("CALL sminion.maintain()")
    assert shop.database.execute("SELECT code FROM sminion.maintenance_state WHERE step = 'actors'") == [("23502",)]
    assert shop.database.execute("SELECT count(*) FROM sminion.subject_history WHERE actor = 'anna' AND at < now() - interval '1 year'") == [(1,)]


def test_a_proof_from_before_is_still_one(shop: Shop, sealed: Sealed) -> None:
    ((number,),) = shop.database.execute(
        "SELECT r.first FROM sminion.event_run r WHERE r.kind = 'ticket' ORDER BY r.first LIMIT 1")
    old = newest(sealed)
    maintain(shop)
    with sealed.log() as log:
        leaf, proof = database.prove(log, number, *old)
        verify_proof_file(proof, leaf.entry, ORIGIN, [sealed.key.key])
