"""The keys of subjects in rows as COPY writes them."""

from __future__ import annotations

from uuid import UUID

import pytest

from sminion_guard.analyzer.verdict import SubjectPlace
from sminion_guard.policy import SubjectKey
from sminion_guard.session.recording.copying import CopiedRow, Format, copy_format

SOME = UUID("0f7c4b88-256c-4d0d-93a6-bcb470be1af0")


@pytest.mark.parametrize(("options", "expected"), [
    ("", Format()),
    ("(FORMAT csv)", Format("csv", ",")),
    ("CSV HEADER", Format("csv", ",", header=True)),
    ("WITH (FORMAT csv, DELIMITER ';', QUOTE '#', HEADER)", Format("csv", ";", "#", "#", True)),
    ("(FORMAT csv, HEADER off, ESCAPE '!')", Format("csv", ",", '"', "!")),
    ("BINARY", Format("binary")),
    ("(DELIMITER '|')", Format(delimiter="|")),
])
def test_the_options_of_the_statement_say_the_format(options: str, expected: Format) -> None:
    assert copy_format(f"COPY t TO STDOUT {options}") == expected


def row(layout: Format, *places: int, key: SubjectKey = SubjectKey.TEXT) -> CopiedRow:
    return CopiedRow(layout, tuple(SubjectPlace(place) for place in places), {"": key})


@pytest.mark.parametrize(("data", "keys"), [
    (b"a\tb\tc\n", ["b"]),
    (b"a\\tx\tb\\\\\\n\\\t\tc\n", ["b\\\n\t"]), (b"a\t\\N\tc\n", []), (b"a\tk\xc3\xbc\t\n", ["kü"]),
    (b"a\tk\xff\t\n", [None]), (b"a\n", [None]),
])
def test_text(data: bytes, keys: list[str | None]) -> None:
    assert row(Format(), 1).keys(data) == keys


@pytest.mark.parametrize(("data", "keys"), [
    (b"a,b,c\n", ["b"]), (b'"a,\n",b,c\n', ["b"]), (b'x,"b""\nc",d\n', ['b"\nc']), (b"a,,c\n", []), (b"a\n", [None]),
])
def test_csv(data: bytes, keys: list[str | None]) -> None:
    assert row(Format("csv", ","), 1).keys(data) == keys


def test_a_header_is_no_row() -> None:
    reader = row(Format("csv", ",", header=True), 0)
    assert [reader.keys(b"id,x\n"), reader.keys(b"id,x\n")] == [None, ["id"]]


def field(value: bytes | None) -> bytes:
    return b"\xff\xff\xff\xff" if value is None else len(value).to_bytes(4, "big") + value


@pytest.mark.parametrize(("kind", "value", "keys"), [
    (SubjectKey.BIGINT, (7).to_bytes(8, "big"), ["7"]),
    (SubjectKey.BIGINT, (-7).to_bytes(4, "big", signed=True), ["-7"]),
    (SubjectKey.BIGINT, b"abc", [None]), (SubjectKey.UUID, SOME.bytes, [str(SOME)]), (SubjectKey.UUID, b"x", [None]),
    (SubjectKey.TEXT, "kü".encode(), ["kü"]), (SubjectKey.TEXT, b"\xff", [None]), (SubjectKey.TEXT, None, []),
])
def test_binary(kind: SubjectKey, value: bytes | None, keys: list[str | None]) -> None:
    reader = row(Format("binary"), 1, key=kind)
    tuple_ = b"\x00\x02" + field(b"other") + field(value)
    assert reader.keys(b"PGCOPY\n\xff\r\n\x00" + bytes(8) + tuple_) == keys
    assert reader.keys(tuple_) == keys
    assert reader.keys(b"\xff\xff") is None


def test_several_columns_of_a_row_may_hold_keys() -> None:
    assert row(Format(), 0, 2).keys(b"1\tx\t2\n") == ["1", "2"]


KINDS = {
    "client": SubjectKey.TEXT, "customer": SubjectKey.BIGINT, "employee": SubjectKey.UUID, "partner": SubjectKey.TEXT,
}


def test_each_column_has_keys_of_its_own_kind() -> None:
    places = (SubjectPlace(0, ("customer",)), SubjectPlace(1, ("employee",)), SubjectPlace(2, ("client", "partner")))
    expected: list[str | None] = ["customer:5", f"employee:{SOME}", "client:x", "partner:x"]
    assert CopiedRow(Format(), places, KINDS).keys(f"5\t{SOME}\tx\n".encode()) == expected
    assert CopiedRow(Format(), places, KINDS).keys(b"5\t\\N\t\\N\n") == ["customer:5"]
    assert CopiedRow(Format("csv", ","), places, KINDS).keys(f"5,{SOME},x\n".encode()) == expected
    binary = b"\x00\x03" + field((5).to_bytes(8, "big")) + field(SOME.bytes) + field(b"x")
    assert CopiedRow(Format("binary"), places, KINDS).keys(binary) == expected
