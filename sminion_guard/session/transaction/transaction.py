"""One transaction of a guarded connection."""

from __future__ import annotations

from collections.abc import Sequence

from sminion_guard.errors import AuditUnavailable, ContextMissing, GuardError
from sminion_guard.session.context import Context, current
from sminion_guard.session.recording.sent import Sent
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.transaction.activation import CHANGED, Activation, activate, not_taken
from sminion_guard.session.transaction.compartment import Choice
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Effects, Row, Send, ServerError
from sminion_guard.session.transaction.errors_from_server import NOT_PERMITTED, explain
from sminion_guard.session.transaction.receipts import Receipts
from sminion_guard.session.transaction.same_context import purpose_is_declared, stay_in
from sminion_guard.session.transaction.statement import Statement
from sminion_guard.session.transaction.statements import Statements
from sminion_guard.session.transaction.without_purpose import SETTINGS, WithoutPurpose
from sminion_guard.session.values import check_values


class Transaction:
    """From before BEGIN until the next one begins. Methods that return effects are steps, to be performed one by one.

    :param state: of its connection.
    :param receipts: likewise.
    :ivar context: under which it began; None before, and without a purpose.
    :ivar ticket: that it has entered, or enters with its first statement.
    :ivar statements: judged and sent in it.
    """

    def __init__(self, state: ConnectionState, receipts: Receipts) -> None:
        receipts.begin()
        self.context: Context | None = None
        self.ticket: Ticket | None = None
        self.statements = Statements(state.judge, state.recorder, receipts)
        self._state = state
        self._key: Context | None = None  # what its ticket was opened for
        self._later: Ticket | None = None  # that it is to enter with the next statement
        self._choice: Choice | None = None
        self._without: WithoutPurpose | None = None
        self._activation: Activation | None = None
        self._held: tuple[bytes, ...] = ()  # without a purpose
        self._first: Statement | None = None  # that is sent after what is held
        self._ahead: Sent | None = None  # whose row was handed in before what is held was sent
        self._begun = False

    @property
    def role(self) -> str:
        """The role of its compartment; empty while it has none."""
        return self.ticket.role if self.ticket else ""

    @property
    def held(self) -> tuple[bytes, ...]:
        """Commands that must be sent before the statement, in the same flush."""
        return self._held or (self._activation.held if self._activation else ())

    # How it begins.

    def begin(self, begin: bytes) -> Effects[None]:
        """Begin without a statement: a block of ``transaction()``, or ``tpc_begin``.

        :param begin: the statement that begins it.
        :raises ContextMissing: SG218.
        """
        self._declare(begin)
        if self._choice is None:
            yield from self._prepare(begin)
            yield from self._begin_now()
        else:
            yield Send((begin, *self._state.at_begin))
            self._begun = True

    def start(self, begin: bytes, statement: Statement) -> Effects[Sent | None]:
        """Begin with the first statement, judge it, and hand in its row.

        :param begin: the statement that begins the transaction.
        :raises ContextMissing: SG218 for a statement that needs a purpose.
        :raises PurposeViolation: when it is refused.
        """
        try:
            self._declare(begin)
        except ContextMissing as missing:
            if self._state.judge is None:
                raise
            yield from self._start_without_purpose(begin, statement, missing)
            return None
        if self._choice is not None:
            return (yield from self._choose(statement))
        if statement.sets_transaction:
            yield from self._begin_without_ticket(begin)
        else:
            yield from self._prepare(begin)
        return (yield from self._judge(statement))

    def begun(self, answers: Sequence[Row]) -> ServerError | None:
        """What was held has been executed.

        :param answers: to each command of it.
        :returns: why the statement that was sent with it counts as not executed: it was judged by a policy that is no
            longer in force. Then see :meth:`not_begun`.
        """
        return None if self._activation is None else self._activation.taken(answers)

    def sent(self) -> Sent | None:
        """The transaction has begun, and the statement was executed with it: hand in its row, if that was not done.

        Its result is released later still.
        """
        self._begun, self._held = True, ()
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            return ahead
        return None if self.ticket is None else self.statements.hand_in_kept(self.ticket)

    def not_begun(self, error: ServerError) -> Effects[Sent | None]:
        """What was held failed, so that the statement was not executed. Begin once more, and judge it again.

        :param error: of what was held.
        :raises ServerError: ``error``, where the statement cannot be sent at all.
        """
        activation, statement, self._held = self._activation, self._first, ()
        self._drop(error)
        if activation is None or statement is None:
            raise error
        yield from activation.refused(error)
        yield from self._begin_now()
        return (yield from self._judge(statement))

    # What runs in it.

    def admit(self, statement: Statement) -> Effects[Sent | None]:
        """Judge a statement within the transaction, and hand in its row.

        :raises PurposeViolation: when it is refused.
        :raises ContextEscape: SG231 where the context is another one.
        """
        self.stay_in_context()
        if self._without is not None:
            self._judge_without_purpose(self._without, statement)
            return None
        if self._choice is not None:
            return (yield from self._choose(statement))
        if self._later is not None and not statement.sets_transaction:
            yield from self._enter_later()
        return (yield from self._judge(statement))

    def before_savepoint(self) -> Effects[None]:
        """Enter the compartment: entered inside of the savepoint, a rollback to it would take the role away."""
        if self._choice is not None:
            yield from self._decide(self._choice.first)
            if self.held:
                yield from self._begin_now()
        if self._later is not None:
            yield from self._enter_later()

    def stay_in_context(self) -> None:
        """The context of the transaction must be the current one.

        :raises ContextMissing: SG218.
        :raises ContextEscape: SG231.
        """
        if self._without is None or purpose_is_declared():
            stay_in(self.context)

    def check_types(self, types: tuple[int, ...]) -> None:
        """Judge the types of parameters: to bind one of a domain runs the code of its CHECK.

        :raises ContextMissing: SG218 for a type that is not PostgreSQL's own, outside of a purpose.
        """
        if self._without is not None:
            self._without.check_types(types)

    def explain(self, error: ServerError) -> GuardError | None:
        """What an error means for the guard, if it is one of its refusals; it goes on record."""
        state = self._state
        ticket = self.ticket
        if ticket is not None and self._key is not None:
            not_taken(state, error.state, self._key, ticket)
        if error.state in (NOT_PERMITTED, CHANGED):
            state.guard.ask_soon(state.home)
        role = ticket.role if ticket else None
        refusal = explain(error, state.guard.policy_at(state.home), self.context, role, self.statements.sent)
        self.statements.failed(error.state, refused=refusal is not None)
        return refusal

    # Under a ticket.

    def _declare(self, begin: bytes) -> None:
        """:raises TicketRefused: SG227 for a context that lacks what the policy says that each ticket carries."""
        state, context = self._state, current()
        check_values(context.values, state.guard.policy_at(state.home), context.purpose)
        self.context = context
        if state.judge is not None and context.schemas is None:
            found = state.judge.compartments(context.purpose)
            self._choice = Choice(context, begin, found) if len(found) > 1 else None

    def _prepare(self, begin: bytes, key: Context | None = None) -> Effects[None]:
        """Get ready to begin under a ticket, and hold what is to be sent."""
        assert self.context is not None
        self._activation = Activation(self._state, begin, key or self.context)
        yield from self._activation.hold()
        self._key, self.ticket = self._activation.key, self._activation.ticket

    def _begin_now(self) -> Effects[None]:
        assert self._activation is not None
        yield from self._activation.run()
        self._begun, self.ticket = True, self._activation.ticket

    def _begin_without_ticket(self, begin: bytes) -> Effects[None]:
        assert self.context is not None
        activation = Activation(self._state, begin, self.context)
        self._later = yield from activation.without_ticket()
        self._key, self._begun = self.context, True

    def _enter_later(self) -> Effects[None]:
        ticket, key, self._later = self._later, self._key, None
        assert ticket is not None and key is not None
        yield from activate(self._state, ticket, key)
        self.ticket = ticket

    def _judge(self, statement: Statement) -> Effects[Sent | None]:
        self._first, self.statements.sent = statement, statement.text
        if self._state.judge is None:
            if self.held and not statement.joins:
                yield from self._send_held()
            return None
        ticket, context = self.ticket or self._later, self.context
        if ticket is None or context is None:
            if statement.blank:
                return None
            raise AuditUnavailable("SG601", "the statement stands under no ticket", hint="begin a transaction")
        verdict, after = yield from self.statements.judged(statement.text, context.purpose, ticket.role)
        if not self.held:
            return self.statements.hand_in(verdict, after, ticket)
        if statement.joins and verdict.allowed:
            # The log takes an entry under any ticket of this login, and nobody would know what one means that the
            # server has lost since, as a standby may that took over: so a ticket must have been taken lately.
            if self._activation is not None and self._activation.trusted:
                self._ahead = self.statements.hand_in(verdict, after, ticket)
            else:
                self.statements.keep(verdict, after)
            return None  # see `sent`
        self.statements.keep(verdict, after)
        return (yield from self._send_held())

    def _send_held(self) -> Effects[Sent | None]:
        """Begin before the statement that was judged: it is refused, or cannot be sent in the same flush."""
        try:
            answers = yield Send(self.held)
        except ServerError as error:
            return (yield from self.not_begun(error))
        outdated = self.begun(answers)
        return self.sent() if outdated is None else (yield from self.not_begun(outdated))

    def _drop(self, error: ServerError) -> None:
        """The first statement was not executed; its row, if it was handed in, says so."""
        ahead, self._ahead = self._ahead, None
        self.statements.drop()
        if ahead is not None:
            self.statements.not_executed(ahead, error.state)

    # Between several compartments.

    def _choose(self, statement: Statement) -> Effects[Sent | None]:
        choice, judge = self._choice, self._state.judge
        assert choice is not None and judge is not None
        self.statements.sent = statement.text
        if not choice.tickets:  # by the policy that is in force now
            choice.compartments = judge.compartments(choice.context.purpose) or choice.compartments
        verdict, after = yield from self.statements.judged(statement.text, choice.context.purpose, None)
        role = choice.needed(statement, verdict, after)
        if role is not None:
            begun = self._begun
            yield from self._decide(role)
            if begun and self.held:
                yield from self._begin_now()  # the transaction goes on, even if the statement is refused
            return (yield from self._judge(statement))
        if not choice.tickets:
            yield from self._stay_undecided(choice)
            verdict, after = yield from self.statements.judged(statement.text, choice.context.purpose, None)
        return self.statements.hand_in(verdict, after, choice.tickets[choice.first])

    def _decide(self, role: str) -> Effects[None]:
        """Enter the compartment of ``role``, or get ready to begin in it."""
        choice, self._choice = self._choice, None
        assert choice is not None
        if choice.tickets:
            self._later, self._key = choice.tickets[role], choice.key(role)
            yield from self._enter_later()
            return
        yield from self._take_back()
        yield from self._prepare(choice.begin, choice.key(role))

    def _stay_undecided(self, choice: Choice) -> Effects[None]:
        """Begin without a role, and get ready to enter any of the compartments later."""
        yield from self._take_back()
        tickets = yield from choice.open_all(self._state)
        yield Send((choice.begin, *self._state.at_begin))
        self._begun, choice.tickets = True, tickets

    def _take_back(self) -> Effects[None]:
        """Nothing was executed yet, so the transaction can begin once more: a ticket is opened outside of any."""
        if self._begun:
            yield Send((b"ROLLBACK",))
            self._begun = False

    # Without a purpose.

    def _start_without_purpose(self, begin: bytes, statement: Statement, missing: ContextMissing) -> Effects[None]:
        assert self._state.judge is not None
        self._without = WithoutPurpose(missing, self._state.judge)
        self._without.check_types(statement.types)
        if statement.blank:
            return
        self._judge_without_purpose(self._without, statement)
        self._held = (begin, *SETTINGS)
        if not statement.joins:
            yield from self._send_held()

    def _judge_without_purpose(self, without: WithoutPurpose, statement: Statement) -> None:
        self.statements.sent = statement.text
        without.judge(statement)
