"""Environments as people have them: several heads, an asynchronous env.py, alembic_utils."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from alembic import command
from sminion_guard.errors import InstallError
from tests.database.alembic.conftest import Project

PAGE = Path(__file__).parents[3] / "docs" / "MIGRATIONS.md"
OPTION = {"guard_policy": "privacy.toml"}
ASYNCHRONOUS = '''
import asyncio
from pathlib import Path
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

scope = {}
exec((Path(__file__).parent / "models.py").read_text(), scope)


def run(connection):
    context.configure(connection=connection, target_metadata=scope["metadata"], include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(connect())
'''
WITH_ENTITIES = '''
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities

register_entities([], entity_types=[PGFunction, PGGrantTable, PGPolicy, PGTrigger, PGView])
'''


def alembic(project: Project, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Alembic as a program: what it imports must not stay in this process."""
    code = (f"import sys; from alembic.config import CommandLine, Config; line = CommandLine();"
            f"options = line.parser.parse_args(sys.argv[1:]); config = Config('alembic.ini', cmd_opts=options);"
            f"config.set_main_option('sqlalchemy.url', {project.database.url().replace('%', '%%')!r});"
            f"line.run_cmd(config, options)")
    return subprocess.run([sys.executable, "-c", code, *words], cwd=project.root, capture_output=True, text=True,
                          timeout=120)


def env(project: Project) -> Path:
    return project.root / "migrations/env.py"


def test_several_heads(project: Project) -> None:
    project.apply()
    config = project.config(**OPTION)
    for branch in ("one", "two"):
        command.revision(config, branch, head="base", branch_label=branch, splice=True)
    command.upgrade(config, "heads")
    project.change_policy('version = "1"', 'version = "2"')
    script = command.revision(config, "policy", autogenerate=True, head="one@head")
    assert script is not None and "guard_apply_policy" in Path(script.path).read_text()  # type: ignore[union-attr]
    command.upgrade(config, "heads")
    assert project.version() == ["2"]
    command.downgrade(config, "one@-1")
    assert project.version() == ["1"]


def test_an_asynchronous_environment_compares_and_says_that_it_cannot_apply(project: Project) -> None:
    project.apply()
    env(project).write_text(ASYNCHRONOUS)
    config = project.config(**OPTION)
    command.upgrade(config, "head")
    command.check(config)
    project.change_policy('version = "1"', 'version = "2"')
    assert "op.guard_apply_policy" in project.revision("second", **OPTION)
    with pytest.raises(InstallError) as caught:
        command.upgrade(config, "head")
    assert caught.value.code == "SG416" and "AsyncConnection" in caught.value.message
    # What the hint and the page say works.
    (said,) = re.findall(r"^  ```python\n(.*?)^  ```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    line = textwrap.dedent(said).splitlines()[3]
    assert re.sub(r"\burl\b", "make_url(url)", line) in (caught.value.hint or "")
    head, _, _ = ASYNCHRONOUS.partition("async def connect")
    env(project).write_text(head + textwrap.dedent(said))
    command.upgrade(config, "head")
    assert project.version() == ["2"]


def test_what_alembic_utils_does_not_know_it_does_not_drop(project: Project) -> None:
    project.apply()
    project.database.execute("CREATE FUNCTION crm.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    env(project).write_text(WITH_ENTITIES + env(project).read_text())
    assert alembic(project, "upgrade", "head").returncode == 0
    found = alembic(project, "check")
    assert "crm.mine" in found.stderr + found.stdout, found
    assert "drop_entity" not in (found.stderr + found.stdout).replace("drop_entity', 'PGFunction: crm.mine", "")
    project.database.execute("DROP FUNCTION crm.mine()")
    clean = alembic(project, "check")
    assert clean.returncode == 0, clean
    env(project).write_text(env(project).read_text().replace(
        '"include_schemas": True', '"include_schemas": True, "autogenerate_plugins": ["alembic.autogenerate.*",'
        ' "~alembic.autogenerate.sminion_guard"]'))
    without = alembic(project, "check")
    for kind in ("PGPolicy", "PGTrigger", "PGFunction", "PGGrantTable", "PGView"):
        assert kind in without.stderr + without.stdout, kind


def test_include_object_keeps_the_same_without_the_plugin(project: Project) -> None:
    project.apply()
    text = env(project).read_text().replace(
        '"include_schemas": True', '"include_schemas": True, "include_object": include_object,'
        ' "include_name": include_name, "autogenerate_plugins": ["alembic.autogenerate.*",'
        ' "~alembic.autogenerate.sminion_guard"]')
    env(project).write_text(
        "from sminion_guard.alembic.filters import include_name, include_object\n"
        + WITH_ENTITIES.replace("PGGrantTable, ", "") + text)
    assert alembic(project, "upgrade", "head").returncode == 0
    clean = alembic(project, "check")
    assert clean.returncode == 0, clean
