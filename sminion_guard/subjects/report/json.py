"""An access report as JSON, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sminion_guard.policy import Purpose, Recipient
from sminion_guard.policy.document import document
from sminion_guard.subjects.report.parts import Category, ReportTable
from sminion_guard.subjects.report.reading import AccessReport


def chunks(report: AccessReport) -> Iterator[str]:
    """The document, in pieces that are small whatever there is; times in UTC unless the policy's zone is said."""
    yield '{"report": ' + _text(asdict(report.head))
    yield ', "incomplete": ' + _text(report.incomplete)
    yield ', "categories": ' + _text([_category(entry) for entry in report.categories()])
    yield ', "recipients": ' + _text([_recipient(entry) for entry in report.recipients])
    yield ', "data": ['
    for place, table in enumerate(report.tables):
        yield (",\n" if place else "\n") + _text(_table(table))[:-1] + ', "rows": '
        yield from _list(asdict(row) for row in table.rows)
        yield "}"
    yield '], "consents_objections_blocks": '
    yield from _list(asdict(entry) for entry in report.states())
    yield ', "requests": '
    yield from _list(asdict(entry) for entry in report.requests())
    yield ', "disclosures": '
    yield from _list(asdict(entry) for entry in report.disclosures())
    yield ', "accesses": '
    yield from _list(asdict(entry) for entry in report.accesses())
    yield "}\n"


def _list(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "["
    for place, entry in enumerate(entries):
        yield (",\n" if place else "\n") + _text(entry)
    yield "]"


def _table(table: ReportTable) -> dict[str, Any]:
    return {
        "schema": table.schema, "table": table.name, "title": table.title, "incomplete": table.incomplete,
        "purposes": [_purpose(purpose) for purpose in table.collected_for],
        "retention": document(table.retention),
        "columns": [asdict(column) for column in table.columns],
    }


def _category(entry: Category) -> dict[str, Any]:
    return {
        "category": entry.name, "title": entry.title, "kept_in": entry.tables,
        "purposes": [_purpose(purpose) for purpose in entry.purposes],
        "recipients": [recipient.name for recipient in entry.recipients],
    }


def _purpose(purpose: Purpose) -> dict[str, str]:
    return {"name": purpose.name, "title": purpose.title, "basis": purpose.basis.value}


def _recipient(entry: Recipient) -> dict[str, Any]:
    return {"name": entry.name, "title": entry.title, "contract": entry.contract, "purposes": entry.purposes,
            "never": sorted(entry.never)}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """Dates and moments."""
    return str(value.isoformat())
