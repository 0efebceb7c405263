"""Hints, messages and docs name only commands, options and files that exist."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from sminion_guard.cli.main import app
from sminion_guard.testing import plugin

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PYTHON = sorted((ROOT / "sminion_guard").rglob("*.py"))
SQL = [*sorted((ROOT / "sql").rglob("*.sql")), *sorted((ROOT / "examples").rglob("*.sql"))]
OTHERS = [*sorted((ROOT / "sminion_guard").rglob("*.j2")), *sorted((ROOT / "migrations").glob("*.py")),
          *sorted((ROOT / "examples").rglob("*.py")), *sorted((ROOT / "examples").rglob("*.toml"))]
COMMAND = re.compile(r"\bsminion-guard((?:[ \t]+(?:\n[ \t]*)?[^\s`'\",;:()|#>]+)*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
FOLDERS = ("docs", "sql", "tests", "examples", "bench", "migrations", "templates", "sminion_guard")
FILE = re.compile(rf"(?<![\w/.:<>-])(?:{'|'.join(FOLDERS)})/[\w./*-]*[\w*]")
FOREIGN = {
    "--system",  # of useradd
}
"""Options of other programs that are named without their program."""


def texts() -> Iterator[tuple[str, str]]:
    """Everything that people read, place to text: of Python code the strings, joined as they are shown."""
    for path in (*PAGES, *SQL, *OTHERS):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
            elif isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
                yield f"{path.relative_to(ROOT)}:{node.lineno}", "".join(str(part) for part in parts)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each `sminion-guard ...`, place to words."""
    for place, text in texts():
        for found in COMMAND.finditer(text):
            line = found[1].replace("\\\n", " ")
            try:
                words = shlex.split(line)
            except ValueError:
                words = line.split()
            yield f"{place}: sminion-guard{found[1]}", words


@cache
def program() -> Any:
    """The command line: building it takes half a second."""
    return typer.main.get_command(app)


def wrong(words: list[str]) -> str | None:
    """What does not exist of a command line; None when all of it does."""
    at: Any = program()
    for word in words:
        if word == "{}":  # filled in when it is shown
            return None
        below = getattr(at, "commands", None)
        if word.startswith("-") and word != "-":
            names = {name for parameter in at.params for name in (*parameter.opts, *parameter.secondary_opts)}
            if word.partition("=")[0] not in {*names, "--help"}:
                return f"`{at.name}` has no option `{word}`"
        elif below is not None:
            if word.rstrip(".") not in below:
                return f"`{at.name}` has no command `{word}`"
            at = below[word.rstrip(".")]
    return None


def options() -> set[str]:
    """Of all commands, and of the plugin for pytest."""
    found = set(OPTION.findall(Path(plugin.__file__).read_text(encoding="utf-8"))) | {"--help"}
    left: list[Any] = [program()]
    while left:
        command = left.pop()
        found |= {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        left += getattr(command, "commands", {}).values()
    return found


def test_each_command_that_is_named_exists_with_its_options() -> None:
    named = list(commands())
    assert len(named) > 60
    assert [f"{place}: {said}" for place, words in named if (said := wrong(words)) is not None] == []


@pytest.mark.parametrize(("line", "said"), [
    ("begin", "`sminion-guard` has no command `begin`"), ("policy chekc", "`policy` has no command `chekc`"),
    ("apply --remov", "`apply` has no option `--remov`"), ("apply --remove", None), ("policy check", None),
    ("--version", None), ("catalog dump -o catalog.json --database-url=postgresql:///shop", None), ("", None),
])
def test_a_command_that_does_not_exist_would_be_found(line: str, said: str | None) -> None:
    assert wrong(line.split()) == said


def test_each_option_that_a_message_names_exists() -> None:
    known = options() | FOREIGN
    missing = []
    for place, text in texts():
        if place.split(":")[0].endswith(".py") and place.startswith("sminion_guard/"):
            missing += [f"{place}: {name}" for quoted in re.findall(r"`([^`\n]*)`", text)
                        for name in OPTION.findall(quoted) if name not in known and not quoted.startswith("pip ")]
    assert missing == []


def test_each_file_that_is_named_exists() -> None:
    missing = [f"{place}: {name}" for place, text in texts() for name in FILE.findall(text)
               if not any(list(base.glob(name)) for base in (ROOT, ROOT / "sql", ROOT / "sminion_guard"))]
    assert missing == []


def test_each_page_that_is_named_exists() -> None:
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} | {"README.md", "CHANGELOG.md"}
    assert [f"{place}: {name}" for place, text in texts() for name in re.findall(r"\b[A-Z]{3,}\.md\b", text)
            if name not in pages] == []
