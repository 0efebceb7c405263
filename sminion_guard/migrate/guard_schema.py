"""Schema ``sminion`` itself: whether its functions, triggers, tables and views are those that the migrations make.

An altered `sminion.context` opens every table, and a disabled trigger the log; no compiled statement would notice.
Sources are compared with the package's own, asked of the catalog; everything else with what was written down at
installing.
"""

from __future__ import annotations

import re

import psycopg

from sminion_guard.compiler import Statement
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.errors import InstallError
from sminion_guard.migrate.change import Change, State
from sminion_guard.migrate.definitions import body, definitions, signature
from sminion_guard.migrate.queries import rendered, text
from sminion_guard.migrate.transaction import Installer

READERS = ("guard_excess", "guard_objects", "guard_states", "object_states", "role_excess", "role_holdings")
"""Functions that a look at the database calls."""
_OF_EVENTS = ("ddl_on_", "ddl_drops")
"""How the names of functions of event triggers begin: they belong to a superuser."""
_MONTH = re.compile(r"_\d{4}_\d{2}$")
_EMPTIED = (
    "CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {} "
    "FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only()"
)


def guard_changes(installer: Installer) -> tuple[Change, ...]:
    """Each object of schema ``sminion`` that is not as it was made, in the order in which they are mended.

    :raises InstallError: SG443 when a function is missing without which nothing can be compared.
    """
    found = _altered_sources(installer)
    missing = [name for kind, name, state in found if state == "MISSING"]
    if not missing:
        found |= set(installer.ask("guard_states"))
    order = list(definitions())
    return tuple(_change(*entry) for entry in sorted(found, key=lambda entry: _place(order, *entry)))


def mend_guard(installer: Installer) -> tuple[Change, ...]:
    """Make anew what can be made anew; returns what was.

    :raises InstallError: SG443 with what nothing here can mend.
    """
    done = _mend(installer, guard_changes(installer))
    if done:  # those seen only now: the function that tells them was altered
        done += _mend(installer, guard_changes(installer))
    left = guard_changes(installer) if done else done
    if left:
        raise _unfit(left)
    return done


def _mend(installer: Installer, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    beyond = tuple(change for change in changes if change.statement is None)
    if beyond:
        raise _unfit(beyond)
    for change in changes:
        assert change.statement is not None
        installer.run(change.statement.sql, doing=f"`{change.key}`")
    for change in changes:
        kind, _, name = change.key.removeprefix("guard:").partition(" ")
        if kind in ("function", "view"):
            installer.ask("guard_mended", kind=kind, object=name)
    return changes


def _unfit(changes: tuple[Change, ...]) -> InstallError:
    return InstallError(
        "SG443",
        "schema `sminion` is not as the guard made it",
        detail="; ".join(f"{change.key.removeprefix('guard:')} is {change.state.value.lower()}" for change in changes),
        hint="drop foreign objects, undo the change of the others, then apply again",
    )


def _altered_sources(installer: Installer) -> set[tuple[str, str, str]]:
    try:
        rows = installer.ask("guard_sources")
    except InstallError as error:
        if isinstance(error.__cause__, psycopg.errors.UndefinedObject):
            raise InstallError("SG409", "the guard is not installed in this database",
                               hint="run `sminion-guard install` first") from error
        raise
    there = {signature(routine) for routine, _ in rows}
    wanted = {key: body(key) for kind, key in definitions() if kind == "function"}
    # A function of the name with other parameters is a stray.
    found = {
        ("function", routine, "ALTERED") for routine, source in rows
        if wanted.get(signature(routine)) not in (None, source)
    }
    return found | {
        ("function", f"sminion.{key}", "MISSING") for key in wanted if _plain(key) in READERS and key not in there
    }


def _place(order: list[tuple[str, str]], kind: str, name: str, state: str) -> tuple[int, str]:
    key = (kind, _key(kind, name))
    return (order.index(key) if key in order else len(order), name)


def _plain(routine: str) -> str:
    return routine.removeprefix("sminion.").partition("(")[0]


def _key(kind: str, name: str) -> str:
    return signature(name) if kind == "function" else name


def _change(kind: str, name: str, state: str) -> Change:
    key = f"guard:{kind} {name}"
    sql = _mending(kind, name, State(state))
    statement = None if sql is None else Statement(key, sql, "", "")
    return Change(key, State(state), statement, None)


def _mending(kind: str, name: str, state: State) -> str | None:
    if kind == "event trigger":
        return None if state is State.STRAY else text("ddl_guard")
    if kind == "trigger":
        table, _, trigger = name.partition(".")
        return _trigger(table, trigger, state)
    if kind == "table" and state is State.ALTERED:
        return rendered("mend_table", target=qualified("sminion", name))
    made = definitions().get((kind, _key(kind, name)))
    if made is None or state is State.STRAY:
        return None
    made = re.sub(r"^CREATE (?!OR REPLACE)", "CREATE OR REPLACE ", made)
    if kind == "view":
        return f"{made};\nALTER VIEW {qualified('sminion', name)} OWNER TO sminion_owner"
    routine = f"sminion.{signature(name)}"
    if _plain(name).startswith(_OF_EVENTS):
        return f"{made};\n{text('ddl_guard')}"
    return f"{made};\nALTER ROUTINE {routine} OWNER TO sminion_owner;\nREVOKE ALL ON ROUTINE {routine} FROM PUBLIC"


def _trigger(table: str, trigger: str, state: State) -> str:
    on = qualified("sminion", table)
    drop = f"DROP TRIGGER IF EXISTS {ident(trigger)} ON {on}"
    if state is State.STRAY:
        return drop
    made = definitions().get(("trigger", f"{table}.{trigger}"))
    if made is None and _MONTH.search(table) and trigger == "append_only_truncate":
        made = _EMPTIED.format(on)
    if made is None:  # of a month, that of its table
        return f"ALTER TABLE {on} ENABLE TRIGGER {ident(trigger)}"
    return f"{drop};\n{made}"
