"""SET, transactions, channels: statements that change the session they run in."""

from __future__ import annotations

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.calls import escape
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.setting_calls import own_setting
from sminion_guard.analyzer.resolving.walk import Result, Walk, statement

HARMLESS = frozenset(
    """
    application_name bytea_output client_min_messages commit_delay constraint_exclusion cpu_index_tuple_cost
    cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction datestyle deadlock_timeout default_statistics_target
    effective_cache_size extra_float_digits from_collapse_limit geqo geqo_threshold hash_mem_multiplier
    idle_in_transaction_session_timeout idle_session_timeout intervalstyle jit join_collapse_limit lc_monetary
    lc_numeric lc_time lock_timeout log_statement maintenance_work_mem max_parallel_workers
    max_parallel_workers_per_gather
    parallel_setup_cost parallel_tuple_cost plan_cache_mode random_page_cost seq_page_cost statement_timeout
    temp_buffers timezone tcp_keepalives_idle transaction_timeout transform_null_equals work_mem
    xmlbinary xmloption default_text_search_config
    """.split()
)
"""Settings that change neither what a name or a text means nor whose rights hold: a transaction may set them (LOCAL).
Every other one is refused."""
_NEXT = "whoever uses the connection next would run with it"
MISLEADING = frozenset(
    {"standard_conforming_strings", "backslash_quote", "client_encoding", "escape_string_warning", "names",
     "quote_all_identifiers", "array_nulls"}
)


@statement("VariableSetStmt")
def variable_set(w: Walk, node: Node, scope: Scope) -> Result:
    """``SET x TO y``, ``SET LOCAL ROLE r``, ``RESET ALL``, ``SET TRANSACTION READ ONLY``."""
    kind = node.get("kind", "VAR_SET_VALUE")
    name = str(node.get("name", "")).lower()
    start = node.get("location")
    if kind == "VAR_SET_MULTI" and name in {"transaction", "transaction snapshot"}:
        return Result()
    if kind == "VAR_SET_MULTI":
        w.fact(FactKind.ESCAPE, "`SET SESSION CHARACTERISTICS` holds beyond the transaction", start, detail=_NEXT,
               hint="`SET TRANSACTION ...`")
        return Result()
    if kind == "VAR_RESET_ALL":
        w.fact(FactKind.ESCAPE, "`RESET ALL` throws the ticket away", start)
    elif name in MISLEADING:
        w.fact(FactKind.DISAGREEMENT, f"with another `{name}` the server may read a text differently", start)
    elif name not in HARMLESS and not name.startswith("enable_"):
        w.fact(FactKind.ESCAPE, f"setting `{name}` may not be changed here", start, **own_setting(name, node))
    elif not node.get("is_local"):
        to = "TO DEFAULT" if kind in {"VAR_RESET", "VAR_SET_DEFAULT"} else "= ..."
        w.fact(FactKind.ESCAPE, f"setting `{name}` would hold beyond the transaction", start, detail=_NEXT,
               hint=f"`SET LOCAL {name} {to}`")
    return Result()


@statement("TransactionStmt")
def transaction(w: Walk, node: Node, scope: Scope) -> Result:
    """Savepoints stay within the transaction that the ticket was activated for; all else would leave it."""
    kind = node["kind"]
    if kind not in {"TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"}:
        words = kind.removeprefix("TRANS_STMT_").replace("_", " ")
        w.fact(FactKind.ESCAPE, f"`{words}` as a statement leaves the transaction that the ticket stands for",
               node.get("location"), hint="use the connection's own begin, commit and rollback")
    return Result()


@statement("ListenStmt")
def listen(w: Walk, node: Node, scope: Scope) -> Result:
    """``LISTEN channel``."""
    w.fact(FactKind.ESCAPE, "`LISTEN` reaches beyond the transaction", None,
           detail="whoever uses the connection next would hear the channel",
           hint="listen on a plain connection, `psycopg.connect(..., autocommit=True)` as the same login, since LISTEN"
           " asks for no privilege; then read what the message names on a guarded one")
    return Result()


@statement("NotifyStmt")
def notify(w: Walk, node: Node, scope: Scope) -> Result:
    """``NOTIFY channel, 'payload'``: as ``pg_notify`` of constants."""
    if not w.attached:  # what a trigger or rule of the application tells, its owner answers for
        escape(w, "pg_notify", None)
    return Result()


@statement("UnlistenStmt", "DeallocateStmt")
def takes_away(w: Walk, node: Node, scope: Scope) -> Result:
    """``UNLISTEN c``, ``DEALLOCATE p``."""
    words = "DEALLOCATE" if node.keys() & {"name", "isall"} else "UNLISTEN"
    w.fact(FactKind.ESCAPE, f"`{words}` takes away what the session had before the transaction", None,
           detail="a driver discards what it has prepared, and a pool ends its own LISTEN", hint="leave it out")
    return Result()


_WORDS = {
    "AlterSystemStmt": "ALTER SYSTEM", "DiscardStmt": "DISCARD", "LoadStmt": "LOAD", "CheckPointStmt": "CHECKPOINT",
}


def _escapes(kind: str, words: str) -> None:
    @statement(kind)
    def handler(w: Walk, node: Node, scope: Scope) -> Result:
        w.fact(FactKind.ESCAPE, f"`{words}` reaches beyond the transaction", None)
        return Result()


for _kind, _text in _WORDS.items():
    _escapes(_kind, _text)
