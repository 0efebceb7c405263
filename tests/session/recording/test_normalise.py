"""The log must not become a copy of the data, nor a weapon against whoever reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.session.recording import normalised, safe
from sminion_guard.session.recording.normalise import UNREAD


@pytest.mark.parametrize(("sql", "expected"), [
    ("SELECT  a\n FROM t WHERE name = 'Müller' AND n = 4711", "SELECT a FROM t WHERE name = ? AND n = ?"),
    ("SELECT $1, 2.5, b'1', x'ff', e'a\\'b', U&'x', $$secret$$", "SELECT $1, ?, ?, ?, ?, ?, ?"),
    ("SELECT 1 -- of Ms Secret\n, 2 /* secret */ + 3", "SELECT ? , ? + ?"),
    ("DO $$ BEGIN PERFORM 'secret'; END $$", "DO ?"),
    ("SET x = 'secret'", "SET x = ?"),
    ("SELECT größe FROM crm.\"Kün de\" WHERE x='ü'", "SELECT größe FROM crm.\"Kün de\" WHERE x=?"),
    ("", ""),
])
def test_constants_and_comments_are_left_out(sql: str, expected: str) -> None:
    assert normalised(sql) == expected


@pytest.mark.parametrize("sql", ["SELECT 'secret", "SELECT $$secret", "SELECT /* secret", "SELECT \ud800 'secret'"])
def test_of_what_cannot_be_read_nothing_is_kept(sql: str) -> None:
    assert normalised(sql) == UNREAD


@given(st.text().filter(lambda text: "\x00" not in text))
def test_no_constant_survives(text: str) -> None:
    secret = "'s3cr3t" + text.replace("'", "''").replace("\\", "") + "'"
    assert "s3cr3t" not in normalised(f"SELECT {secret} FROM t WHERE c = {secret}")


@given(st.text(alphabet=st.characters()), st.integers(1, 50))
def test_text_is_safe_to_print_and_to_store(text: str, most: int) -> None:
    shown = safe(text, most)
    assert len(shown) <= most
    assert shown.encode() is not None
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u202e" for c in shown)


def test_a_text_that_was_cut_says_so() -> None:
    assert safe("abcdef", 4) == "abc…"
    assert safe("abcd", 4) == "abcd"


@pytest.mark.parametrize(("sql", "expected"), [
    ("SELECT a FROM t WHERE a IN (1, 2,3)", "SELECT a FROM t WHERE a IN (?, ...)"),
    ("SELECT a FROM t WHERE a not in ($1::bigint, $2::bigint)", "SELECT a FROM t WHERE a not in ($1::bigint, ...)"),
    ("SELECT a FROM t WHERE a IN (1)", "SELECT a FROM t WHERE a IN (?)"),
    ("SELECT a FROM t WHERE a IN (1, b)", "SELECT a FROM t WHERE a IN (?, b)"),
    ("INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, 6)", "INSERT INTO t (a, b) VALUES ($1, $2), ..."),
    ("INSERT INTO t VALUES (1, 2)", "INSERT INTO t VALUES (?, ?)"),
    ("INSERT INTO t VALUES (f(1)), (f(2))", "INSERT INTO t VALUES (f(?)), (f(?))"),
], ids=str)
def test_lists_of_every_length_are_one_shape(sql: str, expected: str) -> None:
    assert normalised(sql) == expected


def test_a_text_in_any_alphabet_is_split_where_the_server_splits_it() -> None:
    assert normalised("SELECT größe, 'geheim', \"Straße\" FROM läden WHERE ort = 'Köln' -- ö") == (
        'SELECT größe, ?, "Straße" FROM läden WHERE ort = ?')
    assert normalised("SELECT $ä$ a $ö$ s3cr3t $ö$ b $ä$, 1") == "SELECT ?, ?"


def test_letters_of_another_alphabet_cost_no_square_of_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the scanner gets is ASCII: else it counts all characters before each token anew."""
    from pglast import parser

    scanned: list[str] = []
    scan = parser.scan
    monkeypatch.setattr(parser, "scan", lambda text: scanned.append(text) or scan(text))
    words = ", ".join(f"'слово {number}'" for number in range(3_000))
    assert normalised.__wrapped__(f"SELECT 1 WHERE a IN ({words})") == "SELECT ? WHERE a IN (?, ...)"
    assert scanned
    assert all(text.isascii() for text in scanned)
    assert normalised.__wrapped__(f"SELECT $ä$ x $ä$, 1 WHERE a IN ({words})") == UNREAD
