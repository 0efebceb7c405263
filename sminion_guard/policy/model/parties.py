"""Who processes: the logins of the operator, and third parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sminion_guard.policy.model.recipient_profiles import RecipientProfile, TimeUnit

TICKETS_PER_MINUTE = 60_000
"""Where the policy names no number: a thousand a second, more than an application with a reason for each request."""

LOG_MB_PER_MINUTE = 2_000
"""Where the policy names no number: about fifteen times what a guarded session writes at 5,000 statements a second."""


@dataclass(frozen=True, slots=True)
class Login:
    """A PostgreSQL login role and the purposes it may act for."""

    name: str
    purposes: tuple[str, ...]
    may_hold_incompatible: str | None = None
    """Why this login may hold purposes whose schemas are not all mergeable; shown by `sminion-guard policy show`."""
    may_own: str | None = None
    """Why this login may own what is protected, as the one that runs migrations does."""
    tickets_per_minute: int = TICKETS_PER_MINUTE
    """How many tickets it may open in a minute."""
    log_mb_per_minute: int = LOG_MB_PER_MINUTE
    """How many MB of the log it may write in a minute."""
    may_record_consent: tuple[str, ...] = ()
    """Purposes for which it may record the consent or refusal that it was just given."""
    transfers_to: tuple[str, ...] = ()
    """The recipients that it may export to, and for which it reads what they may get, and nothing else."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that data may be disclosed to."""

    name: str
    title: str
    contract: str
    purposes: tuple[str, ...]
    never: frozenset[str]
    gives: frozenset[str] | None = None
    """The only categories that the contract covers; None: all that the purpose needs."""
    until: date | None = None
    """The last day of the contract; None: it has no end."""
    profile: RecipientProfile | None = None
    """Its kind, which says what it never gets; that is in ``never`` already. Its texts are scanned."""
    times: TimeUnit | None = None
    """The finest time that it gets; None: as fine as the data."""
    k: int | None = None
    """The smallest group of persons in anything that is sent there; None: it may get rows of one person."""

    def receives(self, category: str) -> bool:
        """Whether data of a category may be disclosed to it; a column of category `none` tells of nobody."""
        if category in self.never:
            return False
        return category == "none" or self.gives is None or category in self.gives
