"""What the formats of exports hold is what the server has, whatever the texts are."""

from __future__ import annotations

import csv
import io
import json
import struct
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from sminion_guard.disclosure.export import reading
from sminion_guard.disclosure.export.fields import Field, checked
from sminion_guard.disclosure.export.formats import FileFormat, form
from sminion_guard.disclosure.export.formats.comma import as_it_was, harmless
from sminion_guard.disclosure.export.formats.form import CACHED
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
    for block in list(reading.blocks(connection, writer.question(query), writer.size)):
        writer.write(block)
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


UNHELD = [
    "'NaN'::numeric(5, 2)", "'NaN'::numeric(50, 2)", "'infinity'::date", "'-infinity'::timestamptz",
    "'infinity'::timestamp", "'24:00'::time", "'0044-03-15 BC'::date", "'12026-01-01'::date",
    "'294276-12-31 23:59'::timestamp",
]


@pytest.mark.parametrize("value", UNHELD)
def test_what_parquet_cannot_hold_is_refused_by_name(database: Connection, value: str) -> None:
    with pytest.raises(TransferRefused, match="`b`") as caught:
        written(database, f"SELECT 1 AS a, {value} AS b", FileFormat.PARQUET)
    assert caught.value.code == "SG721"
    assert value.split("'")[1] not in str(caught.value)


@pytest.mark.parametrize("query", ["SELECT 1 AS a, 2 AS a", "SELECT"])
def test_columns_have_names_of_their_own(database: Connection, query: str) -> None:
    with pytest.raises(TransferRefused) as caught:
        written(database, query, FileFormat.CSV)
    assert caught.value.code == "SG721"


EXACT = [
    "''", r"E'a,\"b\"\n\r\t\\\\ NULL'", "'NULL'", "' x '", "'t'", "true", "NULL::text", "NULL::boolean",
    "(-32768)::int2", "7::int4", "(-0.05)::numeric(12, 2)", "12::numeric(12, 2)", "NULL::numeric(12, 2)",
    "0.1::float8", "5e-324::float8", "1.7976931348623157e308::float8", "'Infinity'::float8", "'-Infinity'::float8",
    "1e40::numeric(50, 3)", "1.5::real", "'-Infinity'::real", "''::bytea", "'\\x00ff'::bytea", "NULL::bytea",
    "'0001-01-01'::date", "'9999-12-31'::date", "NULL::date", "'1890-01-01 00:00:00.5+00'::timestamptz",
    "'2026-11-28 10:00:00.123456+00'::timestamptz", "NULL::timestamptz", "'2026-11-28 10:00'::timestamp",
    "'1500-02-28 00:00:00.1'::timestamp", "'10:00:00.000001'::time", "'00:00'::time",
]


@pytest.mark.parametrize("value", EXACT)
def test_parquet_has_the_value_that_the_server_has(database: Connection, value: str) -> None:
    database.execute("SET TimeZone TO 'Europe/Berlin'")
    query = f"SELECT 1 AS a, {value} AS b"
    found = parquet.read_table(io.BytesIO(written(database, query, FileFormat.PARQUET))).to_pylist()
    row = database.execute(query).fetchone()
    database.execute("RESET TimeZone")
    assert row is not None
    assert found == [{"a": 1, "b": row[1]}]


def test_parquet_keeps_what_is_no_number(database: Connection) -> None:
    data = written(database, "SELECT 'NaN'::float8 AS a, 'NaN'::numeric AS b, 1.1::real AS c", FileFormat.PARQUET)
    ((number, text, short),) = (row.values() for row in parquet.read_table(io.BytesIO(data)).to_pylist())
    assert number != number
    assert text == "NaN"
    assert short == struct.unpack("f", struct.pack("f", 1.1))[0]


@pytest.mark.parametrize("kind", FileFormat)
def test_a_column_alone_may_be_null_or_empty(database: Connection, kind: FileFormat) -> None:
    query = "SELECT v AS a FROM (VALUES (1, NULL), (2, ''), (3, NULL), (4, '\\.'), (5, 'x')) AS t (n, v) ORDER BY n"
    data = written(database, query, kind)
    expected = [None, "", None, "\\.", "x"]
    if kind is FileFormat.PARQUET:
        assert parquet.read_table(io.BytesIO(data)).column("a").to_pylist() == expected
    elif kind is FileFormat.CSV:
        assert data == b'"a"\r\n\r\n""\r\n\r\n"\\."\r\n"x"\r\n'
    else:
        assert [json.loads(line)["a"] for line in data.splitlines()] == expected
    writer = form(kind, [Field("a", 25)])
    (block,) = reading.blocks(database, writer.question(query), writer.size)
    assert list(writer.texts(block)) == [(3, 0, "\\."), (4, 0, "x")]


@settings(max_examples=100, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=20))
def test_each_format_scans_the_same_texts(database: Connection, rows: list[tuple[Any, ...]]) -> None:
    database.execute("DROP TABLE IF EXISTS said; CREATE TABLE said (n bigserial, a text, b integer, c text)")
    with database.cursor() as cursor:
        cursor.executemany("INSERT INTO said (a, b, c) VALUES (%s, %s, %s)", rows)
    expected = {(at, column, row[column]) for at, row in enumerate(rows) for column in (0, 2) if row[column]}
    for kind in FileFormat:
        writer = form(kind, [Field("a", 25), Field("b", 23), Field("c", 25)])
        (block,) = reading.blocks(database, writer.question("SELECT a, b, c FROM said ORDER BY n"), writer.size)
        assert set(writer.texts(block)) == expected
        assert writer.distinct(block) - {""} == {text for _, _, text in expected}


def test_a_key_that_json_names_twice_is_scanned_both_times(database: Connection) -> None:
    query = "SELECT '{\"a\": \"anna@example.org\", \"a\": 1.50}'::json AS b"
    for kind in FileFormat:
        writer = form(kind, [Field("b", 114)])
        (block,) = reading.blocks(database, writer.question(query), writer.size)
        ((row, column, text),) = writer.texts(block)
        assert (row, column) == (0, 0)
        assert "anna@example.org" in text
        assert "1.50" in text
        assert writer.distinct(block) == {text}


def test_many_blocks_are_the_whole_answer(database: Connection) -> None:
    question = "COPY (SELECT n, repeat('x', n % 700) FROM generate_series(1, 20000) AS n) TO STDOUT"
    blocks = list(reading.blocks(database, question, CACHED))
    assert len(blocks) > 10
    assert sum(block.rows for block in blocks) == 20_000
    assert b"".join(block.data for block in blocks) == b"".join(
        f"{n}\t{'x' * (n % 700)}\n".encode() for n in range(1, 20_001))


def test_an_error_in_the_midst_of_rows_is_told(database: Connection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        question = "COPY (SELECT 1 / (30000 - n) FROM generate_series(1, 40000) AS n) TO STDOUT"
        list(reading.blocks(database, question, CACHED))
    assert database.execute("SELECT 1").fetchone() == (1,)


def test_who_stops_reading_ends_the_query(server: Server) -> None:
    with new_database(server) as database, database.connect() as watcher:
        watcher.autocommit = True
        reader = database.connect()
        query = "SELECT repeat('x', 150000) FROM generate_series(1, 3) UNION ALL SELECT pg_sleep(200)::text"
        blocks = reading.blocks(reader, f"COPY ({query}) TO STDOUT", CACHED)
        assert next(blocks).rows > 0
        blocks.close()
        state: Any = None
        for _ in range(200):
            found = watcher.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (reader.info.backend_pid,))
            if (state := found.fetchone()) != ("active",):
                break
            time.sleep(0.05)
        assert state != ("active",)
        reader.close()


def test_texts_to_scan_are_those_that_are_written(database: Connection) -> None:
    query = "SELECT 'a,\"b' AS a, 79161234567 AS b, NULL::text AS c, '127.0.0.1'::inet AS d, E'x\\ny' AS e"
    fields = [Field("a", 25), Field("b", 20), Field("c", 25), Field("d", 869), Field("e", 25)]
    for kind in FileFormat:
        writer = form(kind, fields)
        (block,) = reading.blocks(database, writer.question(query), writer.size)
        assert list(writer.texts(block)) == [(0, 0, 'a,"b'), (0, 3, "127.0.0.1"), (0, 4, "x\ny")]
        assert writer.distinct(block) == {'a,"b', "127.0.0.1", "x\ny"}
