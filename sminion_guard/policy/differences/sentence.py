"""One thing that two policies differ in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that is different.

    :param text: a clause without a full stop.
    :param widens: whether somebody sees or may do more.
    :param purpose: which purpose it is about; None where it is about none in particular.
    :param table: which table, ``schema.table``; None where it is about none in particular.
    :param columns: that a recipient gets, ``schema.table.column``, sorted: all, also where the text only counts them.
    """

    text: str
    widens: bool
    purpose: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
