"""Who the server runs as: PostgreSQL refuses root, so root lends it another account."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sminion_guard.errors import EmbeddedServerError

CANDIDATES = ("postgres", "nobody")
"""Accounts that root tries, in this order: the one Debian makes for PostgreSQL, then the one every Unix has."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account of the server's processes and its data directory.

    :param name: the login name, for messages.
    :param uid: its user id.
    :param gid: its primary group id.
    :param lent: whether this process is root and runs the server as somebody else.
    """

    name: str
    uid: int
    gid: int
    lent: bool

    def run(self, command: Sequence[str | Path], *, output: Path | None = None) -> int:
        """Run ``command`` to its end and return its exit status.

        :param output: file that receives both streams, replaced; ``None`` throws them away.
        :raises EmbeddedServerError: as :meth:`spawn` does.
        """
        process = self.spawn(command, output=output or Path(os.devnull), mode="wb")
        try:
            return process.wait()
        except BaseException:  # Ctrl-C: nothing of ours goes on in a directory that is about to be removed
            process.kill()
            process.wait()
            raise

    def spawn(
        self, command: Sequence[str | Path], *, output: Path, mode: Literal["wb", "ab"], own_session: bool = False
    ) -> subprocess.Popen[bytes]:
        """Start ``command`` as this account, in ``/`` and in a clean environment.

        :param command: the program and its arguments.
        :param output: file that receives both streams: a pipe would have to be read, and never ends with a server.
        :param mode: ``ab`` appends to the file, ``wb`` replaces it.
        :param own_session: out of reach of the terminal's Ctrl-C.
        :raises EmbeddedServerError: SG854 when this process may not switch to the account; SG855 when the program
            cannot be run at all.
        """
        with open(output, mode) as stream:
            try:
                return subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, env=_environment(),
                    cwd="/", umask=0o077, start_new_session=own_session,
                    user=self.uid if self.lent else None, group=self.gid if self.lent else None,
                    extra_groups=[] if self.lent else None,
                )
            except OSError as error:
                if self.lent and not _may_switch(self):
                    raise EmbeddedServerError(
                        "SG854", f"root cannot run programs as `{self.name}` here", detail=str(error),
                        hint="run as an ordinary user, or give the container the capabilities SETUID and SETGID",
                    ) from error
                raise EmbeddedServerError(
                    "SG855", f"`{command[0]}` cannot be run as `{self.name}`", detail=str(error),
                    hint="check that the file exists and that the account may reach and execute it",
                ) from error

    def can_enter(self, directory: Path) -> bool:
        """Whether the account may reach and enter ``directory``. Asked of the kernel, as the account: it knows ACLs."""
        return not self.lent or self.run(["/bin/sh", "-c", 'cd "$1"', "sh", directory]) == 0


def server_account() -> Account:
    """The account to run the server as: the caller's own, or for root the first of :data:`CANDIDATES`.

    :raises EmbeddedServerError: SG854 when root finds none of them, or the caller is a bare number without a name.
    """
    uid = os.geteuid()
    if uid != 0:
        return Account(_name(uid), uid, os.getegid(), lent=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid, lent=True)
    raise EmbeddedServerError(
        "SG854", "root has no account to lend to PostgreSQL", detail="PostgreSQL refuses to run as root",
        hint="create one with `useradd --system postgres`, or run as an ordinary user",
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise EmbeddedServerError(
            "SG854", f"user id {uid} has no name", detail="initdb and the server refuse to run as a bare number",
            hint="add a line for it to /etc/passwd of the container, or run as root",
        ) from None


def _may_switch(account: Account) -> bool:
    try:
        subprocess.run(
            ["/bin/sh", "-c", ":"], user=account.uid, group=account.gid, extra_groups=[], check=False, cwd="/"
        )
    except OSError:
        return False
    return True


def _environment() -> dict[str, str]:
    """No PG* variables and no locale of the caller: they would change the cluster. Messages stay English."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", **kept}
