"""The command that writes the extension, and the Makefile that a DBA runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sminion_guard import resources
from sminion_guard.cli.main import app
from sminion_guard.embedded import Binaries
from sminion_guard.migrate import extension, frozen
from sminion_guard.version import __version__


def built(directory: Path) -> Path:
    done = CliRunner().invoke(app, ["extension", "build", "--out", str(directory)])
    assert done.exit_code == 0, done.output
    assert set(done.output.split()) == {str(directory / name) for name in extension.files()}
    return directory


def test_it_writes_what_the_module_makes(tmp_path: Path) -> None:
    directory = built(tmp_path / "new" / "guard")
    assert {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir()} == extension.files()


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["extension", "build", "--out", str(tmp_path / "file" / "guard")])
    assert getattr(done.exception, "code", None) == "SG825"


def test_psql_does_not_run_a_script_of_the_extension() -> None:
    scripts = [text for name, text in extension.files().items() if name.startswith("sminion_guard--")]
    first = [text.splitlines()[0] for text in scripts]
    assert first and all(line.startswith("\\echo Use ") and line.endswith("\\quit") for line in first)


def test_no_script_holds_what_extensions_may_not() -> None:
    """CREATE EXTENSION replaces these words, and the text for pg_tle ends at its own quotes."""
    words = ("@extschema", "@extowner", "MODULE_PATHNAME", "$_pgtle_o_$", "$_pgtle_i_$")
    assert not [word for word in words if any(word in text for text in extension.files().values())]
    assert extension.files()[extension.PG_TLE].count("$_pgtle_$") == 2 * len(extension.versions())


def test_a_migration_that_is_not_released_has_a_version_of_its_own() -> None:
    released = frozen.released()
    unreleased = [number for _, numbers in extension.versions() for number in numbers if number not in released]
    assert not unreleased or __version__ not in released.values(), "raise the version of the package"


@pytest.mark.parametrize("place", ["built", "source"])
def test_make_installs_the_files_beside_a_server(binaries: Binaries, tmp_path: Path, place: str) -> None:
    config, make = binaries.bin_dir / "pg_config", shutil.which("make")
    pgxs = subprocess.run([config, "--pgxs"], capture_output=True, text=True).stdout.strip() if config.exists() else ""
    if make is None or not pgxs or not Path(pgxs).exists():
        pytest.skip(f"no make, or no PGXS of {binaries}")
    words = [make, "-s", "install", f"PG_CONFIG={config}", f"DESTDIR={tmp_path / 'root'}"]
    if place == "built":
        words += ["-C", str(built(tmp_path / "guard"))]
    else:
        program = Path(sys.executable).parent / "sminion-guard"
        words += ["-C", str(resources.sql()), f"BUILD={tmp_path / 'guard'}", f"SMINION_GUARD={program}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "root").rglob("*") if path.is_file()}
    assert found == {name: text for name, text in extension.files().items() if name.startswith("sminion_guard")}
