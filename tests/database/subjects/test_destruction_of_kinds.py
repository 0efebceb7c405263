"""Destruction where the policy names kinds of subjects: customer 5 is not employee 5, and rows name both."""

from __future__ import annotations

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.policy import loads
from sminion_guard.subjects import Destructions, Requests
from tests.firm import POLICY, Firm, new_firm

REGISTER = """
[operator]
name = "Firm"
address = "Road 1"
contact = "privacy@firm.example"
[request]
profile = "GDPR"
"""


def destroyed(firm: Firm, kind: str, key: str) -> set[str]:
    """Tables of which rows are left."""
    with firm.database.connect() as officer:
        requests = Requests(officer)
        number = requests.open(key, "destroy", "letter", kind=kind)
        requests.identify(number, "passport")
        return {table.table_name for table in Destructions(officer).destroy(number, "letter", patience=0).left}


def test_another_kind_with_the_number_keeps_everything(server: Server) -> None:
    with new_firm(server) as firm:
        firm.apply(loads(POLICY.replace("NAME", firm.name) + REGISTER))
        assert destroyed(firm, "employee", "5") == set()
        ids = "SELECT array_agg(id ORDER BY id) FROM firm.{} WHERE {}"
        assert firm.super(ids.format("employee", "id = 5")) == [(None,)]
        assert firm.super(ids.format("badge", "employee_id = 5")) == [(None,)]
        assert firm.super(ids.format("customer", "id = 5")) == [([5],)]
        assert firm.super(ids.format("orders", "customer_id = 5")) == [([5],)]
        # A message to employee 5 stays with its customer; a meeting of nobody else goes.
        assert firm.super("SELECT customer_id, employee_id FROM firm.message WHERE id = 3") == [(6, None)]
        assert firm.super(ids.format("meeting", "true")) == [([1, 3, 4],)]
        # The customer must be named in messages: those to others stay, and are said.
        assert destroyed(firm, "customer", "5") == {"gift", "message"}
        assert firm.super(ids.format("message", "customer_id = 5")) == [([2],)]
        assert firm.super("SELECT id FROM firm.customer WHERE id = 5") == []


def test_the_request_of_one_kind_is_granted_when_the_other_key_of_the_person_is_destroyed_too(server: Server) -> None:
    with new_firm(server) as firm:
        firm.apply(loads(POLICY.replace("NAME", firm.name) + REGISTER))
        firm.super("SELECT sminion.merge_subjects('5', '6', 'one passport', kind => 'employee',"
                   " other_kind => 'customer')")
        assert destroyed(firm, "employee", "5") == set()
        with firm.database.connect() as officer:
            requests = Requests(officer)
            ((number,),) = firm.super("SELECT id FROM sminion.request WHERE subject = 'employee:5'")
            with pytest.raises(GuardError) as refused:
                requests.close(number, "granted", "done")
            assert refused.value.code == "SG565" and "`customer:6`" in str(refused.value.detail)
            # Customer 5 is nobody of this person.
            assert firm.super("SELECT id FROM firm.customer WHERE id IN (5, 6) ORDER BY 1") == [(5,), (6,)]
            assert destroyed(firm, "customer", "6") == set()
            assert firm.super("SELECT id FROM firm.customer WHERE id IN (5, 6)") == [(5,)]
            requests.close(number, "granted", "done")
            assert requests.get(number).outcome == "granted"
