"""For which purpose a test acts: the marker, and the blocks that take actor and reason from the test itself."""

from __future__ import annotations

from typing import Any

import pytest

from sminion_guard.errors import ContextMissing, PolicyError
from sminion_guard.policy import Policy
from sminion_guard.session import processing

MARKER = "purpose"
ACTOR = "pytest"
_LONGEST = 1000
"""Characters of a reason (sql/tables/ticket.sql)."""


class AsPurpose:
    """Creates the ``processing`` context of a test: ``with as_purpose("support"):``.

    Its actor is ``pytest`` and its reason the test's name, so that the log says which test did what.
    """

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    def __call__(self, purpose: str | None = None, **said: Any) -> processing:
        """A ``with``, an ``async with`` or a decorator.

        :param purpose: default: that of the test's marker ``purpose``, with what else the marker says.
        :param said: what :class:`~sminion_guard.processing` takes: actor, reason, schemas, unit, basis_ref, subject,
            kind, values. The marker's ``values`` hold where none are said here: a test acts for one tenant.
        :raises ContextMissing: SG863 when neither names a purpose.
        """
        marker = self._item.get_closest_marker(MARKER)
        if purpose is None:
            if marker is None:
                raise _unnamed("neither the test nor its marker names a purpose")
            purpose, said = named(marker), {**marker.kwargs, **said}
        elif marker is not None and "values" in marker.kwargs:
            said = {"values": marker.kwargs["values"], **said}
        return processing(purpose, **{"actor": ACTOR, "reason": _shortened(self._item.nodeid), **said})


def named(marker: pytest.Mark) -> str:
    """The purpose of a marker ``purpose``.

    :raises ContextMissing: SG863 when it names none, or more than one.
    """
    if len(marker.args) != 1 or not isinstance(marker.args[0], str):
        raise _unnamed("the marker names " + ("no purpose" if not marker.args else "more than one purpose"))
    return marker.args[0]


def login_of(policy: Policy, item: pytest.Item) -> str:
    """The login that a test connects as: the policy's only one, or the first that holds the purpose of its marker.

    :raises ContextMissing: SG863 for a marker without a purpose.
    :raises PolicyError: SG862 when several may be meant, or none is there.
    """
    marker = item.get_closest_marker(MARKER)
    purpose = None if marker is None else named(marker)
    # One that only exports opens no ticket.
    fit = [login.name for login in policy.logins.values() if login.purposes and purpose in (None, *login.purposes)]
    if len(fit) == 1 or (fit and purpose is not None):
        return fit[0]
    known = ", ".join(f"`{name}`" for name in fit) or "none"
    raise PolicyError(
        "SG862", "which login the test connects as is not clear" if fit else f"no login of the policy holds `{purpose}`"
        if purpose is not None else "the policy has no login",
        detail=f"logins that it may be: {known}",
        hint="override the fixture `guard_login`"
        + ("" if purpose else ', or mark the test `@pytest.mark.purpose("...")`'),
    )


def _unnamed(what: str) -> ContextMissing:
    return ContextMissing(
        "SG863", what, hint='write `as_purpose("support")`, or `@pytest.mark.purpose("support")` above the test'
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 3] + "..."
