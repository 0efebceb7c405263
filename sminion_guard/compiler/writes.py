"""The triggers that put each write to a protected table on record, whatever client it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import names
from sminion_guard.compiler.quoting import literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import subjects_of
from sminion_guard.policy import Policy, SubjectKey, Table


def write_triggers(policy: Policy, table: Table) -> Iterator[Statement]:
    """The function that records writes to ``table``, and the triggers that call it."""
    function = names.write_function(table.schema, table.name)
    name = qualified(table.schema, table.name)
    values = {"table": name, "table_literal": literal(name), "function_literal": literal(function)}
    before, after = (_subjects(policy, table, rows) for rows in ("old_rows", "new_rows"))
    body = values | {
        "new_subjects": _union(after),
        "old_subjects": _union(before),
        "both_subjects": _union([*before, *after]),
    }
    yield from_templates("write_function", function, body, as_owner=True)
    yield from_templates("write_triggers", table.qualified, values)


def _subjects(policy: Policy, table: Table, rows: str) -> list[tuple[str, str]]:
    """Per subject column the expression of the subject, in the form in which states keep it, and where it is found."""
    found = []
    for entry in subjects_of(policy, table):
        # Text of a client, which whoever reads the log must be safe from; a number or a uuid is safe.
        subject = entry.of("r")
        found.append((f"sminion.log_text({subject}, 400)" if entry.key is SubjectKey.TEXT else subject, rows))
    return found


def _union(subjects: list[tuple[str, str]]) -> str:
    """All subjects, one row each; those of the first column count the rows of the statement."""
    parts = [
        f"SELECT {subject}, {'true' if place == 0 else 'false'} FROM {rows} r"
        for place, (subject, rows) in enumerate(subjects)
    ]
    # The template is the argument of format().
    return " UNION ALL ".join(parts).replace("%", "%%")
