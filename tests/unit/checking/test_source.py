"""Files taken apart: statements, purposes, psql's own commands."""

from __future__ import annotations

import pytest

from sminion_guard.checking import pieces


def texts(text: str) -> list[str]:
    return [piece.text for piece in pieces(text)]


def test_semicolons_end_statements_and_the_last_needs_none() -> None:
    assert texts("SELECT 1;\n\nSELECT 2 ; ;\nSELECT 3") == ["SELECT 1", "SELECT 2", "SELECT 3"]


@pytest.mark.parametrize("statement", [
    "SELECT ';', \"a;b\", $$ ; $$, E'\\';' /* ; */ -- ;\n, 2",
    "CREATE RULE r AS ON INSERT TO t DO INSTEAD (DELETE FROM t; DELETE FROM u)",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
    "DO $x$ BEGIN PERFORM 1; END $x$",
])
def test_semicolons_inside_of_a_statement_do_not_end_it(statement: str) -> None:
    assert texts(f"{statement};\nSELECT 2;") == [statement, "SELECT 2"]


def test_a_purpose_holds_until_the_next_one() -> None:
    found = list(pieces("SELECT 0;\n-- purpose: care\nSELECT 1;\nSELECT 2;\n--purpose: sales\n-- more\nSELECT 3;"))
    assert [piece.purpose for piece in found] == [None, "care", "care", "sales"]


@pytest.mark.parametrize("text", [
    "SELECT '\n-- purpose: care\n';", "SELECT 1 -- purpose: care\n;", "/* -- purpose: care */ SELECT 1;",
    "-- the purpose: care\nSELECT 1;", "-- purpose: care and more\nSELECT 1;",
])
def test_a_purpose_that_is_no_comment_above_the_statement_is_none(text: str) -> None:
    assert [piece.purpose for piece in pieces(text)] == [None]


def test_a_psql_command_is_trouble_and_what_follows_is_read_on() -> None:
    found = list(pieces("\\set x it's\nSELECT 1 \\gexec\nSELECT 2;\n\\copy t from 'f'\nSELECT 3;"))
    assert [(piece.text, piece.trouble) for piece in found] == [
        ("\\set x it's", "psql command `\\set`"), ("SELECT 1", None), ("\\gexec", "psql command `\\gexec`"),
        ("SELECT 2", None), ("\\copy t from 'f'", "psql command `\\copy`"), ("SELECT 3", None),
    ]


def test_a_backslash_inside_of_a_literal_is_no_psql_command() -> None:
    assert [piece.trouble for piece in pieces("SELECT '\n\\d\n';")] == [None]


def test_rows_of_copy_are_trouble_and_what_follows_them_is_read_on() -> None:
    found = list(pieces("COPY t (a) FROM STDIN;\n1\tit's\n2\n\\.\nSELECT 1;"))
    assert [(piece.text, piece.trouble) for piece in found] == [
        ("COPY t (a) FROM STDIN", None), ("", "rows of COPY inside of the file"), ("SELECT 1", None),
    ]


def test_a_literal_without_end_makes_one_piece_of_the_rest() -> None:
    assert texts("SELECT 1; SELECT 'x; SELECT 2;") == ["SELECT 1", "SELECT 'x; SELECT 2;"]
    assert texts("SELECT E'\\u06'; SELECT 2;") == ["SELECT E'\\u06'; SELECT 2;"]


def test_a_nul_makes_one_piece_of_all() -> None:
    assert texts("SELECT 1;\x00 SELECT 2;") == ["SELECT 1;\x00 SELECT 2;"]


def test_places_count_characters() -> None:
    text = "-- Größe\nSELECT 'ä';\n  SELECT 2"
    assert [text[piece.start:].startswith(piece.text) for piece in pieces(text)] == [True, True]


@pytest.mark.parametrize("text", ["", "  \n", "-- only a comment", ";;"])
def test_nothing_to_judge_is_nothing(text: str) -> None:
    assert texts(text) == []
