"""Findings for the services that show them beside the code: SARIF 2.1.0, and the commands of GitHub's workflows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from sminion_guard.analyzer import Reason
from sminion_guard.checking.check import Finding, Place
from sminion_guard.codes import CODES
from sminion_guard.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Iterable[Finding]) -> dict[str, Any]:
    """A SARIF log with one run; a result for every reason, a rule for every code that occurs."""
    reasons = list(_reasons(findings))
    codes = sorted({reason.code for _, reason, _ in reasons})
    rules = [
        {"id": code, "shortDescription": {"text": CODES[code].title}, "fullDescription": {"text": CODES[code].why},
         "help": {"text": CODES[code].fix}, "defaultConfiguration": {"level": "error"}}
        for code in codes
    ]
    results = [
        {"ruleId": reason.code, "ruleIndex": codes.index(reason.code), "level": "error",
         "message": {"text": _message(reason)},
         "locations": [{"physicalLocation": {
             "artifactLocation": {"uri": PurePath(finding.file).as_posix()},
             "region": {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line,
                        "endColumn": place.end_column}}}]}
        for finding, reason, place in reasons
    ]
    driver = {"name": "sminion-guard", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def github(findings: Iterable[Finding]) -> Iterator[str]:
    """One ``::error`` command for every reason."""
    for finding, reason, place in _reasons(findings):
        where = f"file={_property(finding.file)},line={place.line},endLine={place.end_line}"
        if place.line == place.end_line:  # GitHub refuses columns for more than one line
            where += f",col={place.column},endColumn={place.end_column}"
        title = _property(f"{reason.code} {CODES[reason.code].title}")
        yield f"::error {where},title={title}::{_data(_message(reason))}"


def _reasons(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Reason, Place]]:
    for finding in findings:
        for reason, place in zip(finding.reasons, finding.places, strict=True):
            yield finding, reason, place


def _message(reason: Reason) -> str:
    return reason.message + (f"\nhint: {reason.hint}" if reason.hint else "")


def _data(text: str) -> str:
    """Escaped as the runner of GitHub's workflows reads it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
