"""How long what a statement does to the session lasts: a pool hands the session on to others when a transaction ends.

Each kind of statement stands here, and a test compares the table with the handlers, and each kind with the server. What
outlives the transaction is refused (SG106): the next user would run under settings, locks and channels that he did not
choose, and what a purpose leaves in a session another one finds there. Kinds that define something are refused in any
case (`definitions.py`), and functions that are not known to leave nothing are (`builtins.SAFE_VOLATILE`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Span(StrEnum):
    """Until when what a statement does to the session lasts."""

    NONE = "none"
    """It does nothing to the session: what it writes is in tables. What it runs is judged as what it is."""
    TRANSACTION = "transaction"
    """It ends with the transaction."""
    BY_FORM = "by form"
    """One form ends with the transaction, another does not and is refused: `settings.py`, `utilities.py`."""
    SESSION = "session"
    """It outlives the transaction, and is refused."""


SPANS: Mapping[str, Span] = {
    **dict.fromkeys(("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "ExplainStmt",
                     "ReturnStmt", "CallStmt", "DoStmt", "FetchStmt", "ClosePortalStmt", "VariableShowStmt",
                     "NotifyStmt", "TruncateStmt", "CreateTableAsStmt", "ViewStmt", "CheckPointStmt",
                     "AlterSystemStmt"), Span.NONE),
    **dict.fromkeys(("LockStmt", "ConstraintsSetStmt"), Span.TRANSACTION),
    **dict.fromkeys(("VariableSetStmt",  # SET LOCAL and SET TRANSACTION; not SET, nor SET SESSION CHARACTERISTICS
                     "DeclareCursorStmt",  # not WITH HOLD
                     "TransactionStmt",  # savepoints; the rest ends it
                     ), Span.BY_FORM),
    # EXECUTE leaves nothing, but only what PREPARE left can be executed. UNLISTEN, DEALLOCATE and DISCARD take away
    # what the session had before: what the driver prepared, or what a pool listens to.
    **dict.fromkeys(("PrepareStmt", "ExecuteStmt", "DeallocateStmt", "ListenStmt", "UnlistenStmt", "DiscardStmt",
                     "LoadStmt"), Span.SESSION),
}
"""Each kind that has a handler."""
