"""The access report: everything that the guarded database keeps about one person, read in one snapshot."""

from __future__ import annotations

from sminion_guard.subjects.report.json import chunks
from sminion_guard.subjects.report.parts import (
    Access,
    Category,
    Change,
    Column,
    Head,
    PassedOn,
    ReportTable,
    Row,
    Said,
    Told,
)
from sminion_guard.subjects.report.reading import AccessReport, open_report

__all__ = [
    "Access", "AccessReport", "Category", "Change", "Column", "Head", "PassedOn", "ReportTable", "Row", "Said", "Told",
    "chunks", "open_report",
]
