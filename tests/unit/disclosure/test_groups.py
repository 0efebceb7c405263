"""A depersonalized view is judged by what the policy says of it, and not by what it is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sminion_guard.analyzer import Catalog, analyze
from sminion_guard.disclosure import judge_export
from sminion_guard.policy import loads
from tests.unit.analyzer.shop import relation
from tests.unit.disclosure.shop import TODAY

POLICY = loads("""
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[purpose.analytics]
title = "Know what is read"
basis = "legitimate_interest"
needs = []
may = ["use", "transfer"]

[purpose.support]
title = "Answer questions"
basis = "contract"
needs = ["contact", "birth"]
may = ["use"]

[schema.web]
collected_for = ["analytics", "support"]
[schema.web.person]
subject = "id"
columns = { id = "key", email = "contact", born_on = "birth" }

[view.for_analytics.people]
from = "web.person"
for = ["analytics"]
columns = { decade = "decade(born_on)", part = "prefix(email, 1)" }
k = 5

[recipient.analyst]
title = "Analyst"
contract = "DPA-1"
purposes = ["analytics"]
gives = ["behaviour"]
never = ["contact"]
""")
RELATIONS = (
    relation("web", "person", "id email born_on"),
    relation("for_analytics", "people", "decade part", kind="v",
             definition="SELECT born_on AS decade, email AS part FROM web.person"),
    relation("public", "outer_view", "decade", kind="v", public="r", invoker=True,
             definition="SELECT decade FROM for_analytics.people"),
)
CATALOG = Catalog("groups-1", "shop", 18, ("public",), {entry.key: entry for entry in RELATIONS}, {},
                  public_usage=frozenset({"public"}))


def codes(sql: str, purpose: str = "analytics") -> list[str]:
    return [reason.code for reason in analyze(sql, catalog=CATALOG, policy=POLICY, purpose=purpose).reasons]


@pytest.mark.parametrize("sql", [
    "SELECT decade FROM for_analytics.people", "SELECT * FROM for_analytics.people", "SELECT decade FROM outer_view",
    "SELECT count(*) FROM for_analytics.people GROUP BY part",
])
def test_its_purpose_reads_it(sql: str) -> None:
    assert codes(sql) == []
    verdict = analyze(sql, catalog=CATALOG, policy=POLICY, purpose="analytics")
    assert verdict.protected and verdict.compartments == ("shop_analytics",)


@pytest.mark.parametrize(("sql", "purpose", "code"), [
    ("SELECT decade FROM for_analytics.people", "support", "SG103"),
    ("SELECT born_on FROM web.person", "analytics", "SG103"),
    ("SELECT id FROM web.person", "analytics", "SG103"),
    ("SELECT v.decade FROM for_analytics.people v JOIN web.person p ON true", "analytics", "SG103"),
    ("SELECT email FROM for_analytics.people", "analytics", "SG107"),
    ("DELETE FROM for_analytics.people", "analytics", "SG104"),
    ("UPDATE for_analytics.people SET part = 'x'", "analytics", "SG104"),
    ("SELECT * FROM for_analytics.nobody", "analytics", "SG107"),
])
def test_nobody_else_reads_it_and_it_opens_nothing_else(sql: str, purpose: str, code: str) -> None:
    assert code in codes(sql, purpose)


def test_without_the_view_the_table_is_open_to_the_purpose() -> None:
    alone = replace(POLICY, depersonalized_views={})
    assert analyze("SELECT id FROM web.person", catalog=CATALOG, policy=alone, purpose="analytics").allowed


def test_a_recipient_gets_groups_but_of_what_it_never_gets() -> None:
    def judged(sql: str) -> list[str]:
        verdict = judge_export(sql, catalog=CATALOG, policy=POLICY, recipient="analyst", purpose="analytics",
                               today=TODAY)
        return [reason.code for reason in verdict.reasons]

    assert judged("SELECT decade FROM for_analytics.people") == []
    assert judged("SELECT part FROM for_analytics.people") == ["SG705"]
    assert judged("SELECT decade FROM for_analytics.people WHERE part = 'a'") == ["SG705"]
    assert judged("SELECT decade FROM outer_view") == []


def test_what_identifies_together_and_free_texts_are_warned_of() -> None:
    text = """
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[purpose.poll]
title = "Ask what people think"
basis = "contract"
needs = "*"
may = ["use", "transfer"]

[schema.poll]
collected_for = ["poll"]
[schema.poll.answer]
subject = "person_id"
columns = { person_id = "key", born_on = "birth", postcode = "address", sex = "none", said = "free_text" }

[recipient.institute]
title = "Institute"
contract = "DPA-9"
purposes = ["poll"]
never = []
"""
    answer = relation("poll", "answer", "person_id born_on postcode sex said")
    catalog = Catalog("poll-1", "shop", 18, ("poll",), {answer.key: answer}, {}, public_usage=frozenset())

    def warned(sql: str, rules: str = text) -> list[str]:
        verdict = judge_export(sql, catalog=catalog, policy=loads(rules), recipient="institute", purpose="poll",
                               today=TODAY)
        assert verdict.allowed
        return [warning.code for warning in verdict.warnings]

    assert warned("SELECT born_on, postcode, sex FROM poll.answer") == ["SG730"]
    assert warned("SELECT born_on || postcode || sex AS all FROM poll.answer") == ["SG730"]
    assert warned("SELECT said FROM poll.answer") == ["SG731"]
    assert warned("SELECT born_on, postcode FROM poll.answer") == ["SG710"]
    assert warned("SELECT born_on, sex FROM poll.answer") == []
    grouped = "SELECT born_on, postcode, count(*) FROM poll.answer GROUP BY 1, 2"
    assert warned(grouped) == ["SG710"]
    assert warned(grouped, text.replace("never = []", "never = []\nk = 5")) == []  # nobody is alone in a group of five
    assert warned("SELECT postcode, sex, count(born_on) FROM poll.answer GROUP BY 1, 2") == []
