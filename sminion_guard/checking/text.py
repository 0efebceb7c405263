"""Findings for people at a terminal: the line of the file with carets under the place, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sminion_guard.analyzer import Reason
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
    for reason, place in zip(finding.reasons, finding.places, strict=True):
        yield f"{finding.file}:{place.line}:{place.column}: {reason.code}: {reason.message}"
        yield from _carets(finding.statement, reason)
        if reason.detail:
            yield f"  why: {reason.detail}"
        if reason.hint:
            yield f"  hint: {reason.hint}"
    if list_access:
        for entry in access(finding):
            columns = f" ({', '.join(entry['columns'])})" if entry["columns"] else ""
            yield f"  {entry['operation']} {entry['schema']}.{entry['relation']}{columns}"
    yield ""


def _carets(statement: str, reason: Reason) -> Iterator[str]:
    """The lines of the statement that the reason points to, each with carets under every place in it."""
    begin = 0
    for line in statement.split("\n"):
        end = begin + len(line)
        marks = [(max(start, begin) - begin, min(stop, end) - begin) for start, stop in reason.spans
                 if start < end and stop > begin]
        if marks:
            width = max(stop for _, stop in marks)
            under = [" "] * width
            for start, stop in marks:
                under[start:stop] = "^" * (stop - start)
            # A tab must stay one, or the carets stand elsewhere than what they point to.
            gap = "".join("\t" if line[place] == "\t" and mark == " " else mark for place, mark in enumerate(under))
            yield f"  | {line}"
            yield f"  | {gap}"
        begin = end + 1
