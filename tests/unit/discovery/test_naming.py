"""Reading names: the longest phrases win, short forms and compounds are taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.discovery.naming import read


def texts(name: str) -> list[str]:
    return [span.text for span in read(name)]


@pytest.mark.parametrize(("name", "spans"), [
    ("customer_email_address", ["customer", "email address"]),
    ("account_holder_name", ["account holder name"]),
    ("fname", ["first name"]),
    ("cust_tel_no", ["customer", "telephone", "number"]),
    ("subscriberemail", ["subscriber", "email"]),
    ("Kundengruppe", ["kunden", "gruppe"]),
    ("Rechnungsempfänger", ["rechnung", "empfanger"]),
    ("tblclients", ["clients"]),
    ("customers", ["customer"]),
    ("addresses", ["address"]),
    ("companies", ["company"]),
    ("customerid", ["customer", "id"]),
    ("date_of_birth", ["date birth"]),
    ("address_2", ["address"]),
    ("cc_last4", ["credit card last"]),
    ("xyzzy_plugh", ["xyzzy", "plugh"]),
    ("2", []),
])
def test_a_name_is_read_in_its_longest_phrases(name: str, spans: list[str]) -> None:
    assert texts(name) == spans


@pytest.mark.parametrize("name", ["catalog", "message", "average", "storage", "image", "percentage", "homepage"])
def test_a_word_is_not_taken_apart_into_words_that_only_stand_in_it(name: str) -> None:
    assert len(texts(name)) == 1


def test_a_word_that_no_table_knows_says_nothing() -> None:
    assert [span.meanings for span in read("xyzzy_plugh")] == [(), ()]


def test_a_span_says_which_category_it_means_and_when() -> None:
    (span,) = read("city")
    assert span.category("always") is None
    assert span.category("place").what == "address"  # type: ignore[union-attr]
    assert span.says("reference")


@given(st.text(max_size=63))
def test_any_name_can_be_read(name: str) -> None:
    assert all(span.words for span in read(name))
