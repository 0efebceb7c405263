"""What `import sminion_guard` offers."""

from __future__ import annotations

import pytest

import sminion_guard
from sminion_guard import resources


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        sminion_guard.nothing_of_the_kind  # noqa: B018 - the access is the test


def test_every_public_name_is_listed() -> None:
    assert set(sminion_guard.__all__) <= set(dir(sminion_guard))


def test_an_incomplete_installation_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="install sminion_guard again"):
        resources._find("sql")
