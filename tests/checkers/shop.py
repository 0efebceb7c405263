"""The shop of the examples, on a server of its own, and its scripts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from sminion_guard import migrate
from sminion_guard.demo.printer import Printer
from sminion_guard.demo.shop import DATABASE, build, shop_policy
from sminion_guard.embedded import Binaries, Server

PEOPLE = 300


@contextmanager
def shop(binaries: Binaries) -> Iterator[Server]:
    """A server with the shop in it, guarded and filled."""
    with Server(binaries, durable=False) as server, build(server, PEOPLE, Printer(Console(file=io.StringIO()))):
        yield server


def address(server: Server) -> str:
    """Where a checker connects: as the superuser, who sees everything."""
    return server.dsn(dbname=DATABASE)


def schemas() -> list[str]:
    """The schemas of the application."""
    return sorted(shop_policy().schemas)


def write_scripts(directory: Path) -> tuple[Path, ...]:
    """The scripts that DBAs run: of the installation, and of the policy."""
    written = (("install.sql", migrate.offline_sql("upgrade")), ("apply.sql", "\n".join(migrate.script(shop_policy()))))
    for name, text in written:
        (directory / name).write_text(text + "\n", encoding="utf-8")
    return tuple(directory / name for name, _ in written)
