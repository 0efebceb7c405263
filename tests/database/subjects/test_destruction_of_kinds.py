"""Destruction where the policy names kinds of subjects: customer 5 is not employee 5, and rows name both."""

from __future__ import annotations

from sminion_guard.embedded import Server
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
