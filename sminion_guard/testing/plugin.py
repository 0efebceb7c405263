"""The plugin that pytest loads by itself: options, the marker, and the fixtures of docs/TESTING.md.

Importing it loads nothing but pytest: everybody's tests do so wherever the package is installed.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from sminion_guard.testing.told import told

pytest_plugins = ["sminion_guard.testing.fixtures_of_run", "sminion_guard.testing.fixtures_of_test"]

SCOPES = ("function", "class", "module", "package", "session")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sminion_guard")
    group.addoption("--guard-database-url", metavar="URL",
                    help="run guarded tests on this server, in databases of their own")
    group.addoption("--guard-postgres", metavar="WHICH",
                    help="the embedded server: a major version, `system`, `wheel`, or a directory of programs")
    parser.addini("guard_database_url", "as --guard-database-url")
    parser.addini("guard_postgres", "as --guard-postgres")
    parser.addini("guard_policy", "the policy file, relative to the root directory")
    parser.addini("guard_database_scope", f"how long a database is kept: {', '.join(SCOPES)}", default="function")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "purpose(name, *, actor, reason, subject, ...): the test acts for this purpose of the policy"
    )
    scope = config.getini("guard_database_scope")
    if scope not in SCOPES:
        raise pytest.UsageError(f"guard_database_scope: `{scope}` is none of {', '.join(SCOPES)}")


@pytest.hookimpl(hookwrapper=True)  # pytest 7 knows no `wrapper`, and everybody's tests would fail there
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Run a marked test in its purpose: around the function itself, so that coroutines have it whoever runs them."""
    if item.get_closest_marker("purpose") is None or not isinstance(item, pytest.Function):
        yield
        return
    bare = item.obj
    with told():
        from sminion_guard.testing.purposes import AsPurpose

        item.obj = AsPurpose(item)()(bare)
    yield
    item.obj = bare
