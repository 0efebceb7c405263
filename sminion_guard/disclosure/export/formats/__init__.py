"""Formats of files: one writer a file, behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.comma import Comma
from sminion_guard.disclosure.export.formats.form import Block, Form
from sminion_guard.disclosure.export.formats.lines import Lines


class FileFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def form(kind: FileFormat, fields: Sequence[Field]) -> Form:
    """The writer of a format.

    :raises ExtraMissing: SG804 for Parquet without `pyarrow`.
    """
    if kind is FileFormat.CSV:
        return Comma(fields)
    if kind is FileFormat.JSONL:
        return Lines(fields)
    from sminion_guard.disclosure.export.formats.parquet import Parquet  # an extra

    return Parquet(fields)


__all__ = ["Block", "FileFormat", "Form", "form"]
