"""What `import sminion_guard` offers, and docs/API.md, which is made from it."""

from __future__ import annotations

import ast
import dataclasses
import enum
import importlib
import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sminion_guard
from sminion_guard import errors, resources
from sminion_guard.codes import CODES

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "API.md"
MODULES = ("policy", "migrate", "analyzer", "testing", "embedded")
"""Parts of the package whose public names are for users too."""
HEADER = """# Python API

You can rely on every name below. All other names are internal and may change in any version. This page is
generated from the code.

`sminion_guard` itself has what applications need. Its names are loaded when they are first used.
"""
ERRORS = """
## Exceptions

All are in `sminion_guard`. All but the warnings are a `GuardError`, with `code`, `message`, `detail` and `hint`;
[CODES.md](CODES.md) explains each code.

| class | is a | raised when | codes |
| --- | --- | --- | --- |
"""
INTERNAL = {"Orphan", "ServerError", "Unsafe", "OverBudget", "Unparsed", "MalformedCondition", "MalformedExplanation",
            "Refused"}
"""Classes by which our own code talks to itself; none of them leaves it."""


def exceptions() -> dict[str, type]:
    """All that are defined anywhere in the package, but for :data:`INTERNAL`."""
    found: dict[str, type] = {}
    for info in pkgutil.walk_packages(sminion_guard.__path__, "sminion_guard."):
        if ".cli.main" in info.name or info.name.endswith("__main__") or "_sql" in info.name or "_migr" in info.name:
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            if inspect.isclass(value) and issubclass(value, BaseException) and value.__module__ == info.name \
                    and not name.startswith("_"):
                found[name] = value
    return found


def summary(value: Any, name: str) -> str:
    """The first paragraph of its docstring, in Markdown."""
    text = inspect.cleandoc((value.__doc__ if described(value) else constant(name)) or "").split("\n\n")[0]
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", " ".join(text.split()))
    return text.replace("``", "`").replace("|", "\\|")


def described(value: Any) -> bool:
    return inspect.isclass(value) or inspect.isroutine(value)


def constant(name: str) -> str:
    """What stands below the assignment of a constant."""
    for path in sorted((ROOT / "sminion_guard").rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for at, node in enumerate(body[:-1]):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            below = body[at + 1]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets) \
                    and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                return str(below.value.value)
    return ""


def call(value: Any, name: str) -> str:
    """How it is called: parameters without their types. Values, which users get and do not make, have none."""
    if not described(value) or dataclasses.is_dataclass(value) or (
            inspect.isclass(value) and issubclass(value, enum.Enum)):
        return name
    if inspect.isclass(value) and hasattr(value, "connect") and "conninfo" in str(inspect.signature(value.connect)):
        return call(value.connect, f"{name}.connect")
    try:
        parameters = inspect.signature(value).parameters.values()
    except ValueError:
        return name
    shown = [str(each.replace(annotation=inspect.Parameter.empty)) for each in parameters if each.name != "_parts"]
    first_keyword = next((at for at, each in enumerate(parameters) if each.kind is each.KEYWORD_ONLY), None)
    if first_keyword is not None and not any(each.kind is each.VAR_POSITIONAL for each in parameters):
        shown.insert(first_keyword, "*")
    return f"{name}({', '.join(re.sub(r'<[^<>]*>', '...', text) for text in shown)})"


def names(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name in sorted(module.__all__, key=str.lower):
        value = getattr(module, name)
        if not name.startswith("__") and not (inspect.isclass(value) and issubclass(value, BaseException)):
            yield name, value


def page() -> str:
    parts = [HEADER]
    for module in (sminion_guard, *(importlib.import_module(f"sminion_guard.{name}") for name in MODULES)):
        lines = [f"- `{call(value, name)}`: {summary(value, name)}" for name, value in names(module)]
        parts.append(f"\n## `{module.__name__}`\n\n" + "\n".join(lines) + "\n")
    parts.append(ERRORS)
    for name in sorted(name for name in sminion_guard.__all__ if name in exceptions()):
        kind = getattr(sminion_guard, name)
        codes = sorted(code for code, entry in CODES.items() if entry.error is kind)
        above = ", ".join(f"`{base.__name__}`" for base in kind.__bases__)
        parts.append(f"| `{name}` | {above} | {summary(kind, name)} | {', '.join(codes)} |\n")
    return "".join(parts)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        sminion_guard.nothing_of_the_kind  # noqa: B018 - the access is the test


def test_every_public_name_is_listed_and_found() -> None:
    assert set(sminion_guard.__all__) <= set(dir(sminion_guard))
    assert all(getattr(sminion_guard, name) is not None for name in sminion_guard.__all__)
    assert len(set(sminion_guard.__all__)) == len(sminion_guard.__all__)


def test_every_exception_class_can_be_imported_from_the_package() -> None:
    found = exceptions()
    assert len(found) > 18
    assert {name for name in found.keys() - INTERNAL if getattr(sminion_guard, name, None) is not found[name]} == set()
    assert set(found) >= INTERNAL
    assert found.keys() - INTERNAL <= set(sminion_guard.__all__)


def test_whatever_is_internal_is_no_error_of_ours() -> None:
    """So nobody can meet it by catching GuardError, and a test of each raises it where it is caught."""
    assert not any(issubclass(exceptions()[name], errors.GuardError) for name in INTERNAL)


def test_the_class_of_each_code_can_be_imported_from_the_package() -> None:
    assert [code for code, entry in CODES.items()
            if getattr(sminion_guard, entry.error.__name__, None) is not entry.error] == []


def test_each_name_that_the_docs_import_from_the_package_is_public() -> None:
    imported = set()
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.py")):
        for listed in re.findall(r"from sminion_guard import ([\w, ]+)", path.read_text(encoding="utf-8")):
            imported |= {name.strip() for name in listed.split(",")}
    assert imported
    assert imported - set(sminion_guard.__all__) - set(MODULES) == set()


def test_every_public_name_says_what_it_is() -> None:
    modules = (sminion_guard, *(importlib.import_module(f"sminion_guard.{name}") for name in MODULES))
    silent = [f"{module.__name__}.{name}" for module in modules for name, value in names(module)
              if not summary(value, name)]
    assert silent == []


def test_the_page_for_people_is_what_the_code_says() -> None:
    """To write it anew: SMINION_GUARD_GOLDEN=1 pytest tests/unit/test_public_names.py."""
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_an_incomplete_installation_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="install sminion_guard again"):
        resources._find("sql")
