"""What all commands share: their common options, how they find policy and database, how they print, and exit codes."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sminion_guard.errors import GuardError, PolicyError

CLEAN = 0
FINDINGS = 1
FAILED = 2
INTERRUPTED = 130

DEFAULT_POLICY = Path("privacy.toml")


class Format(StrEnum):
    """How a command prints its result."""

    TEXT = "text"
    JSON = "json"


PolicyOption = Annotated[
    Path | None,
    typer.Option("--policy", metavar="FILE", show_default=False,
                 help="Policy file. Default: [tool.sminion_guard] policy in pyproject.toml, else privacy.toml."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the result.")]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database-url", metavar="URL", show_default=False,
                 help="Address of the database, also a SQLAlchemy URL. Default: DATABASE_URL, else PG* variables."),
]


def policy_path(option: Path | None, directory: Path | None = None) -> Path:
    """The policy file to use.

    :param option: what `--policy` says, if given.
    :param directory: where to begin to look for pyproject.toml, upwards; default: the current directory.
    :raises PolicyError: when pyproject.toml cannot be read, or names no file.
    """
    if option is not None:
        return option
    start = (directory or Path.cwd()).resolve()
    for place in (start, *start.parents):
        project = place / "pyproject.toml"
        if project.is_file():
            return _from_project(project, place)
    return DEFAULT_POLICY


def _from_project(project: Path, place: Path) -> Path:
    try:
        tool = tomllib.loads(project.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError) as error:
        raise PolicyError("SG803", f"`{project}` cannot be read", detail=str(error),
                          hint="mend the file, or pass `--policy`") from error
    settings = tool.get("sminion_guard", {}) if isinstance(tool, dict) else {}
    named = settings.get("policy", str(DEFAULT_POLICY)) if isinstance(settings, dict) else None
    if not isinstance(named, str) or not named:
        raise PolicyError("SG803", f"`[tool.sminion_guard] policy` in `{project}` names no file",
                          hint='write `policy = "privacy.toml"`, relative to pyproject.toml')
    # Without a setting the file is looked for where the user stands, as without pyproject.toml.
    return place / named if isinstance(settings, dict) and "policy" in settings else DEFAULT_POLICY


def print_error(error: GuardError) -> None:
    """Print code, message, detail and hint to stderr."""
    typer.echo(f"{typer.style('error', fg='red', bold=True)}: {error}", err=True)


def print_json(value: object) -> None:
    """Print a value of dataclasses, mappings and lists as JSON to stdout."""
    typer.echo(json.dumps(as_json(value), indent=2, ensure_ascii=False))


def as_json(value: Any) -> Any:
    """``value`` in what JSON knows: dataclasses as objects, sets as sorted lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(as_json(entry) for entry in value)
    if isinstance(value, (list, tuple)):
        return [as_json(entry) for entry in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
