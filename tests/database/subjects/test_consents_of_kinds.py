# ruff: noqa: E501 - SQL stands on one line, as it is sent
"""Consents where the policy names kinds of subjects: customer 5 is not employee 5, also when a consent ends by itself."""

from __future__ import annotations

from sminion_guard.embedded import Server
from tests.firm import new_firm


def test_a_consent_ends_for_its_kind_only(server: Server) -> None:
    with new_firm(server, shared_roles=True) as firm:
        firm.super("SELECT sminion.give_consent('5', 'news', 'form', kind => 'customer', until => clock_timestamp() + interval '200 ms')")
        firm.super("SELECT sminion.give_consent('5', 'news', 'form', kind => 'employee')")
        firm.super("SELECT * FROM sminion.import_consents(ARRAY['6'], ARRAY['news'], ARRAY['given'], ARRAY[now() - interval '1 day'], NULL,"
                   " NULL, NULL, NULL, 'archive', 'customer')")
        firm.super("SELECT pg_sleep(0.3)")
        firm.super("CALL sminion.maintain()")
        assert firm.super("SELECT subject, state FROM sminion.consent_register ORDER BY subject COLLATE \"C\"") == [
            ("customer:5", "expired"), ("customer:6", "given"), ("employee:5", "given")]
        assert firm.super("SELECT subject, purpose FROM sminion.subject_event WHERE event = 'expire_consent'") == [("customer:5", "news")]
        assert firm.super("SELECT count(*) FROM sminion.consent_differences()") == [(0,)]
