"""What a compartment holds, and by what two versions of a policy are told apart."""

from __future__ import annotations

from dataclasses import fields

import pytest

from sminion_guard.policy import (
    Policy,
    Purpose,
    Retention,
    Schema,
    SubjectColumn,
    SubjectPath,
    Table,
    compartments,
    loads,
)
from sminion_guard.policy.differences.held import differences, held
from sminion_guard.policy.model import Login

NO_MATTER = {
    # what becomes of consents with the next version: a purpose whose consents end gets another bit, which is compared
    (Policy, "consent"),
    # of access reports, and of no statement
    (Table, "report"),
    # who is responsible, and until when requests are answered: no statement is judged by them
    (Policy, "operator"), (Policy, "requests"),
    # what the policy is called, and what people read
    (Policy, "name"), (Policy, "version"), (Purpose, "title"), (Schema, "title"), (Policy, "own_categories"),
    (Policy, "trusted_why"),
    # becomes the roles, and so which compartments there are
    (Policy, "compatible"), (Policy, "further"), (Schema, "collected_for"), (Table, "collected_for"),
    # compared apart, by login or for the policy as a whole
    (Policy, "logins"), (Policy, "ticket_lifetime"), (Login, "name"), (Login, "purposes"),
    (Login, "may_hold_incompatible"), (Login, "transfers_to"),
    # of the compartments of recipients: below
    (Policy, "recipients"),
    # asked when a policy is applied, and by no statement
    (Policy, "accept_upsert_leak"), (Policy, "widens"), (Policy, "backup"), (Login, "may_own"),
    # asked when a ticket is opened
    (Login, "tickets_per_minute"),
    # asked when the log is written
    (Login, "log_mb_per_minute"),
    # asked when the log is read
    (Purpose, "explains"),
    # asked when a consent is recorded
    (Login, "may_record_consent"),
    (Policy, "trusted_operators"), (Retention, "then"),
    # asked when the data of a person are destroyed
    (Table, "shared"),
    # asked when rows are sent to a recipient
    (Policy, "holds"),
    # asked when a row is depersonalized
    (Table, "depersonalize"),
}  # fmt: skip
COMPARED = {
    # tests/unit/policy/test_view_difference.py
    (Policy, "depersonalized_views"), (Policy, "hierarchies"),
    (Policy, "subject_key"), (Policy, "kinds"), (Policy, "require_tls"), (Policy, "purposes"), (Policy, "schemas"),
    (Policy, "trusted_functions"), (Policy, "timezone"), (Policy, "ticket_values"), (Policy, "may_set"),
    (Policy, "may_call"),
    (Purpose, "name"), (Purpose, "basis"), (Purpose, "needs"), (Purpose, "may"), (Purpose, "sees_blocked"),
    (Purpose, "views"),
    (Schema, "name"), (Schema, "tables"), (Schema, "neutral"),
    (Table, "schema"), (Table, "name"), (Table, "subject"), (Table, "columns"), (Table, "retention"), (Table, "rows"),
    (Table, "anonymous"), (Table, "adopt_policies"),
    (SubjectColumn, "column"), (SubjectColumn, "kind"), (SubjectColumn, "optional"),
    (SubjectPath, "column"), (SubjectPath, "schema"), (SubjectPath, "table"), (SubjectPath, "key"),
    (Retention, "after"), (Retention, "keep"),
}  # fmt: skip


def test_whatever_is_new_in_a_policy_is_compared_or_known_not_to_matter() -> None:
    """A statement that is judged by something that is not compared could be judged by an old policy."""
    kinds = (Policy, Purpose, Schema, Table, SubjectColumn, SubjectPath, Retention, Login)
    assert {(kind, field.name) for kind in kinds for field in fields(kind) if field.init} == NO_MATTER | COMPARED


TEXT = """
[policy]
name = "p"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
require_tls = true
trusted_functions = ["a.f"]

[ticket]
may_set = ["app.locale"]

[login.app]
purposes = ["care"]

[login.other]
purposes = ["news"]

[purpose.care]
title = "Care"
basis = "contract"
needs = ["contact"]
may = ["use", "delete"]

[purpose.news]
title = "News"
basis = "consent"
needs = ["contact"]
may = ["use"]

[schema.a]
collected_for = ["care"]
neutral = ["code_*"]

[schema.a.person]
subject = "id"
columns = { id = "key", email = "contact", born = "birth", since = "none" }

[schema.b]
collected_for = ["news"]

[schema.b.reader]
subject = "id"
columns = { id = "key", email = "contact" }
"""


def test_a_compartment_holds_columns_settings_and_functions_on_terms() -> None:
    policy = loads(TEXT)
    (care,) = (held(policy, entry) for entry in compartments(policy) if entry.purpose == "care")
    assert care.gives == {
        "a.person": {"read": ["email", "id", "since"], "delete rows of": []},
        "a": {"read neutral tables named": ["code_*"]},
        "": {"set": ["app.locale"], "call": ["a.f"]},
    }
    assert care.terms["a.person"] == {
        "subject": "id bigint", "rows": "all", "retention": "none", "rows about nobody": "hidden",
        "adopted policies": "none",
    }
    assert care.terms[""]["basis"] == "contract"


@pytest.mark.parametrize(("old", "new", "said"), [
    ('version = "1"', 'version = "2"', ()),
    ('title = "Care"', 'title = "Care for people"', ()),
    ('[purpose.news]\ntitle = "News"\nbasis = "consent"', '[purpose.news]\ntitle = "News"\nbasis = "contract"', ()),
    ('born = "birth"', 'born = "contact"', ("`care` may now read `a.person.born`",)),
    (', since = "none"', ', since = "health"', ("`care` may no longer read `a.person.since`",)),
    ('"use", "delete"', '"use"', ("`care` may no longer delete rows of `a.person`",)),
    ('basis = "contract"', 'basis = "vital_interest"', ("basis of `care` was contract, and is vital_interest",)),
    ('trusted_functions = ["a.f"]', "trusted_functions = []", ("`care` may no longer call `a.f`",)),
    ('may_set = ["app.locale"]', 'may_set = ["app.locale", "app.zone"]', ("`care` may now set `app.zone`",)),
    ('neutral = ["code_*"]', 'neutral = ["list_*"]', (
        "`care` may no longer read neutral tables named `a.code_*`",
        "`care` may now read neutral tables named `a.list_*`")),
    ('"15 minutes"', '"10 minutes"', ("tickets live 0:10:00, and lived 0:15:00",)),
    ("require_tls = true", "require_tls = false", ("TLS of `care` was required, and is not required",)),
    ('[schema.a.person]\nsubject = "id"', '[schema.a.person]\nsubject = "id"\nrows = "id < 9"', (
        "rows of `a.person` was all, and is id < 9",)),
    ('[login.app]\npurposes = ["care"]', '[login.app]\npurposes = ["news"]', (
        "login `app` may no longer act for `care`", "login `app` may now act for `news`")),
    ("[login.app]", "[login.ape]", ("login `app` is no longer named",)),
])  # fmt: skip
def test_what_changed_for_a_login_is_told_and_nothing_else(old: str, new: str, said: tuple[str, ...]) -> None:
    assert old in TEXT
    assert differences(loads(TEXT), loads(TEXT.replace(old, new, 1)), "app") == said


def test_a_purpose_that_is_gone_and_a_login_that_is_new_are_told() -> None:
    before = loads(TEXT)
    without = TEXT.replace("[login.other]\npurposes = [\"news\"]\n", "")
    assert differences(before, loads(without), "other") == ("login `other` is no longer named",)
    assert differences(loads(without), before, "other") == ("login `other` is named now",)
    assert differences(before, before, "nobody") == ()
