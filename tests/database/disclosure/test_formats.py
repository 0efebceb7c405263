"""What the formats of exports hold is what the server has, whatever the texts are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from sminion_guard.disclosure.export.fields import Field, checked
from sminion_guard.disclosure.export.formats import FileFormat, form
from sminion_guard.disclosure.export.formats.comma import as_it_was, harmless
from sminion_guard.embedded import Server
from sminion_guard.errors import TransferRefused
from tests.servers import new_database

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Connection]:
    with new_database(server) as database, database.connect() as connection:
        yield connection


def written(connection: Connection, query: str, kind: FileFormat) -> bytes:
    described = connection.execute(f"SELECT * FROM ({query}\n) AS q LIMIT 0").pgresult
    assert described is not None
    fields = checked([Field((described.fname(at) or b"").decode(), described.ftype(at), described.fmod(at))
                      for at in range(described.nfields)])
    out: list[bytes] = []
    writer = form(kind, fields)
    writer.begin(out.append)
    with connection.cursor() as cursor:
        if writer.copies:
            with cursor.copy(writer.question(query)) as copy:
                writer.write([bytes(row) for row in copy])
        else:
            writer.prepare(cursor.adapters)
            writer.write(cursor.execute(writer.question(query)).fetchall())
    writer.end()
    return b"".join(out)


TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12),
    st.text("=+-@\t\r\n ,'\"\\ab;|＝＋－＠\u00a0{}", max_size=8),
)
ROWS = st.tuples(st.none() | TEXTS, st.none() | st.integers(-(2**31), 2**31 - 1), st.none() | TEXTS)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=20))
def test_csv_and_json_lines_give_every_text_back(database: Connection, rows: list[tuple[Any, ...]]) -> None:
    database.execute("DROP TABLE IF EXISTS said; CREATE TABLE said (n bigserial, a text, b integer, c text)")
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO said (a, b, c) VALUES (%s, %s, %s)", rows)
    query = "SELECT a, b, c FROM said ORDER BY n -- in order"
    text = written(database, query, FileFormat.CSV).decode()
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert found[0] == ["a", "b", "c"]
    assert [(as_it_was(a), b, as_it_was(c)) for a, b, c in found[1:]] == [
        (a or "", "" if b is None else str(b), c or "") for a, b, c in rows]
    for a, _, c in found[1:]:
        for cell in (a, c):
            assert cell.lstrip(" \u00a0")[:1] not in set("=+-@\t\r\n＝＋－＠") or cell == ""
    lines = written(database, query, FileFormat.JSONL).decode().split("\n")
    assert lines.pop() == ""
    assert [tuple(json.loads(line).values()) for line in lines] == rows


def test_csv_tells_null_from_an_empty_text(database: Connection) -> None:
    assert written(database, "SELECT NULL::text AS a, '' AS b, -5 AS c, '-5' AS d", FileFormat.CSV) == (
        b'"a","b","c","d"\r\n,"",-5,"\'-5"\r\n')


@pytest.mark.parametrize("text", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", " =1", "'=1", "'' +1",
])
def test_no_cell_is_a_formula(database: Connection, text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert as_it_was(harmless(text)) == text
    for query in ("SELECT {0} AS a, 1 AS b", "SELECT 1 AS b, {0} AS a", "SELECT 'x,\"' AS c, {0} AS a, 'y,' AS d"):
        literal = psycopg.sql.Literal(text).as_string(database)
        data = written(database, query.format(literal), FileFormat.CSV).decode()
        rows = list(csv.reader(io.StringIO(data, newline=""), strict=True))
        assert f"'{text}" in rows[1]
        assert text not in rows[1]


@pytest.mark.parametrize("text", ["a=1", "'", "''", "x,", "a,\"=1", "", " a", "1-1", "'a"])
def test_other_texts_stay_as_they_are(database: Connection, text: str) -> None:
    literal = psycopg.sql.Literal(text).as_string(database)
    data = written(database, f"SELECT {literal} AS a, {literal} AS b", FileFormat.CSV).decode()
    assert list(csv.reader(io.StringIO(data, newline="")))[1] == [text, text]


def test_a_name_of_a_column_is_no_formula_either(database: Connection) -> None:
    assert written(database, 'SELECT 1 AS "=cmd()"', FileFormat.CSV) == b'"\'=cmd()"\r\n1\r\n'


def test_json_within_json_stays_one_line(database: Connection) -> None:
    query = "SELECT E'{\"a\":\\n 1}'::json AS a, 12345678901234567890.10 AS b, '{\"x\": \"\\u0041\"}'::jsonb AS c"
    data = written(database, query, FileFormat.JSONL).decode()
    assert data.count("\n") == 1
    assert json.loads(data, parse_float=Decimal) == {"a": {"a": 1}, "b": Decimal("12345678901234567890.10"),
                                                     "c": {"x": "A"}}


def test_parquet_keeps_numbers_and_moments_exact(database: Connection) -> None:
    query = ("SELECT 9007199254740993::int8 AS a, 0.10::numeric(12, 2) AS b, 1e-30::numeric AS c,"
             " date '2026-11-28' AS d, timestamptz '2026-11-28 10:00:00.123456+00' AS e, '{1,2}'::int[] AS f,"
             " '\\xff'::bytea AS g, true AS h, NULL::int AS i")
    table = parquet.read_table(io.BytesIO(written(database, query, FileFormat.PARQUET)))
    assert table.to_pylist() == [{
        "a": 9007199254740993, "b": Decimal("0.10"), "c": "0." + "0" * 29 + "1", "d": date(2026, 11, 28),
        "e": datetime(2026, 11, 28, 10, 0, 0, 123456, tzinfo=UTC), "f": "{1,2}", "g": b"\xff", "h": True, "i": None}]
    assert [str(field.type) for field in table.schema] == [
        "int64", "decimal128(12, 2)", "string", "date32[day]", "timestamp[us, tz=UTC]", "string", "binary", "bool",
        "int32"]


def test_what_parquet_cannot_hold_is_refused_by_name(database: Connection) -> None:
    with pytest.raises(TransferRefused, match="`b`") as caught:
        written(database, "SELECT 1 AS a, 'NaN'::numeric(5, 2) AS b", FileFormat.PARQUET)
    assert caught.value.code == "SG721"


@pytest.mark.parametrize("query", ["SELECT 1 AS a, 2 AS a", "SELECT"])
def test_columns_have_names_of_their_own(database: Connection, query: str) -> None:
    with pytest.raises(TransferRefused) as caught:
        written(database, query, FileFormat.CSV)
    assert caught.value.code == "SG721"


def test_texts_to_scan_are_those_that_are_written(database: Connection) -> None:
    query = "SELECT 'a,\"b' AS a, 79161234567 AS b, NULL::text AS c, '127.0.0.1'::inet AS d, E'x\\ny' AS e"
    fields = [Field("a", 25), Field("b", 20), Field("c", 25), Field("d", 869), Field("e", 25)]
    for kind in (FileFormat.CSV, FileFormat.JSONL):
        writer = form(kind, fields)
        with database.cursor() as cursor, cursor.copy(writer.question(query)) as copy:
            rows = [bytes(row) for row in copy]
        assert list(writer.texts(rows)) == [(0, 0, 'a,"b'), (0, 3, "127.0.0.1"), (0, 4, "x\ny")]
