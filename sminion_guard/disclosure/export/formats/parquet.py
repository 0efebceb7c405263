"""Parquet, through `pyarrow`. Types follow those of the server; what has none of the same kind is text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import Write
from sminion_guard.errors import TransferRefused
from sminion_guard.extras import explained

with explained():
    import pyarrow as pa
    from psycopg.adapt import AdaptersMap
    from psycopg.types.string import TextLoader
    from pyarrow import parquet

_NUMERIC = 1700
_TYPES: dict[int, Any] = {
    16: pa.bool_(), 17: pa.binary(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(), 26: pa.uint32(),
    700: pa.float32(), 701: pa.float64(), 1082: pa.date32(), 1083: pa.time64("us"), 1114: pa.timestamp("us"),
    1184: pa.timestamp("us", tz="UTC"),
}
"""By the number of PostgreSQL's type."""


class Parquet:
    """Parquet for some fields."""

    copies = False

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._schema = pa.schema([pa.field(field.name, arrow_type(field)) for field in fields])
        self._texts = [at for at, field in enumerate(fields) if field.is_text]
        self._writer: Any = None

    def question(self, query: str) -> str:
        return query

    def prepare(self, adapters: AdaptersMap) -> None:
        for field, kind in zip(self._fields, self._schema, strict=True):
            if kind.type == pa.string() and field.oid != _NUMERIC:
                adapters.register_loader(field.oid, TextLoader)

    def begin(self, write: Write) -> None:
        self._writer = parquet.ParquetWriter(pa.PythonFile(_Sink(write), mode="w"), self._schema)

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        taken = list(zip(*rows, strict=True))
        arrays = [_array(field, kind.type, values)
                  for field, kind, values in zip(self._fields, self._schema, taken, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))

    def end(self) -> None:
        self._writer.close()

    def texts(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, int, str]]:
        for at, row in enumerate(rows):
            for column in self._texts:
                value = row[column]
                if isinstance(value, bytes):
                    yield at, column, value.decode("utf-8", "replace")
                elif value:
                    yield at, column, value


class _Sink:
    """A file to write to, for Arrow."""

    closed = False

    def __init__(self, write: Write) -> None:
        self._write, self._at = write, 0

    def write(self, data: Any) -> int:
        taken = bytes(data)
        self._write(taken)
        self._at += len(taken)
        return len(taken)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True


def arrow_type(field: Field) -> Any:
    """Arrow's type for a field. A number without stated places has any, which no type holds: it is text, as it was."""
    if field.oid != _NUMERIC:
        return _TYPES.get(field.oid, pa.string())
    if field.modifier < 0:
        return pa.string()
    precision, scale = (field.modifier - 4) >> 16 & 0xFFFF, (field.modifier - 4) & 0x7FF
    if precision > 76 or scale > precision:  # a negative scale is a large one here
        return pa.string()
    return pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)


def _array(field: Field, kind: Any, values: Sequence[Any]) -> Any:
    try:
        if field.oid == _NUMERIC and kind == pa.string():
            return pa.array([None if value is None else format(value, "f") for value in values], type=kind)
        return pa.array(values, type=kind)
    except (pa.ArrowException, ValueError, OverflowError, TypeError) as error:
        raise TransferRefused(
            "SG721", f"column `{field.name}` has a value that Parquet's type {kind} cannot hold",
            hint=f"cast the column to text in the query: `{field.name}::text`") from error
