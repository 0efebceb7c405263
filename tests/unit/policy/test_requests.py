"""The sections [operator] and [request]: profiles, what overrides them, and what is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from sminion_guard.errors import PolicyError
from sminion_guard.policy import InvalidPolicy, loads
from sminion_guard.policy.calendar import calendar
from sminion_guard.policy.differences.terms import term_text
from sminion_guard.policy.document import document, from_document
from sminion_guard.policy.file.profiles import PROFILES
from sminion_guard.policy.model.rights import RequestKind, Requests, Trigger
from tests.unit.policy.test_difference import BASE


def requests(section: str) -> Requests:
    found = loads(BASE + section).requests
    assert found is not None
    return found


def test_without_the_section_there_are_no_requests() -> None:
    assert loads(BASE).requests is None
    assert loads(BASE).operator is None


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_has_a_term_for_every_kind_and_trigger(profile: str) -> None:
    found = requests(f'[request]\nprofile = "{profile}"\n')
    assert {(kind, trigger) for kind in found.terms for trigger in found.terms[kind]} == {
        (kind, trigger) for kind in RequestKind for trigger in Trigger}


@pytest.mark.parametrize(("profile", "kind", "trigger", "text"), [
    ("RU", "access", "request", "10 working days, once extended by 5 working days"),
    ("RU", "clarify", "request", "10 working days, once extended by 5 working days; blocked meanwhile"),
    ("RU", "clarify", "proof", "7 working days; blocked meanwhile"),
    ("RU", "destroy", "proof", "7 working days, once extended to 6 months"),
    ("RU", "destroy", "detection", "10 working days, once extended to 6 months"),
    ("RU", "destroy", "purpose_reached", "30 days, once extended to 6 months"),
    ("RU", "withdraw_consent", "request", "30 days, once extended to 6 months"),
    ("RU", "stop", "request", "10 working days, once extended by 5 working days"),
    ("RU", "stop", "detection", "3 working days"),
    ("GDPR", "access", "request", "1 month, once extended by 2 months"),
    ("GDPR", "clarify", "proof", "1 month, once extended by 2 months; blocked meanwhile"),
])
def test_the_terms_are_those_of_the_law(profile: str, kind: str, trigger: str, text: str) -> None:
    found = requests(f'[request]\nprofile = "{profile}"\n')
    assert term_text(found.terms[RequestKind(kind)][Trigger(trigger)]) == text
    assert found.calendar == {"RU": "RU", "GDPR": "weekends"}[profile]


@pytest.mark.parametrize(("written", "trigger", "text"), [
    ('{ term = "1 week" }', "request", "1 week; blocked meanwhile"),
    ('{ term = "at once", interim = "none" }', "request", "at once"),
    ('{ extend = "never" }', "request", "10 working days; blocked meanwhile"),
    ('{ extend = "to 2 months", interim = "none" }', "request", "10 working days, once extended to 2 months"),
    ('[{ term = "3 days" }, { term = "1 day", from = "proof" }]', "proof", "1 day; blocked meanwhile"),
    ('{ term = "1 week" }', "proof", "7 working days; blocked meanwhile"),
])
def test_the_policy_overrides_terms(written: str, trigger: str, text: str) -> None:
    found = requests(f'[request]\nprofile = "RU"\nclarify = {written}\n')
    assert term_text(found.terms[RequestKind.CLARIFY][Trigger(trigger)]) == text


@pytest.mark.parametrize(("section", "code"), [
    ('profile = "US"', "SG310"), ("", "SG305"), ('profile = "RU"\ncalendar = "Russia"', "SG356"),
    ('profile = "RU"\nforget = { term = "1 day" }', "SG303"), ('profile = "RU"\naccess = { term = "soon" }', "SG356"),
    ('profile = "RU"\naccess = { term = "0 days" }', "SG356"),
    ('profile = "RU"\naccess = { extend = "by 3 days" }', "SG356"),
    ('profile = "RU"\naccess = { from = "rumour" }', "SG310"),
    ('profile = "RU"\naccess = { until = "1 day" }', "SG303"),
    ('profile = "RU"\naccess = { interim = "wait" }', "SG310"),
    ('profile = "RU"\naccess = [{}, {}]', "SG315"),
    ('profile = "RU"\naccess = "1 day"', "SG304"), ('profile = "RU"\naccess = { term = "١ day" }', "SG356"),
])
def test_what_is_wrong_is_named(section: str, code: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        loads(f"{BASE}[request]\n{section}\n")
    assert [finding.code for finding in caught.value.findings] == [code]
    assert caught.value.findings[0].line is not None


def test_an_operator_needs_all_of_it() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        loads(BASE + '[operator]\nname = "Shop Ltd"\naddress = ""\n')
    assert sorted(finding.code for finding in caught.value.findings) == ["SG305", "SG324"]


def test_the_document_is_read_back() -> None:
    policy = loads(BASE + '[operator]\nname = "S"\naddress = "A"\ncontact = "C"\n[request]\nprofile = "RU"\n'
                   'destroy = { from = "proof", extend = "to 3 months" }\n')
    assert from_document(document(policy)) == policy


def test_a_calendar_has_what_differs_from_other_weeks() -> None:
    found = calendar("RU", date(2026, 11, 28))
    assert (found.first, found.last) == (date(2024, 1, 1), date(2031, 12, 31))
    assert {date(2026, 1, 1), date(2026, 12, 31)} <= {*found.holidays}
    assert all(day.isoweekday() < 6 for day in found.holidays)
    assert all(day.isoweekday() > 5 for day in found.working_days)
    assert date(2026, 12, 31) <= found.known_until < found.last
    assert date(2026, 8, 15) not in calendar("DE-BY", date(2026, 11, 28)).holidays  # a Saturday
    assert date(2026, 1, 6) in calendar("DE-BY", date(2026, 11, 28)).holidays
    with pytest.raises(PolicyError) as caught:
        calendar("XX", date(2026, 11, 28))
    assert caught.value.code == "SG521"
