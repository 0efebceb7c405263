"""A month of the log in figures, for people who look rather than read. One file a section."""

from __future__ import annotations

from sminion_guard.audit.report.blocks import Block, Chart, Headline, Line, Series, Table
from sminion_guard.audit.report.month import Month, parse_month
from sminion_guard.audit.report.report import Report, report
from sminion_guard.audit.report.section import Asked, Section

__all__ = [
    "Asked", "Block", "Chart", "Headline", "Line", "Month", "Report", "Section", "Series", "Table",
    "parse_month", "report",
]
