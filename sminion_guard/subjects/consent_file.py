"""Reads a file with decisions on consent, line by line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sminion_guard.errors import PolicyError
from sminion_guard.subjects.consent import Fault

REQUIRED = ("subject", "purpose", "decision", "given_at")
OPTIONAL = ("text_sha256", "channel", "until", "taken_by")
DECISIONS = ("given", "refused", "withdrawn")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What stands for a byte that is no UTF-8."""


@dataclass(frozen=True, slots=True)
class Line:
    """One decision.

    :param number: of its line in the file, from 1.
    """

    number: int
    subject: str
    purpose: str
    decision: str
    given_at: datetime
    text_sha256: bytes | None
    channel: str | None
    until: datetime | None
    taken_by: str | None


def read(lines: Iterable[str]) -> Iterator[Line | Fault]:
    """The decisions of a CSV file with a header, and what is wrong with lines that have none.

    Each line is read by itself: a quote that nobody closes spoils its own line, and swallows no other.

    :raises PolicyError: SG534 for a header without the columns that are needed, or with one that nobody knows.
    """
    numbered = enumerate(lines, start=1)
    _, first = next(numbered, (0, ""))
    header = [name.strip().removeprefix("\ufeff") for name in next(csv.reader([first]), [])]
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
    if missing or unknown or len(set(header)) != len(header):
        said = [f"`{name}` is missing" for name in missing] + [f"`{name}` is unknown" for name in unknown]
        raise PolicyError(
            "SG534", f"the first line is no header of consents: {', '.join(said) or 'a column stands there twice'}",
            hint=f"write the columns {', '.join(REQUIRED)} and, as you have them, {', '.join(OPTIONAL)}")
    for number, text in numbered:
        try:
            row = next(csv.reader([text], strict=True), [])
            if len(row) not in (0, len(header)):
                raise ValueError(f"{len(row)} columns, and the header has {len(header)}")
            if row:
                yield _line(number, dict(zip(header, row, strict=True)))
        except csv.Error as error:
            yield Fault(number, "SG534", f"the line is no CSV: {error}")
        except ValueError as error:
            yield Fault(number, "SG534", str(error))


def moment(text: str) -> datetime:
    """A date or moment; UTC without an offset.

    :raises ValueError: with what to write instead.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"`{text[:40]}` is no moment: write 2026-11-03T12:00+03:00") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def digest(text: str) -> bytes:
    """A SHA-256 in hexadecimal digits.

    :raises ValueError: for everything else.
    """
    try:
        found = bytes.fromhex(text)
    except ValueError as error:
        raise ValueError("`text_sha256` is no hexadecimal number") from error
    if len(found) != 32:
        raise ValueError(f"`text_sha256` has {len(found)} bytes, and a SHA-256 has 32")
    return found


def _line(number: int, row: Mapping[str, str]) -> Line:
    for name in REQUIRED:
        if not row[name]:
            raise ValueError(f"`{name}` is empty")
    if any("\0" in value or (not value.isascii() and _SURROGATE.search(value)) for value in row.values()):
        raise ValueError("a value is not UTF-8, or has a NUL character")
    if row["decision"] not in DECISIONS:
        raise ValueError(f"the decision is `{row['decision'][:40]}`, and not one of {', '.join(DECISIONS)}")
    until = row.get("until") or None
    if until and row["decision"] != "given":
        raise ValueError("`until` is for consents that were given")
    hashed = row.get("text_sha256") or None
    return Line(
        number, row["subject"], row["purpose"], row["decision"], moment(row["given_at"]),
        digest(hashed) if hashed else None, row.get("channel") or None, moment(until) if until else None,
        row.get("taken_by") or None)
