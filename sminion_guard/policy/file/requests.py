"""The sections ``[operator]`` and ``[request]`` of privacy.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sminion_guard.policy import interval
from sminion_guard.policy.file import shape
from sminion_guard.policy.file.profiles import CALENDARS, PROFILES
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model.rights import Length, Operator, RequestKind, Requests, Term, TermUnit, Trigger
from sminion_guard.policy.positions import Path

_LENGTH = re.compile(r"([1-9]\d{0,2}) (working day|day|week|month|year)s?")
_CALENDAR = re.compile(r"weekends|[A-Z]{2}(-[A-Z0-9]{1,3})?")
_FORM = "write a length such as `7 working days` or `1 month`, or `at once`"
_TOTAL = "to "
"""Before the length of an extension: it is the whole length, and not what is added."""


def build_operator(raw: Mapping[str, Any] | None, report: Report) -> Operator | None:
    """The section, or None where there is none or it is wrong, which is reported."""
    found = None if raw is None else shape.validate(shape.OperatorShape, raw, ("operator",), report)
    if found is None:
        return None
    for key, said in (("backups", found.backups), ("certificates", found.certificates), ("actors", found.actors)):
        if said is not None and (problem := interval.problem(said)):
            report.add("SG312", ("operator", key), problem, interval.FORM)
    return Operator(found.name, found.address, found.contact, found.processor, found.backups, found.certificates,
                    found.actors)


def build_requests(raw: Mapping[str, Any] | None, report: Report) -> Requests | None:
    """The section, or None where there is none or it has no profile; everything wrong is reported."""
    if raw is None:
        return None
    head = shape.validate(
        shape.RequestShape, {key: raw[key] for key in raw.keys() & {"profile", "calendar"}}, ("request",), report)
    for key in raw.keys() - {"profile", "calendar", *RequestKind}:
        report.add("SG303", ("request", key), f"unknown kind of request `{key}`",
                   suggestion(key, [*RequestKind, "profile", "calendar"]))
    if head is None:
        return None
    if head.profile not in PROFILES:
        report.add_unknown("SG310", ("request", "profile"), "profile", head.profile, PROFILES)
        return None
    calendar = head.calendar or CALENDARS[head.profile]
    if not _CALENDAR.fullmatch(calendar):
        report.add("SG356", ("request", "calendar"), f"malformed calendar `{calendar}`",
                   "write a country such as `DE`, with a subdivision `DE-BY`, or `weekends`")
    terms = {kind: dict(said) for kind, said in PROFILES[head.profile].items()}
    for kind in RequestKind:
        if kind in raw:
            terms[kind].update(_terms(raw[kind], ("request", kind.value), terms[kind], report))
    return Requests(head.profile, calendar,
                    MappingProxyType({kind: MappingProxyType(said) for kind, said in terms.items()}))


def _terms(
    raw: object, path: Path, profile: Mapping[Trigger, Term], report: Report
) -> dict[Trigger, Term]:
    """The terms that the policy gives for one kind: a table, or a list of tables with a trigger each."""
    found: dict[Trigger, Term] = {}
    entries = raw if isinstance(raw, list) else [raw]
    for number, entry in enumerate(entries):
        place: Path = (*path, number) if isinstance(raw, list) else path
        said = shape.validate(shape.TermShape, entry, place, report)
        if said is None:
            continue
        if said.from_ not in list(Trigger):
            report.add_unknown("SG310", (*place, "from"), "trigger", said.from_, list(Trigger))
            continue
        trigger = Trigger(said.from_)
        if trigger in found:
            report.add("SG315", (*place, "from"), f"the term from `{trigger}` is given twice", "keep one of them")
        if said.interim not in (None, "block", "none"):
            report.add_unknown("SG310", (*place, "interim"), "interim measure", said.interim, ["block", "none"])
        found[trigger] = _term(said, place, profile[trigger], report)
    return found


def _term(said: shape.TermShape, place: Path, profile: Term, report: Report) -> Term:
    """The term as it is written; what is left out is as in the profile."""
    length, extend, total = profile.length, profile.extend, profile.extend_total
    if said.term is not None:
        # An extension belongs to the term that it extends.
        length, extend, total = _length(said.term, (*place, "term"), report) or length, None, False
    if said.extend == "never":
        extend, total = None, False
    elif said.extend is not None:
        total = said.extend.startswith(_TOTAL)
        extend = _length(said.extend.removeprefix(_TOTAL), (*place, "extend"), report)
    interim = profile.interim if said.interim is None else said.interim == "block"
    return Term(length, extend, total, interim)


def _length(text: str, path: Path, report: Report) -> Length | None:
    if text == "at once":
        return Length(0, TermUnit.DAY)
    match = _LENGTH.fullmatch(text) if text.isascii() else None
    if match is None:
        report.add("SG356", path, f"malformed term `{text}`", _FORM)
        return None
    return Length(int(match[1]), TermUnit(match[2]))
