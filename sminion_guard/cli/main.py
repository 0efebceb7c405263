"""The program `sminion-guard`: a list of its command groups, and what its exit codes mean."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from sminion_guard.cli import (
    apply,
    audit,
    catalog,
    check,
    consent,
    demo,
    disclosure,
    doctor,
    export,
    extension,
    init,
    install,
    maintain,
    plan,
    policy,
    request,
    restore,
    retention,
    subject,
)
from sminion_guard.cli.common import FAILED, INTERRUPTED, print_error
from sminion_guard.cli.database import told_by_server
from sminion_guard.errors import GuardError
from sminion_guard.extras import explain
from sminion_guard.version import __version__

app = typer.Typer(
    name="sminion-guard",
    help="Make PostgreSQL process personal data only for the purposes it was collected for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with local variables could print personal data
    rich_markup_mode=None,
)

app.add_typer(policy.app, name="policy")
app.command()(check.check)
app.add_typer(catalog.app, name="catalog")
app.command()(demo.demo)
app.command()(init.init)
app.command()(install.install)
app.command()(install.uninstall)
app.command()(plan.plan)
app.command()(apply.apply)
app.command()(doctor.doctor)
app.command()(maintain.maintain)
app.add_typer(request.app, name="request")
app.add_typer(consent.app, name="consent")
app.add_typer(subject.app, name="subject")
app.add_typer(restore.app, name="restore")
app.add_typer(retention.app, name="retention")
app.add_typer(disclosure.app, name="disclosure")
app.add_typer(export.app, name="export")
app.add_typer(extension.app, name="extension")
app.add_typer(audit.app, name="audit")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sminion-guard {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Exit codes: 0 clean, 1 findings, 2 the tool failed."""


def app_main() -> None:
    """Run the program on ``sys.argv``; the entry point of the package.

    :raises SystemExit: always; 0 clean, 1 findings, 2 the tool failed, 130 stopped with Ctrl-C.
    """
    try:
        app()
    except GuardError as error:
        print_error(error)
        code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # the last door: whatever it was, a user gets one line, not fifty
        missing = explain(error) if isinstance(error, ImportError) else told_by_server(error)
        if missing is not None:
            print_error(missing)
        elif os.environ.get("SMINION_GUARD_DEBUG") == "1":
            traceback.print_exc()
        else:
            typer.echo(f"error: {type(error).__name__}: {' '.join(str(error).split())}", err=True)
            typer.echo("hint: set SMINION_GUARD_DEBUG=1 to see where it happened", err=True)
        code = FAILED
    else:
        code = 0
    sys.exit(code)


if __name__ == "__main__":
    app_main()
