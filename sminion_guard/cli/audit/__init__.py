"""`sminion-guard audit`: sealing the log, verifying it, and proving what stands in it."""

from __future__ import annotations

import typer

from sminion_guard.cli.audit.prove import export, prove
from sminion_guard.cli.audit.seal import key, seal
from sminion_guard.cli.audit.verify import verify

app = typer.Typer(help="Seal the log, verify it, and prove what stands in it.", no_args_is_help=True)
for command in (key, seal, verify, prove, export):
    app.command()(command)
