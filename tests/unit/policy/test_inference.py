"""Birth, place and sex identify people together, and only together; a name makes it needless to infer one."""

from __future__ import annotations

import pytest

from sminion_guard.policy.inference import free_texts, inferring


@pytest.mark.parametrize(("columns", "together"), [
    ({"born_on": "birth", "postcode": "address", "sex": "none"}, ("born_on", "postcode", "sex")),
    ({"dateOfBirth": "none", "zip": "none", "gender_code": "own"}, ("dateOfBirth", "gender_code", "zip")),
    ({"age": "none", "homeTown": "none", "SEX": "none", "shoe": "none"}, ("SEX", "age", "homeTown")),
    ({"born_on": "birth", "postcode": "address"}, ()),
    ({"born_on": "birth", "sex": "none"}, ()),
    ({"postcode": "address", "sex": "none"}, ()),
    ({"born_on": "birth", "postcode": "address", "sex": "none", "email": "contact"}, ()),
    ({"sextant": "none", "page": "none", "unzipped": "none"}, ()),
    ({}, ()),
])
def test_what_identifies_together(columns: dict[str, str], together: tuple[str, ...]) -> None:
    assert inferring(columns) == together


def test_free_texts_are_known_by_their_category() -> None:
    assert free_texts({"question": "free_text", "answer": "none", "body": "free_text"}) == ("body", "question")
