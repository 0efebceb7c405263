"""What people may ask of whoever keeps data about them. For privacy officers: each call is an event of the log."""

from __future__ import annotations

from sminion_guard.subjects.blocks import Blocks, StateEvent, Status
from sminion_guard.subjects.certificate import Certificate, Grounding, TableGrounding, Verified, certificate
from sminion_guard.subjects.consent import Consent, Difference, Fault, Imported
from sminion_guard.subjects.consents import Consents
from sminion_guard.subjects.destruction import Batch, DestroyedTable, Destruction, Planned
from sminion_guard.subjects.destructions import Destructions
from sminion_guard.subjects.kept import KeptCertificate, certificate_events, keep
from sminion_guard.subjects.obligation import Disclosure, Obligation, Recall, Registered
from sminion_guard.subjects.persons import Merged, Persons
from sminion_guard.subjects.recipients import Recipients
from sminion_guard.subjects.request import Clarification, Request, RequestEvent
from sminion_guard.subjects.requests import Requests
from sminion_guard.subjects.retention import DroppedPartition, ExpiredPartition, Expiring, Purged, Retentions

__all__ = [
    "Batch", "Blocks", "Certificate", "Clarification", "Consent", "Consents", "DestroyedTable", "Destruction",
    "Destructions", "Difference", "Disclosure", "DroppedPartition", "ExpiredPartition", "Expiring", "Fault",
    "Grounding", "Imported", "KeptCertificate", "Merged", "Obligation", "Persons", "Planned", "Purged", "Recall",
    "Recipients", "Registered", "Request", "RequestEvent", "Requests", "Retentions", "StateEvent", "Status",
    "TableGrounding", "Verified", "certificate", "certificate_events", "keep",
]
