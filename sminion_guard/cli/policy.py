"""`sminion-guard policy check | show | explain`: what the policy file says, and whether it is right."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sminion_guard.cli import policy_page, policy_text
from sminion_guard.cli.common import (
    FINDINGS,
    DatabaseOption,
    Format,
    FormatOption,
    PolicyOption,
    policy_path,
    print_json,
)
from sminion_guard.cli.database import conninfo
from sminion_guard.policy import InvalidPolicy, Policy, compartments, doubts, load
from sminion_guard.policy.explain import explain as explain_schemas
from sminion_guard.policy.page.dpv import dpv
from sminion_guard.policy.page.notice import Installed, Notice, notice
from sminion_guard.policy.page.phrases import Phrases
from sminion_guard.policy.page.register import document
from sminion_guard.policy.page.words import Words, languages
from sminion_guard.policy.page.words import words as words_of
from sminion_guard.policy.show import overview

app = typer.Typer(help="Check, show and explain the policy file.", no_args_is_help=True, rich_markup_mode=None)


class ShowFormat(StrEnum):
    """How `policy show` prints: text and JSON for work, Markdown and HTML for people, DPV for machines."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    DPV = "dpv"


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", show_default=False, help="Policy file, as --policy."),
    ] = None,
    policy: PolicyOption = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """Check the policy file and list every finding. Exit code 1: there are findings; warnings do not count."""
    if file is not None and policy is not None and file != policy:
        raise typer.BadParameter(f"{file} and {policy} are two files", param_hint="FILE")
    path = policy_path(policy if file is None else file)
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


def _words(language: str) -> Words:
    try:
        return words_of(language)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--language") from error


@app.command()
def show(
    policy: PolicyOption = None,
    form: Annotated[ShowFormat, typer.Option(
        "--format", help="How to print the policy; dpv is JSON-LD.")] = ShowFormat.TEXT,
    installed: Annotated[bool, typer.Option(
        "--installed", help="The policy in force in the database. Its page also says what has changed.")] = False,
    language: Annotated[str, typer.Option(
        "--language", metavar="NAME",
        help=f"Language of the page: {', '.join(languages())}, or a catalogue of yours, NAME.toml.")] = "en",
    register: Annotated[bool, typer.Option(
        "--register", help="The record of processing activities (GDPR article 30(1)) instead.")] = False,
    database_url: DatabaseOption = None,
) -> None:
    """Print purposes, compartments, and what each purpose reaches. Markdown and HTML are for the public."""
    words = _words(language)
    found, page = _installed(database_url) if installed else (load(policy_path(policy)), None)
    if form is ShowFormat.DPV:
        print_json(dpv(notice(found)))
    elif register:
        _print_register(notice(found), form, words, page)
    elif form is ShowFormat.JSON:
        print_json(overview(found))
    elif form is ShowFormat.TEXT:
        typer.echo(policy_text.overview(overview(found)))
    else:
        template = "policy.html.j2" if form is ShowFormat.HTML else "policy.md.j2"
        typer.echo(policy_page.render(notice(found), template, words, page), nl=False)


def _print_register(page: Notice, form: ShowFormat, words: Words, installed: Installed | None) -> None:
    if form is ShowFormat.JSON:
        print_json(document(page, Phrases(words, page.own_categories)))
    else:
        template = "register.html.j2" if form is ShowFormat.HTML else "register.md.j2"
        typer.echo(policy_page.render_register(page, template, words, installed), nl=False)


def _installed(database_url: str | None) -> tuple[Policy, Installed]:
    import psycopg  # here: commands without a database need no libpq

    from sminion_guard.migrate.installed_page import installed_page

    with psycopg.connect(conninfo(database_url), autocommit=True) as connection:
        return installed_page(connection)


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
