"""What a transaction sends before its first statement, in which order, and what it does about errors. No server."""

from __future__ import annotations

import pytest

from sminion_guard import processing
from sminion_guard.errors import ContextEscape, ContextMissing, TicketRefused
from sminion_guard.session.transaction import ServerError
from tests.unit.session.transaction.conversation import HOME, Conversation, refused, statement

BEGIN = b"BEGIN"
READ = statement("SELECT name FROM crm.customer")


def care() -> processing:
    return processing("care", actor="nurse:1", reason="visit")


def settings(ticket: int) -> tuple[bytes, bytes]:
    return b"SET LOCAL sminion.token TO '%d.secret.shop_care'" % ticket, b"SET LOCAL ROLE 'shop_care'"


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


def test_begin_and_activation_are_held_for_the_first_statement(talk: Conversation) -> None:
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
    assert [commands[-2][:26] for commands in talk.sent] == [b"SELECT sminion.open_ticket"], "and nothing else was sent"
    assert first.held == (BEGIN, *settings(1))
    assert first.role == "shop_care"
    talk.flush(first)
    assert first.held == (), "it is sent once"


def test_a_ticket_that_the_server_just_took_is_activated_by_settings(talk: Conversation) -> None:
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
        talk.flush(first)
        second = talk.transaction()
        talk.perform(second.start(BEGIN, READ))
    assert second.held == (BEGIN, *settings(1))
    talk.clock.now += 1.1
    with care():
        third = talk.transaction()
        talk.perform(third.start(BEGIN, READ))
    assert third.held[-1] == b"SELECT sminion.enter('1.secret.shop_care')", "after a second the server is asked again"


def test_a_login_that_is_marked_always_enters(talk: Conversation) -> None:
    talk.alternating, talk.in_force = True, b"2:b"
    with care():
        for _ in range(2):
            transaction = talk.transaction()
            talk.perform(transaction.start(BEGIN, READ))
            assert transaction.held[-1].startswith(b"SELECT sminion.enter(")
            talk.flush(transaction)


def test_a_statement_that_cannot_join_follows_its_begin(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, statement("SELECT 1; SELECT 2", joins=False)))
    assert transaction.held == ()
    assert talk.sent[-1] == (BEGIN, *settings(1))


def test_behind_a_pooler_the_session_is_reset_before_the_ticket(talk: Conversation) -> None:
    talk.state.pooled = True
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
    assert transaction.held == (
        BEGIN, b"SET LOCAL ROLE NONE", b"SET LOCAL search_path TO DEFAULT", b"CLOSE ALL",
        *settings(1),
    )


@pytest.mark.parametrize("code", ["SG202", "SG204", "SG208", "42501"])
def test_a_stale_ticket_is_replaced_and_the_statement_sent_again(talk: Conversation, code: str) -> None:
    with care():
        old = talk.transaction()
        talk.perform(old.start(BEGIN, READ))
        talk.flush(old)
        talk.fail(b"SET LOCAL ROLE 'shop_care'", refused(code))
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        talk.sent.clear()
        talk.flush(transaction)
    assert talk.sent[0][0] == BEGIN
    assert talk.sent[1] == (b"ROLLBACK",)
    assert b"open_ticket" in talk.sent[-2][-2]
    assert talk.sent[-1] == (BEGIN, *settings(2)), "the statement goes alone"
    assert transaction.held == ()


def test_a_revoked_ticket_is_not_replaced(talk: Conversation) -> None:
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
        talk.fail(b"SET LOCAL ROLE 'shop_care'", refused("SG205"))
        with pytest.raises(ServerError, match="SG205"):
            talk.flush(first)
        assert talk.sent[-1] == (b"ROLLBACK",)
        with pytest.raises(TicketRefused) as later:
            talk.perform(talk.transaction().start(BEGIN, READ))
    assert later.value.code == "SG205"


def test_a_new_ticket_that_is_refused_ends_the_attempts(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        talk.fail(b"SET LOCAL ROLE 'shop_care'", refused("SG204"))
        with pytest.raises(ServerError, match="SG204"):
            talk.flush(transaction)


def test_policies_that_change_all_the_time_end_the_attempts_too(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        for _ in range(4):
            talk.fail(b"SET LOCAL ROLE 'shop_care'", refused("SG208"))
        with pytest.raises(ServerError, match="SG208"):
            talk.flush(transaction)
    assert sum(b"open_ticket" in command for commands in talk.sent for command in commands) == 3


def test_an_error_that_is_none_of_the_ticket_is_passed_on(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        lost = ServerError(None, "server closed the connection unexpectedly")
        talk.fail(BEGIN, lost)
        before = len(talk.sent)
        with pytest.raises(ServerError) as raised:
            talk.flush(transaction)
    assert raised.value is lost
    assert len(talk.sent) == before + 1, "nothing is sent to a server that is gone"


def test_once_a_second_the_server_says_which_policy_is_in_force(talk: Conversation) -> None:
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
        talk.clock.now += 1.1
        talk.sent.clear()
        for _ in range(2):
            talk.perform(talk.transaction().start(BEGIN, READ))
    assert [commands[2] for commands in talk.sent] == [b"SELECT sminion.policy_in_force()"]


def test_a_login_that_may_no_longer_ask_is_told_so_by_opening_a_ticket(talk: Conversation) -> None:
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
        talk.clock.now += 1.1
        talk.fail(b"policy_in_force", refused("42501"))
        talk.fail(b"open_ticket", refused("42501"))
        talk.sent.clear()
        with pytest.raises(TicketRefused) as refusal:
            talk.perform(talk.transaction().start(BEGIN, READ))
    assert refusal.value.code == "SG246"
    assert talk.sent.count((b"ROLLBACK",)) == 2, "one for each transaction of ours that failed"


def test_set_transaction_comes_before_the_ticket(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, statement("SET TRANSACTION READ ONLY", joins=False)))
        assert talk.sent[-1] == (BEGIN,)
        assert transaction.role == ""
        talk.perform(transaction.admit(READ))
    assert talk.sent[-1] == (b"SELECT sminion.enter('1.secret.shop_care')",)
    assert transaction.role == "shop_care"


def test_a_savepoint_does_not_come_before_the_ticket(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, statement("SET TRANSACTION READ ONLY", joins=False)))
        talk.perform(transaction.before_savepoint())
    assert talk.sent[-1] == (b"SELECT sminion.enter('1.secret.shop_care')",)


def test_a_block_begins_before_its_first_statement(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.begin(BEGIN))
        assert talk.sent[-1] == (BEGIN, *settings(1))
        before = len(talk.sent)
        talk.perform(transaction.admit(READ))
    assert len(talk.sent) == before


def test_without_a_purpose_nothing_is_sent(talk: Conversation) -> None:
    with pytest.raises(ContextMissing):
        talk.perform(talk.transaction().start(BEGIN, READ))
    with pytest.raises(ContextMissing):
        talk.perform(talk.transaction().begin(BEGIN))
    assert talk.sent == []


def test_a_statement_of_another_context_is_refused(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.begin(BEGIN))
    with processing("care", actor="nurse:2", reason="visit"), pytest.raises(ContextEscape) as refusal:
        talk.perform(transaction.admit(READ))
    assert refusal.value.code == "SG231"
    with care():
        talk.perform(transaction.admit(READ))
    with pytest.raises(ContextMissing):
        talk.perform(transaction.admit(READ))


def test_what_the_server_says_of_a_ticket_later_is_remembered(talk: Conversation) -> None:
    with care():
        transaction = talk.transaction()
        talk.perform(transaction.begin(BEGIN))
        found = transaction.explain(refused("SG204"))
        assert isinstance(found, TicketRefused)
        assert talk.guard.tickets.get(HOME, care().context) is None
        assert transaction.explain(refused("22012")) is None, "an error of the application is no refusal"


# Opened in the message of the transaction that needs it.


def another(reason: str) -> processing:
    return processing("care", actor="nurse:1", reason=reason)


def opened_once(talk: Conversation) -> None:
    """The first ticket of a purpose says its role."""
    with care():
        first = talk.transaction()
        talk.perform(first.start(BEGIN, READ))
        talk.flush(first)
    talk.sent.clear()


def test_a_ticket_is_opened_in_the_message_of_the_first_statement(talk: Conversation) -> None:
    opened_once(talk)
    with another("visit 2"):
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        assert talk.sent == [], "nothing before the statement"
        begin, role, opening, commit, *rest = transaction.held
        assert (begin, role, commit) == (
            b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", b"SET LOCAL ROLE NONE", b"COMMIT")
        assert b"'visit 2'" in opening
        assert rest[0] == BEGIN, "after the commit"
        secret = opening.split(b"secret => '")[1][:32]
        assert b"'.%b.shop_care'" % secret in rest[1]
        assert rest[2:] == [b"SET LOCAL ROLE 'shop_care'"]
        assert transaction.role == "shop_care"
        talk.flush(transaction)
        again = talk.transaction()
        talk.perform(again.start(BEGIN, READ))
    assert again.held == (
        BEGIN, b"SET LOCAL sminion.token TO '2.%b.shop_care'" % secret, b"SET LOCAL ROLE 'shop_care'")


@pytest.mark.parametrize("why", ["a pooler", "marked", "several compartments fit", "SET TRANSACTION"])
def test_it_takes_two_where_one_message_cannot_do(talk: Conversation, why: str) -> None:
    if why == "marked":
        talk.alternating, talk.in_force = True, b"2:b"
    opened_once(talk)
    talk.state.pooled = why == "a pooler"
    statement_ = statement("SET TRANSACTION READ ONLY", joins=False) if why == "SET TRANSACTION" else READ
    with processing("care", actor="a", reason="b", schemas=["crm"] if why.startswith("several") else None):
        talk.perform(talk.transaction().start(BEGIN, statement_))
    assert b"open_ticket" in talk.sent[0][-2], "by a message of its own"


def test_a_statement_judged_by_a_policy_that_was_is_taken_back_and_judged_again(talk: Conversation) -> None:
    opened_once(talk)
    with another("visit 2"):
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        talk.in_force = b"2:b"
        talk.flush(transaction)
    assert talk.sent[1] == (b"ROLLBACK",)
    assert any(b"session_facts" in command for commands in talk.sent for command in commands)
    assert talk.guard.judges_by(HOME, "2:b")
    assert talk.sent[-1] == (BEGIN, *settings(3)), "and the statement goes alone"


@pytest.mark.parametrize(
    ("state", "again"), [("SG226", True), ("42501", True), ("25006", True), ("57014", False), (None, False)]
)
def test_a_ticket_that_was_not_opened_is_tried_alone_where_the_guard_can_say_more(
    talk: Conversation, state: str | None, again: bool
) -> None:
    opened_once(talk)
    with another("visit 2"):
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, READ))
        talk.fail(b"open_ticket", ServerError(state, "no", in_transaction=state is not None))
        if again:
            talk.flush(transaction)
        else:
            with pytest.raises(ServerError):
                talk.flush(transaction)
    opened = [commands for commands in talk.sent if any(b"open_ticket" in command for command in commands)]
    assert len(opened) == (2 if again else 1)
    assert not again or opened[1][-1] == b"COMMIT"


def test_a_statement_that_cannot_join_follows_its_ticket(talk: Conversation) -> None:
    opened_once(talk)
    with another("visit 2"):
        transaction = talk.transaction()
        talk.perform(transaction.start(BEGIN, statement("SELECT 1; SELECT 2", joins=False)))
    assert b"open_ticket" in talk.sent[-1][2]
    assert talk.sent[-1][-1] == b"SET LOCAL ROLE 'shop_care'"
    assert transaction.held == ()
    assert transaction.ticket is not None and transaction.ticket.entering.startswith(b"SELECT sminion.enter('2.")
