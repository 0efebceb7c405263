"""The one tree of errors: whatever sminion_guard refuses or cannot do arrives as one of these.

Each error carries the same four parts in Python, in SQL, on the command line and in the documentation: the code
(see :mod:`sminion_guard.codes`), the message (what), the detail (why) and the hint (an action).
"""

from __future__ import annotations

from sminion_guard.diagnostic import refusal_text


class GuardError(Exception):
    """Base class of everything that sminion_guard refuses or cannot do.

    :param code: a code of the catalogue, such as ``SG101``; raised by the server it is the SQLSTATE too.
    :param message: what is wrong, in lower case, names in backticks.
    :param detail: why it is wrong, or the evidence.
    :param hint: what to do about it, as an action.
    :param excerpt: lines of the statement with carets under what is meant, for a type of fixed width.
    """

    def __init__(
        self, code: str, message: str, *, detail: str | None = None, hint: str | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(code, message, detail, hint)
        self.code = code
        self.message = message
        self.detail = detail
        self.hint = hint
        self.excerpt = excerpt

    def __str__(self) -> str:
        return refusal_text(
            self.code, self.message, detail=self.detail, hint=self.hint, excerpt=self.excerpt
        )

    def __reduce__(self) -> tuple[object, ...]:
        # BaseException pickles `args` positionally, but our details are keyword-only: say how to build it again.
        return (_rebuild, (type(self), self.code, self.message, self.detail, self.hint, self.excerpt))


def _rebuild(
    kind: type[GuardError], code: str, message: str, detail: str | None, hint: str | None, excerpt: str | None = None
) -> GuardError:
    return kind(code, message, detail=detail, hint=hint, excerpt=excerpt)


class PolicyError(GuardError):
    """The policy file is wrong, or the policy cannot be installed as it is."""


class InstallError(GuardError):
    """The guard cannot be installed, changed or removed in this database as it is."""


class ContextMissing(GuardError):
    """A statement was about to run outside of any ``processing(...)`` context."""


class PurposeViolation(GuardError):
    """The purpose does not permit what was asked."""


class IncompatibleMerge(PurposeViolation):
    """Data collected for incompatible purposes would have been merged."""


class DataNotNeeded(PurposeViolation):
    """The purpose does not need this data: its schema is out of reach, or its category is not needed."""


class OperationNotAllowed(PurposeViolation):
    """The purpose may not do this operation on this data."""


class OpaqueStatement(PurposeViolation):
    """The analyzer cannot know what the statement would touch, so the statement is not run."""


class ContextEscape(PurposeViolation):
    """The statement would leave, change or outlive the context of its ticket."""


class TicketRefused(GuardError):
    """No ticket was given, or the token does not open this access."""


class AuditUnavailable(GuardError):
    """The access log cannot be written, so nothing is released."""


class ProofError(GuardError):
    """A checkpoint, key, proof or tile of a sealed log is malformed or does not prove what it should."""


class SealRefused(GuardError):
    """The log cannot be sealed: the key cannot sign, or the seal would contradict an earlier one."""


class TransferRefused(GuardError):
    """The data may not go to this recipient."""


class EmbeddedServerError(GuardError):
    """The embedded PostgreSQL, for demo and tests, cannot be found or started."""


class ExtraMissing(GuardError, ImportError):
    """An extra of the package is needed, but not installed."""
