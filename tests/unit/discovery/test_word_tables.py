"""The word tables: each language has all that it needs, and no word says two things for certain."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from importlib.resources import files
from typing import Any

import pytest

from sminion_guard.discovery.naming import read
from sminion_guard.discovery.vocabulary import CONTEXTS, LANGUAGES, ROLES, STRENGTHS, vocabulary
from sminion_guard.policy.model import CATEGORIES

WORDS = files("sminion_guard.discovery.words")


def raw(language: str) -> dict[str, Any]:
    return tomllib.loads(WORDS.joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.replace("\n", " ").split(",") if phrase.strip()]


def test_there_is_a_file_for_each_language_and_none_besides() -> None:
    present = {entry.name for entry in WORDS.iterdir() if entry.name.endswith(".toml")}
    assert present == {f"{name}.toml" for name in (*LANGUAGES, "abbreviations")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_category_and_nothing_that_is_not_read(language: str) -> None:
    table = raw(language)
    assert table.keys() == CATEGORIES | {"context", "word"}
    for category in CATEGORIES:
        assert phrases(table[category]["always"]), category
        assert table[category].keys() <= set(STRENGTHS), category
    assert table["context"].keys() == set(CONTEXTS)
    assert table["word"].keys() == set(ROLES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_certainly_of_two_categories(language: str) -> None:
    found = defaultdict(set)
    for category in CATEGORIES:
        for phrase in phrases(raw(language)[category]["always"]):
            found[phrase].add(category)
    assert {phrase: sorted(both) for phrase, both in found.items() if len(both) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_one_list(language: str) -> None:
    table = raw(language)
    lists = [(f"{section}.{name}", phrases(text)) for section, entry in table.items() for name, text in entry.items()]
    twice = {name: sorted({one for one in listed if listed.count(one) > 1}) for name, listed in lists}
    assert {name: found for name, found in twice.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_certain_phrase_is_found_in_a_name_as_people_write_it(language: str) -> None:
    lost = []
    for category in sorted(CATEGORIES):
        for phrase in phrases(raw(language)[category]["always"]):
            found = {
                meaning.what for span in read(phrase.replace(" ", "_")) for meaning in span.meanings
                if meaning.strength == "always"
            }
            if category not in found:
                lost.append(phrase)
    assert lost == []


def test_short_forms_stand_for_words_that_are_no_short_forms() -> None:
    short = vocabulary().short
    assert {word: meant for word, meant in short.items() if set(meant) & short.keys()} == {}
