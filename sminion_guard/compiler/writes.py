"""The triggers that put each write to a protected table on record, whatever client it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import names
from sminion_guard.compiler.quoting import ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import subject_columns
from sminion_guard.policy import Policy, SubjectKey, Table


def write_triggers(policy: Policy, table: Table) -> Iterator[Statement]:
    """The function that records writes to ``table``, and the triggers that call it."""
    function = names.write_function(table.schema, table.name)
    name = qualified(table.schema, table.name)
    values = {"table": name, "table_literal": literal(name), "function_literal": literal(function)}
    subjects = {rows: _subjects(policy, table, rows) for rows in ("old_rows", "new_rows")}
    body = values | {"old_subjects": subjects["old_rows"], "new_subjects": subjects["new_rows"]}
    yield from_templates("write_function", function, body, as_owner=True)
    yield from_templates("write_triggers", table.qualified, values)


def _subjects(policy: Policy, table: Table, rows: str) -> str:
    """The subjects of the rows of a transition table, in the form in which states keep them."""
    found = []
    for column in subject_columns(table):
        key = f"r.{ident(column)}::text"
        # Text of a client, which whoever reads the log must be safe from; a number or a uuid is safe.
        safe = f"sminion.log_text({key}, 400)" if policy.subject_key is SubjectKey.TEXT else key
        found.append(f"SELECT {safe} FROM {rows} r")
    # The template is the argument of format().
    return " UNION ALL ".join(found).replace("%", "%%")
