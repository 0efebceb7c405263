"""Forms of values that `--sample` looks for. The server compares them; what comes back is a number for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A form of values.

    :param category: what a column of such values is; empty if that is for the rules to say.
    :param title: for people.
    :param regex: a regular expression of PostgreSQL that the whole value meets.
    """

    name: str
    category: str
    title: str
    regex: str


PROSE = "prose"

PATTERNS = (
    Pattern("email", "contact", "e-mail addresses", r"^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$"),
    Pattern("iban", "payment", "account numbers (IBAN)", r"^[A-Z]{2}\d{2} ?([0-9A-Z]{4} ?){2,7}[0-9A-Z]{1,4}$"),
    Pattern("card", "payment", "numbers of payment cards", r"^[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{3,4}$"),
    Pattern("ip", "device", "network addresses",
            r"^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|([0-9a-f]{1,4}:){3,7}[0-9a-f:]{1,9})$"),
    Pattern("mac", "device", "hardware addresses", r"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"),
    Pattern("phone", "contact", "telephone numbers",  # and no dates
            r"^(?!\d\d[./-]\d\d[./-]\d{2,4}$)(\+\d{1,3}|\(?0\d{1,5}\)?)[ ./()-]?\d[\d ./()-]{5,14}$"),
    Pattern("snils", "identity", "insurance numbers (SNILS)", r"^\d{3}-\d{3}-\d{3}[ -]\d{2}$"),
    Pattern("ssn", "identity", "social security numbers", r"^\d{3}-\d{2}-\d{4}$"),
    Pattern(PROSE, "", "sentences", r"^\S+(\s+\S+){4,}.*$"),
)
"""In the order in which they are believed."""
