"""Frozen SQL is what sql/ holds until it is released, and never changes afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard import resources
from sminion_guard.migrate import freeze, frozen
from sminion_guard.migrate.frozen import checksums


def _recorded() -> dict[str, str]:
    lines = (resources.migrations() / "frozen" / "CHECKSUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def test_no_frozen_file_was_edited() -> None:
    assert checksums() == _recorded()


def test_the_newest_migration_installs_what_sql_holds() -> None:
    if freeze.newest().name in frozen.released():
        pytest.skip("released: tests/database/migrate compares what all migrations together install")
    text = (freeze.newest() / "upgrade.sql").read_text()
    assert text == freeze.current(), "run `python -m sminion_guard.migrate.freeze`"


def test_the_load_order_names_every_object_once() -> None:
    kinds = ("roles", "domains", "tables", "functions", "policies", "triggers", "views")
    root = resources.sql()
    files = [path.relative_to(root).as_posix() for kind in kinds for path in (root / kind).rglob("*.sql")]
    assert sorted([*files, "grants.sql", "ddl_guard.sql", "record_guard.sql"]) == sorted(freeze.load_order())


def test_a_released_migration_is_not_written_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    directory = tmp_path / "frozen" / "0001"
    directory.mkdir(parents=True)
    (directory / "upgrade.sql").write_text("SELECT 1;\n")
    (tmp_path / "frozen" / "RELEASED").write_text("# a comment\n0001 0.1.0\n")
    monkeypatch.setattr(resources, "migrations", lambda: tmp_path)
    assert freeze.main() == 2
    assert (directory / "upgrade.sql").read_text() == "SELECT 1;\n"
    (tmp_path / "frozen" / "RELEASED").write_text("# a comment\n")
    assert freeze.main() == 0
    assert (directory / "upgrade.sql").read_text() == freeze.current()
