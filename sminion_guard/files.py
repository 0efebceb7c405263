"""Files that are there whole or not at all, also after a crash."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Writes ``data`` to ``path``: afterwards, and after a crash at any moment, it has its old or its new contents."""
    temporary = _written(path, data, mode)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_directory(path.parent)


def create(path: Path, data: bytes, mode: int = 0o644) -> bool:
    """Writes ``data`` to ``path`` unless something is there already, also when two try it at once.

    :returns: whether it was written.
    """
    temporary = _written(path, data, mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    sync_directory(path.parent)
    return True


def sync_directory(path: Path) -> None:
    """Makes what was renamed there durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(path: Path, data: bytes, mode: int) -> str:
    """A temporary file beside ``path``, on disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise
    return name
