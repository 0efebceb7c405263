"""The story as the application's developer sees it: SQLAlchemy, and the purpose declared in one line."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import textwrap
import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, create_engine

from sminion_guard import resources
from sminion_guard.demo.answer import Answer, Expectation, Refusal, first, refused, some
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.errors import GuardError

PACKAGE = "sminion_guard_example_shop"
"""Under which name the example is imported: it lies beside the package, not in it."""


def application(shop: Shop) -> None:
    """Honest and refused work through guarded engines."""
    printer = shop.printer
    printer.chapter("The application", """The shop's developers change one line: the engine gets the plugin. Its users
        declare a purpose. Refusals are Python exceptions; the analyzer raises most of them before anything is sent.""")
    queries = example("queries")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        desk, app = _engine(shop, "shop_support"), _engine(shop, "shop_app")
        try:
            _call(shop, "shop_support", queries.without_a_purpose, (desk,), refused("SG218"))
            _call(shop, "shop_support", queries.open_requests, (desk,), some(3), ("name", "question", "answer"))
            _call(shop, "shop_app", queries.place_order, (app, HEROINE), first(HEROINE), ("customer_id", "total"))
            _call(shop, "shop_support", queries.birthdays, (desk,), refused("SG103"))
            _call(shop, "shop_app", queries.customers_with_newsletter, (app,), refused("SG101"))
            _call(shop, "shop_app", queries.one_purpose_in_anothers_transaction, (app,), refused("SG231"))
        finally:
            desk.dispose()
            app.dispose()
    for text in dict.fromkeys(str(entry.message) for entry in heard):
        printer.console.print()
        printer.say(f"On connecting, the engine warned: {text}")


def _engine(shop: Shop, login: str) -> Engine:
    return create_engine(shop.url(login), plugins=["sminion_guard"], guard_policy=shop.policy)


def _call(
    shop: Shop, login: str, function: Callable[..., Sequence[Sequence[Any]]], arguments: tuple[Any, ...],
    expected: Expectation, columns: tuple[str, ...] = ("result",),
) -> None:
    start = perf_counter()
    try:
        found = tuple(tuple(row) for row in function(*arguments))
        answer = Answer(columns, found, len(found), perf_counter() - start)
    except GuardError as error:
        answer = Answer(seconds=perf_counter() - start, refusal=Refusal.of(error))
    shop.printer.shows(f"{login}, through SQLAlchemy", source(function), answer, expected)


def source(function: Callable[..., Any]) -> str:
    """The body of a function as it stands in its file."""
    lines = inspect.getsource(function).splitlines()
    return textwrap.dedent("\n".join(lines[1:]))


def example(module: str) -> ModuleType:
    """A module of the example, imported from where it lies."""
    home = resources.examples() / "shop"
    if PACKAGE not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            PACKAGE, home / "__init__.py", submodule_search_locations=[str(home)])
        assert spec is not None and spec.loader is not None  # a .py file always has a loader
        package = importlib.util.module_from_spec(spec)
        sys.modules[PACKAGE] = package
        spec.loader.exec_module(package)
    return importlib.import_module(f"{PACKAGE}.{module}")
