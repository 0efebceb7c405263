"""Whatever needs an extra says which one, and how to install it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from sminion_guard.errors import ExtraMissing, GuardError
from sminion_guard.extras import NEEDS, explain, explained

ROOT = Path(__file__).parents[2]
NO_LIBPQ = """
import ctypes.util, sys
sys.modules["psycopg_binary"] = sys.modules["psycopg_c"] = None
ctypes.util.find_library = lambda name, find=ctypes.util.find_library: None if name == "pq" else find(name)
"""
"""A machine that has neither the extra `binary` nor libpq."""


EACH = """
import sys
for use in USES:
    for name in [name for name in sys.modules if name.split(".")[0] in ("psycopg", "sminion_guard")]:
        del sys.modules[name]
    try:
        exec(use, {})
    except BaseException as error:
        print(type(error).__module__, type(error).__name__, str(error).replace(chr(10), " | "), sep=" ")
    else:
        print("nothing")
"""
"""Runs each of USES as the first thing that a process does with us."""
USES = [
    "from sminion_guard import processing",
    "from sminion_guard import connect",
    "import sminion_guard.session.sqlalchemy.dialect",
    "from sqlalchemy import create_engine; create_engine('postgresql+psycopg:///x', plugins=['sminion_guard'])",
    "from sqlalchemy import create_engine; create_engine('postgresql+psycopg:///x?plugin=sminion_guard')",
    "from sqlalchemy import create_engine; create_engine('postgresql+sminion:///x')",
    "from sminion_guard import migrate",
    "from sminion_guard.migrate import operations",
    "from sminion_guard.analyzer import catalog_read",
    "from sminion_guard.testing import GuardServer",
]


def without(module: str) -> str:
    return f"import sys; sys.modules[{module!r}] = None\n"


def run(script: str, *, cwd: Path | None = None) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=cwd)
    return done.stdout + done.stderr


def program(*commands: str) -> str:
    """Runs `sminion-guard` with each of ``commands`` in one process, and says how each ended."""
    return f"""
from sminion_guard.cli.main import app_main
for command in {commands!r}:
    sys.argv = ["sminion-guard", *command.split()]
    try:
        app_main()
    except SystemExit as ended:
        print("exit", ended.code, flush=True)
"""


def last_line_of_hint(said: str) -> str:
    return next(line for line in reversed(said.splitlines()) if line.startswith("hint: "))


def test_whoever_connects_without_libpq_is_told_of_binary() -> None:
    said = run(f"{NO_LIBPQ}USES = {USES!r}\n{EACH}").splitlines()
    assert len(said) == len(USES), said
    for use, line in zip(USES, said, strict=True):
        assert line.startswith(
            "sminion_guard.errors ExtraMissing SG804: connections to PostgreSQL need the extra `binary`"), (use, line)
        assert "hint: `pip install 'sminion_guard[binary]'`, or install libpq" in line, (use, line)


def test_commands_with_a_database_are_told_in_three_lines(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_bytes((ROOT / "examples" / "shop" / "privacy.toml").read_bytes())
    url = "--database-url postgresql:///x"
    commands = [f"{command} {url}" for command in ("plan", "apply", "install", "uninstall --yes", "catalog dump")]
    said = run(NO_LIBPQ + program(*commands), cwd=tmp_path)
    assert "Traceback" not in said
    assert said.count("error: SG804: connections to PostgreSQL") == said.count("exit 2") == len(commands), said


def test_commands_without_a_database_need_no_libpq(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_bytes((ROOT / "examples" / "shop" / "privacy.toml").read_bytes())
    commands = ("--version", "--help", "policy check", "policy show", "check --help")
    said = run(NO_LIBPQ + program(*commands), cwd=tmp_path)
    assert said.count("exit 0") == len(commands), said


def test_the_demo_without_its_extra_names_it(tmp_path: Path) -> None:
    said = run(without("mimesis") + program("demo"), cwd=tmp_path)
    assert "error: SG804: the demo needs the extra `embedded`" in said
    assert "Traceback" not in said
    assert last_line_of_hint(said) == "hint: `pip install 'sminion_guard[embedded]'`"


def test_helpers_for_tests_without_pytest_name_it() -> None:
    assert "SG804: the fixtures and helpers for tests need the package `pytest`" in run(
        without("pytest") + "from sminion_guard.testing import AsPurpose")


def test_an_import_that_a_library_wrapped_is_told_all_the_same() -> None:
    """SQLAlchemy raises an ImportError of its own where greenlet is missing."""
    said = run(without("greenlet") + "from sminion_guard.extras import explained\n"
               "with explained(): import sqlalchemy.ext.asyncio")
    assert "SG804: asynchronous engines of SQLAlchemy need the extra `asyncio`" in said
    assert last_line_of_hint(said) == "hint: `pip install 'sminion_guard[asyncio]'`"


def test_other_failures_of_imports_stay_what_they_are() -> None:
    with pytest.raises(ModuleNotFoundError) as failed, explained():
        import nothing_of_the_kind  # type: ignore[import-not-found]  # noqa: F401
    assert not isinstance(failed.value, GuardError)
    with pytest.raises(ImportError, match="cannot import name 'nothing'"), explained():
        from sminion_guard.errors import nothing  # type: ignore[attr-defined]  # noqa: F401


def test_what_is_said_already_is_not_said_again() -> None:
    with pytest.raises(ExtraMissing) as failed, explained(), explained():
        raise ModuleNotFoundError("No module named 'mimesis.enums'", name="mimesis.enums")
    assert isinstance(failed.value, ImportError)
    assert failed.value.name == "mimesis.enums"
    assert not isinstance(failed.value.__cause__, GuardError)
    again = pickle.loads(pickle.dumps(failed.value))
    assert str(again) == str(failed.value)


@pytest.mark.parametrize("module", NEEDS)
def test_each_need_is_told_of_its_module(module: str) -> None:
    found = explain(ModuleNotFoundError(f"No module named {module!r}", name=module))
    assert found is not None
    assert (found.code, found.detail) == ("SG804", f"No module named {module!r}")
