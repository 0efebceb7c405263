"""What a policy says, as frozen values. Nothing here knows SQL, files or a database.

The words are those of the field: see docs/WORDS.md. Every mapping is read-only and in the order of the file;
nothing that is compiled may depend on that order.
"""

from __future__ import annotations

from sminion_guard.policy.model.data import (
    Collection,
    Retention,
    Schema,
    SubjectColumn,
    SubjectPath,
    Table,
)
from sminion_guard.policy.model.parties import (
    LOG_MB_PER_MINUTE,
    TICKETS_PER_MINUTE,
    Login,
    Recipient,
)
from sminion_guard.policy.model.policy import (
    Policy,
)
from sminion_guard.policy.model.purposes import (
    Compatible,
    Further,
    Purpose,
)
from sminion_guard.policy.model.words import (
    ALL_CATEGORIES,
    CATEGORIES,
    OPEN_CATEGORIES,
    Anonymous,
    Basis,
    ConsentOnChange,
    InReport,
    Operation,
    RetentionEnd,
    Shared,
    SubjectKey,
)

__all__ = [
    "ALL_CATEGORIES",
    "CATEGORIES",
    "LOG_MB_PER_MINUTE",
    "OPEN_CATEGORIES",
    "TICKETS_PER_MINUTE",
    "Anonymous",
    "Basis",
    "Collection",
    "Compatible",
    "ConsentOnChange",
    "Further",
    "InReport",
    "Login",
    "Operation",
    "Policy",
    "Purpose",
    "Recipient",
    "Retention",
    "RetentionEnd",
    "Schema",
    "Shared",
    "SubjectColumn",
    "SubjectKey",
    "SubjectPath",
    "Table",
]
