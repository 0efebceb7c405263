"""The wheel holds all that an installation needs. Files of the source tree must not help."""

from __future__ import annotations

import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.conftest import run
from tests.servers import Database

ROOT = Path(__file__).parents[2]
POLICY = """
[policy]
name = "{name}"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[login.{name}_app]
purposes = ["treatment"]

[purpose.treatment]
title = "Treat patients"
basis = "contract"
needs = ["identity"]
may = ["use"]

[schema.care]
collected_for = ["treatment"]

[schema.care.patient]
subject = "id"
columns = {{ id = "key", full_name = "identity" }}
"""


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new virtual environment with the wheel in it, which sees this one's dependencies only."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", with_pip=False, symlinks=True)
    python = home / "venv" / "bin" / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=home)
    # Dependencies from the outer environment, behind our own site-packages and without its .pth files: an editable
    # install of the source tree there stays out of sight.
    own = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    Path(site, "dependencies.pth").write_text(own + "\n")
    return python


def _files(directory: Path) -> list[str]:
    """What git would ship of ``directory``: no caches."""
    return sorted(
        str(path.relative_to(directory)) for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


@pytest.mark.parametrize("name", ["sql", "migrations", "examples"])
def test_the_wheel_carries_every_file_for_the_database(wheel: Path, name: str) -> None:
    prefix = f"sminion_guard/_{name}/"
    with zipfile.ZipFile(wheel) as archive:
        packed = sorted(entry.removeprefix(prefix) for entry in archive.namelist() if entry.startswith(prefix))
    assert packed == _files(ROOT / name)
    assert packed


def test_the_wheel_carries_the_word_tables(wheel: Path) -> None:
    prefix = "sminion_guard/discovery/words/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {entry.removeprefix(prefix) for entry in archive.namelist() if entry.startswith(prefix)}
    assert packed == set(_files(ROOT / "sminion_guard" / "discovery" / "words"))
    assert "ru.toml" in packed


def test_the_wheel_is_typed_licensed_and_without_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
    assert "sminion_guard/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "License-Expression: GPL-3.0-or-later" in metadata
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sminion_guard"}


def test_an_installed_package_finds_its_files_far_from_the_source_tree(installed: Path, tmp_path: Path) -> None:
    found = run(installed, "-c", (
        "import sminion_guard.resources as r; print(r.sql()); print(r.migrations()); print(r.__file__)"
    ), cwd=tmp_path).splitlines()
    home = installed.parents[1]
    assert all(Path(path).is_relative_to(home) for path in found), found
    assert _files(Path(found[0])) == _files(ROOT / "sql")
    assert _files(Path(found[1])) == _files(ROOT / "migrations")


def test_every_entry_point_of_the_installed_package_can_be_loaded(installed: Path, tmp_path: Path) -> None:
    said = run(installed, "-c", (
        "from importlib.metadata import distribution\n"
        "for point in distribution('sminion_guard').entry_points: point.load(); print(point.group, point.name)"
    ), cwd=tmp_path).splitlines()
    assert sorted(said) == [
        "alembic.plugins alembic.autogenerate.sminion_guard", "alembic.plugins sminion_guard",
        "console_scripts sminion-guard", "pytest11 sminion_guard",
        "sqlalchemy.dialects postgresql.sminion", "sqlalchemy.plugins sminion_guard",
    ]


def test_the_installed_package_protects_a_database_and_leaves_it(
    installed: Path, tmp_path: Path, fresh_database: Database, unique: Callable[[str], str]
) -> None:
    """Migrations, policy and masks from the wheel alone: what a user's machine does."""
    name = unique("w")
    fresh_database.execute(
        f"CREATE ROLE {name}_app LOGIN NOINHERIT; CREATE SCHEMA care;"
        "CREATE TABLE care.patient (id bigint PRIMARY KEY, full_name text); INSERT INTO care.patient VALUES (42, 'Ada')"
    )
    (tmp_path / "privacy.toml").write_text(POLICY.format(name=name), encoding="utf-8")
    url = f"--database-url={fresh_database.url()}"
    program = installed.parent / "sminion-guard"
    run(program, "install", url, cwd=tmp_path)
    run(program, "apply", url, cwd=tmp_path)
    with fresh_database.connect(f"{name}_app") as application:
        (token,) = application.execute("SELECT sminion.open_ticket('treatment', 'doctor', 'visit')").fetchone()
        with application.transaction():
            application.execute("SELECT sminion.enter(%s)", [token])
            assert application.execute("SELECT full_name FROM care.patient").fetchall() == [("Ada",)]
    run(program, "apply", "--remove", url, cwd=tmp_path)
    run(program, "uninstall", "--yes", url, cwd=tmp_path)
    assert fresh_database.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ '^sminion'") == []


def test_importing_the_package_loads_none_of_its_parts(installed: Path, tmp_path: Path) -> None:
    said = run(installed, "-c", (
        "import sys, sminion_guard; print(sorted({m.split('.')[0] for m in sys.modules} &"
        " {'alembic', 'pglast', 'psycopg', 'pydantic', 'rich', 'sqlalchemy', 'typer'}))"
    ), cwd=tmp_path)
    assert said.strip() == "[]"


def test_the_public_names_are_found_when_they_are_used(installed: Path, tmp_path: Path) -> None:
    said = run(installed, "-c", (
        "import sminion_guard as g; print(callable(g.processing), callable(g.analyze), callable(g.connect));"
        "print(hasattr(g, 'nothing_of_the_kind'))"
    ), cwd=tmp_path)
    assert said.split() == ["True", "True", "True", "False"]
