"""Alembic knows the operations without an import in env.py, and is not harmed where they cannot work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.operations import Operations

import sminion_guard.alembic.operations  # noqa: F401 - registers what the plugin has to name
from sminion_guard.alembic.plugin import OPERATIONS
from tests.unit.migrate.test_server_version import TEXT

ENVIRONMENT = """
from alembic import context
context.configure(dialect_name="postgresql")
with context.begin_transaction():
    context.run_migrations()
"""
REVISION = """
from alembic import op
revision, down_revision = "first", None

def upgrade():
    op.guard_apply_policy("policies/1.toml")

def downgrade():
    op.guard_remove_policy(previous="policies/1.toml")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with alembic.ini; the migrations lie in one below it."""
    for name, text in {
        "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n",
        "migrations/env.py": ENVIRONMENT, "migrations/versions/first.py": REVISION, "migrations/policies/1.toml": TEXT,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def alembic(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words], cwd=project, env=os.environ | environment, capture_output=True,
        text=True, timeout=60,
    )


def test_operations_need_no_import_and_a_relative_path_starts_at_env_py(project: Path) -> None:
    written = alembic(project, "upgrade", "head", "--sql")
    assert written.returncode == 0, written.stderr
    assert "sminion.record_policy(" in written.stdout
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    again = alembic(elsewhere, "-c", str(project / "alembic.ini"), "upgrade", "head", "--sql")
    assert again.returncode == 0, again.stderr
    assert again.stdout == written.stdout
    back = alembic(project, "downgrade", "first:base", "--sql")
    assert back.returncode == 0 and "sminion.forget_policy(" in back.stdout, back.stderr


def test_without_libpq_alembic_works_and_the_operation_says_what_is_missing(project: Path) -> None:
    without = {"PSYCOPG_IMPL": "c"}
    assert alembic(project, "history", **without).returncode == 0
    refused = alembic(project, "upgrade", "head", "--sql", **without)
    assert refused.returncode != 0 and "SG804" in refused.stderr, refused.stderr


def test_the_plugin_names_every_operation() -> None:
    assert sorted(OPERATIONS) == sorted(name for name in dir(Operations) if name.startswith("guard_"))


def test_importing_alembic_loads_nothing_of_ours_but_the_names() -> None:
    code = "import alembic, sys; print([n for n in sys.modules if n.startswith(('sminion_guard.', 'psycopg'))])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "sminion_guard.alembic.plugin" in loaded
    assert "sminion_guard.migrate" not in loaded and "psycopg" not in loaded


def test_whichever_is_imported_first_the_operations_are_there() -> None:
    for first in ("alembic", "sminion_guard.alembic.plugin", "sminion_guard.alembic.operations"):
        code = f"import {first}; from alembic import op; print(hasattr(op, 'guard_apply_policy'))"
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert found.stdout == "True\n", (first, found.stderr)
