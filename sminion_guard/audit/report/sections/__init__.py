"""The sections of a report, in their order. A new one: a file here, a query in ``sql/queries/audit``, a line below."""

from __future__ import annotations

from typing import Any

from sminion_guard.audit.report.section import Section
from sminion_guard.audit.report.sections.accesses import ACCESSES
from sminion_guard.audit.report.sections.acts import ACTS
from sminion_guard.audit.report.sections.blocked import BLOCKED
from sminion_guard.audit.report.sections.condition import CONDITION
from sminion_guard.audit.report.sections.coverage import COVERAGE
from sminion_guard.audit.report.sections.floods import FLOODS
from sminion_guard.audit.report.sections.refusals import REFUSALS
from sminion_guard.audit.report.sections.requests import REQUESTS
from sminion_guard.audit.report.sections.retention import RETENTION
from sminion_guard.audit.report.sections.seal import SEAL
from sminion_guard.audit.report.sections.states import STATES
from sminion_guard.audit.report.sections.unexplained import UNEXPLAINED
from sminion_guard.audit.report.sections.writes import WRITES

SECTIONS: tuple[Section[Any], ...] = (
    COVERAGE, ACCESSES, REFUSALS, WRITES, BLOCKED, STATES, UNEXPLAINED, REQUESTS, RETENTION, FLOODS, CONDITION, ACTS,
    SEAL,
)
