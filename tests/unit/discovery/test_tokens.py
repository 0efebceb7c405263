"""Names as words: how people write them, in five languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.discovery.tokens import fold, is_cyrillic, skeleton, spellings, split


@pytest.mark.parametrize(("name", "words"), [
    ("first_name", ["first", "name"]),
    ("firstName", ["first", "name"]),
    ("FirstName", ["first", "name"]),
    ("FIRST_NAME", ["first", "name"]),
    ("XMLFile", ["xml", "file"]),
    ("address2", ["address", "2"]),
    ("line1text", ["line", "1", "text"]),
    ("  odd--name ", ["odd", "name"]),
    ("Prénom", ["prenom"]),
    ("Größe", ["grosse"]),
    ("ДатаРождения", ["дата", "рождения"]),
    ("номер_телефонаЙ", ["номер", "телефона", "й"]),
    ("", []),
    ("___", []),
])
def test_a_name_is_split_where_people_write_a_new_word(name: str, words: list[str]) -> None:
    assert split(name) == words


def test_umlauts_are_written_in_two_ways() -> None:
    assert set(spellings("größe")) == {"grosse", "groesse"}
    assert list(spellings("name")) == ["name"]


def test_letters_that_are_no_accents_stay() -> None:
    assert fold("Й") == "й"
    assert fold("Ё") == "е"


@pytest.mark.parametrize(("word", "ways"), [
    ("фамилия", ("familiya", "familia", "familija", "familiia")),
    ("рождения", ("rozhdeniya", "rozhdenija", "rozhdenia")),
    ("имя", ("imya", "imja", "imia")),
    ("улица", ("ulitsa", "ulica")),
    ("хобби", ("khobbi", "hobbi", "hobby")),
    ("должность", ("dolzhnost", "dolzhnost'")),
    ("юрист", ("yurist", "jurist", "iurist")),
])
def test_all_ways_to_write_a_russian_word_in_latin_letters_are_alike(word: str, ways: tuple[str, ...]) -> None:
    assert {skeleton(way) for way in ways} == {skeleton(word)}


def test_different_russian_words_stay_different() -> None:
    words = ["имя", "фамилия", "отчество", "адрес", "город", "телефон", "почта", "паспорт", "доход", "диагноз"]
    assert len({skeleton(word) for word in words}) == len(words)


def test_an_english_word_does_not_read_like_a_russian_one() -> None:
    assert skeleton("index") != skeleton("индекс")


def test_cyrillic_is_recognized() -> None:
    assert is_cyrillic("имя")
    assert not is_cyrillic("imya")


@given(st.text(max_size=63))
def test_any_name_can_be_split(name: str) -> None:
    assert all(word and word == word.lower() for word in split(name))
