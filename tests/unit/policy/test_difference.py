"""What another policy changes, in words: each kind of change once in each direction, and what is no change."""

from __future__ import annotations

from dataclasses import fields

import pytest

from sminion_guard.policy import Policy, Purpose, Retention, Schema, Table, loads
from sminion_guard.policy.difference import difference
from sminion_guard.policy.interval import may_exceed
from sminion_guard.policy.model import Login, Recipient

BASE = """
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = true

[ticket]
values = { tenant = "bigint" }
may_set = ["app.locale"]

[login.app]
purposes = ["contract", "support"]
[login.mailer]
purposes = ["newsletter"]

[purpose.contract]
title = "Contracts"
basis = "contract"
needs = ["identity", "contact"]
may = ["collect", "use", "clarify", "delete"]
[purpose.support]
title = "Support"
basis = "legitimate_interest"
needs = ["identity", "birth"]
may = ["use"]
[purpose.newsletter]
title = "News"
basis = "consent"
needs = ["contact"]
may = ["use"]

[[further]]
data_of = "contract"
may_serve = ["support"]
why = "questions"

[schema.crm]
collected_for = ["contract"]
neutral = ["country"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", name = "identity", born_on = "birth", email = "contact", seen_at = "none" }
retention = { after = "seen_at", keep = "3 years", then = "destroy" }
[schema.crm.note]
subject = "customer_id"
rows = "tenant = :tenant"
columns = { id = "key", customer_id = "key", tenant = "none", body = "free_text" }

[schema.mail]
collected_for = ["newsletter"]
[schema.mail.recipient]
subject = "id"
columns = { id = "key", email = "contact", topic = "behaviour" }

[recipient.printer]
title = "Printer"
contract = "2026-1"
purposes = ["newsletter"]
never = ["birth"]
"""

NO_MATTER = {
    # what people read, and reasons
    (Policy, "name"), (Policy, "version"), (Policy, "own_categories"), (Policy, "trusted_why"), (Policy, "widens"),
    (Policy, "accept_upsert_leak"), (Purpose, "name"), (Purpose, "title"), (Schema, "name"), (Schema, "title"),
    (Login, "name"), (Recipient, "name"), (Recipient, "title"), (Table, "schema"), (Table, "name"),
    # cannot change while a policy is in force, or only adds a kind of people (SG412)
    (Policy, "subject_key"), (Policy, "kinds"),
    # what becomes of rows once nobody sees them any more
    (Retention, "then"),
    # of what the purpose reads anyway
    (Purpose, "views"),
}  # fmt: skip
COMPARED = {
    (Policy, "ticket_lifetime"), (Policy, "require_tls"), (Policy, "purposes"), (Policy, "schemas"),
    (Policy, "compatible"), (Policy, "further"), (Policy, "logins"), (Policy, "recipients"),
    (Policy, "trusted_functions"), (Policy, "timezone"), (Policy, "ticket_values"), (Policy, "may_set"),
    (Policy, "may_call"), (Policy, "trusted_operators"),
    (Purpose, "basis"), (Purpose, "needs"), (Purpose, "may"), (Purpose, "sees_blocked"),
    (Schema, "collected_for"), (Schema, "tables"), (Schema, "neutral"),
    (Table, "subject"), (Table, "columns"), (Table, "retention"), (Table, "collected_for"), (Table, "rows"),
    (Table, "anonymous"), (Table, "adopt_policies"),
    (Retention, "after"), (Retention, "keep"),
    (Login, "purposes"), (Login, "may_hold_incompatible"), (Login, "may_own"),
    (Recipient, "contract"), (Recipient, "purposes"), (Recipient, "never"),
}  # fmt: skip


def test_whatever_is_new_in_a_policy_is_compared_or_known_not_to_matter() -> None:
    """What is not compared could give somebody more without a word."""
    kinds = (Policy, Purpose, Schema, Table, Retention, Login, Recipient)
    assert {(kind, field.name) for kind in kinds for field in fields(kind) if field.init} == NO_MATTER | COMPARED


Change = tuple[str, str]
CHANGES: dict[str, tuple[Change, tuple[str, ...], tuple[str, ...]]] = {
    # name: what becomes what; by which somebody sees or may do more; and the rest
    "a category for a purpose": (
        ('basis = "consent"\nneeds = ["contact"]', 'basis = "consent"\nneeds = ["contact", "behaviour"]'),
        ("`newsletter` may now also see `mail.recipient.topic`",), ()),
    "a category from a purpose": (
        ('needs = ["identity", "birth"]', 'needs = ["identity"]'), (),
        ("`support` may no longer see `crm.customer.born_on`",)),
    "another category for a column": (
        ('born_on = "birth"', 'born_on = "contact"'),
        ("`contract` may now also see `crm.customer.born_on`", "`contract` may now also fill in `crm.customer.born_on`",
         "`contract` may now also change `crm.customer.born_on`"),
        ("`support` may no longer see `crm.customer.born_on`",)),
    "a column that is listed": (
        ('topic = "behaviour" }', 'topic = "behaviour", name = "contact", locale = "none" }'),
        ("`newsletter` may now also see `mail.recipient.locale` and `mail.recipient.name`",), ()),
    "a column for all that a purpose may do": (
        (', seen_at = "none" }', ', seen_at = "none", city = "contact" }'),
        ("`contract` may now also see `crm.customer.city`", "`contract` may now also fill in `crm.customer.city`",
         "`contract` may now also change `crm.customer.city`"), ()),
    "an operation more": (
        ('basis = "consent"\nneeds = ["contact"]\nmay = ["use"]',
         'basis = "consent"\nneeds = ["contact"]\nmay = ["use", "delete", "clarify"]'),
        ("`newsletter` may now change `mail.recipient.email`", "`newsletter` may now delete rows of `mail.recipient`"),
        ()),
    "an operation less": (
        ('may = ["collect", "use", "clarify", "delete"]', 'may = ["collect", "use", "clarify"]'), (),
        ("`contract` may no longer delete rows of `crm.customer`",
         "`contract` may no longer delete rows of `crm.note`")),
    "a purpose from a login": (
        ('purposes = ["contract", "support"]', 'purposes = ["contract"]'), (),
        ("login `app` may no longer act for `support`",)),
    "a new login": (
        ("[purpose.contract]", '[login.extra]\npurposes = ["newsletter"]\n[purpose.contract]'),
        ("login `extra` may now act for `newsletter`",), ()),
    "incompatible purposes of a login": (
        ('purposes = ["contract", "support"]', 'purposes = ["contract", "support"]\nmay_hold_incompatible = "batch"'),
        ("login `app` may now hold incompatible purposes",), ()),
    "tables of a login": (
        ('purposes = ["contract", "support"]', 'purposes = ["contract", "support"]\nmay_own = "migrations"'),
        ("login `app` may now own tables",), ()),
    "blocked people": (
        ('needs = ["identity", "birth"]', 'needs = ["identity", "birth"]\nsees_blocked = true'),
        ("`support` now sees blocked people",), ()),
    "a basis without consent": (
        ('basis = "consent"', 'basis = "contract"'),
        ("the basis of `newsletter` is now contract, and was consent",), ()),
    "a basis with consent": (
        ('basis = "legitimate_interest"', 'basis = "consent"'), (),
        ("the basis of `support` is now consent, and was legitimate_interest",)),
    "a basis without objections": (
        ('basis = "legitimate_interest"', 'basis = "legal_obligation"'),
        ("the basis of `support` is now legal_obligation, and was legitimate_interest",), ()),
    "a merge": (
        ("[schema.crm]", '[[compatible]]\npurposes = ["contract", "newsletter"]\nmerge_only = true\nwhy = "one mail"\n'
                         "[schema.crm]"),
        ("`crm` and `mail` may now be merged",), ()),
    "retention that is longer": (
        ('keep = "3 years"', 'keep = "4 years"'),
        ("rows of `crm.customer` end 4 years after `seen_at`, and did 3 years after `seen_at`",), ()),
    "retention that is shorter": (
        ('keep = "3 years"', 'keep = "18 months"'), (),
        ("rows of `crm.customer` end 18 months after `seen_at`, and did 3 years after `seen_at`",)),
    "retention that ends": (
        ('retention = { after = "seen_at", keep = "3 years", then = "destroy" }\n', ""),
        ("rows of `crm.customer` no longer end",), ()),
    "a rule of rows that goes": (
        ('rows = "tenant = :tenant"\n', ""),
        ("rows of `crm.note` are no longer limited: the rule was tenant = :tenant",), ()),
    "another rule of rows": (
        ('rows = "tenant = :tenant"', 'rows = "tenant = :tenant OR tenant IS NULL"'),
        ("rows of `crm.note` are limited by another rule: tenant = :tenant OR tenant IS NULL; it was tenant ="
         " :tenant",), ()),
    "another subject": (
        ('subject = "customer_id"\n', 'subject = "id"\n'),
        ("rows of `crm.note` are about other people than before: their subject changed",), ()),
    "rows about nobody": (
        ('subject = "customer_id"\n', 'subject = "customer_id"\nanonymous = "visible"\n'),
        ("rows of `crm.note` that are about nobody are now visible",), ()),
    "a neutral pattern": (
        ('neutral = ["country"]', 'neutral = ["country", "code_*"]'), ("every purpose now reads `crm.code_*`",), ()),
    "a neutral pattern less": (
        ('neutral = ["country"]', "neutral = []"), (), ("every purpose no longer reads `crm.country`",)),
    "a recipient": (
        ("[recipient.printer]", '[recipient.bank]\ntitle = "Bank"\ncontract = "9"\npurposes = ["contract"]\n'
                                "never = []\n[recipient.printer]"),
        ("recipient `bank` is new",), ()),
    "what a recipient never gets": (
        ('never = ["birth"]', 'never = ["contact"]'),
        ("recipient `printer` may now get `birth`",), ("recipient `printer` now never gets `contact`",)),
    "a purpose of a recipient": (
        ('contract = "2026-1"\npurposes = ["newsletter"]', 'contract = "2026-2"\npurposes = ["newsletter", "support"]'),
        ("recipient `printer` may now get data for `support`",),
        ("the contract with recipient `printer` is now 2026-2",)),
    "tickets that last longer": (
        ('ticket_lifetime = "15 minutes"', 'ticket_lifetime = "1 hour"'),
        ("tickets last 1:00:00, and lasted 0:15:00",), ()),
    "connections without TLS": (("require_tls = true", "require_tls = false"), ("TLS is no longer required",), ()),
    "a setting": (
        ('may_set = ["app.locale"]', 'may_set = ["app.locale", "app.mood"]'),
        ("guarded sessions may now set `app.mood`",), ()),
    "a function": (
        ('may_set = ["app.locale"]', 'may_set = ["app.locale"]\nmay_call = ["pg_notify"]'),
        ("guarded sessions may now call `pg_notify`",), ()),
    "another type of a value of tickets": (
        ('values = { tenant = "bigint" }', 'values = { tenant = "integer" }'),
        ("tickets carry `tenant` as integer, and did as bigint",), ()),
    "a value of tickets more": (
        ('values = { tenant = "bigint" }', 'values = { tenant = "bigint", desk = "text" }'), (),
        ("tickets now carry `desk`",)),
    "the time zone of retention": (
        ("require_tls = true", 'require_tls = true\ntimezone = "Europe/Berlin"'),
        ("retention is counted in time zone Europe/Berlin, and was in UTC",), ()),
}


def changed(change: Change) -> Policy:
    old, new = change
    assert BASE.count(old) == 1, old
    return loads(BASE.replace(old, new))


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_in_words(name: str) -> None:
    change, more, rest = CHANGES[name]
    found = difference(loads(BASE), changed(change))
    assert tuple(sentence.text for sentence in found.widening) == more
    assert tuple(sentence.text for sentence in found.sentences if not sentence.widens) == rest


@pytest.mark.parametrize("name", CHANGES)
def test_on_the_way_back_something_is_different_too(name: str) -> None:
    """What takes away has something on its way back that widens."""
    change, more, _ = CHANGES[name]
    back = difference(changed(change), loads(BASE))
    assert back.sentences
    if not more:
        assert back.widening


@pytest.mark.parametrize(("old", "new"), [
    ('version = "1"', 'version = "2"'), ('title = "Support"', 'title = "Help desk"'),
    ('why = "questions"', 'why = "calls"'),
    ('name = "identity", born_on = "birth"', 'born_on = "birth", name = "identity"'),
    ('title = "News"', 'title = "Letters"'),
    ("require_tls = true", 'require_tls = true\nwidens = "for somebody else"'),
])
def test_what_changes_nobodys_access_is_no_difference(old: str, new: str) -> None:
    assert difference(loads(BASE), changed((old, new))).sentences == ()


def test_who_is_concerned() -> None:
    found = difference(loads(BASE), changed(CHANGES["a category for a purpose"][0]))
    assert (found.logins, found.tables) == (("mailer",), ("mail.recipient",))
    assert found.summary() == "1 login, 1 table concerned"
    everybody = difference(loads(BASE), changed(CHANGES["connections without TLS"][0]))
    assert everybody.logins == ("app", "mailer")


@pytest.mark.parametrize(("new", "old", "exceeds"), [
    ("4 years", "3 years", True), ("36 months", "3 years", False), ("3 years", "36 months", False),
    ("30 days", "1 month", True), ("1 month", "31 days", True), ("2 weeks", "14 days", False),
    ("1 year 6 months", "18 months", False), ("1 year 1 day", "1 year", True), ("2 hours", "3 hours", False),
])
def test_lengths_of_time(new: str, old: str, exceeds: bool) -> None:
    assert may_exceed(new, old) is exceeds
