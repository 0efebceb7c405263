"""The server's private directory: where it may be, who may enter it, and what killed runs left behind.

::

    <base>/sminion-guard-xxxxxxxx/   ours; the lent account may pass through, nobody else
        owner                        locked while the owning process lives
        postgresql.conf pg_hba.conf  ours, readable by the lent account
        log output                   what the server said; what the program that ran last said
        cluster/                     0700, the server's account: data/ and socket/
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sminion_guard.embedded import disposal
from sminion_guard.embedded.account import Account
from sminion_guard.errors import EmbeddedServerError

PREFIX = "sminion-guard-"
KEPT = "kept"
"""Name of the file that marks a server which is to outlive its process."""
SOCKET_LIMIT = 103
"""Bytes of a socket's path: 107 on Linux, 103 on macOS (``sun_path`` less its closing NUL)."""
LONGEST_TAIL = len("/" + PREFIX + "xxxxxxxx" + "/cluster/socket/.s.PGSQL.65535")
FREE_BYTES = 256 * 1024 * 1024
"""What must be free: a new cluster and the 80 MB of WAL (``min_wal_size``) it keeps, with room for a demo's data."""
MEMORY = Path("/dev/shm")
"""A file system in memory, on Linux: making a database there takes a tenth of the time that it takes on a disk."""
MEMORY_FREE_BYTES = 2 * 1024 * 1024 * 1024
"""What must be free in :data:`MEMORY` for a server that need not survive a crash; a container often has 64 MB."""
GRACE = 10.0
"""Seconds during which a directory without a lock may be one that is just being made."""


def create(account: Account, *, durable: bool = True) -> tuple[Path, int]:
    """Make and lock a new private directory that ``account`` can reach.

    :param durable: on a disk; else in memory where there is plenty of it, unless the caller's TMPDIR says where.
    :returns: the directory and the descriptor that holds its lock.
    :raises EmbeddedServerError: SG856 when no place is left, with what is wrong with each.
    """
    refused: list[str] = []
    for base in _bases() if durable else (*_memory(), *_bases()):
        reason = _unfit(base, account)
        if reason:
            refused.append(f"{base}: {reason}")
            continue
        try:
            directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        except OSError as error:
            refused.append(f"{base}: {error.strerror}")
            continue
        lock = disposal.take(directory, wait=True)
        if lock is None:
            shutil.rmtree(directory, ignore_errors=True)
            refused.append(f"{base}: files cannot be locked")
            continue
        cluster = directory / "cluster"
        cluster.mkdir(mode=0o700)
        (cluster / "socket").mkdir(mode=0o700)
        if account.lent:
            os.chown(directory, -1, account.gid)
            directory.chmod(0o710)
            os.chown(cluster / "socket", account.uid, account.gid)
            os.chown(cluster, account.uid, account.gid)
        return directory, lock
    raise EmbeddedServerError(
        "SG856", "no directory for the server", detail="; ".join(refused),
        hint="free some space, or point TMPDIR at a short path that the server's account can enter",
    )


def write_config(path: Path, text: str, account: Account) -> None:
    """Write a file that the server may read and, where its account is lent, not change.

    :raises EmbeddedServerError: SG856 when the disk is full.
    """
    try:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o640 if account.lent else 0o600)
        if account.lent:
            os.chown(path, -1, account.gid)
    except OSError as error:
        raise EmbeddedServerError(
            "SG856", f"`{path}` cannot be written", detail=str(error), hint="free some space, or set TMPDIR",
        ) from error


def clear_stale() -> list[Path]:
    """Dispose of the directories whose owner is gone, and return them.

    Looks only at directories of the caller's own account. A kept server stays as long as it runs.
    """
    bases = dict.fromkeys((MEMORY, *_bases()))
    return [directory for base in bases for directory in sorted(base.glob(PREFIX + "*")) if _clear(directory)]


def _clear(directory: Path) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or time.time() - status.st_ctime < GRACE:
        return False
    lock = disposal.take(directory, wait=False)
    if lock is None:
        return False
    try:
        if (directory / KEPT).exists() and disposal.postmaster(directory / "cluster" / "data") is not None:
            return False
        disposal.dispose(directory)
        return True
    finally:
        os.close(lock)


def _bases() -> Iterator[Path]:
    """Where the directory may be: the caller's TMPDIR, else the two that every Unix has."""
    yield from dict.fromkeys(Path(base).resolve() for base in (tempfile.gettempdir(), "/tmp", "/var/tmp"))


def _memory() -> Iterator[Path]:
    """The file system in memory, if there is one with room; a TMPDIR of the caller wins."""
    if not os.environ.get("TMPDIR") and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_FREE_BYTES:
        yield MEMORY


def _unfit(base: Path, account: Account) -> str | None:
    if not base.is_dir():
        return "is no directory"
    length = len(os.fsencode(base)) + LONGEST_TAIL
    if length > SOCKET_LIMIT:
        return f"the path of a socket there takes {length} bytes, the system allows {SOCKET_LIMIT}"
    free = shutil.disk_usage(base).free
    if free < FREE_BYTES:
        return f"{free // 2**20} MiB free, {FREE_BYTES // 2**20} MiB needed"
    if not account.can_enter(base):
        return f"`{account.name}` cannot enter it"
    return None
