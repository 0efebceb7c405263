"""What to type when the demo's server is left running."""

from __future__ import annotations

import shlex
import sys

from sminion_guard.demo.shop import DATABASE, HEROINE, OFFICES, Shop
from sminion_guard.embedded import disposal
from sminion_guard.policy import Login, Operation, compartments_of, holds, recipient_compartments


def farewell(shop: Shop) -> None:
    """Say how to connect as each login, what to paste there, and how to end the server."""
    server, printer = shop.server, shop.printer
    printer.chapter("Go on yourself", "The server is left running. Connect as any of these, and paste the lines:")
    psql = shop.server.binaries.bin_dir / "psql"
    program = str(psql) if psql.exists() else "psql"
    for login in shop.policy.logins.values():
        _lines(shop, [f"{program} {shlex.quote(server.dsn(user=login.name, dbname=DATABASE))}"])
        _lines(shop, _paste(shop, login), indent=6)
    printer.console.print()
    printer.say("Officers need no ticket, and see no data:")
    for name in OFFICES:
        _lines(shop, [f"{program} {shlex.quote(server.dsn(user=name, dbname=DATABASE))}"])
    _lines(shop, [f"SELECT sminion.block('{HEROINE}', 'try it', kind => 'customer');  -- as olga",
                   "TABLE sminion.access_log;  -- as amir",
                   "CALL sminion.maintain();  -- as night_job"], indent=6)
    printer.console.print()
    printer.say("To end it and remove everything it wrote:")
    _lines(shop, stop_commands(shop))


def _paste(shop: Shop, login: Login) -> list[str]:
    if not login.purposes:
        return _paste_export(shop, login)
    purpose = login.purposes[0]
    found = compartments_of(shop.policy, purpose)
    arguments = [f"'{purpose}'", "'me'", "'to try it out'"]
    if len(found) > 1:
        arguments.append("schemas => ARRAY[" + ", ".join(f"'{name}'" for name in found[0].schemas) + "]")
    if shop.policy.purposes[purpose].sees_blocked:
        arguments.append(f"subject => '{HEROINE}', kind => 'customer'")
    reads = Operation.USE in shop.policy.purposes[purpose].may
    groups = [view.qualified for view in shop.policy.depersonalized_views.values() if view.purpose == purpose]
    table = next(iter([*groups, *(
        table.qualified for table in shop.policy.schemas[found[0].schemas[0]].tables.values())]))
    return [
        f"SELECT sminion.open_ticket({', '.join(arguments)}) AS token \\gset",
        "BEGIN; SELECT sminion.enter(:'token');",
        f"SELECT count(*) FROM {table};" + ("" if reads else "  -- refused: this purpose collects only"),
        "COMMIT;",
    ]


def _paste_export(shop: Shop, login: Login) -> list[str]:
    """Of a login that only exports: what it reads, the recipient gets."""
    found = next(entry for entry in recipient_compartments(shop.policy) if holds(login, entry))
    table = next(iter(shop.policy.schemas[found.schemas[0]].tables.values())).qualified
    asked = f"'{found.recipient}', '{found.purpose}', 'me', 'to try it out', 'none', sha256(''), ARRAY['none'], '{{}}'"
    return [
        f"SELECT token FROM sminion.open_transfer({asked}) \\gset",
        "BEGIN; SELECT sminion.enter(:'token');",
        f"SELECT count(*) FROM {table};",
        "COMMIT;",
    ]


def stop_commands(shop: Shop) -> list[str]:
    """Shell lines that end the server and remove its directory."""
    program, directory = shlex.quote(sys.executable), shlex.quote(str(shop.server.directory))
    return [f"{program} -I {shlex.quote(disposal.__file__)} {directory} </dev/null"]


def _lines(shop: Shop, lines: list[str], indent: int = 2) -> None:
    for line in lines:
        # Not wrapped: what is pasted must be one line.
        shop.printer.console.print(" " * indent + line, markup=False, soft_wrap=True)
