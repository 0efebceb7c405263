"""What another policy changes of depersonalized views: less detail than before is no widening, all else is."""

from __future__ import annotations

import pytest

from sminion_guard.policy import compartments, loads
from sminion_guard.policy.differences.held import held
from sminion_guard.policy.differences.policies import difference
from sminion_guard.policy.document import document, from_document

TEXT = """
[policy]
name = "clinic"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[purpose.care]
title = "Treat patients"
basis = "vital_interest"
needs = "*"
may = ["use"]

[purpose.research]
title = "Count people"
basis = "legitimate_interest"
needs = ["address"]
may = ["use"]

[hierarchy.region]
groups = { North = ["Oslo"], South = ["Rome"] }

[schema.clinic]
collected_for = ["care", "research"]

[schema.clinic.patient]
subject = "id"
columns = { id = "key", city = "address", born_on = "birth", ill = "health" }
"""
VIEW = """
[view.for_research.people]
from = "clinic.patient"
for = ["research"]
columns = { region = "hierarchy(city, region)", year = "year(born_on)", ill = "prefix(ill, 3)" }
k = 5
sensitive = ["ill"]
l = 2
"""


@pytest.mark.parametrize(("old", "new", "said", "widens"), [
    ("k = 5", "k = 6", "groups in `for_research.people` are of at least 6 people, and were of 5", False),
    ("k = 5", "k = 4", "groups in `for_research.people` are of at least 4 people, and were of 5", True),
    ("l = 2", "l = 3", "a group in `for_research.people` now has at least 3 values of `ill`", False),
    ('sensitive = ["ill"]\nl = 2', "", "a group in `for_research.people` now has at least any values", True),
    ("year(born_on)", "month(born_on)", "`for_research.people` now shows `year` (month(born_on))", True),
    (', year = "year(born_on)"', "", "`for_research.people` no longer shows `year` (year(born_on))", True),
    (', South = ["Rome"]', "", "hierarchy `region`, by which `for_research.people` makes groups, is another one", True),
    (VIEW, "", "`research` no longer sees groups of people of `clinic.patient` in `for_research.people`", False),
])
def test_what_changes(old: str, new: str, said: str, widens: bool) -> None:
    assert old in TEXT + VIEW
    found = difference(loads(TEXT + VIEW), loads((TEXT + VIEW).replace(old, new)))
    (entry,) = [sentence for sentence in found.sentences if "people" in sentence.text]
    assert (entry.text, entry.widens) == (said, widens)
    assert found.tables == ("clinic.patient",)


def test_a_new_view_widens_and_closes_the_table() -> None:
    found = difference(loads(TEXT), loads(TEXT + VIEW))
    assert [(entry.text.split(" in ")[0], entry.widens) for entry in found.sentences] == [
        ("`research` may now see groups of 5 people of `clinic.patient`", True),
        ("`research` may no longer see `clinic.patient.city` and `clinic.patient.id`", False),
    ]


@pytest.mark.parametrize(("old", "new"), [
    ("k = 5", "k = 6"), ("l = 2", "l = 3"), ("year(born_on)", "month(born_on)"), (', South = ["Rome"]', ""),
])
def test_each_change_of_a_view_ends_the_tickets_of_its_purpose(old: str, new: str) -> None:
    before, after = (
        {entry.role: held(policy, entry).terms for entry in compartments(policy)}
        for policy in (loads(TEXT + VIEW), loads((TEXT + VIEW).replace(old, new)))
    )
    assert {role for role in before if before[role] != after[role]} == {"clinic_research"}


def test_a_document_says_all_of_a_view() -> None:
    policy = loads(TEXT + VIEW)
    assert from_document(document(policy)) == policy
