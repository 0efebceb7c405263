"""The process that holds the one server of a run with several workers.

A worker cannot hold it: the first to finish would take it away from the others. Whoever uses the server has a shared
lock on a file; the kernel gives it back however a worker ends. When the last one is gone, the server goes.

Run as ``python holder.py DIRECTORY``, with the server's :class:`Wish` as JSON on stdin.
"""

from __future__ import annotations

import fcntl
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sminion_guard.embedded import Server, find_binaries
from sminion_guard.errors import GuardError

USERS = "users"
"""The file that every user of the server has locked."""
ADDRESS = "address"
"""The file that holds the address while the server runs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which server is wanted.

    :param binaries: as for :func:`~sminion_guard.embedded.find_binaries`.
    :param settings: of postgresql.conf.
    """

    binaries: str | None
    settings: dict[str, str]

    def server(self) -> Server:
        """A server like that, not started yet.

        :raises EmbeddedServerError: when there are no programs for it.
        """
        return Server(find_binaries(self.binaries), durable=False, settings=self.settings)


def hold(directory: Path, wish: Wish) -> None:
    """Start the server, say where it is, and stop it when nobody uses it any more.

    :raises GuardError: when it does not start.
    """
    with wish.server() as server, open(directory / USERS, "ab") as users:
        address = directory / ADDRESS
        address.write_text(server.dsn(), encoding="utf-8")
        _say({"address": server.dsn()})
        fcntl.flock(users, fcntl.LOCK_EX)  # whoever started us has a shared lock already
        address.unlink()


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)
    sys.stdout.close()


if __name__ == "__main__":
    try:
        hold(Path(sys.argv[1]), Wish(**json.load(sys.stdin)))
    except GuardError as error:
        _say({"error": [error.code, error.message, error.detail, error.hint]})
