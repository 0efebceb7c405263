"""The file of an export: whole or not there, and what was killed is removed."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest

from sminion_guard.disclosure.export.target import SUFFIX, Target, remove_stale
from sminion_guard.errors import TransferRefused


def names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def test_a_file_appears_whole_for_its_owner_alone(tmp_path: Path) -> None:
    target = Target(tmp_path / "out.csv")
    target.write(b"one")
    (part,) = names(tmp_path)
    assert part.startswith(".out.csv.")
    assert part.endswith(SUFFIX)
    target.write(b"two")
    target.sync()
    target.commit()
    assert names(tmp_path) == ["out.csv"]
    assert (tmp_path / "out.csv").read_bytes() == b"onetwo"
    assert (tmp_path / "out.csv").stat().st_mode & 0o777 == 0o600
    assert (target.bytes, target.sha256) == (6, hashlib.sha256(b"onetwo").hexdigest())


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    target = Target(tmp_path / "out.csv")
    target.write(b"one")
    target.discard()
    assert names(tmp_path) == []


def test_what_is_written_after_that_reaches_no_other_file(tmp_path: Path) -> None:
    """The number of a closed file is that of the next one that is opened."""
    target = Target(tmp_path / "out.csv")
    target.write(b"one")
    target.discard()
    other = os.open(tmp_path / "other", os.O_WRONLY | os.O_CREAT, 0o600)
    target.write(b"two")
    target.discard()
    os.write(other, b"mine")
    os.close(other)
    assert (tmp_path / "other").read_bytes() == b"mine"


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_no_file_is_replaced(tmp_path: Path, when: str) -> None:
    path = tmp_path / "out.csv"
    if when == "before":
        path.symlink_to(tmp_path / "nowhere")
        with pytest.raises(TransferRefused, match="there already") as caught:
            Target(path)
    else:
        target = Target(path)
        path.write_bytes(b"theirs")
        with pytest.raises(TransferRefused, match="there already") as caught:
            target.commit()
        target.discard()
        assert path.read_bytes() == b"theirs"
    assert caught.value.code == "SG720"
    assert names(tmp_path) == ["out.csv"]


def test_nor_is_one_that_appears_in_the_same_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, other = Target(tmp_path / "out.csv"), Target(tmp_path / "out.csv")
    other.write(b"other")
    other.commit()
    monkeypatch.setattr("os.path.lexists", lambda path: False)  # asked just before
    with pytest.raises(TransferRefused) as caught:
        target.commit()
    target.discard()
    assert caught.value.code == "SG720"
    assert (names(tmp_path), (tmp_path / "out.csv").read_bytes()) == (["out.csv"], b"other")


def test_a_file_system_without_links_gets_the_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*names: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    target = Target(tmp_path / "out.csv")
    target.write(b"one")
    monkeypatch.setattr(os, "link", none)
    target.commit()
    assert (names(tmp_path), (tmp_path / "out.csv").read_bytes()) == (["out.csv"], b"one")


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TransferRefused, match="cannot be written") as caught:
        Target(tmp_path / "none" / "out.csv")
    assert caught.value.code == "SG720"


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    """A limit of the process stands for the disk: write() fails in the same way."""
    target = Target(tmp_path / "out.csv")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(TransferRefused, match="cannot be written") as caught:
            target.write(b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)
    target.discard()
    assert caught.value.code == "SG720"
    assert names(tmp_path) == []


def test_only_what_a_killed_export_left_is_removed(tmp_path: Path) -> None:
    killed = tmp_path / f".out.csv.0123456789abcdef{SUFFIX}"
    killed.write_bytes(b"half")
    running = Target(tmp_path / "out.csv")  # removes it
    assert not killed.exists()
    others = [
        f".other.csv.0123456789abcdef{SUFFIX}", f".out.csv.0123456789abcdeX{SUFFIX}", ".out.csv.0123456789abcdef",
        f".out.csv.0123456789abcde{SUFFIX}", f"out.csv.0123456789abcdef{SUFFIX}",
    ]
    for name in others:
        (tmp_path / name).write_bytes(b"x")
    linked = tmp_path / f".out.csv.aaaaaaaaaaaaaaaa{SUFFIX}"
    linked.symlink_to(tmp_path / others[0])
    folder = tmp_path / f".out.csv.bbbbbbbbbbbbbbbb{SUFFIX}"
    folder.mkdir()
    pipe = tmp_path / f".out.csv.cccccccccccccccc{SUFFIX}"
    os.mkfifo(pipe)
    before = names(tmp_path)
    assert remove_stale(tmp_path / "out.csv") == []
    assert names(tmp_path) == before
    running.discard()


def test_a_file_that_another_export_writes_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / f".out.csv.0123456789abcdef{SUFFIX}"
    path.write_bytes(b"half")
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert remove_stale(tmp_path / "out.csv") == []
        assert path.exists()
    assert remove_stale(tmp_path / "out.csv") == [path]


def test_a_file_that_was_taken_away_meanwhile_is_noticed(tmp_path: Path) -> None:
    target = Target(tmp_path / "out.csv")
    (part,) = names(tmp_path)
    (tmp_path / part).unlink()
    with pytest.raises(TransferRefused) as caught:
        target.sync()
    assert caught.value.code == "SG720"
