"""Findings for code scanning: SARIF 2.1.0, with the object in place of a file."""

from __future__ import annotations

from typing import Any

from sminion_guard.codes import CODES
from sminion_guard.doctor.examine import Examination
from sminion_guard.doctor.finding import Finding, Level
from sminion_guard.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.ACCEPTED: "note", Level.UNCHECKABLE: "error"}


def sarif(found: Examination) -> dict[str, Any]:
    """A SARIF log with one run; a result for every finding, a rule for every code that occurs."""
    codes = sorted({finding.code for finding in found.findings})
    rules = [
        {"id": code, "shortDescription": {"text": CODES[code].title}, "fullDescription": {"text": CODES[code].why},
         "help": {"text": CODES[code].fix}}
        for code in codes
    ]
    driver = {"name": "sminion-guard", "version": __version__, "rules": rules}
    results = [_result(finding, codes) for finding in found.findings]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    kind, _, name = finding.object.partition(" ")
    text = "\n".join(part for part in (
        finding.message, finding.detail, finding.hint and f"hint: {finding.hint}",
        finding.sql and f"sql: {finding.sql}",
    ) if part)
    return {
        "ruleId": finding.code, "ruleIndex": codes.index(finding.code), "level": _LEVELS[finding.level],
        "message": {"text": text},
        "locations": [{"logicalLocations": [{"name": name or kind, "fullyQualifiedName": finding.object,
                                             "kind": kind}]}],
        "partialFingerprints": {"sminionGuard/v1": finding.key},
    }
