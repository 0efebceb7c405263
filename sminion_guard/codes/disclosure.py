"""7xx: what leaves for third parties."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

DISCLOSURE = (
    Code("SG701", "disclosure that the policy does not permit",
         "a third party gets only what its contract covers, for the purposes that the policy lists",
         "correct recipient, purpose or categories; what went out all the same is an incident:"
         " open a request `misconduct`",
         errors.TransferRefused),
    Code("SG703", "recipients not told",
         "whoever got data that were corrected, blocked or destroyed must be told",
         "tell the recipients, and record it with `sminion.settle_obligation`",
         errors.GuardError),
    Code("SG702", "recipient could not be told",
         "the notice was not delivered, so the recipient may go on with data that were corrected, blocked or destroyed",
         "mend what the detail says, and repeat it: what was told is not told again",
         errors.GuardError),
)
