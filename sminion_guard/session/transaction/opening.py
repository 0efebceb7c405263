"""How a connection opens its tickets: by itself where it may write, through the primary on a standby."""

from __future__ import annotations

from sminion_guard.errors import GuardError
from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.tickets.pooled import WHO_SERVES, is_pooled
from sminion_guard.session.tickets.primary import CANNOT_WRITE, Opened, Replay, standby_without_primary
from sminion_guard.session.tickets.server_facts import Facts, not_named
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Await, Effects, Row, Send, ServerError
from sminion_guard.session.transaction.errors_from_server import NOT_PERMITTED

_AS_LOGIN = b"SET LOCAL ROLE NONE"
_FACTS = (
    b"BEGIN", _AS_LOGIN,
    b"SELECT sminion.session_facts(), pg_catalog.pg_is_in_recovery(), " + WHO_SERVES, b"COMMIT",
)
_POLICY_ALONE = (b"BEGIN", _AS_LOGIN, b"SELECT sminion.policy_in_force()", b"COMMIT")
_RECOVERS = b"SELECT pg_catalog.pg_is_in_recovery()"
_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_OPEN = (
    b"sminion.open_ticket(%(purpose)b, %(actor)b, %(reason)b, schemas => %(schemas)b::text[], unit => %(unit)b,"
    b" basis_ref => %(basis_ref)b, subject => %(subject)b, \"values\" => %(values)b::jsonb, kind => %(kind)b%(more)b)"
)
Commands = tuple[bytes, ...]
_PARTS = ("purpose", "actor", "reason", "unit", "basis_ref", "subject", "values", "kind")


def check_in(state: ConnectionState, greeted_by: int) -> Effects[None]:
    """Once for each server and login: see :mod:`sminion_guard.session.tickets.server_facts`.

    :param greeted_by: the process id of the server's greeting.
    """
    guard, home = state.guard, state.home
    if not guard.knows(home):
        asked_at = guard.tickets.clock()
        try:
            *_, answer, _ = yield from alone(_FACTS)
        except ServerError as error:
            if error.state == NOT_PERMITTED:
                raise not_named(state.login, error.message) from error.error
            raise
        facts = Facts.parse(answer[0])
        if guard.primary is None and answer[1] == b"t":
            raise standby_without_primary()
        if is_pooled(greeted_by, int(answer[2] or b"0")):
            guard.pooled.add(home)
        guard.accept(home, facts, state.server_version, asked_at)
    state.pooled = home in guard.pooled


def open_ticket(state: ConnectionState, context: Context) -> Effects[Ticket]:
    """Open a ticket in a transaction of its own and keep it.

    The connection runs no other transaction then. It needs no second connection: the same login, the same encryption.
    """
    tickets = state.guard.tickets
    asked_at = tickets.clock()
    begin, *rest = opening(state, context)
    opened = yield from _opened(state, begin, tuple(rest))
    yield from _follow(state, opened.policy, asked_at)
    ticket = ticket_of(state, opened.token, asked_at)
    tickets.put(state.home, context, ticket)
    state.guard.note_role(state.home, context, ticket.role)
    return ticket


def opening(state: ConnectionState, context: Context, *, secret: str | None = None, token: bytes = b"%b") -> Commands:
    """Commands that open a ticket in a transaction of its own. The last but one says its token and the policy in force.

    :param secret: of the token; None where the server makes one.
    :param token: what is made of the token, as SQL.
    """
    given = {name.encode(): state.literal(getattr(context, name)) for name in _PARTS}
    given[b"schemas"] = state.literal(None if context.schemas is None else list(context.schemas))
    given[b"more"] = b"" if secret is None else b", secret => " + state.literal(secret)
    answer = b"SELECT " + token % (_OPEN % given) + b", sminion.policy_in_force()"
    return _BEGIN, _AS_LOGIN, answer, b"COMMIT"


def ticket_of(state: ConnectionState, token: bytes, asked_at: float) -> Ticket:
    """The ticket with a token, under the policy that statements are judged by.

    :param asked_at: when the server was asked to open it.
    """
    facts = state.guard.facts_at(state.home)
    _, _, role = token.split(b".", 2)
    # What `enter` does once it has asked whether the ticket is good. SET is neither planned nor does it take a
    # snapshot.
    setting = b"SET LOCAL sminion.token TO " + state.quote(token), b"SET LOCAL ROLE " + state.quote(role)
    return Ticket.opened(
        b"SELECT sminion.enter(" + state.quote(token) + b")", role.decode(state.encoding()),
        facts.ticket_lifetime, asked_at, setting=None if facts.alternating else setting,
    )


def _opened(state: ConnectionState, begin: bytes, rest: Commands) -> Effects[Opened]:
    primary = state.guard.primary
    if primary is not None and (yield from _recovers()):
        here = state.conninfo()
        opened: Opened = yield Await(lambda: primary.open(begin, rest, here))
        yield from _replayed(primary.replay(opened))
        return opened
    try:
        *_, answer, _ = yield from alone((begin, *rest))
    except ServerError as error:
        if error.state in CANNOT_WRITE and (yield from _recovers()):
            raise standby_without_primary() from error.error
        if error.state == NOT_PERMITTED:
            raise not_named(state.login, error.message) from error.error
        raise
    return Opened(answer[0] or b"", answer[1])


def follow_alone(state: ConnectionState) -> Effects[None]:
    """Judge by the policy in force; outside of any transaction."""
    asked_at = state.guard.tickets.clock()
    *_, answer, _ = yield from alone(_POLICY_ALONE)
    yield from _follow(state, answer[0], asked_at)


def alone(commands: tuple[bytes, ...]) -> Effects[list[Row]]:
    """A transaction of our own; nothing is left of it after an error."""
    try:
        return (yield Send(commands))  # type: ignore[no-any-return]
    except ServerError as error:
        if error.in_transaction:
            yield Send((b"ROLLBACK",))
            error.in_transaction = False
        raise


def _follow(state: ConnectionState, policy: bytes | None, asked_at: float) -> Effects[None]:
    """Judge by the policy in force; outside of any transaction.

    :param policy: the server's answer to which one that is.
    :param asked_at: when it was asked.
    """
    if policy is not None and state.guard.judges_by(state.home, policy.decode()):
        return
    *_, answer, _ = yield from alone(_FACTS)
    try:
        state.guard.accept(state.home, Facts.parse(answer[0]), state.server_version, asked_at)
    except GuardError:
        state.guard.ask_soon(state.home)  # else others would be served until it is time to ask again
        raise


def _recovers() -> Effects[bool]:
    """Whether the server is a standby now; it may have been promoted since."""
    (answer,) = yield Send((_RECOVERS,))
    return bool(answer[0] == b"t")


def _replayed(replay: Replay) -> Effects[None]:
    """Wait until the standby has the ticket. The server sleeps between two looks: neither loop nor thread does."""
    answers = yield Send(replay.first)
    while not replay.done(answers[-1]):
        answers = yield Send(replay.again())
