"""`sminion-guard subject merge` and `unmerge`."""

from __future__ import annotations

from typer.testing import CliRunner

from sminion_guard.cli.main import app
from tests.world import World


def test_merge_and_unmerge(world: World) -> None:
    url = ["--database-url", world.database.dsn(f"{world.name}_officer")]

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["subject", *arguments, "--reason", "same passport", *url])
        return result.exit_code, result.stdout

    assert run("merge", "7", "8") == (0, "7 and 8: one person from now on\n")
    assert run("merge", "8", "7", "--actor", "desk 7") == (0, "8 and 7: one person already\n")
    assert run("unmerge", "7", "8") == (0, "7 and 8: two persons from now on\n")
    assert world.super("SELECT event, count(*), max(actor) FROM sminion.subject_history WHERE subject = '8'"
                       " GROUP BY event ORDER BY 1")[0][:2] == ("merge_subjects", 2)
