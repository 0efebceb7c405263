"""From statements to a verdict: every rule over every statement, then the text as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules import RULES
from sminion_guard.analyzer.rules.incompatible_merge import touched
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Judged, Verdict


def judge(sql: str, statements: Iterable[Statement], frame: Frame) -> Verdict:
    """The verdict on the statements of one text."""
    judged = tuple(judge_statement(statement, frame) for statement in statements)
    reasons = tuple(reason for entry in judged for reason in entry.reasons)
    held: tuple[str, ...] = ()
    if not reasons:
        names = {name for entry in judged for name in touched(entry.statement, frame)}
        held = frame.holding(names)
        if not held and names:
            reasons = (_apart(judged, frame),)
    return Verdict(sql, frame.purpose.name, judged, reasons, held, frame.policy)


def judge_statement(statement: Statement, frame: Frame) -> Judged:
    """The reasons to refuse one statement, in the order of the rules."""
    return Judged(statement, tuple(reason for rule in RULES for reason in rule(statement, frame)))


def _apart(judged: Sequence[Judged], frame: Frame) -> Reason:
    """Each statement stays in a compartment, but no compartment holds them all."""
    sides: dict[str, tuple[str, int]] = {}
    text = ""
    for entry in judged:
        sides.update(touched(entry.statement, frame))
        text = entry.statement.text
    names = sorted(sides)
    for left in names:
        for right in names:
            if left < right and not frame.mergeable(left, right):
                return Reason(
                    "SG110", f"`{sides[left][0]}` and `{sides[right][0]}` may not be touched in one transaction",
                    "one text runs in one transaction, and a merge in two steps is still a merge",
                    "send the statements in transactions of their own",
                    span(text, sides[left][1]) + span(text, sides[right][1]),
                )
    # Every pair may be merged: a schema whose tables speak for themselves is there with some of them only.
    first, *_, last = sorted(sides.values(), key=lambda side: side[1])
    return Reason(
        "SG110", f"no compartment of purpose `{frame.purpose.name}` holds all that the text touches",
        f"it touches {', '.join(f'`{what}`' for what, _ in sides.values())}",
        "send the statements in transactions of their own", span(text, first[1]) + span(text, last[1]),
    )
