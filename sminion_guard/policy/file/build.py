"""From a parsed privacy.toml to the values of the model, reporting every unknown word on the way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import available_timezones

from sminion_guard.policy import interval
from sminion_guard.policy.file import shape
from sminion_guard.policy.file.recipients import build_holds, build_recipients
from sminion_guard.policy.file.requests import build_operator, build_requests
from sminion_guard.policy.file.tables import build_schemas
from sminion_guard.policy.file.ticket import build_ticket
from sminion_guard.policy.file.view_sections import build_hierarchies, build_views
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import (
    ALL_CATEGORIES,
    CATEGORIES,
    LOG_MB_PER_MINUTE,
    OPEN_CATEGORIES,
    TICKETS_PER_MINUTE,
    Basis,
    Compatible,
    ConsentOnChange,
    Further,
    Login,
    Operation,
    Policy,
    Purpose,
    SubjectKey,
)
from sminion_guard.policy.positions import Path

SECTIONS = (
    "policy", "operator", "subject", "ticket", "request", "category", "purpose", "compatible", "further", "login",
    "schema", "recipient", "view", "hierarchy",
)
_SINGLE = ("policy", "operator", "ticket", "request")
"""Sections that are one table each, and not one for each name."""

E = TypeVar("E", bound=StrEnum)
Raw = Mapping[str, Any]


class Builder:
    """Builds the parts of one policy. What is broken is reported and left out.

    :param data: what ``tomllib`` read.
    """

    def __init__(self, data: Raw, report: Report) -> None:
        self.report = report
        for key in data.keys() - set(SECTIONS):
            report.add("SG303", (key,), f"unknown section `{key}`", suggestion(key, SECTIONS))
        self.sections = {name: self._section(data, name) for name in SECTIONS}
        self.has_head = isinstance(data.get("policy"), dict)
        self.given = frozenset(name for name in SECTIONS if isinstance(data.get(name), dict))
        # Names count as known even where their table is broken: one mistake, one finding.
        self.purpose_names = frozenset(self.sections["purpose"])
        self.categories = CATEGORIES | self.sections["category"].keys()
        self.holds = build_holds(self.sections["category"], self.report)

    def build(self) -> Policy:
        """The policy, as far as it could be built; look at the report before you use it."""
        head = None
        if self.has_head and "subject_key" not in self.sections["policy"] and not self.sections["subject"]:
            self.report.add("SG305", ("policy", "subject_key"), "`subject_key` is missing in `policy`",
                            "add `subject_key = ...`, or `[subject.KIND]` for each kind of subjects")
        if self.has_head:
            head = shape.validate(shape.PolicyShape, self.sections["policy"], ("policy",), self.report)
        purposes = self._purposes()
        kinds = self._kinds(head)
        return Policy(
            name=head.name if head else "",
            version=head.version if head else "",
            subject_key=None if kinds else self._subject_key(head),
            kinds=kinds,
            ticket_lifetime=self._lifetime(head),
            require_tls=head.require_tls if head else True,
            purposes=purposes,
            schemas=build_schemas(self.sections["schema"], self.purpose_names, self.categories, self.report),
            compatible=self._compatible(),
            further=self._further(),
            logins=self._logins(),
            recipients=build_recipients(
                self.sections["recipient"], self.purpose_names, self.categories, self.holds, self.report),
            depersonalized_views=build_views(self.sections["view"], self.purpose_names, self.report),
            hierarchies=build_hierarchies(self.sections["hierarchy"], self.report),
            own_categories=self._own_categories(),
            holds=MappingProxyType(self.holds),
            trusted_functions=frozenset(head.trusted_functions) if head else frozenset(),
            trusted_why=MappingProxyType({name: why for name, why in head.trusted_functions.items() if why}
                                         if head else {}),
            accept_upsert_leak=head.accept_upsert_leak if head else None,
            widens=head.widens if head else None,
            consent=self._consent(head),
            backup=head.backup if head else None,
            timezone=self._timezone(head),
            operator=build_operator(self._given("operator"), self.report),
            requests=build_requests(self._given("request"), self.report),
            **build_ticket(self.sections["ticket"], self.report),
        )

    def _given(self, name: str) -> Raw | None:
        """A section that a policy may leave out."""
        return self.sections[name] if name in self.given else None

    def _section(self, data: Raw, name: str) -> dict[str, Any]:
        """A section's tables by name; those of ``[[compatible]]`` and ``[[further]]`` by their number as text."""
        found = data.get(name, {} if name != "policy" else None)
        if found is None:
            self.report.add("SG305", (), "section `[policy]` is missing", "add `[policy]` with name and version")
            return {}
        if name in ("compatible", "further"):
            if isinstance(found, list):
                return {str(number): entry for number, entry in enumerate(found)}
            if found == {}:
                return {}
            wanted = f"`[[{name}]]`"
        elif isinstance(found, dict):
            return found
        else:
            wanted = f"`[{name}]`" if name in _SINGLE else f"`[{name}.NAME]`"
        self.report.add("SG304", (name,), f"section `{name}` is of the wrong kind", f"write it as {wanted}")
        return {}

    def _subject_key(self, head: shape.PolicyShape | None) -> SubjectKey:
        path: Path = ("policy", "subject_key")
        written = head.subject_key if head else None
        found = None if written is None else self._word(SubjectKey, written, "subject key type", path)
        return found or SubjectKey.BIGINT

    def _consent(self, head: shape.PolicyShape | None) -> ConsentOnChange:
        path: Path = ("policy", "consent")
        found = None if head is None else self._word(ConsentOnChange, head.consent, "word for consents", path)
        return found or ConsentOnChange.KEEP

    def _kinds(self, head: shape.PolicyShape | None) -> Mapping[str, SubjectKey]:
        """The kinds of subjects. One counts as known even where its section is broken: one mistake, one finding."""
        found = {}
        for name, raw in self.sections["subject"].items():
            path: Path = ("subject", name)
            entry = shape.validate(shape.SubjectShape, raw, path, self.report)
            key = self._word(SubjectKey, entry.key, "subject key type", (*path, "key")) if entry else None
            found[name] = key or SubjectKey.BIGINT
        if found and head and head.subject_key is not None:
            self.report.add("SG354", ("policy", "subject_key"), "`subject_key` stands beside kinds of subjects",
                            "leave it out: each `[subject.KIND]` says the type of its keys")
        return MappingProxyType(found)

    def _lifetime(self, head: shape.PolicyShape | None) -> timedelta:
        length = interval.fixed(head.ticket_lifetime) if head else timedelta()
        if head and length is None:
            self.report.add("SG312", ("policy", "ticket_lifetime"),
                            interval.problem(head.ticket_lifetime)
                            or f"ticket lifetime `{head.ticket_lifetime}` has no fixed length",
                            "write weeks, days, hours or minutes, such as `15 minutes`")
        return length or timedelta()

    def _timezone(self, head: shape.PolicyShape | None) -> str:
        if head is None or head.timezone == "UTC":
            return "UTC"
        known = available_timezones()  # none where Python has no data of its own: then the server alone knows
        if known and head.timezone not in known:
            self.report.add("SG327", ("policy", "timezone"), f"unknown time zone `{head.timezone}`",
                            suggestion(head.timezone, known) or 'write a name such as "Europe/Moscow", or "UTC"')
        return head.timezone

    def _own_categories(self) -> Mapping[str, str]:
        found = {}
        for name, raw in self.sections["category"].items():
            if entry := shape.validate(shape.CategoryShape, raw, ("category", name), self.report):
                found[name] = entry.title
        return MappingProxyType(found)

    def _purposes(self) -> Mapping[str, Purpose]:
        found = {}
        for name, raw in self.sections["purpose"].items():
            path: Path = ("purpose", name)
            entry = shape.validate(shape.PurposeShape, raw, path, self.report)
            if entry is None:
                continue
            basis = self._word(Basis, entry.basis, "legal basis", (*path, "basis"))
            may = [
                self._word(Operation, word, "operation", (*path, "may", at)) for at, word in enumerate(entry.may)
            ]
            needs = self.categories if entry.needs == ALL_CATEGORIES else self._needs(entry.needs, path)
            if basis:
                found[name] = Purpose(name, entry.title, basis, frozenset(needs),
                                      frozenset(word for word in may if word), entry.sees_blocked, entry.views,
                                      tuple(entry.explains))
        return MappingProxyType(found)

    def _needs(self, words: list[str] | str, path: Path) -> list[str]:
        needs = []
        for at, word in enumerate(words):
            if word in OPEN_CATEGORIES:
                self.report.add("SG309", (*path, "needs", at), f"category `{word}` cannot be needed",
                                "leave it out: it is open to every purpose that reaches the table")
            elif word == ALL_CATEGORIES:
                self.report.add("SG309", (*path, "needs", at), "`*` stands alone", 'write `needs = "*"`')
            elif self._known(word, self.categories, "SG309", "category", (*path, "needs", at)):
                needs.append(word)
        return needs

    def _compatible(self) -> tuple[Compatible, ...]:
        found = []
        for number, raw in self.sections["compatible"].items():
            path: Path = ("compatible", int(number))
            entry = shape.validate(shape.CompatibleShape, raw, path, self.report)
            if entry and self._known_purposes(entry.purposes, (*path, "purposes")):
                found.append(Compatible((entry.purposes[0], entry.purposes[1]), entry.why, entry.merge_only))
        return tuple(found)

    def _further(self) -> tuple[Further, ...]:
        found = []
        for number, raw in self.sections["further"].items():
            path: Path = ("further", int(number))
            entry = shape.validate(shape.FurtherShape, raw, path, self.report)
            if entry is None:
                continue
            source = self._known(entry.data_of, self.purpose_names, "SG308", "purpose", (*path, "data_of"))
            if self._known_purposes(entry.may_serve, (*path, "may_serve")) and source:
                found.append(Further(entry.data_of, tuple(entry.may_serve), entry.why))
        return tuple(found)

    def _logins(self) -> Mapping[str, Login]:
        found = {}
        for name, raw in self.sections["login"].items():
            entry = shape.validate(shape.LoginShape, raw, ("login", name), self.report)
            if entry and self._known_purposes(entry.purposes, ("login", name, "purposes")) & self._known_recipients(
                    entry.transfers_to, ("login", name, "transfers_to")):
                found[name] = Login(name, tuple(entry.purposes), entry.may_hold_incompatible, entry.may_own,
                                    entry.tickets_per_minute or TICKETS_PER_MINUTE,
                                    entry.log_mb_per_minute or LOG_MB_PER_MINUTE,
                                    self._recorded(entry.may_record_consent, ("login", name, "may_record_consent")),
                                    tuple(entry.transfers_to))
        return MappingProxyType(found)

    def _recorded(self, words: list[str], path: Path) -> tuple[str, ...]:
        """Purposes for which a login may record consents: to others nobody consents."""
        for at, word in enumerate(words):
            basis = self.sections["purpose"].get(word, {})
            if self._known(word, self.purpose_names, "SG308", "purpose", (*path, at)) \
                    and isinstance(basis, dict) and basis.get("basis") != Basis.CONSENT.value:
                self.report.add("SG360", (*path, at), f"purpose `{word}` does not rest on consent",
                                "leave it out: nobody consents to it")
        return tuple(words)

    def _known_purposes(self, words: list[str], path: Path) -> bool:
        # A list, not a generator: every unknown word is reported, not just the first.
        names = self.purpose_names
        known = [self._known(word, names, "SG308", "purpose", (*path, at)) for at, word in enumerate(words)]
        return all(known)

    def _known_recipients(self, words: list[str], path: Path) -> bool:
        known = [self._known(word, self.sections["recipient"], "SG381", "recipient", (*path, at))
                 for at, word in enumerate(words)]
        return all(known)

    def _known(self, word: str, words: Collection[str], code: str, kind: str, path: Path) -> bool:
        if word not in words:
            self.report.add_unknown(code, path, kind, word, words)
        return word in words

    def _word(self, words: type[E], word: str, kind: str, path: Path) -> E | None:
        return words(word) if self._known(word, [entry.value for entry in words], "SG310", kind, path) else None
