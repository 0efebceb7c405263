"""A report as a page: charts that print, with a table beside each; no script, nothing from elsewhere."""

from __future__ import annotations

from sminion_guard.audit.report import Block, Report
from sminion_guard.cli.audit.words import plain
from sminion_guard.cli.policy_page import environment


def report_page(report: Report) -> str:
    """The page. All texts are escaped: units are what logins wrote."""
    return environment().get_template("report.html.j2").render(
        report=report, month=report.month, plain=plain, kind=_kind, number=_number) + "\n"


def _kind(block: Block) -> str:
    return type(block).__name__


def _number(value: object) -> bool:
    return isinstance(value, int)
