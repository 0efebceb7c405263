"""Servers on which `CREATE EXTENSION sminion_guard` finds its files, in a directory of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from sminion_guard.embedded import Binaries, Server, find_binaries
from sminion_guard.migrate import extension
from tests import servers

SINCE = 18
"""From this version on a setting says where extensions are; before, they lie where the server was installed."""


def write(directory: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        if name == "Makefile":
            continue  # no server reads it
        (directory / name).write_text(content, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Extended:
    """How to start servers that know the extension.

    :param files: where its control file and scripts are.
    """

    binaries: Binaries
    settings: dict[str, str]
    files: Path

    def server(self) -> Server:
        return Server(self.binaries, durable=False, settings=self.settings)


def _moved(binaries: Binaries, home: Path) -> tuple[Binaries, Path]:
    """A copy of an installation, since a server looks for its files beside its own program."""
    told = {
        what: Path(subprocess.run([binaries.bin_dir / "pg_config", f"--{what}"], capture_output=True, text=True,
                                  check=True).stdout.strip())
        for what in ("bindir", "sharedir", "pkglibdir")
    }
    top = os.path.commonpath([str(path) for path in told.values()])
    for path in (told["bindir"], told["sharedir"]):
        shutil.copytree(path, home / path.relative_to(top), ignore_dangling_symlinks=True)
    (home / told["pkglibdir"].relative_to(top)).parent.mkdir(parents=True, exist_ok=True)
    (home / told["pkglibdir"].relative_to(top)).symlink_to(told["pkglibdir"])
    return (find_binaries(str(home / told["bindir"].relative_to(top))),
            home / told["sharedir"].relative_to(top) / "extension")


@pytest.fixture(scope="session")
def extended(binaries: Binaries) -> Iterator[Extended]:
    # Not below pytest's directory, which the account of the server cannot enter when root runs the tests.
    home = Path(tempfile.mkdtemp(prefix="extension-"))
    home.chmod(0o755)
    settings = dict(servers.SETTINGS)
    if binaries.major >= SINCE:
        files = home / "extension"
        files.mkdir()
        settings["extension_control_path"] = f"{home}:$system"
    else:
        if not (binaries.bin_dir / "pg_config").exists():
            pytest.skip(f"no pg_config beside {binaries}, which cannot be copied without it")
        binaries, files = _moved(binaries, home)
        # Some packages keep libraries where a copy does not find them.
        if subprocess.run([binaries.bin_dir / "initdb", "--version"], capture_output=True, check=False).returncode:
            pytest.skip(f"the programs of {binaries} do not run from another place")
    write(files, extension.files())
    yield Extended(binaries, settings, files)
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def with_extension(extended: Extended) -> Iterator[Server]:
    """A server on which every database that has the guard has it as an extension."""
    with extended.server() as server:
        made_by_extension(server)
        yield server


def made_by_extension(server: Server) -> None:
    """Let the databases with the guard on ``server`` be clones of one in which it is an extension."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE guard_extension")
    servers.Database(server, "guard_extension").execute("CREATE EXTENSION sminion_guard")
    servers._with_guard[str(server.socket_directory)] = "guard_extension"
