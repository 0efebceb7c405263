"""What to type when the demo's server is left running."""

from __future__ import annotations

import shlex
import sys

from sminion_guard.demo.stage import DATABASE, HEROINE, OFFICES, Stage
from sminion_guard.embedded import disposal
from sminion_guard.policy import Login, Operation, compartments_of


def farewell(stage: Stage) -> None:
    """Say how to connect as each login, what to paste there, and how to end the server."""
    server, teller = stage.server, stage.teller
    teller.chapter("Go on yourself", "The server is left running. Connect as any of these, and paste the lines:")
    psql = stage.server.binaries.bin_dir / "psql"
    program = str(psql) if psql.exists() else "psql"
    for login in stage.policy.logins.values():
        _lines(stage, [f"{program} {shlex.quote(server.dsn(user=login.name, dbname=DATABASE))}"])
        _lines(stage, _paste(stage, login), indent=6)
    teller.console.print()
    teller.say("Those who hold an office need no ticket; nor do they see data:")
    for name in OFFICES:
        _lines(stage, [f"{program} {shlex.quote(server.dsn(user=name, dbname=DATABASE))}"])
    _lines(stage, [f"SELECT sminion.block('{HEROINE}', 'try it', kind => 'customer');  -- as olga",
                   "TABLE sminion.access_log;  -- as amir",
                   "SELECT sminion.settle();  -- as night_job"], indent=6)
    teller.console.print()
    teller.say("To end it and remove everything it wrote:")
    _lines(stage, stop_commands(stage))


def _paste(stage: Stage, login: Login) -> list[str]:
    purpose = login.purposes[0]
    rooms = compartments_of(stage.policy, purpose)
    arguments = [f"'{purpose}'", "'me'", "'to try it out'"]
    if len(rooms) > 1:
        arguments.append("schemas => ARRAY[" + ", ".join(f"'{name}'" for name in rooms[0].schemas) + "]")
    if stage.policy.purposes[purpose].sees_blocked:
        arguments.append(f"subject => '{HEROINE}', kind => 'customer'")
    reads = Operation.USE in stage.policy.purposes[purpose].may
    table = next(iter(stage.policy.schemas[rooms[0].schemas[0]].tables.values())).qualified
    return [
        f"SELECT sminion.open_ticket({', '.join(arguments)}) AS token \\gset",
        "BEGIN; SELECT sminion.enter(:'token');",
        f"SELECT count(*) FROM {table};" + ("" if reads else "  -- refused: this purpose collects only"),
        "COMMIT;",
    ]


def stop_commands(stage: Stage) -> list[str]:
    """Shell lines that end the server and remove its directory."""
    program, directory = shlex.quote(sys.executable), shlex.quote(str(stage.server.directory))
    return [f"{program} -I {shlex.quote(disposal.__file__)} {directory} </dev/null"]


def _lines(stage: Stage, lines: list[str], indent: int = 2) -> None:
    for line in lines:
        # Not wrapped: what is pasted must be one line.
        stage.teller.console.print(" " * indent + line, markup=False, soft_wrap=True)
