"""The context of a transaction must be the current one, for each of its statements."""

from __future__ import annotations

from sminion_guard.errors import ContextEscape, ContextMissing
from sminion_guard.session.context import Context, current


def purpose_is_declared() -> bool:
    """Whether there is a current context."""
    try:
        current()
    except ContextMissing:
        return False
    return True


def stay_in(began: Context | None) -> None:
    """Refuse another context than that of the transaction.

    :param began: under which it began; None where that was outside of any.
    :raises ContextMissing: SG218.
    :raises ContextEscape: SG231.
    """
    context = current()
    if context is not began and context != began:
        raise ContextEscape(
            "SG231", "the transaction began in another context",
            detail=f"it began {_who(began)}; the statement is {_who(context)}",
            hint="commit or roll back before you change the context",
        )


def _who(context: Context | None) -> str:
    if context is None:
        return "outside of any"
    return f"for `{context.purpose}` by `{context.actor}` because of `{context.reason}`"
