"""Private directories, and whose remains may be removed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sminion_guard.embedded import Account, EmbeddedServerError, disposal, workspace

ME = Account("me", os.geteuid(), os.getegid(), lent=False)


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The only place where servers' directories may be."""
    with tempfile.TemporaryDirectory(prefix="sg-", dir="/tmp") as name:
        monkeypatch.setattr(workspace, "_bases", lambda: iter([Path(name)]))
        monkeypatch.setattr(workspace, "MEMORY", Path(name) / "memory")
        monkeypatch.setattr(workspace, "GRACE", 0.0)
        yield Path(name)


def _remains(base: Path, name: str) -> Path:
    directory = base / (workspace.PREFIX + name)
    (directory / "cluster" / "data").mkdir(parents=True)
    return directory


def test_a_locked_directory_is_left_alone_and_an_unlocked_one_cleared(base: Path) -> None:
    directory, lock = workspace.create(ME)
    left = _remains(base, "left")
    assert workspace.clear_stale() == [left]
    assert directory.exists() and not left.exists()
    os.close(lock)
    assert workspace.clear_stale() == [directory]
    assert not directory.exists()


def test_a_link_or_a_file_in_our_name_is_not_followed(base: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    (base / (workspace.PREFIX + "link")).symlink_to(tmp_path)
    (base / (workspace.PREFIX + "file")).touch()
    assert workspace.clear_stale() == []
    assert (tmp_path / "precious").exists()


def test_another_users_directory_is_not_ours_to_clear(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = _remains(base, "theirs")
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    assert workspace.clear_stale() == []
    assert left.exists()


def test_a_link_in_the_place_of_the_lock_is_not_followed(base: Path, tmp_path: Path) -> None:
    left = _remains(base, "odd")
    (left / "owner").symlink_to(tmp_path / "made by following")
    assert disposal.take(left, wait=False) is None
    assert not (tmp_path / "made by following").exists()


def test_a_kept_directory_is_cleared_once_its_server_is_down(base: Path) -> None:
    left = _remains(base, "kept")
    (left / workspace.KEPT).touch()
    assert workspace.clear_stale() == [left]


def test_a_place_is_refused_with_every_reason(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = base / ("x" * 60)
    long.mkdir()
    monkeypatch.setattr(workspace, "_bases", lambda: iter([base / "missing", long]))
    with pytest.raises(EmbeddedServerError) as caught:
        workspace.create(ME)
    assert caught.value.code == "SG856"
    assert f"{base / 'missing'}: is no directory" in (caught.value.detail or "")
    assert f"the system allows {workspace.SOCKET_LIMIT}" in (caught.value.detail or "")


@pytest.mark.parametrize(("durable", "temporary", "free", "expected"), [
    (False, None, 0, "memory"), (True, None, 0, ""), (False, "/tmp", 0, ""), (False, None, 2**60, ""),
], ids=["not durable", "durable", "TMPDIR is set", "no room in memory"])
def test_what_need_not_survive_a_crash_lives_in_memory(
    base: Path, monkeypatch: pytest.MonkeyPatch, durable: bool, temporary: str | None, free: int, expected: str
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    if temporary is not None:
        monkeypatch.setenv("TMPDIR", temporary)
    monkeypatch.setattr(workspace, "MEMORY_FREE_BYTES", free)
    (base / "memory").mkdir()
    directory, lock = workspace.create(ME, durable=durable)
    assert directory.parent == base / expected
    os.close(lock)
    assert workspace.clear_stale() == [directory]


def test_the_longest_socket_of_an_accepted_place_fits(base: Path) -> None:
    directory, lock = workspace.create(ME)
    os.close(lock)
    path = directory / "cluster" / "socket" / ".s.PGSQL.65535"
    assert len(os.fsencode(path)) == len(os.fsencode(base)) + workspace.LONGEST_TAIL


@pytest.mark.parametrize("text", ["", "\n", "abc\n", "0\n", "1\n", "-1\n", "99999999999999999999\n"])
def test_a_pid_file_that_names_no_process_names_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "postmaster.pid").write_text(text)
    assert disposal.postmaster(tmp_path) is None
