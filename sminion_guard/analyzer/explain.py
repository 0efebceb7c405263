"""Refusals for people: the line of the text with carets under what is meant, both sides of a merge, and the way out."""

from __future__ import annotations

from sminion_guard.analyzer.excerpt import excerpt
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.verdict import Verdict


def explain(verdict: Verdict) -> str:
    """The verdict as text, one block for each reason; when it is allowed one line, and one for each rule of rows."""
    if verdict.allowed:
        return "\n".join([f"allowed for purpose `{verdict.purpose}`", *(f"rows: {limit}" for limit in verdict.limits)])
    return "\n\n".join(explain_reason(verdict.sql, reason) for reason in verdict.reasons)


def explain_reason(sql: str, reason: Reason, *, line: int = 1) -> str:
    """One reason, the first line of ``sql`` being called ``line``::

        SG101: `crm.customer` and `hr.employee` may not be merged
          line 1: SELECT * FROM crm.customer JOIN hr.employee USING (id)
                                ^^^^^^^^^^^^      ^^^^^^^^^^^
        detail: ...
        hint: ...
    """
    lines = [f"{reason.code}: {reason.message}"]
    shown = excerpt(sql, reason, line=line)
    if shown:
        lines.append(shown)
    if reason.detail:
        lines.append(f"detail: {reason.detail}")
    if reason.hint:
        lines.append(f"hint: {reason.hint}")
    return "\n".join(lines)
