"""`sminion-guard export`: what may be sent to a recipient of the policy."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from sminion_guard.analyzer.explain import explain_reason
from sminion_guard.cli.catalog import read_file
from sminion_guard.cli.common import FINDINGS, Format, FormatOption, PolicyOption, policy_path, print_json
from sminion_guard.cli.export_run import read_query, run_export
from sminion_guard.disclosure import judge_export
from sminion_guard.disclosure.scan import scan_file
from sminion_guard.errors import TransferRefused
from sminion_guard.policy import load

if TYPE_CHECKING:
    from sminion_guard.disclosure import ExportVerdict

SHOWN = 100
MOST = 100_000
"""Places. More are no list that anybody reads."""

app = typer.Typer(no_args_is_help=True, help="Judge and write what is sent to third parties.")
app.command("run")(run_export)


@app.command("check")
def check_export(
    recipient: Annotated[str, typer.Option("--to", metavar="RECIPIENT", help="A recipient of the policy.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="P", help="For which purpose.")],
    query: Annotated[Path, typer.Option("--query", metavar="FILE", help="The query whose rows would be sent.")],
    catalog: Annotated[
        Path, typer.Option("--catalog", metavar="FILE", help="The output of `sminion-guard catalog dump`."),
    ] = Path("catalog.json"),
    policy: PolicyOption = None, form: FormatOption = Format.TEXT,
) -> None:
    """Judge whether the rows of a query may be sent to a recipient. Exit code 1: they may not. Nothing is sent."""
    known, rules = read_file(catalog), load(policy_path(policy))
    verdict = judge_export(read_query(query), catalog=known, policy=rules, recipient=recipient, purpose=purpose,
                           today=datetime.now(ZoneInfo(rules.timezone)).date())
    if form is Format.JSON:
        print_json({
            "recipient": recipient, "purpose": purpose, "allowed": verdict.allowed, "columns": verdict.columns,
            "categories": verdict.categories,
            "warnings": [{"code": entry.code, "message": entry.message, "detail": entry.detail, "hint": entry.hint}
                         for entry in verdict.warnings],
            "reasons": [{"code": entry.code, "message": entry.message, "detail": entry.detail, "hint": entry.hint}
                        for entry in verdict.reasons]})
    else:
        typer.echo(text(verdict))
    if not verdict.allowed:
        raise typer.Exit(FINDINGS)


@app.command("scan")
def scan_export(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Files of UTF-8 text, such as CSV.")],
    form: FormatOption = Format.TEXT,
) -> None:
    """List where files hold what identifies a person or a device. Exit code 1: they do. No value is printed."""
    count, kept = 0, []
    for path in files:
        for finding in scan_file(path):
            count += 1
            if form is Format.JSON:
                kept.append({"file": str(path), **dataclasses.asdict(finding)})
            elif count <= SHOWN:
                typer.echo(f"{path}:{finding.line}:{finding.column}: {finding.kind}")
            if count == MOST and form is Format.JSON:
                raise TransferRefused("SG709", f"there are more than {MOST} places in `{path}`",
                                      hint="leave the column out, and scan again")
    if form is Format.JSON:
        print_json(kept)
    else:
        typer.echo(f"{count} place{'' if count == 1 else 's'}" + (f", {SHOWN} shown" if count > SHOWN else ""))
    if count:
        raise typer.Exit(FINDINGS)


def text(verdict: ExportVerdict) -> str:
    """The verdict for people."""
    if not verdict.allowed:
        count = len(verdict.reasons)
        return "\n".join([*(explain_reason(verdict.sql, reason) for reason in verdict.reasons),
                          f"may not be sent to `{verdict.recipient}`: {count} reason{'' if count == 1 else 's'}"])
    sent = ", ".join(verdict.categories) or "no data of people"
    lines = [f"may be sent to `{verdict.recipient}` for `{verdict.purpose}`: {sent}"]
    for column in verdict.columns:
        kinds, sources = ", ".join(column.categories) or "none", ", ".join(column.sources) or "no column"
        lines.append(f"  {column.name}: {kinds}  from {sources}")
    lines += [f"warning {entry.code}: {entry.message}: {entry.detail}" for entry in verdict.warnings]
    return "\n".join(lines)
