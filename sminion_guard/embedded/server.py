"""A PostgreSQL server of our own: started in a private directory, gone without a trace afterwards."""

from __future__ import annotations

import atexit
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlencode

from sminion_guard.embedded import disposal, programs, workspace
from sminion_guard.embedded.account import server_account
from sminion_guard.embedded.binaries import Binaries, find_binaries
from sminion_guard.embedded.cluster import HOST, SUPERUSER, Cluster, tail
from sminion_guard.errors import EmbeddedServerError


class Server:
    """A server that runs until the end of this object's ``with`` block, and never longer than this process.

    Ends with :meth:`stop`, at the end of the block, at the end of the interpreter, and, through a small watching
    process, when this process is killed in whatever way. Root lends it an account.

    :param binaries: what to run; ``None`` takes what :func:`find_binaries` finds.
    :param durable: ``False`` leaves out what only a crash of the machine needs (fsync), for tests; the server is then
        in memory (``/dev/shm``) where 2 GB of it are free and TMPDIR is not set.
    :param settings: further settings of ``postgresql.conf``, such as ``{"shared_preload_libraries": "pgaudit"}``.
    :param keep: leave the server running when the block or the process ends well; :meth:`stop` still ends it.
    """

    host = HOST
    superuser = SUPERUSER

    def __init__(
        self, binaries: Binaries | None = None, *, durable: bool = True, settings: Mapping[str, str] | None = None,
        keep: bool = False,
    ) -> None:
        self.binaries = binaries or find_binaries()
        self.account = server_account()
        self.durable = durable
        self.settings = dict(settings or {})
        self.keep = keep
        self.password = secrets.token_urlsafe(24)
        self.port = 0
        self._cluster: Cluster | None = None
        self._directory: Path | None = None
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.keep or kind is not None:
            self.stop()

    @property
    def cluster(self) -> Cluster:
        """The cluster's files.

        :raises EmbeddedServerError: SG858 while the server is not started.
        """
        if self._cluster is None:
            raise EmbeddedServerError(
                "SG858", "the embedded server is not running", hint="call `start()`, or use `with Server() as server:`",
            )
        return self._cluster

    @property
    def directory(self) -> Path:
        """The private directory that holds everything of this server."""
        return self.cluster.directory

    @property
    def data_directory(self) -> Path:
        """PGDATA."""
        return self.cluster.data

    @property
    def socket_directory(self) -> Path:
        """Where the unix socket lies: the host name for a client that may reach it."""
        return self.cluster.sockets

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster; ``None`` when it does not run."""
        return disposal.postmaster(self.cluster.data)

    def dsn(
        self, *, user: str = SUPERUSER, password: str | None = None, dbname: str = "postgres", tcp: bool = False,
        scheme: str = "postgresql",
    ) -> str:
        """A connection URI, as libpq, psql, psycopg and (with ``scheme``) SQLAlchemy understand it.

        :param password: needed over TCP only; the superuser's is filled in there.
        :param tcp: go through 127.0.0.1 and not through the unix socket.
        :param scheme: ``postgresql+psycopg`` for SQLAlchemy.
        """
        sockets = self.socket_directory
        if tcp and password is None and user == self.superuser:
            password = self.password
        login = quote(user, safe="") + ("" if password is None else ":" + quote(password, safe=""))
        if tcp:
            return f"{scheme}://{login}@{self.host}:{self.port}/{quote(dbname, safe='')}"
        return f"{scheme}://{login}@/{quote(dbname, safe='')}?{urlencode({'host': str(sockets), 'port': self.port})}"

    def start(self) -> None:
        """Start the server, making its cluster first if it has none; does nothing when it runs already.

        :raises EmbeddedServerError: SG853 when it does not start, with the end of its log; SG854 to SG857.
        """
        if self._cluster is not None and self.pid is not None:
            return
        try:
            if self._cluster is None:
                self._cluster = self._create()
            if self._process is not None:
                self._process.wait()
            self.port, self._process = self._cluster.launch(self.port, durable=self.durable, extra=self.settings)
        except BaseException:  # Ctrl-C too: nothing half-made stays behind
            self.stop()
            raise

    def restart(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop the server and start it again on the same data and port; ``immediate`` means with a recovery."""
        disposal.halt(self.cluster.data, "INT" if how == "fast" else "QUIT")
        self.start()

    def stop(self) -> None:
        """Stop the server at once and remove its directory. May be called again and again."""
        if self._directory is not None:
            disposal.dispose(self._directory)
        if self._process is not None:
            self._process.wait()
        if self._lock is not None:
            os.close(self._lock)
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.kill()  # nothing is left to do for it; the end of its input may be held by a forked child
            self._watcher.wait()
            self._watcher.stdin.close()
        self._cluster = self._directory = self._lock = self._process = self._watcher = None
        self.port = 0
        atexit.unregister(self._at_exit)

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL's programs, such as ``pg_basebackup``, as the server's account; return what it said.

        :raises EmbeddedServerError: SG853 when it fails.
        """
        return self.cluster.run(program, *arguments)

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the server's log."""
        return tail(self.cluster.log, lines)

    def _create(self) -> Cluster:
        workspace.clear_stale()
        atexit.register(self._at_exit)
        self._directory, self._lock = workspace.create(self.account, durable=self.durable)
        if self.keep:
            (self._directory / workspace.KEPT).touch()
        else:
            self._watcher = subprocess.Popen(
                [sys.executable, "-I", "-S", disposal.__file__, self._directory], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )
        within_reach = programs.within_reach(self.binaries, self.account, self._directory)
        cluster = Cluster(self._directory, within_reach, self.account)
        cluster.initialise(self.password)
        return cluster

    def _at_exit(self) -> None:
        if os.getpid() == self._owner and not self.keep:  # a forked child must not end its parent's server
            self.stop()
