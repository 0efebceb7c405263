"""The wheel, and empty virtual environments that it is installed into."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import Path as InZip
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NO_LIBPQ = """
import ctypes.util, os
if os.environ.get("TEST_NO_LIBPQ"):
    ctypes.util.find_library = lambda name, find=ctypes.util.find_library: None if name == "pq" else find(name)
"""
"""What an environment reads first: with the variable it is on a machine that has no libpq."""


def run(*command: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """What ``command`` prints; it must succeed."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as a release makes it: from the source distribution, which must hold everything too."""
    here = tmp_path_factory.getbasetemp()
    out = (here.parent if os.environ.get("PYTEST_XDIST_WORKER") else here) / "sminion-guard-dist"
    with open(f"{out}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of xdist share it
        if not any(out.glob("*.whl")):
            out.mkdir(exist_ok=True)
            run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with the wheel in it.

    :param home: its directory.
    :param distributions: names of all that was installed besides the wheel.
    """

    home: Path
    distributions: frozenset[str] = field(compare=False)

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / "bin" / "python"

    def environ(self, **more: str) -> dict[str, str]:
        """Variables for a process in it: the outer environment's own are left out."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST_", "PG"))}
        return mine | {"VIRTUAL_ENV": str(self.home), "PATH": f"{self.home / 'bin'}:{os.environ['PATH']}"} | more

    def try_(self, *command: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs ``command``, the first word being one of its programs."""
        words = [str(self.home / "bin" / command[0]), *command[1:]]
        return subprocess.run(words, cwd=cwd, env=self.environ(**more), capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=180)


def needed(requirements: list[str], extras: frozenset[str]) -> dict[str, Distribution]:
    """What pip would install for ``requirements``, in the versions that this environment has, name to distribution."""
    found: dict[tuple[str, str], Distribution] = {}
    wanted = [(Requirement(text), extra) for text in requirements for extra in (extras or {""})]
    while wanted:
        requirement, extra = wanted.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        for inner in requirement.extras or {""}:
            key = (requirement.name.lower().replace("_", "-"), inner)
            if key not in found:
                found[key] = distribution(requirement.name)
                wanted += [(Requirement(text), inner) for text in found[key].requires or ()]
                if inner:
                    wanted.append((Requirement(requirement.name), ""))
    return {name: found[name, extra] for name, extra in found}


@pytest.fixture(scope="session")
def environment(wheel: Path) -> Iterator[Callable[..., Environment]]:
    """Makes an environment as ``pip install 'sminion_guard[EXTRA]' ALSO...`` would, offline and in seconds.

    It holds what the wheel requires, what that requires, and nothing else: all of it is linked from this environment.
    """
    # Not below pytest's directory, which the account that PostgreSQL runs as cannot enter when root runs the tests.
    homes = Path(tempfile.mkdtemp(prefix="wheel-env-"))
    homes.chmod(0o755)
    made: dict[tuple[str, ...], Environment] = {}

    def make(*extras: str, also: tuple[str, ...] = ()) -> Environment:
        if (*extras, *also) not in made:
            home = homes / "-".join(extras or ("none",))
            made[(*extras, *also)] = _install(wheel, home, frozenset(extras), also)
        return made[(*extras, *also)]

    yield make
    shutil.rmtree(homes, ignore_errors=True)


def _install(wheel: Path, home: Path, extras: frozenset[str], also: tuple[str, ...]) -> Environment:
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    run(sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install", "--no-deps", "--no-index", wheel,
        cwd=home)
    with ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        requirements = PathDistribution(InZip(archive, info + "/")).requires or []  # type: ignore[arg-type]
    found = needed([*requirements, *also], extras)
    for each in found.values():
        for top in {path.parts[0] for path in each.files or () if path.parts[0] not in ("..", "__pycache__")}:
            if not (site / top).exists():
                (site / top).symlink_to(each.locate_file(top))  # type: ignore[arg-type]
    (site / "sitecustomize.py").write_text(NO_LIBPQ)
    return Environment(home, frozenset(found))
