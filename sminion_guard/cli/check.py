"""`sminion-guard check FILES...`: judge .sql files without a database, in CI or before a commit."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.checking import Finding, check_file, check_text
from sminion_guard.checking.annotations import github, sarif
from sminion_guard.checking.record import record
from sminion_guard.checking.text import report
from sminion_guard.cli.catalog import read_file
from sminion_guard.cli.common import FINDINGS, PolicyOption, policy_path, print_json
from sminion_guard.errors import OpaqueStatement
from sminion_guard.policy import load

STDIN = "-"


class CheckFormat(StrEnum):
    """How `check` prints: for people, for programs, for code scanning, for GitHub's workflows."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILES...", help="Files of SQL; - is the standard input.")],
    catalog: Annotated[
        Path, typer.Option("--catalog", metavar="FILE", help="The output of `sminion-guard catalog dump`."),
    ] = Path("catalog.json"),
    policy: PolicyOption = None,
    purpose: Annotated[
        str | None,
        typer.Option("--purpose", metavar="P", show_default=False,
                     help="Purpose of statements without a `-- purpose: P` comment."),
    ] = None,
    list_access: Annotated[bool, typer.Option("--list-access", help="Print what each statement touches.")] = False,
    form: Annotated[CheckFormat, typer.Option("--format", help="How to print the result.")] = CheckFormat.TEXT,
) -> None:
    """Judge the statements of SQL files like a guarded session. Exit code 1: a statement is refused."""
    known, rules = read_file(catalog), load(policy_path(policy))
    findings: list[Finding] = []
    for name in files:
        if name == STDIN:
            found = check_text(_stdin(), file="stdin", catalog=known, policy=rules, purpose=purpose)
        else:
            found = check_file(Path(name), catalog=known, policy=rules, purpose=purpose)
        findings += found
    _print(findings, form, list_access)
    if not all(finding.allowed for finding in findings):
        raise typer.Exit(FINDINGS)


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except ValueError as error:
        raise OpaqueStatement("SG823", "the standard input is not UTF-8", detail=str(error),
                              hint="convert the text to UTF-8") from error


def _print(findings: list[Finding], form: CheckFormat, list_access: bool) -> None:
    if form is CheckFormat.JSON:
        print_json([record(finding) for finding in findings])
    elif form is CheckFormat.SARIF:
        print_json(sarif(findings))
    elif form is CheckFormat.GITHUB:
        for line in github(findings):
            typer.echo(line)
    else:
        typer.echo(report(findings, list_access=list_access))
