"""Templates ask for nothing they do not get, and each kind has all three of its parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sminion_guard import resources
from sminion_guard.compiler import templates

DIRECTORY = resources.sql() / "templates"
KINDS = sorted(path.name for path in DIRECTORY.iterdir() if path.is_dir() and path.name != "trigger_function")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_be_applied_reversed_and_recognised(kind: str) -> None:
    assert {path.stem for path in (DIRECTORY / kind).glob("*.sql")} == {"apply", "reverse", "fingerprint"}


@pytest.mark.parametrize("kind", KINDS)
def test_undoing_needs_no_more_than_doing(kind: str) -> None:
    applied = templates.placeholders(f"{kind}/apply") | templates.placeholders(f"{kind}/fingerprint")
    assert templates.placeholders(f"{kind}/reverse") <= applied | {"removals", "qualified_index"}


def test_a_missing_value_raises() -> None:
    with pytest.raises(KeyError):
        templates.fill("schema_usage/apply", {"schema": '"crm"'})


OWN_PATH = ("trigger_function", "write_function", "policy", "closed_database", "closed_schema")
"""Trigger functions and policies are resolved once, when they are created; the closing blocks alias what they read."""
RUN_BY_THE_INSTALLER = sorted(path for path in DIRECTORY.rglob("*.sql") if path.parent.name not in OWN_PATH)


@pytest.mark.parametrize("path", RUN_BY_THE_INSTALLER, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_template_relies_on_the_search_path_of_its_caller(path: Path) -> None:
    """A catalog relation or function without `pg_catalog.` could be shadowed in the installer's session."""
    text = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", path.read_text(encoding="utf-8"))
    assert not re.findall(r"(?<![.\w])(?:pg_(?!catalog\b)\w+|to_regclass|format|current_setting)\s*[(\s]", text)
