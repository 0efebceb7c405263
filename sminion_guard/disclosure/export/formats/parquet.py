"""Parquet, through `pyarrow`. Types follow those of the server; what has none of the same kind is text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sminion_guard.compiler.quoting import ident
from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats.form import Block, Write
from sminion_guard.errors import TransferRefused
from sminion_guard.extras import explained

with explained():
    import pyarrow as pa
    import pyarrow.compute
    from pyarrow import csv, parquet

_NUMERIC = 1700
_TYPES: dict[int, Any] = {
    16: pa.bool_(), 17: pa.binary(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(), 26: pa.uint32(),
    700: pa.float32(), 701: pa.float64(), 1082: pa.date32(), 1083: pa.time64("us"), 1114: pa.timestamp("us"),
    1184: pa.timestamp("us", tz="UTC"),
}
"""By the number of PostgreSQL's type."""
_MOMENT = 1184
_GROUP = 1 << 24
"""Bytes that make a group of rows."""
_PARSED = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
_COLUMN = re.compile(r"In CSV column #(\d+):")


class Parquet:
    """Parquet for some fields. The server sends CSV, which Arrow reads without a value of Python for each."""

    size = 1 << 22  # each call of Arrow costs some

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields
        self._schema = pa.schema([pa.field(field.name, arrow_type(field)) for field in fields])
        names = [str(at) for at in range(len(fields))]
        self._named = csv.ReadOptions(column_names=names, block_size=1 << 30, use_threads=False)
        self._typed = csv.ConvertOptions(
            column_types={name: _sent(kind.type) for name, kind in zip(names, self._schema, strict=True)},
            null_values=[""], true_values=["t"], false_values=["f"],
            strings_can_be_null=True, quoted_strings_can_be_null=False)
        self._writer: Any = None
        self._waiting: list[Any] = []
        self._read: tuple[Block, Any] | None = None

    def question(self, query: str) -> str:
        # A moment is sent as in UTC: what zones were before 1900 is more than Arrow reads.
        row = ident("guard_row")
        chosen = ", ".join(
            f"pg_catalog.timezone('UTC', {row}.{ident(field.name)})" if field.oid == _MOMENT
            else f"{row}.{ident(field.name)}" for field in self._fields)
        return f"COPY (SELECT {chosen} FROM ({query}\n) AS {row}) TO STDOUT WITH (FORMAT csv, NULL '')"

    def begin(self, write: Write) -> None:
        self._writer = parquet.ParquetWriter(pa.PythonFile(_Sink(write), mode="w"), self._schema)

    def write(self, block: Block) -> None:
        self._waiting.append(self._table(block))
        if sum(table.nbytes for table in self._waiting) >= _GROUP:
            self._write_group()

    def end(self) -> None:
        self._write_group()
        self._writer.close()

    def distinct(self, block: Block) -> set[str]:
        table = self._table(block)
        found: set[str] = set()
        for at, field in enumerate(self._fields):
            if field.is_text:
                found.update(_text(value) for value in pyarrow.compute.unique(table.column(at)).to_pylist() if value)
        return found

    def texts(self, block: Block) -> Iterator[tuple[int, int, str]]:
        table = self._table(block)
        for column, field in enumerate(self._fields):
            if field.is_text:
                for at, value in enumerate(table.column(column).to_pylist()):
                    if value:
                        yield at, column, _text(value)

    def _write_group(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting)
            self._waiting = []
            self._writer.write_table(table, row_group_size=table.num_rows)

    def _table(self, block: Block) -> Any:
        if self._read is None or self._read[0] is not block:
            self._read = block, self._parsed(block)
        return self._read[1]

    def _parsed(self, block: Block) -> Any:
        try:
            table = csv.read_csv(pa.BufferReader(block.data), self._named, _PARSED, self._typed)
        except pa.ArrowInvalid as error:
            found = _COLUMN.match(str(error))
            if found is None:
                raise
            raise _refused(self._schema.field(int(found[1]))) from None  # its text has the value
        arrays = [_array(column, kind) for column, kind in zip(table.columns, self._schema, strict=True)]
        return pa.Table.from_arrays(arrays, schema=self._schema)


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


def _sent(kind: Any) -> Any:
    """The type as which Arrow reads what the server sends for another."""
    if kind == pa.binary() or pa.types.is_decimal256(kind):
        return pa.string()
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def _array(column: Any, kind: Any) -> Any:
    if kind.type == pa.binary():
        values = [None if value is None else bytes.fromhex(value[2:]) for value in column.to_pylist()]
        return pa.array(values, type=kind.type)
    try:
        return column.cast(kind.type)
    except pa.ArrowInvalid:
        raise _refused(kind) from None


def _refused(kind: Any) -> TransferRefused:
    return TransferRefused(
        "SG721", f"column `{kind.name}` has a value that Parquet's type {kind.type} cannot hold",
        hint=f"cast the column to text in the query: `{kind.name}::text`")


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
