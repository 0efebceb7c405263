"""What is allowed: the policy file as frozen values, its compartments, and its checks. Nothing here knows SQL."""

from __future__ import annotations

from sminion_guard.policy.compartments import (
    MAX_COMPARTMENTS,
    Compartment,
    TooManyCompartments,
    collects_in,
    compartments,
    compartments_of,
    holds,
    mergeable,
    reaches,
    recipient_compartments,
)
from sminion_guard.policy.findings import Finding, InvalidPolicy
from sminion_guard.policy.load import doubts, load, loads
from sminion_guard.policy.model import (
    ALL_CATEGORIES,
    CATEGORIES,
    OPEN_CATEGORIES,
    Anonymous,
    Basis,
    Collection,
    Compatible,
    ConsentOnChange,
    Further,
    InReport,
    Login,
    Operation,
    Policy,
    Purpose,
    Recipient,
    Retention,
    RetentionEnd,
    Schema,
    Shared,
    SubjectColumn,
    SubjectKey,
    SubjectPath,
    Table,
)

__all__ = [
    "ALL_CATEGORIES", "CATEGORIES", "MAX_COMPARTMENTS", "OPEN_CATEGORIES", "Anonymous", "Basis", "Collection",
    "Compartment", "Compatible", "ConsentOnChange", "Finding", "Further", "InReport", "InvalidPolicy", "Login",
    "Operation", "Policy", "Purpose", "Recipient", "Retention", "RetentionEnd", "Schema", "Shared", "SubjectColumn",
    "SubjectKey",
    "SubjectPath", "Table", "TooManyCompartments", "collects_in", "compartments", "compartments_of", "doubts", "holds",
    "load", "loads", "mergeable", "reaches", "recipient_compartments",
]
