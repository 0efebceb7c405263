"""`sminion-guard export run`, and what is left when somebody ends it: never a file under its name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sminion_guard.cli.main import app
from sminion_guard.disclosure.export.target import SUFFIX
from tests.database.disclosure.conftest import Shop

ENDLESS = "SELECT a.word FROM shop.orders a, shop.orders b, shop.orders c, shop.orders d, shop.orders e"


def arguments(shop: Shop, query: str, *more: str) -> list[str]:
    path = shop.directory.parent / f"{shop.name}.sql"
    path.write_text(query, encoding="utf-8")
    return ["export", "run", "--to", "carrier", "--purpose", "delivery", "--query", str(path), "--reason", "a test",
            "--database-url", shop.login("carrier"), *more]


def started(shop: Shop) -> subprocess.Popen[bytes]:
    said = arguments(shop, ENDLESS, "--out", str(shop.directory / "out.csv"))
    return subprocess.Popen(
        [sys.executable, "-c", "from sminion_guard.cli.main import app_main; app_main()", *said],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def until(true: Callable[[], object], child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def part(directory: Path) -> Path | None:
    return next((path for path in directory.iterdir() if path.name.endswith(SUFFIX)), None)


def size(directory: Path) -> int:
    found = part(directory)
    return 0 if found is None else found.stat().st_size


def begun(shop: Shop) -> bool:
    return bool(shop.super("SELECT 1 FROM sminion.transfers"))


@pytest.mark.parametrize("when", ["begun", "begins to write", "writes"])
def test_a_killed_export_leaves_no_file_and_is_on_record(shop: Shop, when: str) -> None:
    child = started(shop)
    try:
        if when == "begun":
            until(lambda: begun(shop), child)
        else:
            until(lambda: size(shop.directory) > (1 if when == "begins to write" else 2_000_000), child)
            assert begun(shop)  # before the first byte
    finally:
        child.kill()
        child.communicate()
    assert all(name.endswith(SUFFIX) for name in shop.files())
    assert shop.last()[0] == "begun"
    made = CliRunner().invoke(app, arguments(shop, "SELECT word FROM shop.orders WHERE id = 1", "--out",
                                             str(shop.directory / "out.csv")))
    assert made.exit_code == 0, made.output
    assert shop.files() == ["out.csv"]
    assert "1 row about 1 person, to carrier" in made.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_it_leaves_nothing(shop: Shop, number: int, interruptible: None) -> None:
    child = started(shop)
    until(lambda: size(shop.directory) > 1, child)
    os.kill(child.pid, number)
    out, error = child.communicate(timeout=30)
    assert child.returncode == 130, (out, error)
    assert shop.files() == []
    assert shop.last()[:2] == ("failed", "KeyboardInterrupt")


def test_a_session_that_is_ended_leaves_nothing(shop: Shop) -> None:
    child = started(shop)
    until(lambda: size(shop.directory) > 1, child)
    shop.super("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%'")
    _, error = child.communicate(timeout=30)
    assert child.returncode == 2
    assert b"SG728" in error
    assert shop.files() == []
    assert shop.last()[:2] == ("failed", "SG728")


@pytest.mark.parametrize(("more", "said"), [
    (("--view", "shop.country"), "one query or one view"),
    (("--value", "x"), "NAME=VALUE"),
    (("--format", "xml"), "unknown format"),
])
def test_what_is_said_wrong_is_refused_before_it_is_on_record(shop: Shop, more: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, arguments(shop, "SELECT 1 AS one", "--out", str(shop.directory / "o"), *more))
    assert result.exit_code != 0
    assert said in result.output + str(result.exception)
    assert shop.files() == []
    assert shop.super("SELECT count(*) FROM sminion.transfers") == [(0,)]


def test_a_table_is_sent_whole(shop: Shop) -> None:
    out = shop.directory / "out.jsonl"
    result = CliRunner().invoke(app, [
        "export", "run", "--to", "carrier", "--purpose", "delivery", "--view", "shop.country", "--reason", "a test",
        "--out", str(out), "--database-url", shop.login("carrier")])
    assert "SG705" in str(result.exception) + result.output  # its key
    assert shop.files() == []
