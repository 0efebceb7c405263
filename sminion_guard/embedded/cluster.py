"""A cluster in its directory: making it, launching its server, running PostgreSQL's programs on it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.embedded import settings, workspace
from sminion_guard.embedded.account import Account
from sminion_guard.embedded.binaries import Binaries
from sminion_guard.errors import EmbeddedServerError

HOST = "127.0.0.1"
SUPERUSER = "postgres"
START_SECONDS = 60
ATTEMPTS = 5
"""A port that was free a moment ago may be taken when the server wants it: so often another one is tried."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files and programs of one server.

    :param directory: the private directory, see :mod:`sminion_guard.embedded.workspace`.
    :param binaries: programs within reach of the account.
    :param account: whom the files in ``cluster/`` belong to and the programs run as.
    """

    directory: Path
    binaries: Binaries
    account: Account

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.directory / "cluster" / "data"

    @property
    def sockets(self) -> Path:
        """Where the unix socket lies."""
        return self.directory / "cluster" / "socket"

    @property
    def log(self) -> Path:
        """The server's log file; not in ``cluster/``, where its account could put a link in its place."""
        return self.directory / "log"

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs as the account and return what it said.

        :raises EmbeddedServerError: SG853 when it fails.
        """
        output = self.directory / "output"
        status = self.account.run([self.binaries.bin_dir / program, *arguments], output=output)
        if status != 0:
            raise EmbeddedServerError(
                "SG853", f"`{program}` failed with status {status}", detail=tail(output) or None,
                hint="the detail holds what PostgreSQL says",
            )
        return output.read_text(errors="replace")

    def initialise(self, password: str) -> None:
        """Make the cluster, with ``password`` for its superuser.

        :raises EmbeddedServerError: SG853, SG855 or SG856.
        """
        file = self.directory / "password"
        workspace.write_config(file, password, self.account)
        workspace.write_config(self.directory / "pg_hba.conf", settings.HBA, self.account)
        self.run(
            "initdb", "--pgdata", self.data, "--username", SUPERUSER, "--pwfile", file, "--auth-local", "trust",
            "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
        )
        file.unlink()

    def launch(self, port: int, *, durable: bool, extra: Mapping[str, str]) -> tuple[int, subprocess.Popen[bytes]]:
        """Start the server, wait until it serves, and return its port and its process.

        A child of ours, and not of `pg_ctl`: one that was killed is collected at once. Until then PostgreSQL takes it
        for a running server and refuses to start on its data.

        :param port: the port to use, 0 to look for a free one.
        :param durable: whether to survive a crash of the machine.
        :param extra: further settings.
        :raises EmbeddedServerError: SG853 with the end of the log when it does not start.
        """
        config = self.directory / "postgresql.conf"
        command: list[str | Path] = [self.binaries.bin_dir / "postgres", "-D", self.data, "-c", f"config_file={config}"]
        for attempt in range(1, ATTEMPTS + 1):
            tried = port or _free_port()
            workspace.write_config(config, settings.postgresql_conf(
                data=self.data, hba=self.directory / "pg_hba.conf", sockets=self.sockets, port=tried, durable=durable,
                extra=extra,
            ), self.account)
            process = self.account.spawn(command, output=self.log, mode="ab", own_session=True)
            try:
                if self._serves(process):
                    return tried, process
            except BaseException:  # Ctrl-C: its pid file, by which it could be found, may not be written yet
                process.kill()
                process.wait()
                raise
            if port or attempt == ATTEMPTS or "could not bind" not in tail(self.log):
                break
        raise EmbeddedServerError(
            "SG853", f"{self.binaries} did not start", detail=tail(self.log) or None,
            hint="the end of the server's log, above, says why",
        )

    def _serves(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server accepts connections; ``False`` when it ended or takes too long."""
        end = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < end:
            try:
                lines = (self.data / "postmaster.pid").read_text().split("\n")
            except OSError:
                lines = []
            # Line 1 is the pid, which tells a file of an earlier run; line 8 the state (src/include/utils/pidfile.h).
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        process.kill()
        process.wait()
        return False


def tail(path: Path, lines: int = 20) -> str:
    """The last ``lines`` of a file that another account may have written: never through a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        stream.seek(max(0, os.fstat(descriptor).st_size - 64 * 1024))
        return "\n".join(stream.read().decode(errors="replace").splitlines()[-lines:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
