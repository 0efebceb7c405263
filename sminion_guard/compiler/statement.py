"""One compiled statement: what it makes, how it is undone, and how its object is recognised in a live database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sminion_guard.compiler import templates

_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Statement:
    """A step of the installation.

    :param key: what it is about, stable over versions of the policy, such as ``policy:crm.customer:guard_floor``.
    :param sql: one or more SQL statements that may be run again.
    :param reverse: SQL that undoes them, without knowing the policy.
    :param fingerprint_query: a SELECT of one text that changes when the object does; NULL when the object is missing.
        It reads what it asks for from ``o.given``, so that one query serves all objects of a kind.
    :param given: what that is, as a JSON object.
    :param as_owner: run as ``sminion_owner``, because it concerns schema ``sminion``.
    """

    key: str
    sql: str
    reverse: str
    fingerprint_query: str
    given: str = "{}"
    as_owner: bool = False
    digest: str = field(init=False, repr=False, compare=False)
    """Hash of everything that is installed; another digest means that the object is outdated."""

    def __post_init__(self) -> None:
        parts = (self.sql, self.reverse, self.fingerprint_query, self.given, str(self.as_owner))
        object.__setattr__(self, "digest", hashlib.sha256("\0".join(parts).encode()).hexdigest())

    @property
    def kind(self) -> str:
        """The first part of the key: a directory below sql/templates."""
        return self.key.partition(":")[0]


def from_templates(kind: str, key: str, values: Mapping[str, str], *, as_owner: bool = False) -> Statement:
    """A statement from the three templates of ``kind``: apply, reverse and fingerprint.

    :param kind: a directory below sql/templates.
    :param key: the part of the statement's key after ``kind:``.
    :param values: placeholder to SQL text.
    """
    query, given = fingerprint(kind, values)
    return Statement(
        key=f"{kind}:{key}",
        sql=templates.fill(f"{kind}/apply", values),
        reverse=templates.fill(f"{kind}/reverse", values),
        fingerprint_query=query,
        given=given,
        as_owner=as_owner,
    )


def fingerprint(kind: str, values: Mapping[str, str]) -> tuple[str, str]:
    """The query of an object's fingerprint, and what it is given."""
    query, given = templates.asked_of(f"{kind}/fingerprint", values, "o.given")
    return query, _JSON.encode(given)
