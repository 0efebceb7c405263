"""The words of a policy: what its keys may say."""

from __future__ import annotations

from enum import StrEnum


class Basis(StrEnum):
    """The legal bases; each processing needs one (GDPR art. 6, 152-FZ art. 6)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_DATA = "public_data"
    MANDATORY_DISCLOSURE = "mandatory_disclosure"
    VITAL_INTEREST = "vital_interest"


class ConsentOnChange(StrEnum):
    """What becomes of consents when a new version of the policy widens their purpose."""

    KEEP = "keep"
    RENEW = "renew"


class Operation(StrEnum):
    """What may be done with personal data (clause 2 of the promise)."""

    COLLECT = "collect"
    USE = "use"
    CLARIFY = "clarify"
    DELETE = "delete"
    TRANSFER = "transfer"
    DEPERSONALIZE = "depersonalize"
    BLOCK = "block"
    DESTROY = "destroy"


class SubjectKey(StrEnum):
    """The SQL type of the key that identifies a subject; the value is PostgreSQL's name of the type."""

    BIGINT = "bigint"
    UUID = "uuid"
    TEXT = "text"


class RetentionEnd(StrEnum):
    """What happens to a row when its retention ends."""

    DESTROY = "destroy"
    DEPERSONALIZE = "depersonalize"


class Anonymous(StrEnum):
    """Whether purposes see rows about nobody: rows in which everything that leads to a subject is NULL."""

    HIDDEN = "hidden"
    VISIBLE = "visible"


class Shared(StrEnum):
    """What becomes of a row about several people when the data of one of them are destroyed."""

    LAST = "last"
    """It no longer names the person, and is destroyed with the last of its people; so, too, when nothing is said."""
    FIRST = "first"
    """It is destroyed with the first of them."""
    UNLINK = "unlink"
    """It no longer names the person, and stays, also when it names nobody any more."""


class InReport(StrEnum):
    """What an access report does with a column, where it is not the usual."""

    EXISTS = "exists"
    """Says that it is kept, and never what it holds."""
    SHOW = "show"
    """Shows it in rows about several people too."""


CATEGORIES: frozenset[str] = frozenset(
    {
        "identity", "birth", "contact", "address", "family", "social", "property", "education", "profession",
        "income", "health", "payment", "device", "behaviour", "free_text",
    }
)
"""The built-in categories of personal data; a policy may add its own with ``[category.NAME]``."""

OPEN_CATEGORIES: frozenset[str] = frozenset({"key", "none"})
"""Keys for joins and neutral data: not personal by themselves, and open to every purpose that reaches the table."""

ALL_CATEGORIES = "*"
"""The value of ``needs`` that stands for every category."""
