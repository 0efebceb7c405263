"""Attack: change data of people in the name of a request that is not theirs, not open, or not there."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from sminion_guard.subjects import Requests
from tests import servers
from tests.world import Connection, World, acting, new_world, refusal, rows, ticket


@pytest.fixture(scope="module")
def correcting(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        text = world.text().replace('collected_for = ["contract", "accounting"]',
                                    'collected_for = ["contract", "accounting", "rectification"]')
        with world.database.connect() as admin:
            servers.apply_unrehearsed(admin, loads(text))
        world.super("INSERT INTO sales.gift (giver, taker, email) VALUES (7, 8, 'test'), (7, 9, 'test')")
        yield world


@pytest.fixture
def world(correcting: World) -> Iterator[World]:
    yield correcting
    for (number,) in correcting.super("SELECT id FROM sminion.request WHERE closed_at IS NULL"):
        correcting.super("SELECT sminion.close_request(%s, 'refused', 'over')", number)
    correcting.settle()


@pytest.fixture
def login(world: World) -> Iterator[Connection]:
    with world.connect() as connection:
        yield connection


def opened(world: World, subject: int, kind: str = "clarify") -> int:
    ((number,),) = world.super(f"SELECT sminion.open_request('{subject}', '{kind}', 'letter')")
    return int(number)


def correct(subject: int) -> str:
    return f"UPDATE crm.customer SET email = random()::text WHERE id = {subject}"


def test_a_ticket_rests_on_an_open_request_of_the_person_that_it_names(world: World, login: Connection) -> None:
    number, access, others = opened(world, 7), opened(world, 7, "access"), opened(world, 8)
    closed = opened(world, 7)
    world.super("SELECT sminion.close_request(%s, 'refused', 'twice')", closed)
    assert ticket(login, "rectification", subject="7", basis_ref=f"request:{number}")  # the control
    said = set()
    for wrong in (
        f"request:{access}", f"request:{others}", f"request:{closed}", "request:999999", "request:", "request:x",
        f"request: {number}", f"request:0{number}", f"request:{number} OR", "request:99999999999999999999",
    ):
        with pytest.raises(psycopg.Error) as caught:
            ticket(login, "rectification", subject="7", basis_ref=wrong)
        assert caught.value.sqlstate == "SG542", wrong
        said.add((str(caught.value.diag.message_primary).replace(wrong, "REQUEST"), caught.value.diag.message_detail,
                  caught.value.diag.message_hint))
    # Whether a request is there, open, or somebody else's is not told.
    assert len(said) == 1
    unnamed = f"SELECT sminion.open_ticket('contract', 'a', 'r', basis_ref => 'request:{number}')"
    assert refusal(login, unnamed) == "SG542"


def test_what_is_contested_in_another_schema_only_is_changed_as_ever(world: World, login: Connection) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        elsewhere = requests.open(8, "clarify", "orders", schemas=["sales"])
        try:
            with acting(login, ticket(login, "rectification", subject="8")):
                assert login.execute(correct(8).encode()).rowcount == 1
            here = requests.open(8, "clarify", "address", schemas=["crm"])
            with acting(login, ticket(login, "rectification", subject="8")):
                assert refusal(login, correct(8)) == "SG543"
            requests.close(here, "refused", "no")
        finally:
            requests.close(elsewhere, "refused", "no")


def test_contested_data_are_changed_for_the_request_only(world: World, login: Connection) -> None:
    number = opened(world, 7)
    with acting(login, ticket(login, "rectification", subject="7")):
        assert rows(login, "SELECT count(*) FROM crm.customer WHERE id = 7") == [(1,)]
        assert refusal(login, correct(7)) == "SG543"
    with acting(login, ticket(login, "rectification", subject="7", basis_ref="complaint 1")):
        assert refusal(login, correct(7)) == "SG543"
    with acting(login, ticket(login, "rectification", subject="7", basis_ref=f"request:{number}")):
        assert login.execute(correct(7).encode()).rowcount == 1
    # Whoever is blocked by an officer, and contests nothing, is changed under the reason of the ticket.
    world.super("SELECT sminion.block('8', 'court')")
    with acting(login, ticket(login, "rectification", subject="8")):
        assert login.execute(correct(8).encode()).rowcount == 1
    world.super("SELECT sminion.unblock('8', 'over')")


def test_nothing_of_others_is_written_under_the_ticket(world: World, login: Connection) -> None:
    token = ticket(login, "rectification", subject="7", basis_ref=f"request:{opened(world, 7)}")
    gift = "UPDATE sales.gift SET email = email || 'x' WHERE email LIKE 'test%'"
    with acting(login, token):
        # It sees this person only. A row about two is about this one too, and several such rows could be about anybody.
        for statement, changed in ((correct(7), 1), (correct(8), 0), ("UPDATE crm.customer SET email = 'all'", 1),
                                   (f"{gift} AND taker = 8", 1)):
            assert login.execute(statement.encode()).rowcount == changed, statement
        assert refusal(login, gift) == "SG543"
    # A purpose that sees everybody, except blocked people, is bound in the same way.
    number = opened(world, 9, "misconduct")
    world.super("UPDATE sminion.request SET interim = false WHERE id = %s", number)
    world.super("SELECT sminion.unblock('9', 'not yet')")
    world.settle()
    token = ticket(login, "contract", subject="9", basis_ref=f"request:{number}")
    with acting(login, token):
        assert login.execute("INSERT INTO sales.orders (customer_id, email) VALUES (9, 'x')").rowcount == 1
        login.execute("SAVEPOINT before")
        delete = "DELETE FROM sales.orders WHERE customer_id = 8"
        insert = "INSERT INTO sales.orders (customer_id, email)"
        for statement in (
            delete, "DELETE FROM sales.orders", f"{insert} VALUES (8, 'x')", f"{insert} VALUES (9, 'x'), (8, 'x')",
            f"WITH one AS ({delete} RETURNING 1) SELECT count(*) FROM one",
        ):
            assert refusal(login, statement) == "SG543", statement
            login.execute("ROLLBACK TO before")


def test_the_ticket_ends_with_the_request_also_in_a_transaction_that_has_begun(world: World, login: Connection) -> None:
    number, other = opened(world, 7), opened(world, 7, "misconduct")
    token = ticket(login, "rectification", subject="7", basis_ref=f"request:{number}")
    with world.connect() as late, acting(login, token):
        late.execute("BEGIN")
        unseen = ticket(late, "rectification", subject="7", basis_ref=f"request:{number}")
        assert login.execute(correct(7).encode()).rowcount == 1
        with world.connect("officer") as officer:
            officer.execute("SELECT sminion.close_request(%s, 'refused', 'right')", [number])
        assert refusal(login, correct(7)) == "SG205"
        late.execute("COMMIT")
    # Closing did not see this one. It reads until it expires, and writes nothing.
    with acting(login, unseen):
        assert rows(login, "SELECT count(*) FROM crm.customer WHERE id = 7") == [(1,)]
        assert refusal(login, correct(7)) == "SG543"
    with acting(login, ticket(login, "rectification", subject="7", basis_ref=f"request:{other}")):
        assert login.execute(correct(7).encode()).rowcount == 1


def test_nothing_is_granted_that_was_not_done(world: World, login: Connection) -> None:
    number = opened(world, 7)
    close = f"SELECT sminion.close_request({number}, 'granted', 'corrected')"
    token = ticket(login, "rectification", subject="7", basis_ref=f"request:{number}")
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.identify_request(%s, 'passport')", [number])
        assert refusal(officer, close) == "SG544"
        for commit, statement in ((False, correct(7)), (True, "UPDATE crm.customer SET email = email WHERE id = 7"),
                                  (True, "UPDATE crm.customer SET email = email WHERE id = 0")):
            with acting(login, token):
                login.execute(statement.encode())
                login.execute("COMMIT" if commit else "ROLLBACK")
            assert refusal(officer, close) == "SG544", statement
        # Under another ticket it is not for this request.
        with acting(login, ticket(login, "contract")):
            login.execute("INSERT INTO sales.orders (customer_id, email) VALUES (8, 'x')")
            login.execute("COMMIT")
        assert refusal(officer, close) == "SG544"
        with acting(login, token):
            login.execute(correct(7).encode())
            login.execute("COMMIT")
        assert rows(officer, close) == [("",)]
