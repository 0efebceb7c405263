"""Every name and text survives quoting: pglast, the server's own parser, reads back what went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast import parse_sql
from psycopg.adapt import Transformer
from psycopg.pq import Format

from sminion_guard.compiler.quoting import array, array_literal, ident, literal, qualified, unquoted

TEXTS = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)
TEXT_ARRAY = 1009
"""The type of an array of texts."""
NAMES = TEXTS.filter(lambda text: 0 < len(text.encode()) <= 63)


@given(NAMES)
def test_an_identifier_is_read_back_as_it_went_in(name: str) -> None:
    (statement,) = parse_sql(f"SELECT {ident(name)}")
    assert statement.stmt.targetList[0].val.fields[0].sval == name


@given(NAMES, NAMES)
def test_a_qualified_name_keeps_its_two_parts(schema: str, name: str) -> None:
    (statement,) = parse_sql(f"SELECT 1 FROM {qualified(schema, name)}")
    relation = statement.stmt.fromClause[0]
    assert (relation.schemaname, relation.relname) == (schema, name)


@given(TEXTS)
def test_a_literal_is_read_back_as_it_went_in(text: str) -> None:
    (statement,) = parse_sql(f"SELECT {literal(text)}")
    assert (statement.stmt.targetList[0].val.val.sval or "") == text


@given(st.lists(TEXTS, max_size=4))
def test_an_array_holds_every_text(texts: list[str]) -> None:
    (statement,) = parse_sql(f"SELECT {array(texts)}")
    elements = statement.stmt.targetList[0].val.elements or ()
    assert [element.val.sval or "" for element in elements] == texts


@given(st.lists(TEXTS, max_size=4))
def test_an_array_as_a_literal_is_read_back_as_it_went_in(texts: list[str]) -> None:
    text = unquoted(array_literal(texts))
    assert text is not None
    # As psycopg reads what the server writes, which quotes each element too.
    assert Transformer().get_loader(TEXT_ARRAY, Format.TEXT).load(text.encode()) == texts


@pytest.mark.parametrize("quote", [ident, literal])
def test_a_nul_is_refused(quote: object) -> None:
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")  # type: ignore[operator]
