"""Findings for people at a terminal: place, reason, the line with carets under what is meant, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sminion_guard.analyzer.explain import explain_reason
from sminion_guard.checking.check import Finding
from sminion_guard.checking.record import access


def report(findings: Sequence[Finding], *, list_access: bool = False) -> str:
    """All refusals, the accesses of every statement if wanted, and the figures."""
    lines: list[str] = []
    for finding in findings:
        if list_access or not finding.allowed:
            lines += _finding(finding, list_access)
    refused = sum(not finding.allowed for finding in findings)
    count = len(findings)
    lines.append(f"{count} statement{'' if count == 1 else 's'}, {refused} refused")
    return "\n".join(lines)


def _finding(finding: Finding, list_access: bool) -> Iterator[str]:
    if finding.allowed:
        yield f"{finding.file}:{finding.line}: allowed for `{finding.purpose}`"
    reasons = finding.reasons if finding.verdict is None else finding.verdict.reasons  # whose spans count bytes
    for reason, place in zip(reasons, finding.places, strict=True):
        text = explain_reason(finding.statement, reason, line=finding.line)
        yield f"{finding.file}:{place.line}:{place.column}: {text}"
    if list_access:
        for entry in access(finding):
            columns = f" ({', '.join(entry['columns'])})" if entry["columns"] else ""
            yield f"  {entry['operation']} {entry['schema']}.{entry['relation']}{columns}"
    yield ""
