"""Ending a server for good: stop it at once and remove its directory.

Runs as a program too: ``python disposal.py DIRECTORY`` waits until its standard input ends, which is when the process
that owns the server is gone, however it died, and disposes of what it left. So this file imports only the standard
library.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a server gets for an immediate shutdown before it is killed."""


def take(directory: Path, *, wait: bool) -> int | None:
    """Lock ``directory`` as its owner and return the descriptor that holds the lock until it is closed.

    A lock and not a process id: it goes with the process, and means the same across containers that share ``/tmp``.

    :param directory: a server's directory.
    :param wait: whether to wait for another holder.
    :returns: ``None`` when another process holds it, or the directory is gone.
    """
    try:
        descriptor = os.open(directory / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def postmaster(data: Path) -> int | None:
    """The process id of the server that runs on the data directory ``data``, ``None`` when there is none.

    The pid file may be older than a reboot, and its number now another server's: the process must work in ``data``.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if pid <= 1:
        return None
    if os.path.isdir("/proc/self"):
        try:
            return pid if os.path.samefile(f"/proc/{pid}/cwd", data) else None
        except OSError:
            return None
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return pid if str(data) in listed.stdout else None


def send(data: Path, pid: int, name: str) -> None:
    """Send the signal ``name`` as the owner of ``data``: so root cannot be led to signal anybody else's process."""
    try:
        owner = data.stat()
    except FileNotFoundError:  # being removed by somebody else at this moment
        return
    lent = os.geteuid() == 0 and owner.st_uid != 0
    subprocess.run(
        ["/bin/sh", "-c", 'kill -"$1" "$2"', "sh", name, str(pid)], cwd="/", check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        user=owner.st_uid if lent else None, group=owner.st_gid if lent else None, extra_groups=[] if lent else None,
    )


def halt(data: Path, signal: str = "QUIT") -> None:
    """Stop the server on ``data``, if one runs, and wait for its end.

    :param data: the data directory.
    :param signal: ``QUIT`` for an immediate shutdown, ``INT`` for a fast one; after :data:`PATIENCE` it is ``KILL``.
    """
    for name in (signal, "KILL"):
        pid = postmaster(data)
        if pid is None:
            return
        send(data, pid, name)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if postmaster(data) is None:
                return
            time.sleep(0.01)


def dispose(directory: Path) -> None:
    """Stop the server in ``directory`` at once and remove everything it has."""
    halt(directory / "cluster" / "data")
    for _ in range(50):
        # A backend that has not noticed its postmaster's death yet may still write into a directory being removed.
        shutil.rmtree(directory, ignore_errors=True)
        if not directory.exists():
            return
        time.sleep(0.1)


def main() -> None:
    """Wait for the end of standard input, then dispose of the directory named by the one argument."""
    directory = Path(sys.argv[1])
    while os.read(0, 4096):
        pass
    if directory.exists() and take(directory, wait=True) is not None:
        dispose(directory)


if __name__ == "__main__":
    main()
