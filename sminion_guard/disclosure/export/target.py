"""The file of an export: whole under its name, or not there.

Until it is whole it has a name of its own beside that, which begins with a dot and ends with :data:`SUFFIX`. Its
process holds a lock on it. A process that was killed leaves such a file without the lock; the next export to the same
name removes it.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from sminion_guard.errors import TransferRefused
from sminion_guard.files import sync_directory

SUFFIX = ".sminion-part"
_EXISTS_HINT = "name another file, or move that one away"


class Target:
    """A file that is being written. Ends with :meth:`commit` or :meth:`discard`.

    :raises TransferRefused: SG720 when there is such a file already, or none can be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = 0
        self._hash = hashlib.sha256()
        self._refuse_existing()
        remove_stale(path)
        self._temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}{SUFFIX}"
        try:
            # O_EXCL: neither an existing file nor a link that somebody put there is followed.
            self._descriptor = os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._failure(error) from error
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Append.

        :raises TransferRefused: SG720, when the disk is full for example.
        """
        if self._descriptor < 0:
            return  # given up: a writer of Parquet ends its file when it is forgotten, and the number may mean another
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view):]
        except OSError as error:
            raise self._failure(error) from error
        self._hash.update(data)
        self.bytes += len(data)

    def sync(self) -> None:
        """Bring everything to the disk.

        :raises TransferRefused: SG720.
        """
        try:
            os.fsync(self._descriptor)
            if os.fstat(self._descriptor).st_nlink == 0:
                raise FileNotFoundError(f"`{self._temporary.name}` was removed")
        except OSError as error:
            raise self._failure(error) from error

    def commit(self) -> None:
        """Give it its name.

        :raises TransferRefused: SG720.
        """
        self._refuse_existing()
        try:
            self._name()
            sync_directory(self.path.parent)
        except FileExistsError as error:
            raise self._existing() from error
        except OSError as error:
            raise self._failure(error) from error
        self._close()

    def _name(self) -> None:
        """By a link: unlike a rename, it never replaces what another export wrote meanwhile."""
        try:
            os.link(self._temporary, self.path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            os.rename(self._temporary, self.path)  # a file system without links
        else:
            os.unlink(self._temporary)

    def discard(self) -> None:
        """Leave nothing."""
        with suppress(OSError):
            os.unlink(self._temporary)
        with suppress(OSError):
            self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _refuse_existing(self) -> None:
        if os.path.lexists(self.path):
            raise self._existing()

    def _existing(self) -> TransferRefused:
        return TransferRefused("SG720", f"`{self.path}` is there already",
                               detail="an export never replaces a file", hint=_EXISTS_HINT)

    def _failure(self, error: OSError) -> TransferRefused:
        return TransferRefused("SG720", f"`{self.path}` cannot be written", detail=error.strerror or str(error),
                               hint="make room, or name a file in a directory that you may write to")


def remove_stale(path: Path) -> list[Path]:
    """Remove what exports to ``path`` that were killed have left; what was removed.

    Only files with our own form of name, of this user, which nobody holds: a link is not followed, and neither a file
    that another export is writing nor anything else is touched.
    """
    removed = []
    begin = f".{path.name}."
    with suppress(OSError):
        for name in sorted(os.listdir(path.parent)):
            middle = name[len(begin):-len(SUFFIX)]
            if name.startswith(begin) and name.endswith(SUFFIX) and len(middle) == 16 and _is_hex(middle) and _unheld(
                    path.parent / name):
                removed.append(path.parent / name)
    return removed


def _unheld(found: Path) -> bool:
    """Removes it where nobody holds it; whether it did."""
    try:
        descriptor = os.open(found, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        held = os.fstat(descriptor)
        if not stat.S_ISREG(held.st_mode) or held.st_uid != os.geteuid():
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(found)
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
