"""What other programs read of the log is valid by their own schemas, field by field, and loses nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources import bundle as r5
from fhir.resources.R4B import bundle as r4
from google.protobuf import json_format
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from pydantic import ValidationError

from sminion_guard.audit.reading import Entry, fhir_r4, fhir_r5, otlp

AT = datetime(2026, 11, 28, 4, 2, 33, 205001, UTC)
READ = Entry(
    at=AT, actor="anna", unit="support", login="shop_app", purpose="contract", title="Fulfil orders", reason="order 17",
    basis="contract", basis_ref="contract 42", operations=("use",), relations=("crm.customer",),
    columns=("crm.customer.email", "crm.customer.id"), categories=("contact", "key"), rows=5, outcomes=("done",),
    ticket=7, address="10.0.0.1", application="desk", writer=1, place=2, write=0)
WRITE = replace(
    READ, actor=None, unit=None, purpose=None, title=None, reason=None, basis=None, basis_ref=None, ticket=None,
    operations=("clarify",), rows=None, columns=(), categories=(), address=None, application=None, outcomes=(),
    writer=0, place=0, write=2**63 - 1)
REFUSED = replace(READ, verdict="refused", refused_by="analyzer", codes=("SG101",), operations=())
HOSTILE = replace(READ, actor="<script>\n", reason='"}],"agent":[', unit="\u202e")
ENTRIES = (READ, WRITE, REFUSED, HOSTILE)


def sent(document: Any) -> Any:
    """As it arrives elsewhere."""
    return json.loads(json.dumps(document))


@pytest.mark.parametrize(("exporter", "schema"), [(fhir_r4, r4.Bundle), (fhir_r5, r5.Bundle)], ids=["r4", "r5"])
@pytest.mark.parametrize("subject", ["employee:42", None])
def test_fhir(exporter: Any, schema: Any, subject: str | None) -> None:
    document = sent(exporter.document(ENTRIES, subject))
    found = schema.model_validate(document)
    events = [each.resource for each in found.entry]
    assert [type(event).__name__ for event in events] == ["AuditEvent"] * 4
    assert json.loads(found.model_dump_json()) == document  # the schema knows every field, and changes none
    assert [event.action for event in events] == ["R", "U", "E", "R"]
    assert [event.recorded for event in events] == [AT] * 4
    assert [event.agent[0].who.display for event in events] == ["anna", "shop_app", "anna", "<script>\n"]
    assert events[0].entity[0].what is None if subject is None else (
        events[0].entity[0].what.identifier.value == subject)
    for change in ({"agent": None}, {"recorded": "yesterday"}, {"invented": "x"}, {"action": 1}, {"source": {}}):
        broken = sent(document)
        broken["entry"][0]["resource"] |= change
        with pytest.raises(ValidationError):
            schema.model_validate(broken)


def test_fhir_tells_what_failed() -> None:
    done, _, refused, _ = (each["resource"] for each in fhir_r4.document(ENTRIES, None)["entry"])
    assert (done["outcome"], refused["outcome"]) == ("0", "8")
    done, _, refused, _ = (each["resource"] for each in fhir_r5.document(ENTRIES, None)["entry"])
    assert (done["severity"], refused["severity"]) == ("informational", "warning")


def test_fhir_keeps_what_it_has_no_field_for() -> None:
    (event,) = (each["resource"] for each in fhir_r4.document([READ], "42")["entry"])
    said = {each["type"]: each["valueString"] for each in event["entity"][0]["detail"]}
    assert said == {
        "reason": "order 17", "basis": "contract", "basis_ref": "contract 42", "unit": "support", "rows": "5",
        "ticket": "7", "categories": "contact, key", "relations": "crm.customer",
        "columns": "crm.customer.email, crm.customer.id"}
    assert event["purposeOfEvent"] == [{"coding": [{"code": "contract"}], "text": "Fulfil orders"}]
    assert event["agent"][0]["network"] == {"address": "10.0.0.1", "type": "2"}


@pytest.mark.parametrize("subject", ["employee:42", None])
def test_opentelemetry(subject: str | None) -> None:
    document = sent(otlp.document(ENTRIES, subject))
    found = json_format.ParseDict(document, LogsData())
    assert json_format.MessageToDict(found, use_integers_for_enums=True) == document
    records = found.resource_logs[0].scope_logs[0].log_records
    assert [record.time_unix_nano for record in records] == [1795838553205001000] * 4
    assert [record.severity_number for record in records] == [9, 9, 13, 9]
    said = {each.key: each.value for each in records[0].attributes}
    assert said["user.name"].string_value == "anna" and said["client.address"].string_value == "10.0.0.1"
    assert said["sminion_guard.rows"].int_value == 5
    assert [each.string_value for each in said["sminion_guard.categories"].array_value.values] == ["contact", "key"]
    assert said["sminion_guard.subject"].string_value == subject if subject else "sminion_guard.subject" not in said
    assert {each.key: each.value for each in records[1].attributes}["sminion_guard.write"].int_value == 2**63 - 1
    document["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["invented"] = 1
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict(document, LogsData())
