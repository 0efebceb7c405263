"""A person's key in all forms in which it may be stored, and the condition that finds it in a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sminion_guard.compiler.quoting import ident
from sminion_guard.errors import GuardError

_INTEGERS = frozenset({"int2", "int4", "int8"})
_NUMBERS = _INTEGERS | {"numeric", "float4", "float8"}
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "json", "jsonb", "xml"})
# Their values are no keys: times, truth values, addresses, shapes, numbers of rows and transactions.
_NEVER = frozenset({
    "bool", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr", "macaddr", "macaddr8",
    "point", "line", "lseg", "box", "path", "polygon", "circle", "bit", "varbit", "money", "char", "oid", "xid", "xid8",
    "cid", "tid", "pg_lsn", "txid_snapshot", "pg_snapshot"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column that stores something.

    :param type: of the base of a domain, where it is one of PostgreSQL's own.
    :param element: of an array, likewise.
    """

    name: str
    type: str | None
    category: str
    element: str | None
    array: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and its type in the policy: bigint, uuid or text."""

    text: str
    type: str

    @classmethod
    def of(cls, raw: str, type_: str) -> Self:
        """The key as its type prints it.

        :raises GuardError: SG580 when it is none of this type. The message does not name it: it may be logged.
        """
        try:
            text = raw if type_ == "text" else str(int(raw)) if type_ == "bigint" else str(UUID(raw))
        except ValueError as error:
            raise _malformed(type_) from error
        if not text or "\0" in text or (type_ == "bigint" and not -(2**63) <= int(text) < 2**63):
            raise _malformed(type_)
        return cls(text, type_)

    @property
    def pattern(self) -> str:
        """A regular expression of PostgreSQL that matches the key as a word."""
        body = "".join(c if c.isalnum() or ord(c) > 127 else f"\\{c}" for c in self.text)
        if self.type == "uuid":
            body = self.text.replace("-", "-?")
        # `_` ends a word: `invoice_42.pdf`. What JSON and bytea print before a word is no part of it: `\n`, `\302`.
        before, after = (r"[0-9A-Za-z\\]", "[0-9A-Za-z]")
        if self.type == "bigint":
            before, after = (r"[0-9A-Za-z\\]|[0-9][.]", r"[0-9A-Za-z]|[.][0-9]")
        flags = "" if self.type == "bigint" else "(?i)"
        return rf"{flags}(?:(?<!{before})|\\[bfnrt]|\\[0-7][0-7][0-7]){body}(?!{after})"

    @property
    def binary(self) -> bytes | None:
        """The key as PostgreSQL sends it in binary form; None for texts."""
        if self.type == "bigint":
            return int(self.text).to_bytes(8, "big", signed=True)
        return UUID(self.text).bytes if self.type == "uuid" else None

    def conditions(self, column: Column, given: Parameters) -> tuple[tuple[str, str], ...]:
        """Pairs of how it is found, and the SQL condition over alias ``t``. Nothing where the type can have no key.

        No cast is used: one from a type that a user made may call a function of this user. `concat` calls only the
        output function of the type, which a superuser made.
        """
        name = f"t.{ident(column.name)}"
        if column.type in _NUMBERS or column.type == "uuid":
            if self.type != ("uuid" if column.type == "uuid" else "bigint"):
                return ()
            return (("value", f"{name} OPERATOR(pg_catalog.=) {given.key(self.type)}"),)
        if column.type in _NEVER or (column.array and column.element in _NEVER):
            return ()
        if column.type == "bytea":
            said = [f"pg_catalog.encode({name}, 'escape') ~ {given.text(self.pattern)}"]
            if self.binary is not None:
                said.append(f'pg_catalog."position"({name}, {given.bytes(self.binary)}) > 0')
            return (("text", f"({' OR '.join(said)})"),)
        text = f'(pg_catalog.concat({name}) COLLATE pg_catalog."default")'
        within = f"{text} ~ {given.text(self.pattern)}"
        if self.type == "bigint":
            within = f"(pg_catalog.strpos({text}, {given.text(self.text)}) > 0 AND {within})"
        if self.type == "text" and column.type in _TEXTS:
            equal = f"pg_catalog.btrim({text}) OPERATOR(pg_catalog.=) {given.text(self.text)}"
            return ("value", equal), ("text", f"({within} AND NOT {equal})")
        return (("text", within),)


class Parameters:
    """Values that a statement is sent with: the key never stands in its text."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.values: list[Any] = []

    def add(self, value: object, type_: str) -> str:
        """A parameter; the same one for the same value."""
        for place, known in enumerate(self.values, 1):
            if type(known) is type(value) and known == value:
                return f"${place}::pg_catalog.{type_}"
        self.values.append(value)
        return f"${len(self.values)}::pg_catalog.{type_}"

    def key(self, type_: str) -> str:
        return self.add(self._key.text, {"bigint": "int8"}.get(type_, type_))

    def text(self, value: str) -> str:
        return self.add(value, "text")

    def bytes(self, value: bytes) -> str:
        return self.add(value, "bytea")


def _malformed(type_: str) -> GuardError:
    return GuardError("SG580", f"the key is not of type {type_}, as the subject column is",
                      hint="pass it as it stands in the subject column; `--kind` where the policy names kinds")
