"""The rules for names: which a policy may use, and how the roles it compiles to are called."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

MAX_BYTES = 63
"""Longest identifier of PostgreSQL in bytes (manual, 4.1.1); a longer one would be cut silently."""

POLICY_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
PURPOSE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""Also the form of a category's and a recipient's name."""

_DOLLAR_QUOTE = re.compile(r"\$\w*\$")

OFFICES = ("auditor", "privacy_officer", "maintenance")
"""Roles of every policy that are no purpose: ``<policy>_auditor`` and so on."""

SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
"""Columns that each table has by itself. A purpose reads those that the policy lists, and writes none."""
RESERVED_COLUMNS = frozenset({"guard_mask", "guard_subject"})
RESERVED_SCHEMAS = frozenset({"sminion", "information_schema"})
RESERVED_LOGINS = frozenset({"public", "none", "current_user", "session_user", "current_role", "user"})


def identifier_problem(name: str) -> str | None:
    """Why ``name`` cannot be an identifier of PostgreSQL, or None when it can."""
    if not name:
        return "a name must not be empty"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "a name must not hold control characters"
    if _DOLLAR_QUOTE.search(name):
        # It would end the text of a function or DO block that names it, and begin statements of its own.
        return f"`{name}` holds a dollar quote"
    if len(name.encode()) > MAX_BYTES:
        return f"`{name}` is longer than {MAX_BYTES} bytes, the most PostgreSQL keeps"
    return None


def reserved_schema(name: str) -> bool:
    """Whether the schema belongs to PostgreSQL or to the guard itself."""
    return name in RESERVED_SCHEMAS or name.startswith("pg_")


def office_roles(policy: str) -> tuple[str, ...]:
    """The roles of ``policy`` that stand for no purpose."""
    return tuple(f"{policy}_{office}" for office in OFFICES)


def backup_role(policy: str) -> str:
    """The role of ``policy`` that reads all rows for dumps, where the policy wants one."""
    return f"{policy}_backup"


def compartment_role(
    policy: str, purpose: str, schemas: Iterable[str], *, alone: bool, recipient: str | None = None
) -> str:
    """The name of a compartment's role.

    :param schemas: names of the compartment's schemas, in any order.
    :param alone: the purpose has no other compartment, so its name says enough.
    :param recipient: whose compartment it is; None for that of the purpose itself.
    """
    plain = f"{policy}_{purpose}" if recipient is None else f"{policy}_{purpose}_to_{recipient}"
    if alone and len(plain.encode()) <= MAX_BYTES:
        return plain
    name = plain if alone else f"{plain}_{_digest(schemas)}"
    if len(name.encode()) <= MAX_BYTES:
        return name
    # The part that is cut off, the purpose's end, goes into the hash: two long purposes must not share a role.
    said = (purpose,) if recipient is None else (purpose, recipient, "")
    tail = "_" + _digest((*said, *sorted(schemas)), ordered=True)
    return plain[: MAX_BYTES - len(tail)] + tail


def _digest(names: Iterable[str], *, ordered: bool = False) -> str:
    listed = list(names) if ordered else sorted(names)
    return hashlib.sha256("\0".join(listed).encode()).hexdigest()[:8]
