"""Policies for tests: one whole file, and a builder for values that never were a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from sminion_guard.policy import Basis, Compatible, Further, Operation, Policy, Purpose, Schema, SubjectKey, Table

SHOP = """
[policy]
name = "shop"
version = "2026-11-01"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
trusted_functions = ["public.unaccent"]

[category.biometric]
title = "Fingerprints and faces"

[login.shop_app]
purposes = ["contract", "accounting"]

[login.shop_newsletter]
purposes = ["news"]

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["identity", "contact"]
may = ["collect", "use", "clarify", "delete"]

[purpose.accounting]
title = "Keep the books"
basis = "legal_obligation"
needs = ["payment"]
may = ["collect", "use", "clarify", "delete"]

[purpose.news]
title = "Newsletter"
basis = "consent"
needs = ["contact"]
may = ["use"]

[purpose.rectification]
title = "Correct contested data"
basis = "legal_obligation"
needs = "*"
may = ["use", "clarify"]
sees_blocked = true

[[compatible]]
purposes = ["contract", "accounting"]
why = "Invoices are part of the contract"

[schema.crm]
title = "Customers"
collected_for = ["contract", "rectification"]

[schema.crm.customer]
subject = "id"
retention = { after = "last_seen_at", keep = "3 years", then = "destroy" }
columns.id = "key"
columns.last_seen_at = "none"
columns.name = "identity"
columns.email = "contact"
columns.born_on = "birth"
columns.face = "biometric"

[schema.crm.note]
subject = "customer_id -> crm.customer"
columns = { note_id = "key", customer_id = "key", body = "free_text" }

[schema.crm.note_word]
subject = "note -> crm.note"
columns = { note = "contact", word = "contact" }

[schema.crm.gift]
subject = ["giver", "taker"]
columns = { id = "key", giver = "key", taker = "key", message = "contact" }

[schema.crm.product]
subject = false
columns = { id = "key", name = "none" }

[schema.books]
collected_for = ["accounting"]

[schema.books.invoice]
subject = "customer_id -> crm.customer.id"
columns = { id = "key", customer_id = "key", iban = "payment", name = "identity" }

[schema.mail]
collected_for = ["news"]

[schema.web_log]
collected_for = []

[recipient.web]
title = "Web analytics"
contract = "DPA-2026-04"
purposes = ["news"]
never = ["identity", "contact", "device", "key"]
"""


def purpose(name: str, **changes: object) -> Purpose:
    """A purpose that may use contacts by contract, but for ``changes``."""
    values: dict[str, object] = {
        "title": name, "basis": Basis.CONTRACT, "needs": frozenset({"contact"}), "may": frozenset({Operation.USE}),
    }
    return Purpose(name, **{**values, **changes})  # type: ignore[arg-type]


def policy(
    schemas: Mapping[str, Iterable[str]],
    *,
    purposes: Iterable[str] = (),
    compatible: Iterable[tuple[str, str]] = (),
    merge_only: Iterable[tuple[str, str]] = (),
    further: Iterable[tuple[str, str]] = (),
    name: str = "shop",
) -> Policy:
    """A policy of schemas and tables without columns, past the checks.

    :param schemas: schema, or ``schema.table``, to the purposes it was collected for.
    :param purposes: purposes that no schema names.
    :param compatible: declared pairs, and ``merge_only`` those for merging only.
    :param further: pairs of (data of, may serve).
    """
    collections = {entry: frozenset(collected) for entry, collected in schemas.items()}
    named = {*purposes, *(entry for collected in collections.values() for entry in collected)}
    tables: dict[str, dict[str, Table]] = {entry.partition(".")[0]: {} for entry in collections}
    for entry, collected in collections.items():
        schema, _, table = entry.partition(".")
        if table:
            tables[schema][table] = Table(schema, table, None, MappingProxyType({}), collected_for=collected)
    return Policy(
        name=name,
        version="1",
        subject_key=SubjectKey.BIGINT,
        ticket_lifetime=timedelta(minutes=15),
        require_tls=True,
        purposes=MappingProxyType({entry: purpose(entry) for entry in sorted(named)}),
        schemas=MappingProxyType(
            {entry: Schema(entry, collections.get(entry, frozenset()), MappingProxyType(held))
             for entry, held in tables.items()}
        ),
        compatible=(
            *(Compatible(pair, "why") for pair in compatible),
            *(Compatible(pair, "why", merge_only=True) for pair in merge_only),
        ),
        further=tuple(Further(data_of, (serve,), "why") for data_of, serve in further),
    )
