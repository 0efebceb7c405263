"""`sminion-guard policy check | show | explain`: what the policy file says, and whether it is right."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from sminion_guard.cli import policy_page, policy_text
from sminion_guard.cli.common import FINDINGS, Format, FormatOption, PolicyOption, policy_path, print_json
from sminion_guard.policy import InvalidPolicy, compartments, doubts, load
from sminion_guard.policy.explain import explain as explain_schemas
from sminion_guard.policy.show import overview

app = typer.Typer(help="Check, show and explain the policy file.", no_args_is_help=True, rich_markup_mode=None)


class ShowFormat(StrEnum):
    """How `policy show` prints: text and JSON for work, Markdown and HTML for the people the data is about."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


@app.command()
def check(policy: PolicyOption = None, form: FormatOption = Format.TEXT) -> None:
    """Check the policy file and list every finding. Exit code 1: there are findings; warnings do not count."""
    path = policy_path(policy)
    try:
        loaded = load(path)
    except InvalidPolicy as error:
        if form is Format.JSON:
            print_json({"file": error.source, "findings": error.findings})
        else:
            typer.echo(policy_text.findings(error))
        if any(finding.code == "SG301" for finding in error.findings):
            raise typer.Exit(2) from None  # the file could not be read at all: that is no verdict on it
        raise typer.Exit(FINDINGS) from None
    warned = doubts(path, loaded)
    if form is Format.JSON:
        print_json({"file": str(path), "findings": [], "warnings": warned})
    else:
        for finding in warned:
            typer.echo(f"warning: {finding.render(str(path))}")
        typer.echo(policy_text.clean(str(path), loaded, len(compartments(loaded))))


@app.command()
def show(
    policy: PolicyOption = None,
    form: Annotated[ShowFormat, typer.Option("--format", help="How to print the policy.")] = ShowFormat.TEXT,
) -> None:
    """Print purposes, compartments, and what each purpose reaches. Markdown and HTML are for the public."""
    view = overview(load(policy_path(policy)))
    if form is ShowFormat.JSON:
        print_json(view)
    elif form is ShowFormat.TEXT:
        typer.echo(policy_text.overview(view))
    else:
        typer.echo(policy_page.render(view, "policy.html.j2" if form is ShowFormat.HTML else "policy.md.j2"))


@app.command()
def explain(
    schema_a: Annotated[str, typer.Argument(metavar="SCHEMA_A", help="One schema, or a table: `schema.table`.")],
    schema_b: Annotated[str, typer.Argument(metavar="SCHEMA_B", help="Another one.")],
    policy: PolicyOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Say why two schemas or tables may or may not be merged, and which declared pair would change that."""
    answer = explain_schemas(load(policy_path(policy)), schema_a, schema_b)
    if form is Format.JSON:
        print_json(answer)
    else:
        typer.echo(policy_text.explanation(answer))
