"""A PostgreSQL server of our own: started in a private directory, gone without a trace afterwards."""

from __future__ import annotations

import atexit
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlencode

from sminion_guard.embedded import disposal, programs, settings, workspace
from sminion_guard.embedded.account import Account, server_account
from sminion_guard.embedded.binaries import Binaries, find_binaries
from sminion_guard.errors import EmbeddedServerError

START_SECONDS = 60
ATTEMPTS = 5
"""A port that was free a moment ago may be taken when the server wants it: so often another one is tried."""


class Server:
    """A server that lives as long as this object's block, and no longer than this process.

    Ends with ``stop()``, at the end of the block, at the end of the interpreter, and, through a small watching process,
    when this process is killed. Works for root (who lends the server an account) and for ordinary users.

    :param binaries: what to run; ``None`` takes what :func:`find_binaries` finds.
    :param durable: ``False`` leaves out what only a crash of the machine needs (fsync), for tests.
    :param settings: further settings of ``postgresql.conf``, such as ``{"shared_preload_libraries": "pgaudit"}``.
    :param keep: leave the server running when this process ends; :meth:`stop` still ends it.
    """

    host = "127.0.0.1"
    superuser = "postgres"

    def __init__(
        self, binaries: Binaries | None = None, *, durable: bool = True, settings: Mapping[str, str] | None = None,
        keep: bool = False,
    ) -> None:
        self.binaries = binaries or find_binaries()
        self.durable = durable
        self.settings = dict(settings or {})
        self.keep = keep
        self.account: Account = server_account()
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self._directory: Path | None = None
        self._lock: int | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not (self.keep and kind is None):
            self.stop()

    @property
    def directory(self) -> Path:
        """The private directory that holds everything of this server.

        :raises EmbeddedServerError: SG858 while the server is not started.
        """
        if self._directory is None:
            raise EmbeddedServerError(
                "SG858", "the embedded server is not running", hint="call `start()`, or use it as `with Server() as s:`",
            )
        return self._directory

    @property
    def data_directory(self) -> Path:
        """PGDATA."""
        return self.directory / "cluster" / "data"

    @property
    def socket_directory(self) -> Path:
        """Where the unix socket lies: the host name for a client that may reach it."""
        return self.directory / "cluster" / "socket"

    @property
    def log_path(self) -> Path:
        """The server's log file."""
        return self.directory / "cluster" / "log"

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster; ``None`` when it does not run."""
        return disposal.postmaster(self.data_directory)

    def dsn(
        self, *, user: str = superuser, password: str | None = None, dbname: str = "postgres", tcp: bool = False,
        scheme: str = "postgresql",
    ) -> str:
        """A connection URI, as libpq, psql, psycopg and (with ``scheme``) SQLAlchemy understand it.

        :param password: needed over TCP only; the superuser's is filled in.
        :param tcp: go through 127.0.0.1 and not through the unix socket.
        :param scheme: ``postgresql+psycopg`` for SQLAlchemy.
        """
        if tcp and password is None and user == self.superuser:
            password = self.password
        login = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
        if tcp:
            self.directory  # noqa: B018 - says that the server is not running
            return f"{scheme}://{login}@{self.host}:{self.port}/{quote(dbname, safe='')}"
        place = urlencode({"host": str(self.socket_directory), "port": self.port})
        return f"{scheme}://{login}@/{quote(dbname, safe='')}?{place}"

    def start(self) -> None:
        """Start the server, making its cluster first if it has none; does nothing when it runs already.

        :raises EmbeddedServerError: SG853 when it does not start, with the end of its log; SG854 to SG857.
        """
        if self._directory is not None and self.pid is not None:
            return
        try:
            if self._directory is None:
                self._create()
            self._launch()
        except BaseException:  # Ctrl-C too: nothing half-made stays behind
            self.stop()
            raise

    def restart(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server and start it again on the same data; ``immediate`` means with a recovery."""
        disposal.halt(self.data_directory, "INT" if how == "fast" else "QUIT")
        self._launch()

    def stop(self) -> None:
        """Stop the server at once and remove its directory. May be called again and again."""
        atexit.unregister(self._at_exit)
        if self._directory is not None:
            disposal.dispose(self._directory)
        if self._lock is not None:
            os.close(self._lock)
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()  # it finds nothing left to do
            self._watcher.wait()
        self._directory = self._lock = self._watcher = None

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the server's log."""
        return _tail(self.log_path, lines)

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs as the server's account and return what it said.

        :param program: such as ``pg_basebackup``.
        :raises EmbeddedServerError: SG853 when it fails.
        """
        output = self.directory / "output"
        status = self.account.run([self.binaries.bin_dir / program, *arguments], output=output)
        if status != 0:
            raise EmbeddedServerError(
                "SG853", f"`{program}` failed with status {status}", detail=_tail(output, 20) or None,
                hint="see the detail for what PostgreSQL says",
            )
        return output.read_text(errors="replace")

    def _create(self) -> None:
        workspace.clear_stale()
        self._directory, self._lock = workspace.create(self.account)
        atexit.register(self._at_exit)
        if self.keep:
            (self._directory / workspace.KEPT).touch()
        else:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", disposal.__file__, self._directory], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )
        self.binaries = programs.within_reach(self.binaries, self.account, self._directory)
        passwords = self._directory / "password"
        workspace.write_config(passwords, self.password, self.account)
        workspace.write_config(self._directory / "pg_hba.conf", settings.HBA, self.account)
        self.run(
            "initdb", "--pgdata", self.data_directory, "--username", self.superuser, "--pwfile", passwords,
            "--auth-local", "trust", "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync",
            "--no-instructions",
        )
        passwords.unlink()

    def _launch(self) -> None:
        config = self.directory / "postgresql.conf"
        chosen = self.port
        for attempt in range(1, ATTEMPTS + 1):
            self.port = chosen or _free_port()
            workspace.write_config(config, settings.postgresql_conf(
                data=self.data_directory, hba=self.directory / "pg_hba.conf", sockets=self.socket_directory,
                port=self.port, durable=self.durable, extra=self.settings,
            ), self.account)
            try:
                self.run(
                    "pg_ctl", "start", "--wait", "--timeout", str(START_SECONDS), "--silent", "--pgdata",
                    self.data_directory, "--log", self.log_path, "--options", shlex.join(["-c", f"config_file={config}"]),
                )
                return
            except EmbeddedServerError as error:
                tail = self.log_tail()
                if "could not bind" in tail and attempt < ATTEMPTS and not chosen:
                    continue
                raise EmbeddedServerError(
                    "SG853", f"{self.binaries} did not start", detail=f"{tail}\n{error.detail or ''}".strip(),
                    hint="the end of the server's log, above, says why",
                ) from error

    def _at_exit(self) -> None:
        if os.getpid() == self._owner and not self.keep:  # a forked child must not end its parent's server
            self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((Server.host, 0))
        return int(probe.getsockname()[1])


def _tail(path: Path, lines: int) -> str:
    """The last ``lines`` of a file that another account may have written: never through a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        stream.seek(max(0, os.fstat(descriptor).st_size - 64 * 1024))
        return "\n".join(stream.read().decode(errors="replace").splitlines()[-lines:])
