"""The policy in the Data Privacy Vocabulary: its structure, and that each term is one that exists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sminion_guard.policy import Basis, Operation
from sminion_guard.policy.model import CATEGORIES as BUILT_IN
from sminion_guard.policy.model.rights import RequestKind
from sminion_guard.policy.page.dpv import BASES, CATEGORIES, CONTEXT, OPERATIONS, RIGHTS, dpv, duration
from sminion_guard.policy.page.notice import notice
from tests.unit.cli.pages import AFTER, BEFORE

CHECKED = set("""
dpv:AccessControlMethod dpv:ActivityMonitoring dpv:Alter dpv:Anonymise dpv:AuthorisationProtocols dpv:Collect
dpv:DataController dpv:DataSubject dpv:Destruct dpv:EncryptionInTransfer dpv:Erase dpv:PersonalData
dpv:Process dpv:Purpose dpv:Recipient dpv:Restrict dpv:StorageCondition dpv:Store dpv:Transfer dpv:Use
dpv:hasAddress dpv:hasContact dpv:hasDataController dpv:hasDataSubject dpv:hasDuration dpv:hasLegalBasis
dpv:hasName dpv:hasPersonalData dpv:hasProcessing dpv:hasPurpose dpv:hasRecipient dpv:hasRight
dpv:hasStorageCondition dpv:hasTechnicalMeasure eu-gdpr:A15 eu-gdpr:A16 eu-gdpr:A17 eu-gdpr:A18 eu-gdpr:A21
eu-gdpr:A6-1-a eu-gdpr:A6-1-b eu-gdpr:A6-1-c eu-gdpr:A6-1-d eu-gdpr:A6-1-f eu-gdpr:A7-3 pd:Behavioural
pd:BirthDate pd:Contact pd:DeviceBased pd:Education pd:Family pd:Financial pd:Health pd:Identifying pd:Income
pd:Ownership pd:PhysicalAddress pd:Professional pd:Social
""".split())
"""Terms that stand in the tables of DPV 2.3 (https://github.com/w3c/dpv, directory 2.3)."""
OTHERS = {"skos:prefLabel", "dct:hasVersion", "xsd:duration", "sg:agreement", "sg:neverReceives", "sg:FreeText",
          "sg:PublicData", "sg:MandatoryDisclosure"}
"""Of other vocabularies, and our own."""
TEXTS = {"skos:prefLabel", "dct:hasVersion", "dpv:hasName", "dpv:hasAddress", "dpv:hasContact", "sg:agreement"}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from nodes(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from nodes(entry)


@pytest.mark.parametrize("policy", [BEFORE, AFTER], ids=["before", "after"])
def test_each_term_exists_and_each_reference_leads_somewhere(policy: Any) -> None:
    made = json.loads(json.dumps(dpv(notice(policy))))
    assert made.keys() == {"@context", "@graph"} and made["@context"] == CONTEXT
    assert all(address.endswith(("#", "/")) for address in CONTEXT.values())
    own: set[str] = set()
    named: set[str] = set()
    for node in nodes(made["@graph"]):
        own |= {node["@id"]} if "@type" in node and "@id" in node else set()
        for key, value in node.items():
            if key in ("@id", "@type"):
                named.add(value)
            elif key != "@value":
                named.add(key)
                assert isinstance(value, str) is (key in TEXTS), key
    assert {name for name in named if not name.startswith("#")} <= CHECKED | OTHERS
    assert {name for name in named if name.startswith("#")} == own
    assert {name.partition(":")[0] for name in named if ":" in name} <= CONTEXT.keys()


def test_a_purpose_says_what_the_policy_says() -> None:
    graph = {node["@id"]: node for node in dpv(notice(AFTER))["@graph"]}
    found = graph["#process-contract"]
    assert found["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-b"}
    assert found["dpv:hasPersonalData"] == [{"@id": "pd:BirthDate"}, {"@id": "pd:Identifying"}]
    assert found["dpv:hasRecipient"] == [{"@id": "#recipient-post"}, {"@id": "#recipient-web"}]
    assert found["dpv:hasStorageCondition"][0]["dpv:hasDuration"]["@value"] == "P1Y6M"
    assert {"@id": "dpv:EncryptionInTransfer"} not in found["dpv:hasTechnicalMeasure"]
    assert graph["#operator"]["dpv:hasName"] == "Shop Ltd"
    assert graph["#recipient-web"]["sg:neverReceives"] == [{"@id": "pd:BirthDate"}, {"@id": "pd:Identifying"}]
    assert graph["#category-biometric"]["skos:prefLabel"] == "Fingerprints and faces"


def test_every_word_of_a_policy_has_a_term() -> None:
    assert CATEGORIES.keys() == BUILT_IN
    assert BASES.keys() == set(Basis) and OPERATIONS.keys() == set(Operation) and RIGHTS.keys() < set(RequestKind)
    assert {*CATEGORIES.values(), *BASES.values(), *OPERATIONS.values(), *RIGHTS.values()} <= CHECKED | OTHERS


@pytest.mark.parametrize(("text", "said"), [
    ("3 years", "P3Y"), ("1 year 6 months", "P1Y6M"), ("2 weeks", "P14D"), ("2 weeks 3 days", "P17D"),
    ("12 hours", "PT12H"), ("1 month 30 minutes", "P1MT30M"), ("6 months 1 year", "P1Y6M"),
])
def test_lengths_of_time_are_durations_of_xml_schema(text: str, said: str) -> None:
    assert duration(text) == said
