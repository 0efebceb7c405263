"""Refusals for people: the line of the text with carets under what is meant, both sides of a merge, and the way out."""

from __future__ import annotations

from sminion_guard.analyzer.verdict import Reason, Verdict

_TAB = 4
_WIDTH = 160


def explain(verdict: Verdict) -> str:
    """The verdict as text, one block for each reason; one line when it is allowed."""
    if verdict.allowed:
        return f"allowed for purpose `{verdict.purpose}`"
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
    lines += _marked(sql, reason.spans, line)
    if reason.detail:
        lines.append(f"detail: {reason.detail}")
    if reason.hint:
        lines.append(f"hint: {reason.hint}")
    return "\n".join(lines)


def line_of(sql: str, start: int) -> int:
    """The number, from 1, of the line that holds byte ``start``."""
    return sql.encode("utf-8", "surrogatepass").count(b"\n", 0, start) + 1


def _marked(sql: str, spans: tuple[tuple[int, int], ...], line_of_first: int) -> list[str]:
    """Each line that a span lies in, with carets below."""
    data = sql.encode("utf-8", "surrogatepass")
    by_line: dict[int, list[tuple[int, int]]] = {}
    for start, end in dict.fromkeys(spans):
        first = data.rfind(b"\n", 0, start) + 1
        last = data.find(b"\n", start)
        stop = min(end, last if last != -1 else len(data))
        before, meant = (_shown(part) for part in (data[first:start], data[start:stop]))
        by_line.setdefault(first, []).append((len(before), max(len(meant), 1)))
    found = []
    for first in sorted(by_line):
        last = data.find(b"\n", first)
        line = _shown(data[first : last if last != -1 else len(data)])
        number = data.count(b"\n", 0, first) + line_of_first
        label = f"  line {number}: "
        found += _cut(label, line, sorted(by_line[first]))
    return found


def _shown(data: bytes) -> str:
    """Bytes of a line as they are printed: tabs as spaces, control characters as dots."""
    text = data.decode("utf-8", "replace").expandtabs(_TAB)
    return "".join(sign if sign.isprintable() else "." for sign in text)


def _cut(label: str, line: str, marks: list[tuple[int, int]]) -> list[str]:
    """The line with its carets; of a long line one part around each mark."""
    if len(line) <= _WIDTH:
        carets = ""
        for start, width in marks:
            carets = carets.ljust(start) + "^" * (width - max(0, len(carets) - start))
        return [label + line, " " * len(label) + carets]
    found = []
    for start, width in marks:
        left = max(0, start - _WIDTH // 4)
        shown = line[left : left + _WIDTH]
        dots = "... " if left else ""
        found += [label + dots + shown, " " * (len(label) + len(dots) + start - left) + "^" * min(width, _WIDTH)]
    return found
