"""What another policy changes, in words: each kind of change once in each direction, and what is no change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from sminion_guard.policy import Policy, Purpose, Retention, Schema, Table, loads
from sminion_guard.policy.differences.policies import difference
from sminion_guard.policy.interval import may_exceed
from sminion_guard.policy.model import Login, Recipient

GOLDEN = Path(__file__).parent / "differences.txt"
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
    (Table, "shared"),
    # compared by what a view makes of them: tests/unit/policy/test_view_difference.py
    (Policy, "depersonalized_views"), (Policy, "hierarchies"),
    # of what the purpose reads anyway
    (Purpose, "views"),
}  # fmt: skip
COMPARED = {
    (Policy, "ticket_lifetime"), (Policy, "require_tls"), (Policy, "purposes"), (Policy, "schemas"),
    (Policy, "compatible"), (Policy, "further"), (Policy, "logins"), (Policy, "recipients"),
    (Policy, "trusted_functions"), (Policy, "timezone"), (Policy, "ticket_values"), (Policy, "may_set"),
    (Policy, "may_call"), (Policy, "trusted_operators"), (Policy, "backup"), (Policy, "operator"), (Policy, "requests"),
    (Policy, "consent"),
    (Purpose, "basis"), (Purpose, "needs"), (Purpose, "may"), (Purpose, "sees_blocked"), (Purpose, "explains"),
    (Schema, "collected_for"), (Schema, "tables"), (Schema, "neutral"),
    (Table, "subject"), (Table, "columns"), (Table, "retention"), (Table, "collected_for"), (Table, "rows"),
    (Table, "anonymous"), (Table, "adopt_policies"), (Table, "report"),
    (Retention, "after"), (Retention, "keep"), (Retention, "then"), (Table, "depersonalize"),
    (Login, "purposes"), (Login, "may_hold_incompatible"), (Login, "may_own"),
    (Login, "tickets_per_minute"), (Login, "log_mb_per_minute"), (Login, "may_record_consent"), (Login, "transfers_to"),
    (Recipient, "contract"), (Recipient, "purposes"), (Recipient, "never"),
    (Recipient, "gives"), (Recipient, "until"), (Recipient, "profile"), (Recipient, "times"), (Recipient, "k"),
    (Policy, "holds"),
}  # fmt: skip


def test_whatever_is_new_in_a_policy_is_compared_or_known_not_to_matter() -> None:
    """What is not compared could give somebody more without a word."""
    kinds = (Policy, Purpose, Schema, Table, Retention, Login, Recipient)
    assert {(kind, field.name) for kind in kinds for field in fields(kind) if field.init} == NO_MATTER | COMPARED


NOBODY_SEES = {"the operator", "a register of requests", "what explains an access", "a column only named in reports",
               "a column shown in reports", "rows that stay without their person"}
"""Changes that concern nobody's access."""
Change = tuple[str, str]
CHANGES: dict[str, Change] = {  # name: what becomes what
    "the operator": (
        "[ticket]", '[operator]\nname = "Shop Ltd"\naddress = "Road 1"\ncontact = "privacy@shop.example"\n[ticket]',
    ),
    "what explains an access": (
        'basis = "consent"\n', 'basis = "consent"\nexplains = "the ticket\'s subject is the subject"\n',
    ),
    "a register of requests": ("[ticket]", '[request]\nprofile = "RU"\n[ticket]'),
    "a column only named in reports": (
        'columns = { id = "key", customer_id = "key", tenant', 'report = { body = "exists" }\n'
        'columns = { id = "key", customer_id = "key", tenant'),
    "a column shown in reports": (
        'columns = { id = "key", customer_id = "key", tenant', 'report = { body = "show" }\n'
        'columns = { id = "key", customer_id = "key", tenant'),
    "a category for a purpose": (
        'basis = "consent"\nneeds = ["contact"]',
        'basis = "consent"\nneeds = ["contact", "behaviour"]',
    ),
    "a category from a purpose": ('needs = ["identity", "birth"]', 'needs = ["identity"]'),
    "another category for a column": ('born_on = "birth"', 'born_on = "contact"'),
    "a column that is listed": ('topic = "behaviour" }', 'topic = "behaviour", name = "contact", locale = "none" }'),
    "a column for all that a purpose may do": (', seen_at = "none" }', ', seen_at = "none", city = "contact" }'),
    "an operation more": (
        'basis = "consent"\nneeds = ["contact"]\nmay = ["use"]',
        'basis = "consent"\nneeds = ["contact"]\nmay = ["use", "delete", "clarify"]',
    ),
    "an operation less": ('may = ["collect", "use", "clarify", "delete"]', 'may = ["collect", "use", "clarify"]'),
    "a purpose from a login": ('purposes = ["contract", "support"]', 'purposes = ["contract"]'),
    "a new login": ("[purpose.contract]", '[login.extra]\npurposes = ["newsletter"]\n[purpose.contract]'),
    "incompatible purposes of a login": (
        'purposes = ["contract", "support"]',
        'purposes = ["contract", "support"]\nmay_hold_incompatible = "batch"',
    ),
    "tables of a login": (
        'purposes = ["contract", "support"]',
        'purposes = ["contract", "support"]\nmay_own = "migrations"',
    ),
    "tickets of a login": (
        'purposes = ["contract", "support"]',
        'purposes = ["contract", "support"]\ntickets_per_minute = 600',
    ),
    "the log of a login": (
        'purposes = ["contract", "support"]',
        'purposes = ["contract", "support"]\nlog_mb_per_minute = 20',
    ),
    "consents of a login": (
        'purposes = ["contract", "support"]',
        'purposes = ["contract", "support"]\nmay_record_consent = ["newsletter"]',
    ),
    "consents to what is widened": ("require_tls = true", 'require_tls = true\nconsent = "renew"'),
    "blocked people": ('needs = ["identity", "birth"]', 'needs = ["identity", "birth"]\nsees_blocked = true'),
    "a basis without consent": ('basis = "consent"', 'basis = "contract"'),
    "a basis with consent": ('basis = "legitimate_interest"', 'basis = "consent"'),
    "a basis without objections": ('basis = "legitimate_interest"', 'basis = "legal_obligation"'),
    "a merge": (
        "[schema.crm]",
        '[[compatible]]\npurposes = ["contract", "newsletter"]\nmerge_only = true\nwhy = "one mail"\n[schema.crm]',
    ),
    "retention that is longer": ('keep = "3 years"', 'keep = "4 years"'),
    "retention that is shorter": ('keep = "3 years"', 'keep = "18 months"'),
    "retention that ends": ('retention = { after = "seen_at", keep = "3 years", then = "destroy" }\n', ""),
    "rows that stay without their person": (
        'then = "destroy" }\n', 'then = "depersonalize" }\ndepersonalize = { born_on = "year", email = "null" }\n'),
    "a rule of rows that goes": ('rows = "tenant = :tenant"\n', ""),
    "another rule of rows": ('rows = "tenant = :tenant"', 'rows = "tenant = :tenant OR tenant IS NULL"'),
    "another subject": ('subject = "customer_id"\n', 'subject = "id"\n'),
    "rows about nobody": ('subject = "customer_id"\n', 'subject = "customer_id"\nanonymous = "visible"\n'),
    "a neutral pattern": ('neutral = ["country"]', 'neutral = ["country", "code_*"]'),
    "a neutral pattern less": ('neutral = ["country"]', "neutral = []"),
    "a recipient": (
        "[recipient.printer]",
        '[recipient.bank]\ntitle = "Bank"\ncontract = "9"\npurposes = ["contract"]\nnever = []\n[recipient.printer]',
    ),
    "what a recipient never gets": ('never = ["birth"]', 'never = ["contact"]'),
    "what a recipient gets alone": ('never = ["birth"]', 'never = ["birth"]\ngives = ["contact"]'),
    "the end of a contract": ('never = ["birth"]', 'never = ["birth"]\nuntil = 2027-03-31'),
    "groups for a recipient": ('never = ["birth"]', 'never = ["birth"]\nk = 10'),
    "a purpose of a recipient": (
        'contract = "2026-1"\npurposes = ["newsletter"]',
        'contract = "2026-2"\npurposes = ["newsletter", "support"]',
    ),
    "tickets that last longer": ('ticket_lifetime = "15 minutes"', 'ticket_lifetime = "1 hour"'),
    "connections without TLS": ("require_tls = true", "require_tls = false"),
    "a setting": ('may_set = ["app.locale"]', 'may_set = ["app.locale", "app.mood"]'),
    "a function": ('may_set = ["app.locale"]', 'may_set = ["app.locale"]\nmay_call = ["pg_notify"]'),
    "another type of a value of tickets": ('values = { tenant = "bigint" }', 'values = { tenant = "integer" }'),
    "a value of tickets more": ('values = { tenant = "bigint" }', 'values = { tenant = "bigint", desk = "text" }'),
    "a new purpose": (
        "[[further]]",
        '[purpose.fraud]\ntitle = "Fraud"\nbasis = "legal_obligation"\nneeds = ["contact"]\nmay = ["use"]\n'
        '[[further]]\ndata_of = "contract"\nmay_serve = ["fraud"]\nwhy = "law"\n[[further]]',
    ),
    "a table more": (
        "[schema.mail]",
        '[schema.crm.call]\nsubject = "customer_id"\n'
        'columns = { id = "key", customer_id = "key", number = "contact" }\n[schema.mail]',
    ),
    "a trusted function": (
        "require_tls = true",
        'require_tls = true\ntrusted_functions = { "crm.search" = "constants only" }',
    ),
    "a trusted operator": (
        'may_set = ["app.locale"]',
        'may_set = ["app.locale"]\ntrusted_operators = ["<(numeric,numeric)"]',
    ),
    "policies of the table's own": (
        'subject = "customer_id"\n',
        'subject = "customer_id"\nadopt_policies = ["tenants"]\n',
    ),
    "a role for dumps": ("require_tls = true", 'require_tls = true\nbackup = "every night"'),
    "the time zone of retention": ("require_tls = true", 'require_tls = true\ntimezone = "Europe/Berlin"'),
}


def changed(change: Change) -> Policy:
    old, new = change
    assert BASE.count(old) == 1, old
    return loads(BASE.replace(old, new))


def test_each_change_in_words_there_and_back() -> None:
    """To review a change on purpose: SMINION_GUARD_GOLDEN=1 pytest, then read the diff."""
    text = "\n".join(line for name, change in CHANGES.items() for line in told(name, change))
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        GOLDEN.write_text(text + "\n", encoding="utf-8")
    assert GOLDEN.read_text(encoding="utf-8") == text + "\n"


def told(name: str, change: Change) -> Iterator[str]:
    """A change and its reverse as people read them; ``+`` where somebody sees or may do more."""
    before, after = loads(BASE), changed(change)
    for title, found in ((name, difference(before, after)), (f"{name}, and back", difference(after, before))):
        assert found.sentences, title
        yield f"{title}:"
        yield from (f"  {'+' if sentence.widens else '-'} {sentence.text}" for sentence in found.sentences)


def test_what_takes_away_widens_on_its_way_back() -> None:
    for name, change in CHANGES.items():
        if name in NOBODY_SEES:
            continue
        there, back = difference(loads(BASE), changed(change)), difference(changed(change), loads(BASE))
        assert there.widening or back.widening, name


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
    found = difference(loads(BASE), changed(CHANGES["a category for a purpose"]))
    assert (found.logins, found.tables) == (("mailer",), ("mail.recipient",))
    assert found.summary() == "1 login, 1 table concerned"
    everybody = difference(loads(BASE), changed(CHANGES["connections without TLS"]))
    assert everybody.logins == ("app", "mailer")


@pytest.mark.parametrize(("new", "old", "exceeds"), [
    ("4 years", "3 years", True), ("36 months", "3 years", False), ("3 years", "36 months", False),
    ("30 days", "1 month", True), ("1 month", "31 days", True), ("2 weeks", "14 days", False),
    ("1 year 6 months", "18 months", False), ("1 year 1 day", "1 year", True), ("2 hours", "3 hours", False),
])
def test_lengths_of_time(new: str, old: str, exceeds: bool) -> None:
    assert may_exceed(new, old) is exceeds


def test_whom_a_login_may_send_data_to_is_told() -> None:
    before = BASE.replace('basis = "consent"\nneeds = ["contact"]\nmay = ["use"]',
                          'basis = "consent"\nneeds = ["contact"]\nmay = ["use", "transfer"]')
    after = before.replace('[login.mailer]\n', '[login.mailer]\ntransfers_to = ["printer"]\n')
    (said,) = difference(loads(before), loads(after)).sentences
    assert (said.text, said.widens) == ("login `mailer` may now send data to `printer`", True)
    (said,) = difference(loads(after), loads(before)).sentences
    assert (said.text, said.widens) == ("login `mailer` may no longer send data to `printer`", False)
