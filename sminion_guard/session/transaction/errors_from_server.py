"""Refusals of the server as the classes of the catalogue, the same that the analyzer raises.

The server says little: it names the first object it refuses, in the language of `lc_messages`, in no field of its
own. So names are taken from the message by comparing it with the policy's, and what was asked for from the statement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sminion_guard.codes import CODES, error_class, raised_by_server
from sminion_guard.errors import GuardError
from sminion_guard.policy import Operation, Policy, Table, compartments_of, mergeable
from sminion_guard.policy.access import may
from sminion_guard.policy.rows import explanation, tables_with_rules
from sminion_guard.session.context import Context
from sminion_guard.session.transaction.effects import ServerError

NOT_PERMITTED = "42501"
"""SQLSTATE insufficient_privilege: privileges, ownership, and row security's check of new rows."""

ROWS = "guard_rows"
"""With it begin the names of row security policies that rules of rows become (compiler/row_security.py)."""

_NAME = re.compile(r"[\w$]+")
_WRITES = {"insert": Operation.COLLECT, "update": Operation.CLARIFY, "delete": Operation.DELETE}
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_DOES = {Operation.COLLECT: "insert into", Operation.CLARIFY: "update", Operation.DELETE: "delete from"}


def explain(
    error: ServerError, policy: Policy | None, context: Context | None, role: str | None, statement: str
) -> GuardError | None:
    """The refusal that ``error`` stands for; None when it is no refusal of the guard.

    :param policy: of the application, if it has one.
    :param context: of the transaction.
    :param role: the compartment of the transaction.
    :param statement: what was sent last.
    """
    state, said = error.state, error.message
    if state != NOT_PERMITTED:
        return raised_by_server(state, said, detail=error.detail, hint=error.hint)
    code, hint = _judge(_Refused(said, error.function, policy, context, role, statement))
    return error_class(code)(code, said, detail=error.detail or _purpose(context), hint=hint or _fix(code))


@dataclass(frozen=True, slots=True)
class _Refused:
    said: str
    where: str
    """The function of the server that refused: the one part of the message that is not translated."""
    policy: Policy | None
    context: Context | None
    role: str | None
    statement: str


def _judge(refused: _Refused) -> tuple[str, str | None]:
    if refused.where == "ExecWithCheckOptions":
        return ("SG227", _rule(refused)) if ROWS in refused.said else ("SG216", None)
    if refused.where not in ("aclcheck_error", "aclcheck_error_col"):
        # SET ROLE, COPY from files and programs, server settings: what the login was never meant to do.
        return "SG106", None
    policy, names = refused.policy, _NAME.findall(refused.said)
    if policy is None or refused.context is None or refused.context.purpose not in policy.purposes or not names:
        return ("SG102" if "schema" in refused.said else "SG104" if _operations(refused.statement) else "SG103"), None
    name = names[-1]
    if name in policy.schemas and not _is_table(policy, name, refused.said):
        return _schema(refused, policy, refused.context.purpose, name)
    purpose = refused.context.purpose
    for table in policy.tables():
        if table.name != name:
            continue
        if merged := _table(refused, policy, purpose, table):
            return merged
        for operation in _operations(refused.statement):
            if not may(policy, purpose, table, operation):
                return "SG104", f"act for a purpose that may {_DOES[operation]} `{table.qualified}`"
        open_columns = sorted(c for c, category in table.columns.items()
                              if policy.purposes[purpose].needs_category(category))
        return "SG103", f"of `{table.qualified}` purpose `{purpose}` needs only: {', '.join(open_columns) or 'nothing'}"
    return "SG104", None


def _rule(refused: _Refused) -> str | None:
    """What the rule says that a new row violates; the server names the table last."""
    names = _NAME.findall(refused.said)
    for table in tables_with_rules(refused.policy) if refused.policy is not None else ():
        if names and table.name == names[-1]:
            return f"write rows that agree with the ticket: {explanation(table)}"
    return None


def _schema(refused: _Refused, policy: Policy, purpose: str, name: str) -> tuple[str, str | None]:
    """Out of reach, or a merge: that is when the statement names data of this compartment too."""
    for compartment in compartments_of(policy, purpose):
        if compartment.role == refused.role:
            if name in compartment.schemas:  # USAGE it has; what it lacks is CREATE
                return "SG108", None
            words = _words(refused.statement)
            parts = [entry.name for entry in policy.collections.values() if entry.schema == name]
            for other in compartment.schemas:
                held = [entry for entry in compartment.collections if policy.collections[entry].schema == other]
                if other in words and not any(mergeable(policy, left, right) for left in held for right in parts):
                    why = f"`sminion-guard policy explain {other} {name}` says why"
                    return "SG101", f"query `{name}` or `{other}` only: {why}"
    return "SG102", None


def _table(refused: _Refused, policy: Policy, purpose: str, table: Table) -> tuple[str, str | None] | None:
    """Of a table that is not in the compartment whose schema is: out of reach, or a merge; None for all others."""
    own = policy.collection_of(table).name
    compartment = next((entry for entry in compartments_of(policy, purpose) if entry.role == refused.role), None)
    if compartment is None or own in compartment.collections:
        return None
    words = _words(refused.statement)
    for other in policy.tables():
        name = policy.collection_of(other).name
        if other.name.lower() in words and name in compartment.collections and not mergeable(policy, name, own):
            why = f"`sminion-guard policy explain {other.qualified} {table.qualified}` says why"
            return "SG101", f"query `{table.qualified}` or `{other.qualified}` only: {why}"
    return "SG102", None


def _is_table(policy: Policy, name: str, said: str) -> bool:
    """Whether a name that is a schema's and a table's too stands for the table here."""
    return "schema" not in said and any(table.name == name for table in policy.tables())


def _operations(statement: str) -> tuple[Operation, ...]:
    """The writes that the statement speaks of."""
    words = _words(statement)
    return tuple(operation for word, operation in _WRITES.items() if word in words)


def _words(statement: str) -> set[str]:
    text = _STRINGS.sub("", statement)
    return {word.lower() for word in _NAME.findall(text)}


def _purpose(context: Context | None) -> str | None:
    return f"the transaction is one of purpose `{context.purpose}`" if context else None


def _fix(code: str) -> str | None:
    entry = CODES.get(code)
    return entry.fix if entry else None
