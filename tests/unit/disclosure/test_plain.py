"""What is called plain holds nothing that any pattern finds; else a scan would pass over it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sminion_guard.disclosure.scan import Hit, Kind, Place, Values, hits
from sminion_guard.disclosure.scan.plain import plain
from sminion_guard.errors import TransferRefused

PIECES = st.sampled_from([
    "shoes", "Summer", "a", "ab", "de", "ad", "fe", "face", "cafe", "deadbeef", "AB", "eyJ", "GB", "at", "dot", "Abc",
    "1", "12", "123", "1234", "12345", "79", "00", "+", "-", "_", "/", ".", ",", "?", "=", "!", " ", "@", "[at]",
    ":", "%40", "\\u0040", "&#64;", "(", ")", "é", "９", "\n", "zz", "G7", "7g", "QQ",
])


@settings(max_examples=3000, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.lists(PIECES, max_size=12).map("-".join),
                 st.text("abcdefgzAZ0123456789-/. ", max_size=60)))
@example("de-ad-fe-ca-fe-ad")
@example("deadbeef-cafe-cafe-cafe-deadbeefcafe")
@example("Category/summer-jackets-and-more/1234")
@example("79161234567")
@example("1234 1234 1234")
def test_plain_texts_hold_nothing(text: str) -> None:
    if plain(text):
        assert hits(text) == []


@pytest.mark.parametrize("text", [
    "", "shoes", "/summer/shoes/1234", "Summer sale of Shoes", "/blog/2026/how to choose", "two-for-one",
    "search?word=jacket&page"[:18],
])
def test_words_and_paths_are_plain(text: str) -> None:
    assert plain(text)


def test_places_are_told_by_row_and_column() -> None:
    values = Values()
    texts = [(1, "page", "/shoes"), (2, "page", "mail anna@example.org"), (2, "word", "%61nna%40example.org"),
             (3, "page", "тёплые куртки"), (4, "page", "/shoes")]
    assert list(values.places(texts)) == [Place(2, "page", Kind.EMAIL), Place(2, "word", Kind.EMAIL)]
    assert list(values.places([(5, "page", "тёплые куртки"), (6, "page", "mail anna@example.org")])) == [
        Place(6, "page", Kind.EMAIL)]


def test_many_texts_at_once_are_judged_as_each_alone() -> None:
    values = Values()
    assert values.hold_nothing({"/shoes", "тёплые куртки", "x" * 300})
    assert not values.hold_nothing({"/shoes", "mail anna@example.org"})
    assert not values.hold_nothing({"mail anna@example.org"})
    assert not values.hold_nothing({"ж" * (1 << 20 | 1)})
    assert values.hold_nothing({"mail anna", "@example"})


def test_what_was_seen_is_remembered_and_forgotten_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned: list[int] = []

    def counted(text: str) -> list[Hit]:
        scanned.append(text.count("\n") + 1)
        return hits(text)

    monkeypatch.setattr("sminion_guard.disclosure.scan.values.hits", counted)
    monkeypatch.setattr("sminion_guard.disclosure.scan.values.MOST_KEPT", 10)
    values = Values()
    first = {f"куртка {n}" for n in range(8)}
    assert values.hold_nothing(first)
    assert values.hold_nothing(first)
    assert scanned == [8]
    assert values.hold_nothing({f"шапка {n}" for n in range(8)})
    assert values.hold_nothing(first)
    assert scanned == [8, 8, 8]
    assert values.hold_nothing({f"пальто {n}" for n in range(40)})
    assert len(values._clean) <= 10


def test_nothing_is_found_across_two_values() -> None:
    texts = [(1, "a", "anna@"), (1, "b", "example.org"), (2, "a", "4111 1111"), (2, "b", "1111 1111")]
    assert list(Values().places(texts)) == []


def test_a_value_that_is_too_long_is_refused() -> None:
    with pytest.raises(TransferRefused) as caught:
        list(Values().places([(7, "page", "ж" * (1 << 20 | 1))]))
    assert caught.value.code == "SG709"
    assert "row 7" in str(caught.value)
