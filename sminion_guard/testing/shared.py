"""One server for all workers of a run: the first one that needs it has it started, the last one lets it end."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import sminion_guard
from sminion_guard.codes import error_class
from sminion_guard.errors import EmbeddedServerError
from sminion_guard.testing import holder
from sminion_guard.testing.holder import Wish

TURN = "turn"
"""The file locked by the worker that looks whether the server runs: the others wait for what it finds."""
LOG = "log"
"""What the holding process said when it failed in a way that nobody foresaw."""

_started: list[subprocess.Popen[str]] = []
"""Kept, since Python warns of a process that is forgotten while it runs: this one may outlive us."""


@contextmanager
def embedded_server(wish: Wish, common: Path | None) -> Iterator[str]:
    """The address of an embedded server, which runs until the end of the block.

    :param common: the directory of this run, where it has several workers on this machine.
    :raises EmbeddedServerError: when it does not start.
    """
    try:
        if common is not None:
            with shared_server(common, wish) as address:
                yield address
        else:
            with wish.server() as server:
                yield server.dsn()
    except EmbeddedServerError as error:
        if error.code != "SG851":
            raise
        raise EmbeddedServerError(
            error.code, error.message, detail=error.detail, hint=f"{error.hint}; or name one by `--guard-database-url`"
        ) from None


@contextmanager
def shared_server(directory: Path, wish: Wish) -> Iterator[str]:
    """The address of the server that all who name ``directory`` share; it runs for as long as any of them is here.

    :param directory: of this run alone, on this machine.
    :param wish: which server; the first one's counts.
    :raises EmbeddedServerError: when it does not start.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    with open(directory / holder.USERS, "ab") as users:
        with open(directory / TURN, "ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            # Waits while a server whose users have all gone is being stopped; its address is gone by then.
            fcntl.flock(users, fcntl.LOCK_SH)
            address = directory / holder.ADDRESS
            found = address.read_text(encoding="utf-8") if address.exists() else _start(directory, wish)
        yield found


def _start(directory: Path, wish: Wish) -> str:
    package = Path(sminion_guard.__file__).parents[1]
    with open(directory / LOG, "wb") as log:
        # A session of its own: Ctrl-C at the terminal is for pytest, which ends in order and needs us until then.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", holder.__name__, directory], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=log, start_new_session=True, cwd="/", env=os.environ | {"PYTHONPATH": str(package)}, text=True,
        )
    _started.append(process)
    assert process.stdin is not None and process.stdout is not None
    with process.stdin, process.stdout:
        json.dump(asdict(wish), process.stdin)
        process.stdin.close()
        line = process.stdout.readline()
    answer = json.loads(line) if line else {}
    if "error" in answer:
        process.wait()
        code, message, detail, hint = answer["error"]
        raise error_class(code)(code, message, detail=detail, hint=hint)
    if not answer:
        process.wait()
        raise EmbeddedServerError(
            "SG853", "the process that holds the tests' server ended at once",
            detail=(directory / LOG).read_text(encoding="utf-8", errors="replace")[-2000:] or None,
            hint="run the tests once without `-n`, which starts the server in the same process",
        )
    return str(answer["address"])
