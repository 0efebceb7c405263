"""Accesses that nothing explains, as text, JSON and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from sminion_guard.audit.reading import rfc3339
from sminion_guard.audit.reading.spreadsheet import cell
from sminion_guard.audit.unexplained import Explanation, Found, Ranked
from sminion_guard.cli.audit.words import moment, plain

_OUTSIDE = {
    "without_ticket": "accesses without a ticket, such as those of a DBA",
    "tickets_elsewhere": "accesses whose tickets are in another database: ask there",
    "not_all_people_listed": "results and writes that list only some of their people; the others were not judged",
}
_DELETED = "a row of this person was deleted after the access: perhaps it explained it"


def lines(found: Found, limit: int) -> Iterator[str]:
    """What was found, for people."""
    for place, each in enumerate(found.ranked[:limit], 1):
        access = each.access
        who = f"{access.actor} ({access.unit or 'no unit'})"
        yield plain(f"{place}. score {each.score:.1f}: {who} accessed {access.subject}, {access.times:,} times from"
                    f" {moment(access.at)}, for {access.purpose}, ticket {access.ticket}: {access.relations}")
        for feature in each.features:
            yield plain(f"     {feature.score:4.1f} {feature.name}: {feature.words}")
        if access.deleted:
            yield f"     not explainable any more: {_DELETED}"
        for said in _tried(found, each):
            yield plain(f"     not explained by: {said.words}")
            yield plain(f"       {said.query(access)};")
    if len(found.ranked) > limit:
        yield f"{len(found.ranked) - limit:,} more are not listed: pass --limit"
    yield from _counts(found)


def _counts(found: Found) -> Iterator[str]:
    for (unit, purpose), counted in sorted(found.units.items(), key=lambda each: (each[0][1], each[0][0] or "")):
        deleted = f", {counted.deleted:,} of them not explainable any more" if counted.deleted else ""
        yield plain(f"{unit or 'no unit'}, {purpose}: {counted.unexplained:,} of {counted.judged:,} accesses are"
                    f" unexplained{deleted}")
    for purpose, many in sorted(found.unjudged.items()):
        yield plain(f"not judged: {many:,} accesses for {purpose} without `explains`")
    for cause, many in found.outside.items():
        if many:
            yield f"not judged: {many:,} {_OUTSIDE[cause]}"
    if not found.units:
        yield "no access of a purpose with `explains` is on record" if found.explanations else (
            "NO ACCESS WAS JUDGED: no purpose says what explains an access; see `explains` in docs/POLICY.md")


def document(found: Found, limit: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "act": found.act,
        "unexplained": [_entry(found, place, each) for place, each in enumerate(found.ranked[:limit], 1)],
        "listed": min(limit, len(found.ranked)),
        "units": [{"unit": unit, "purpose": purpose, "judged": counted.judged, "unexplained": counted.unexplained,
                   "not_explainable_any_more": counted.deleted} for (unit, purpose), counted in found.units.items()],
        "not_judged": {"purposes": found.unjudged, **found.outside},
    }


def _entry(found: Found, place: int, each: Ranked) -> dict[str, Any]:
    access = each.access
    return {
        "rank": place, "score": round(each.score, 3), "ticket": access.ticket, "subject": access.subject,
        "at": rfc3339(access.at), "times": access.times, "actor": access.actor, "unit": access.unit,
        "purpose": access.purpose, "relations": access.relations, "not_explainable_any_more": access.deleted,
        "features": [{"name": feature.name, "p": feature.p, "score": round(feature.score, 3), "words": feature.words}
                     for feature in each.features],
        "tried": [{"words": said.words, "query": said.query(access)} for said in _tried(found, each)],
    }


def table(found: Found, limit: int) -> str:
    """The same for spreadsheets."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["rank", "score", "at", "times", "actor", "unit", "purpose", "subject", "ticket", "relations",
                     "not_explainable_any_more", "why", "tried"])
    for place, each in enumerate(found.ranked[:limit], 1):
        access = each.access
        why = tuple(f"{feature.name} {feature.score:.1f}: {feature.words}" for feature in each.features)
        tried = tuple(f"{said.words}: {said.query(access)}" for said in _tried(found, each))
        row = (place, f"{each.score:.3f}", access.at, access.times, access.actor, access.unit, access.purpose,
               access.subject, access.ticket, access.relations, str(access.deleted).lower(), why, tried)
        writer.writerow([cell(value) for value in row])
    return text.getvalue()


def _tried(found: Found, each: Ranked) -> Iterator[Explanation]:
    return (said for said in found.explanations if said.purpose == each.access.purpose)
