"""A SQLAlchemy that no longer looks where content matching stands is refused before the first connection."""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import create_engine
from sqlalchemy.orm import ColumnProperty, Mapper, Session, configure_mappers
from sqlalchemy.orm.mapper import _all_registries

from sminion_guard.errors import ContextEscape
from sminion_guard.session.sqlalchemy.dialect import GuardDialect
from sminion_guard.session.sqlalchemy.orm import events, self_test

NAMES = ("setup_query", "create_row_processor", "expired_attribute_loader", "callables", "_compiled_cache",
         "_global_attributes", "_insert_cols_as_none")


def functions() -> Iterator[FunctionType]:
    for name, module in sorted(sys.modules.items()):
        if name.startswith(("sqlalchemy.orm.", "sqlalchemy.sql.", "sqlalchemy.engine.")) and module is not None:
            for each in list(vars(module).values()):
                held = vars(each).values() if inspect.isclass(each) else [each]
                for member in held:
                    for one in (member, *(getattr(member, part, None) for part in ("fget", "fset", "__func__"))):
                        function = inspect.unwrap(one) if callable(one) else None
                        if isinstance(function, FunctionType) and function.__module__ == name:
                            yield function


def rename(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What a new version would do: SQLAlchemy looks for another name, which its own classes have."""
    other = f"{name}_renamed"
    for module_name, module in sorted(sys.modules.items()):
        if module_name.startswith("sqlalchemy.") and module is not None:
            for kind in list(vars(module).values()):
                if inspect.isclass(kind) and name in vars(kind):
                    monkeypatch.setattr(kind, other, vars(kind)[name], raising=False)
    for function in set(functions()):
        if name in function.__code__.co_names:
            names = tuple(other if each == name else each for each in function.__code__.co_names)
            monkeypatch.setattr(function, "__code__", function.__code__.replace(co_names=names))


@pytest.fixture(autouse=True)
def a_new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(self_test, "_proved", False)
    yield
    gc.collect()


def test_this_version_passes_and_leaves_no_mapper_behind() -> None:
    before = set(_all_registries())
    self_test.prove(GuardDialect)
    assert self_test._proved
    gc.collect()
    assert {each for each in _all_registries() if list(each.mappers)} <= before
    configure_mappers()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_sqlalchemy_no_longer_looks_for_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    events.listen()
    rename(monkeypatch, name)
    with pytest.raises(ContextEscape) as refused:
        self_test.prove(GuardDialect)
    assert (refused.value.code, refused.value.message) == (
        "SG236", f"`SQLAlchemy` {sqlalchemy.__version__} goes past the guard")
    assert not self_test._proved


@pytest.mark.parametrize("identifier", ["after_begin", "before_flush"])
def test_an_event_that_is_no_longer_told_is_refused(monkeypatch: pytest.MonkeyPatch, identifier: str) -> None:
    events.listen()
    ours = {"after_begin": events._begun, "before_flush": events.before_flush}[identifier]
    sqlalchemy.event.remove(Session, identifier, ours)
    try:
        with pytest.raises(ContextEscape, match="SG236"):
            self_test.prove(GuardDialect)
    finally:
        sqlalchemy.event.listen(Session, identifier, ours)


def test_strategies_that_are_registered_elsewhere_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    events.listen()
    stock = {key: next(kind for kind in matching.__mro__ if kind.__module__.startswith("sqlalchemy"))
             for key, matching in ColumnProperty._all_strategies[ColumnProperty].items()}  # type: ignore[attr-defined]
    monkeypatch.setitem(ColumnProperty._all_strategies, ColumnProperty, stock)  # type: ignore[attr-defined]
    monkeypatch.setattr(events, "replace_in", lambda mapper: None)
    with pytest.raises(ContextEscape, match="SG236"):
        self_test.prove(GuardDialect)


def test_an_engine_connects_to_nothing_with_such_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "_expect", _no)
    engine = create_engine("postgresql+sminion://nobody@nowhere.invalid/nothing")
    with pytest.raises(ContextEscape, match="SG236"):
        engine.connect()


def _no(what: str, hook: str, holds: bool) -> None:
    raise self_test.no_longer_fits("SQLAlchemy", sqlalchemy.__version__, what)


def test_mappers_of_the_application_are_as_they_were() -> None:
    seen: list[Any] = []
    sqlalchemy.event.listen(Mapper, "mapper_configured", lambda mapper, kind: seen.append(kind))
    self_test.prove(GuardDialect)
    assert [kind.__name__ for kind in seen] == ["Person"]
