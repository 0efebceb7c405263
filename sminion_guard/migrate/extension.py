"""The database side as an extension: the frozen SQL of the migrations, in the files that PostgreSQL and pg_tle read.

A version of the extension is the version of the package that last changed the database side. The first one has an
install script, each later one a script that upgrades: PostgreSQL itself runs them one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sminion_guard import resources
from sminion_guard.compiler.quoting import literal
from sminion_guard.migrate.frozen import released, text
from sminion_guard.migrate.install import offline_sql
from sminion_guard.version import __version__

NAME = "sminion_guard"
COMMENT = "privacy policy of sminion_guard: purposes, tickets, subjects and the access log"
PG_TLE = "pg_tle.sql"
PLAIN = "plain.sql"
_BODY = "$_pgtle_$"
_PATH = "SET LOCAL search_path TO pg_catalog, pg_temp;"


def versions() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each version of the extension with the migrations that it brings, the oldest first."""
    known = released()
    found: dict[str, list[str]] = {}
    for path in sorted((resources.migrations() / "frozen").iterdir()):
        if path.is_dir():
            found.setdefault(known.get(path.name, __version__), []).append(path.name)
    return tuple((version, tuple(numbers)) for version, numbers in found.items())


def default_version() -> str:
    """The version that CREATE EXTENSION and ALTER EXTENSION UPDATE lead to."""
    return versions()[-1][0]


def files() -> dict[str, str]:
    """All files, name to content: for PGXS, for pg_tle, and one script for servers that take neither."""
    scripts = dict(_scripts())
    return {
        "Makefile": (resources.sql() / "Makefile").read_text(encoding="utf-8"),
        f"{NAME}.control": _part(f"{NAME}.control").format(comment=COMMENT, version=default_version()),
        **{f"{NAME}--{steps}.sql": _announced(steps) + script for steps, script in scripts.items()},
        PG_TLE: _pg_tle(scripts),
        PLAIN: offline_sql("upgrade"),
    }


def _scripts() -> Iterator[tuple[str, str]]:
    before = None
    for version, numbers in versions():
        if before is None:
            yield version, "\n".join((_part("begin.sql"), _migrations(numbers), _part("end.sql")))
        else:
            yield f"{before}--{version}", "\n".join((_PATH, _migrations(numbers), _part("end.sql")))
        before = version


def _migrations(numbers: Sequence[str]) -> str:
    return "\n".join(text(f"sminion_{number}", "upgrade") for number in numbers)


def _part(name: str) -> str:
    return (resources.sql() / "extension" / name).read_text(encoding="utf-8")


def _announced(steps: str) -> str:
    """The first line: psql stops there, and CREATE EXTENSION leaves it out."""
    command = f"ALTER EXTENSION {NAME} UPDATE" if "--" in steps else f"CREATE EXTENSION {NAME}"
    return f'\\echo Use "{command}" to load this file. \\quit\n'


def _pg_tle(scripts: dict[str, str]) -> str:
    calls = ["-- For pg_tle: as a member of pgtle_admin, in the database; then CREATE EXTENSION sminion_guard."]
    for steps, script in scripts.items():
        before, _, version = steps.rpartition("--")
        said = [NAME, before, version] if before else [NAME, version, COMMENT]
        function = "install_update_path" if before else "install_extension"
        arguments = ", ".join(map(literal, said))
        calls.append(f"SELECT pgtle.{function}({arguments},\n{_BODY}\n{script}{_BODY});")
    if len(scripts) > 1:
        calls.append(f"SELECT pgtle.set_default_version({literal(NAME)}, {literal(default_version())});")
    return "\n\n".join(("\n".join(calls[:1]), *calls[1:])) + "\n"
