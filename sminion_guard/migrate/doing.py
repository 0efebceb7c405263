"""What each transaction of an installation does with compiled objects: make, undo and note them in the registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from sminion_guard.checks import Problem, UnfitDatabase
from sminion_guard.compiler import Compiled, Statement
from sminion_guard.errors import InstallError
from sminion_guard.migrate.change import Change, State
from sminion_guard.migrate.installed import Installed, InstalledObject
from sminion_guard.migrate.transaction import Installer


def bearable(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """The findings, if none of them refuses.

    :raises UnfitDatabase: with those that do.
    """
    problems = tuple(found)
    refusals = [problem for problem in problems if problem.refuses]
    if refusals:
        raise UnfitDatabase(refusals)
    return problems


def make(installer: Installer, statements: Iterable[Statement]) -> None:
    for statement in statements:
        installer.run(statement.sql, as_owner=statement.as_owner, doing=f"`{statement.key}`")


def undo(installer: Installer, entry: InstalledObject) -> None:
    """Reverse an object and forget it. One that is missing has nothing to reverse: its table may be gone."""
    if entry.state != "MISSING":
        installer.run(entry.reverse, as_owner=entry.as_owner, doing=f"the removal of `{entry.key}`")
    installer.ask("forget_object", key=entry.key)


def clear_columns(installer: Installer, installed: Installed, changes: Iterable[Change]) -> None:
    """Make room where a table finds its subject in another way than before, and so gets other columns."""
    # Its policies and views stand on the old ones, so they go first; all are made anew, because they are missing then.
    for change in changes:
        if change.state is not State.OUTDATED or change.installed is None or change.installed.kind != "guard_columns":
            continue
        table = change.key.partition(":")[2]
        for entry in installed.descending():
            named = entry.key.startswith((f"policy:{table}:", f"depersonalized_view:{table}:"))
            if named and entry.state != "MISSING":
                installer.run(entry.reverse, as_owner=entry.as_owner, doing=f"the removal of `{entry.key}`")
        installer.run(change.installed.reverse, doing=f"the removal of `{change.key}`")


Places = Mapping[str, tuple[int, Statement]]
"""Keys of compiled statements, each with its place in the order of installation."""


def places(compiled: Compiled) -> Places:
    return {statement.key: (position, statement) for position, statement in enumerate(compiled.statements)}


def note(installer: Installer, found: Places, keys: set[str]) -> None:
    """Note objects with these keys as in place, as they are now."""
    objects = [
        {"key": key, "position": position, "digest": statement.digest,
         "reverse": statement.reverse, "fingerprint_query": statement.fingerprint_query,
         "given": json.loads(statement.given), "as_owner": statement.as_owner}
        for key, (position, statement) in sorted((key, found[key]) for key in keys)
    ]
    installer.ask("record_objects", objects=json.dumps(objects))


def note_tables(installer: Installer, compiled: Compiled, names: Iterable[str]) -> None:
    """Note what the policy says of these tables, given as ``schema.table``, as true of them from now on."""
    listed = sorted(names)
    said = [entry for entry in compiled.registry["tables"] if f"{entry['schema']}.{entry['table']}" in listed]
    # Not the whole registry, which is large where there are many tables.
    installer.ask("record_tables", registry=json.dumps({"tables": said}), names=listed)


def place(installer: Installer, compiled: Compiled, installed: Installed) -> None:
    """Note the order of what is in place; what the policy no longer has comes last, so that it is undone first."""
    order = [statement.key for statement in compiled.statements]
    wanted = set(order)
    order += [entry.key for entry in reversed(installed.descending()) if entry.key not in wanted]
    placed = [{"key": key, "position": position} for position, key in enumerate(order) if key in installed.objects]
    installer.ask("place_objects", objects=json.dumps(placed))


def require_closed(installer: Installer) -> None:
    """:raises InstallError: SG419 or SG442 when something is open that nobody could close."""
    for key, left in installer.ask("still_open"):
        kind, _, name = key.partition(":")
        raise _still_open(kind, name, left)


def _still_open(kind: str, name: str, left: str) -> InstallError:
    if kind == "holdings":
        return InstallError(
            "SG442",
            f"compartment `{name}` holds more than its policy gives it",
            detail=f"it also holds {left}",
            hint="let whoever granted it revoke it, and give what it owns to another role, then apply again",
        )
    return InstallError(
        "SG419",
        "schema `sminion` cannot be closed" if kind == "guard_closed" else f"schema `{name}` cannot be closed",
        detail=f"left open: {left}",
        hint="let whoever granted it revoke it (see the grantor in \\dp), then apply again",
    )
