"""What the page says: purposes by title and categories of data, without anything of how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sminion_guard.policy.model import OPEN_CATEGORIES, Policy
from sminion_guard.policy.model.rights import Operator, RequestKind, Term, Trigger
from sminion_guard.policy.show import Overview, PurposeView, TableView, overview


@dataclass(frozen=True, slots=True)
class Kept:
    """How long a purpose uses some categories: None where no end is set."""

    categories: tuple[str, ...]
    keep: str | None
    then: str | None


@dataclass(frozen=True, slots=True)
class PurposeNotice:
    """A purpose, for people; lists are sorted."""

    name: str
    title: str
    basis: str
    data: tuple[str, ...]
    may: tuple[str, ...]
    sees_blocked: bool
    kept: tuple[Kept, ...]
    recipients: tuple[str, ...]
    """Titles."""
    kinds: tuple[str, ...]
    """Kinds of the people it is about; none where the policy names no kinds."""


@dataclass(frozen=True, slots=True)
class RecipientNotice:
    """Who else may get data: for which purposes (names), and which categories never."""

    name: str
    title: str
    contract: str
    purposes: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What people may ask for, and the term from the request, or from its proof where that differs."""

    kind: RequestKind
    proof: bool
    term: Term


@dataclass(frozen=True, slots=True)
class Notice:
    """The page."""

    policy: str
    version: str
    operator: Operator | None
    purposes: tuple[PurposeNotice, ...]
    pairs: tuple[tuple[str, str, str], ...]
    """Names of two purposes that go together, and why."""
    further: tuple[tuple[str, tuple[str, ...], str], ...]
    """A purpose, the purposes that its data also serve, and why."""
    recipients: tuple[RecipientNotice, ...]
    asked: tuple[Asked, ...]
    own_categories: Mapping[str, str]
    """The policy's own categories, name to title."""
    held: frozenset[str]
    """Categories that there are data of."""
    backup: bool
    require_tls: bool

    @property
    def titles(self) -> Mapping[str, str]:
        """The purposes, name to title."""
        return {entry.name: entry.title for entry in self.purposes}


@dataclass(frozen=True, slots=True)
class Installed:
    """What the page of a policy in force says beside :class:`Notice`.

    :param since: when it came into force, in the time zone of the policy.
    :param before: the version before; None where there was none, or this version of the program cannot read it.
    :param before_version: what it was called.
    """

    since: datetime
    before: Notice | None
    before_version: str | None


def notice(policy: Policy) -> Notice:
    """What the page says of a policy."""
    view = overview(policy)
    held = view.data - OPEN_CATEGORIES
    return Notice(
        policy=policy.name,
        version=policy.version,
        operator=policy.operator,
        purposes=tuple(sorted((_purpose(view, entry) for entry in view.purposes), key=lambda entry: entry.title)),
        pairs=tuple((*pair.purposes, pair.why) for pair in view.compatible),
        further=tuple((entry.data_of, entry.may_serve, entry.why) for entry in view.further),
        recipients=tuple(
            RecipientNotice(entry.name, entry.title, entry.contract, tuple(sorted(entry.purposes)),
                            tuple(sorted(name for name in policy.categories | entry.never - OPEN_CATEGORIES
                                         if not entry.receives(name))))
            for entry in view.recipients),
        asked=_asked(policy),
        own_categories={name: title for name, title in sorted(policy.own_categories.items()) if name in held},
        held=held,
        backup=policy.backup is not None,
        require_tls=policy.require_tls,
    )


def _purpose(view: Overview, purpose: PurposeView) -> PurposeNotice:
    tables = {f"{schema.name}.{table.name}": table for schema in view.schemas for table in schema.tables}
    touched = {access.table for compartment in purpose.compartments for access in compartment.tables}
    personal = [tables[name] for name in sorted(touched) if tables[name].personal]
    return PurposeNotice(
        name=purpose.name,
        title=purpose.title,
        basis=purpose.basis,
        data=_closed(purpose.data),
        may=purpose.may,
        sees_blocked=purpose.sees_blocked,
        kept=_kept(purpose, personal),
        recipients=tuple(sorted(entry.title for entry in view.recipients if purpose.name in entry.purposes)),
        kinds=tuple(sorted({kind for table in personal for kind in table.kinds})),
    )


def _kept(purpose: PurposeView, tables: list[TableView]) -> tuple[Kept, ...]:
    """One entry for each length of time, so that a page says it once; what has no end comes last."""
    found: dict[tuple[str | None, str | None], set[str]] = {}
    for table in tables:
        categories = set(_closed(table.categories)) & set(purpose.data)
        ends = (None, None) if table.retention is None else (table.retention.keep, table.retention.then.value)
        if categories:
            found.setdefault(ends, set()).update(categories)
    return tuple(
        Kept(tuple(sorted(categories)), keep, then)
        for (keep, then), categories in sorted(
            found.items(), key=lambda entry: (entry[0][0] is None, sorted(entry[1]), entry[0][0] or "",
                                              entry[0][1] or "")))


def _asked(policy: Policy) -> tuple[Asked, ...]:
    if policy.requests is None:
        return ()
    order = (RequestKind.ACCESS, *(kind for kind in RequestKind if kind is not RequestKind.ACCESS))
    found: list[Asked] = []
    for kind in order:
        terms = policy.requests.terms[kind]
        found.append(Asked(kind, False, terms[Trigger.REQUEST]))
        if terms[Trigger.PROOF] != terms[Trigger.REQUEST]:
            found.append(Asked(kind, True, terms[Trigger.PROOF]))
    return tuple(found)


def _closed(categories: tuple[str, ...]) -> tuple[str, ...]:
    """Without keys and neutral columns: they say nothing about a person."""
    return tuple(name for name in categories if name not in OPEN_CATEGORIES)
