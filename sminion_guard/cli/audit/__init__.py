"""`sminion-guard audit`: reading the log, sealing it, verifying it, and proving what stands in it."""

from __future__ import annotations

import typer

from sminion_guard.cli.audit.compare import compare
from sminion_guard.cli.audit.prove import export, prove
from sminion_guard.cli.audit.reading import read_actor, read_log, read_purpose, read_refusals, read_subject
from sminion_guard.cli.audit.report import report
from sminion_guard.cli.audit.seal import key, seal
from sminion_guard.cli.audit.unexplained import unexplained
from sminion_guard.cli.audit.verify import verify

app = typer.Typer(help="Read the log, seal it, verify it, and prove what stands in it.", no_args_is_help=True)
for command in (key, seal, verify, prove, export, compare, unexplained, report):
    app.command()(command)
app.command("subject")(read_subject)
app.command("log")(read_log)
app.command("refusals")(read_refusals)
app.command("actor")(read_actor)
app.command("purpose")(read_purpose)
