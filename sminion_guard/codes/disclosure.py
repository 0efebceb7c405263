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
    Code("SG704", "recipient that gets no data",
         "data leave only for a recipient of the policy, for a purpose that transfers and that its contract covers,"
         " until the contract ends",
         "correct recipient or purpose, or renew the contract and the policy",
         errors.TransferRefused),
    Code("SG705", "data that the recipient does not get",
         "its contract does not cover the category, or the policy says `never`; what decides which rows are sent tells"
         " as much as what is selected",
         "leave the column out: of the select list, of conditions, groups and the order",
         errors.TransferRefused),
    Code("SG706", "data of an unknown category",
         "nobody knows whether the recipient may get what the policy does not list",
         "list the table and its columns with their categories, or leave them out",
         errors.TransferRefused),
    Code("SG707", "statement that is no export",
         "an export is one query that changes nothing, with all its values",
         "write one SELECT without parameters",
         errors.TransferRefused),
    Code("SG720", "export that cannot be written",
         "a file is there whole or not at all, and never replaces another one",
         "make room, or name another file",
         errors.TransferRefused),
    Code("SG721", "rows that the format cannot hold",
         "a value that were changed to fit would no longer be what is on record",
         "give each column a name of its own, cast the column to text, or choose another format",
         errors.TransferRefused),
    Code("SG725", "time that is too fine",
         "the moment of an action, matched with another log, tells who acted",
         "truncate the column itself, such as `date_trunc('hour', viewed_at)`",
         errors.TransferRefused),
    Code("SG726", "place that is too fine",
         "where somebody sleeps and works tells who it is",
         "round the column itself to a tenth of a degree",
         errors.TransferRefused),
    Code("SG270", "depersonalized view unknown",
         "the secret of pseudonyms belongs to one view of the policy",
         "pass the name of a view of the policy, as `schema.view`",
         errors.GuardError),
    Code("SG709", "file that cannot be scanned",
         "what cannot be read as text could hold anything",
         "pass a file of UTF-8 text, such as CSV or JSON lines, with lines of at most a megabyte",
         errors.TransferRefused),
)
