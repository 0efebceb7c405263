"""The configuration files of an embedded server, as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sminion_guard.errors import EmbeddedServerError

HBA = """\
# The socket lies in a directory of mode 0700. Whoever can reach it is the server's own account, which could change this
# file, or root: a password there would protect nothing. Over TCP everybody on this machine can knock.
local all,replication all              trust
host  all,replication all 127.0.0.1/32 scram-sha-256
"""
"""``pg_hba.conf`` (PostgreSQL manual, "The pg_hba.conf File"); ``all`` as a database does not cover replication."""

VOLATILE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
"""What a server that need not survive a crash of the machine goes without. A crash of the server alone loses nothing:
``synchronous_commit`` stays on, so that a test of durability still tests it. WAL may lie in memory: less of it is kept.
"""


def postgresql_conf(
    *, data: Path, hba: Path, sockets: Path, port: int, durable: bool, extra: Mapping[str, str]
) -> str:
    """The text of ``postgresql.conf``.

    :param data: the data directory.
    :param hba: the file with the rules of authentication.
    :param sockets: the directory of the unix socket.
    :param port: TCP port, and number of the socket.
    :param durable: whether to survive a crash of the machine.
    :param extra: settings of the caller, which come last and win.
    :raises EmbeddedServerError: SG857 when a name in ``extra`` is not one of a setting.
    """
    settings = {
        "data_directory": str(data),
        "hba_file": str(hba),
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"',  # a list: a comma would part the path
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        **({} if durable else VOLATILE),
        **extra,
    }
    return "".join(f"{_name(name)} = {_quote(value)}\n" for name, value in settings.items())


def _name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?", name):
        raise EmbeddedServerError(
            "SG857", f"`{name}` is not the name of a setting", hint="see the view `pg_settings` for the names",
        )
    return name


def _quote(value: str) -> str:
    """One line of the file is one setting: escape what would end it."""
    for raw, escaped in (("\\", "\\\\"), ("'", "''"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(raw, escaped)
    return f"'{value}'"
