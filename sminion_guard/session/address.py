"""Addresses of the servers beside the one that is read: the primary, and the database of the log."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sminion_guard.errors import PolicyError

_OF_A_HOST = frozenset({"host", "hostaddr", "port", "target_session_attrs", "load_balance_hosts", "requirepeer"})
"""What belongs to one host and is nothing to the next."""
_OF_A_USER = frozenset({"password", "passfile"})


def checked(address: str, parameter: str) -> str:
    """``address`` as libpq understands it.

    :param address: a URL, also one of SQLAlchemy, or ``key=value`` pairs.
    :param parameter: where it was given.
    :raises PolicyError: SG244.
    """
    scheme, between, rest = address.partition("://")
    plain = f"{scheme.partition('+')[0]}{between}{rest}"
    try:
        conninfo_to_dict(plain)
    except psycopg.ProgrammingError:  # its text repeats the address, which may hold a password
        raise PolicyError(
            "SG244", f"the address in `{parameter}` cannot be read", hint="write `postgresql://user@host:port/database`"
        ) from None
    return plain


def beside(conninfo: str, address: str, **fixed: str) -> str:
    """``address``, with what it leaves out taken from ``conninfo``: user, database, encryption.

    :param conninfo: of a guarded connection.
    :param address: as :func:`checked` returned it.
    :param fixed: what holds unless ``address`` says otherwise.
    """
    given = conninfo_to_dict(address)
    dropped = (_OF_A_HOST if {"host", "hostaddr", "service"} & given.keys() else frozenset()) | (
        _OF_A_USER if "user" in given else frozenset()
    )
    taken = {name: value for name, value in conninfo_to_dict(conninfo).items() if name not in dropped}
    return make_conninfo("", **{**taken, **fixed, **given})
