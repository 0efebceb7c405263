"""`apply` and `remove` as scripts, for DBAs who let no program change their database.

A script does not see the database, so it says what it takes for granted, and refuses itself where that is not so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sminion_guard.compiler import Compiled, InstalledPurpose, assign_bits, compile_policy
from sminion_guard.compiler.adoption import adopted_policies
from sminion_guard.migrate.calendars import calendar_arguments
from sminion_guard.migrate.queries import rendered
from sminion_guard.migrate.transaction import OTHER_LOCKS
from sminion_guard.policy import Policy
from sminion_guard.policy.differences.renewal import renewals


def script(policy: Policy, previous: Policy | None = None, *, transaction: bool = True) -> Iterator[str]:
    """The SQL that applies ``policy``, statement by statement, each with its semicolon.

    Run it with ``psql -v ON_ERROR_STOP=1 -f FILE``, then fill in the masks, in transactions of their own: repeat
    ``SELECT sminion.remask()`` until ``sminion.settle_status`` shows no states to remask, and then
    ``SELECT * FROM sminion.backfill()`` until it shows no tables to fill.

    :param previous: the policy in force, whose purposes keep their bits; None for the first one.
    :param transaction: with BEGIN and COMMIT; without them for a migration that has its own.
    """
    renewed = {} if previous is None else renewals(previous, policy)
    compiled = compile_policy(policy, assign_bits(policy, installed_purposes(previous), renewed=renewed), renewed)
    yield f"-- sminion_guard: policy {json.dumps(policy.name)}, version {json.dumps(policy.version)}"
    yield from _begin(_wanted(compiled), transaction)
    yield rendered("queries/script/require_logins")
    yield rendered("act_as_owner")
    yield rendered("queries/script/assume")
    yield from _lock_tables()
    as_owner = True
    for statement in compiled.statements:
        if statement.as_owner != as_owner:
            yield rendered("act_as_owner" if statement.as_owner else "act_as_installer")
            as_owner = statement.as_owner
        yield f"-- {json.dumps(statement.key)}\n{statement.sql};"
    yield rendered("act_as_owner")
    yield rendered("queries/script/undo_strays")
    yield rendered("record_policy", registry=json.dumps(compiled.registry))
    if (arguments := calendar_arguments(policy)) is not None:
        yield rendered("load_calendar", **arguments)
    yield rendered("drop_marks")
    yield rendered("record_all_tables", registry=json.dumps(compiled.registry))
    for position, statement in enumerate(compiled.statements):
        yield rendered(
            "record_object", key=statement.key, position=position, digest=statement.digest, reverse=statement.reverse,
            fingerprint_query=statement.fingerprint_query, given=statement.given, as_owner=statement.as_owner,
        )
    yield rendered("queries/script/verify")
    yield rendered("queries/script/probe")
    yield rendered("finish_policy")
    yield rendered("act_as_installer")
    yield rendered("lend_maintenance")
    yield from _end(transaction)


def removal_script(*, transaction: bool = True) -> Iterator[str]:
    """The SQL that removes the policy in force, statement by statement, each with its semicolon."""
    yield "-- sminion_guard: the policy is removed"
    yield from _begin({"keys": []}, transaction)
    yield rendered("act_as_owner")
    yield rendered("queries/script/require_policy")
    yield from _lock_tables()
    yield rendered("queries/script/undo_strays")
    yield rendered("queries/script/give_back")
    yield rendered("act_as_installer")
    yield rendered("reopen_untagged")
    yield rendered("act_as_owner")
    yield rendered("forget_policy")
    yield from _end(transaction)


def _begin(wanted: dict[str, object], transaction: bool) -> Iterator[str]:
    if transaction:
        yield "BEGIN;"
    yield rendered("hold_path")
    yield rendered("lock_timeout", value=str(OTHER_LOCKS))
    yield rendered("lock")
    yield rendered("become_installer")
    yield rendered("lend_replica_role")
    yield rendered("set_script", wanted=json.dumps(wanted, sort_keys=True))


def _lock_tables() -> Iterator[str]:
    """Before the first change, acting as the owner of the guard before and after."""
    yield rendered("queries/script/tables_to_lock")
    yield rendered("act_as_installer")
    yield rendered("queries/script/lock_tables")
    yield rendered("act_as_owner")


def _end(transaction: bool) -> Iterator[str]:
    yield rendered("roles/release")
    yield "SET LOCAL lock_timeout TO DEFAULT;"
    yield rendered("return_path")
    if transaction:
        yield "COMMIT;"


def _wanted(compiled: Compiled) -> dict[str, object]:
    return {
        "subject_keys": compiled.registry["subject_keys"],
        "bits": {entry["name"]: entry["bit"] for entry in compiled.registry["purposes"]},
        "columns": {entry.key: entry.digest for entry in compiled.statements if entry.key.startswith("guard_columns:")},
        "keys": [entry.key for entry in compiled.statements],
        "logins": sorted(compiled.policy.logins),
        "adopted": adopted_policies(compiled.policy),
    }


def installed_purposes(previous: Policy | None) -> tuple[InstalledPurpose, ...]:
    """The purposes that ``previous`` left in a database that had no other policy before, with their bits."""
    if previous is None:
        return ()
    return tuple(
        InstalledPurpose(bit, name, previous.purposes[name].basis, previous.purposes[name].sees_blocked)
        for name, bit in assign_bits(previous).items()
    )
