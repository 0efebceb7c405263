"""A later version: created at once, or reached by ALTER EXTENSION, it looks as the migrations leave it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sminion_guard import migrate, resources
from sminion_guard.embedded import Server
from sminion_guard.migrate import extension, queries
from tests.database.extension.conftest import Extended, write
from tests.database.extension.test_catalogs import catalogs
from tests.servers import Database, new_database

REVISION = '''"""A table more."""
from sminion_guard.migrate.frozen import run

revision = "sminion_0002"
down_revision = "sminion_0001"


def upgrade() -> None:
    run(revision, "upgrade")
'''
UPGRADE = """
{begin}
{owner}
CREATE TABLE sminion.more (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
COMMENT ON TABLE sminion.more IS 'what the second version has more';
INSERT INTO sminion.guard_object (kind, name, fingerprint)
SELECT o.kind, o.pattern, o.fingerprint FROM sminion.guard_objects() o WHERE o.name LIKE 'more%%';
{end}
"""


@pytest.fixture
def later(extended: Extended, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The package at its next version, 0.2.0, which brings a migration."""
    shutil.copytree(resources.migrations(), tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "versions" / "0002_more.py").write_text(REVISION)
    frozen = tmp_path / "migrations" / "frozen"
    (frozen / "0002").mkdir()
    (frozen / "0002" / "upgrade.sql").write_text(UPGRADE.format(
        begin=queries.text("become_installer"), owner=queries.text("act_as_owner"), end=queries.text("roles/release")))
    (frozen / "RELEASED").write_text("0001 0.1.0\n")
    before = extension.files()
    monkeypatch.setattr(resources, "migrations", lambda: tmp_path / "migrations")
    monkeypatch.setattr(extension, "__version__", "0.2.0")
    files = extension.files()
    assert files["sminion_guard--0.1.0.sql"] == before["sminion_guard--0.1.0.sql"]
    write(extended.files, files)
    yield
    (extended.files / "sminion_guard--0.1.0--0.2.0.sql").unlink()
    write(extended.files, before)


def kept(database: Database) -> list[tuple[object, ...]]:
    """Tables whose rows a dump has."""
    return database.execute(
        "SELECT unnest(extconfig)::regclass::text FROM pg_extension WHERE extname = 'sminion_guard' ORDER BY 1")


def test_upgraded_is_created_is_migrated(with_extension: Server, later: None) -> None:
    assert extension.versions() == (("0.1.0", ("0001",)), ("0.2.0", ("0002",)))
    with new_database(with_extension) as database:
        migrate.upgrade(database.dsn())
        migrated = catalogs(database)
    assert "sminion.more" in repr(migrated)
    with new_database(with_extension) as database:
        database.execute("CREATE EXTENSION sminion_guard VERSION '0.1.0'")
        database.execute("ALTER EXTENSION sminion_guard UPDATE")
        upgraded, dumped = catalogs(database), kept(database)
        assert database.execute("SELECT * FROM sminion.guard_states()") == []
    with new_database(with_extension) as database:
        database.execute("CREATE EXTENSION sminion_guard")
        created = catalogs(database)
        assert kept(database) == dumped
        assert {("sminion.more",), ("sminion.more_id_seq",)} <= set(dumped)
    for other in (upgraded, created):
        assert other == {**migrated, "database": other["database"]}


def test_pg_tle_gets_the_way_from_version_to_version(later: None) -> None:
    script = extension.files()[extension.PG_TLE]
    assert "pgtle.install_extension('sminion_guard', '0.1.0', " in script
    assert "pgtle.install_update_path('sminion_guard', '0.1.0', '0.2.0',\n$_pgtle_$" in script
    assert script.endswith("SELECT pgtle.set_default_version('sminion_guard', '0.2.0');\n")
