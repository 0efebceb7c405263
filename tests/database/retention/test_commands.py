"""`sminion-guard retention status` and `run`, on the command line."""

from __future__ import annotations

import json

import pytest

from tests.database.retention.purging import expire, ids, old
from tests.database.subjects.test_destruction_commands import run
from tests.world import World


def test_what_has_expired_is_told_purged_and_told_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(world, "retention", "status") == 0
    said = capsys.readouterr().out
    assert said.startswith("crm.customer: 3 years after `last_seen_at`, then destroy\n  the next expires ")
    expire(world, 2, 3)
    assert run(world, "retention", "status") == 0  # since yesterday's policy it is not late
    assert "2 expired, the first " in capsys.readouterr().out
    old(world)
    assert run(world, "retention", "status") == 1
    assert "(overdue)" in capsys.readouterr().out
    assert run(world, "retention", "run", "--dry-run") == 0
    assert "nothing was changed" in capsys.readouterr().out and {2, 3} <= ids(world, "crm.customer")
    assert run(world, "retention", "run") == 0
    assert capsys.readouterr().out == "crm.customer: 2 purged\n2 rows in 1 table\n"
    assert run(world, "retention", "status", "--format", "json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["table_name"], found["expired"], found["purged"], found["overdue"]) == ("customer", 0, 2, False)


def test_what_is_in_the_way_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    expire(world, 2)
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    world.super('ALTER TABLE crm.customer DISABLE TRIGGER "~guard_row"')
    for command in (("status",), ("run",), ("run", "--dry-run")):
        assert run(world, "retention", *command) == 1
        assert "trigger `~guard_row` of `crm.customer` is disabled" in capsys.readouterr().out
    assert run(world, "retention", "run", "--table", "crm.nothing") == 2
    assert "SG572" in capsys.readouterr().err
