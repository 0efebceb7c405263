"""Refusals for people: the line of the text with carets under what is meant, both sides of a merge, and the way out."""

from __future__ import annotations

from sminion_guard.analyzer.excerpt import excerpt
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.verdict import Verdict
from sminion_guard.diagnostic import refusal_text


def explain(verdict: Verdict) -> str:
    """The verdict as text, one block for each reason; when it is allowed one line, and one for each rule of rows."""
    if verdict.allowed:
        return "\n".join([f"allowed for purpose `{verdict.purpose}`", *(f"rows: {limit}" for limit in verdict.limits)])
    return "\n\n".join(explain_reason(verdict.sql, reason) for reason in verdict.reasons)


def explain_reason(sql: str, reason: Reason, *, line: int = 1) -> str:
    """One reason as text, the first line of ``sql`` being called ``line``."""
    return refusal_text(
        reason.code, reason.message, detail=reason.detail, hint=reason.hint, excerpt=excerpt(sql, reason, line=line)
    )
