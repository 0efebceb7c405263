"""Clarification: what was written for a request is on record, folded or not, and no value is."""

from __future__ import annotations

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects import Requests
from tests.journal import fold
from tests.world import World, acting, rows, ticket


def correct(world: World, number: int, subject: int, value: str = "right@example.org") -> None:
    with world.connect() as login:
        token = ticket(login, "rectification", subject=str(subject), basis_ref=f"request:{number}", unit="desk")
        with acting(login, token):
            login.execute("UPDATE crm.customer SET email = %s WHERE id = %s", [value, subject])
            login.execute("COMMIT")


def test_a_correction_is_on_record_with_its_request_and_without_values(world: World) -> None:
    with world.connect("officer") as officer, world.connect("reader") as auditor:
        requests = Requests(officer)
        number = requests.open(7, "clarify", "letter of 3 May")
        requests.identify(number, "passport")
        correct(world, number, 7)
        for folded in (False, True):
            if folded:
                with world.database.connect() as admin:
                    fold(admin)
            (change,) = requests.clarifications(number)
            assert (change.operation, change.relation, change.columns, change.rows, change.others) == (
                "clarify", "crm.customer", ("email",), 1, 0)
            assert (change.actor, change.unit, change.purpose) == ("attacker", "desk", "rectification")
            assert requests.get(number).clarifications == 1
            seen = "SELECT * FROM sminion.clarifications"
            assert len(rows(auditor, seen)) == 1
            assert "right@example.org" not in str(rows(auditor, seen))
        requests.close(number, "granted", "corrected")
        why = "SELECT revoked_why FROM sminion.ticket WHERE basis_ref IS NOT NULL"
        assert world.super(why) == [(f"request {number} was closed",)]


def test_that_nothing_had_to_be_changed_is_said(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        number = requests.open(7, "clarify", "letter")
        requests.identify(number, "passport")
        with pytest.raises(GuardError) as caught:
            requests.close(number, "partly_granted", "it was right")
        assert caught.value.code == "SG544" and f"request:{number}" in str(caught.value.hint)
        requests.close(number, "granted", "it was right", unchanged=True)
        assert requests.history(number)[-1].detail["unchanged"] is True


def test_a_correction_of_another_key_of_the_person_counts(world: World) -> None:
    with world.connect("officer") as officer:
        requests = Requests(officer)
        officer.execute("SELECT sminion.merge_subjects(7, 8, 'one person')")
        number = requests.open(7, "clarify", "letter")
        requests.identify(number, "passport")
        correct(world, number, 8)
        (change,) = requests.clarifications(number)
        assert change.others == 0
        requests.close(number, "granted", "corrected")
