"""One process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sminion_guard.errors import SealRefused

_PAUSE = 0.05


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Holds the lock file ``path``; it stays behind, since removing it would let two processes lock two files.

    The lock ends with the process, so a crash leaves nothing to clean up.

    :raises SealRefused: SG665 when the file cannot be opened, SG666 when somebody else holds it for ``timeout``.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SealRefused("SG665", f"`{path}` cannot be opened", detail=str(error)) from error
    try:
        until = time.monotonic() + timeout
        while not _taken(descriptor):
            if time.monotonic() >= until:
                raise SealRefused("SG666", "somebody else is sealing this log",
                                  detail=f"`{path}` has been locked for {timeout:g} seconds")
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
