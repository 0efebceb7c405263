"""Addresses of the servers beside the one that is read: the primary, and the database of the log."""

from __future__ import annotations

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sminion_guard.address import conninfo
from sminion_guard.errors import InstallError, PolicyError

_OF_A_HOST = frozenset({"host", "hostaddr", "port", "target_session_attrs", "load_balance_hosts", "requirepeer"})
"""What belongs to one host and is nothing to the next."""
_OF_A_USER = frozenset({"password", "passfile"})


def checked(address: str, parameter: str) -> str:
    """``address`` as libpq understands it.

    :param address: as :func:`sminion_guard.address.read` takes it.
    :param parameter: where it was given.
    :raises PolicyError: SG244.
    """
    try:
        return conninfo(address)
    except InstallError as error:
        raise PolicyError(
            "SG244", f"the address in `{parameter}` cannot be read", detail=error.message, hint=error.hint) from None


def beside(near: str, address: str, **fixed: str) -> str:
    """``address``, with what it leaves out taken from ``near``: user, database, encryption.

    :param near: of a guarded connection.
    :param address: as :func:`checked` returned it.
    :param fixed: what holds unless ``address`` says otherwise.
    """
    given = conninfo_to_dict(address)
    dropped = (_OF_A_HOST if {"host", "hostaddr", "service"} & given.keys() else frozenset()) | (
        _OF_A_USER if "user" in given else frozenset()
    )
    taken = {name: value for name, value in conninfo_to_dict(near).items() if name not in dropped}
    return make_conninfo("", **{**taken, **fixed, **given})
