# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Subjects of several kinds: rows about several of them, optional ones, policies that change, scripts."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from sminion_guard.policy import loads
from tests.firm import AGENT, KINDS, Firm, new_firm
from tests.world import acting, refusal, rows, ticket


@pytest.fixture
def firm(server: Server) -> Iterator[Firm]:
    with new_firm(server, shared_roles=True) as firm:
        yield firm


@pytest.fixture(scope="module")
def standing(server: Server) -> Iterator[Firm]:
    """One whose employee 9 is blocked, and that no test changes."""
    with new_firm(server, shared_roles=True) as firm:
        block(firm, "employee", 9)
        yield firm


def ids(firm: Firm, table: str, purpose: str = "work") -> list[int]:
    with firm.connect() as app, acting(app, ticket(app, purpose)):
        return [number for (number,) in rows(app, f"SELECT id FROM firm.{table} ORDER BY id")]


def block(firm: Firm, kind: str, key: object) -> None:
    firm.super("SELECT sminion.block(%s, 'asked', 'test', kind => %s)", str(key), kind)


def test_a_row_about_several_is_shown_when_all_that_it_names_permit_it(firm: Firm) -> None:
    # 6 lacks the customer whom it needs, 7 names a partner by no key
    assert ids(firm, "message") == [1, 2, 3, 4, 5, 8]
    for kind, key, left in (
        ("employee", 6, [1, 3, 4, 5, 8]), ("customer", 6, [1, 4, 5, 8]), ("agent", AGENT, [1, 5, 8]), ("partner", 5, [1, 8]),
        ("customer", 5, [8]), ("partner", "customer:6", []),
    ):
        block(firm, kind, key)
        assert ids(firm, "message") == left
    firm.settle()
    assert ids(firm, "message") == []
    for kind, key in (("customer", 5), ("employee", 6)):
        firm.super("SELECT sminion.unblock(%s, 'asked', 'test', kind => %s)", str(key), kind)
    firm.settle()
    assert ids(firm, "message") == [1, 2]


def test_consent_to_a_row_about_several_is_that_of_all(firm: Firm) -> None:
    firm.super("SELECT sminion.give_consent('5', 'news', 'asked', 'test', 'customer')")
    firm.settle()
    assert ids(firm, "message", "news") == [1]
    firm.super("SELECT sminion.give_consent('6', 'news', 'asked', 'test', 'employee')")
    firm.settle()
    assert ids(firm, "message", "news") == [1, 2]


def test_optional_subjects(firm: Firm) -> None:
    assert ids(firm, "gift") == [1, 2]
    assert ids(firm, "meeting") == [1, 2, 3]
    block(firm, "customer", 6)
    assert ids(firm, "gift") == [2]
    assert ids(firm, "meeting") == [1, 2]
    block(firm, "employee", 5)
    assert ids(firm, "meeting") == [1]


@pytest.mark.parametrize(("values", "seen"), [
    ("(90, 8, NULL, NULL, NULL, '')", True), ("(90, 8, 8, NULL, NULL, '')", True), ("(90, NULL, 8, NULL, NULL, '')", False),
    ("(90, 8, 9, NULL, NULL, '')", False), ("(90, 8, NULL, NULL, '', '')", False), ("(90, 9, NULL, NULL, NULL, '')", True),
])
def test_new_rows_about_several(standing: Firm, values: str, seen: bool) -> None:
    with standing.connect() as app, acting(app, ticket(app, "work")):
        if seen:
            app.execute(f"INSERT INTO firm.message VALUES {values}".encode())
            assert rows(app, "SELECT id FROM firm.message WHERE id = 90") == [(90,)]
            assert app.execute("DELETE FROM firm.message WHERE id = 90").rowcount == 1
        else:
            assert refusal(app, f"INSERT INTO firm.message VALUES {values}") == "42501"


def test_a_parent_that_moves_to_another_person_takes_its_children_along(firm: Firm) -> None:
    block(firm, "employee", 30)
    firm.super("UPDATE firm.customer SET id = 30 WHERE id = 5; UPDATE firm.orders SET customer_id = 30 WHERE customer_id = 5")
    firm.super("UPDATE firm.employee SET id = 30 WHERE id = 5; UPDATE firm.badge SET employee_id = 30 WHERE employee_id = 5")
    assert 30 in ids(firm, "customer")
    assert 5 in ids(firm, "orders")
    assert 30 not in ids(firm, "employee")
    assert 5 not in ids(firm, "badge")


def test_nothing_is_stale_after_filling_in(standing: Firm) -> None:
    """Rows that nobody sees are not waited for either: of nobody, or with an empty key."""
    firm = standing
    firm.settle()
    assert firm.super("SELECT unsettled, tables_to_fill, states_to_remask FROM sminion.settle_status") == [(0, 0, 0)]
    for table in ("message", "gift", "meeting", "partner"):
        stale = firm.super("SELECT sminion.stale_rows(p) FROM sminion.protected_table p WHERE table_name = %s", table)[0][0]
        assert firm.super(f"SELECT count(*) FROM firm.{table} t WHERE {stale}") == [(0,)]


def test_a_policy_of_kinds_goes_and_comes_back(firm: Firm) -> None:
    block(firm, "employee", 5)
    firm.settle()
    with firm.database.connect() as admin:
        migrate.remove(admin)
    assert firm.super("SELECT count(*) FROM firm.employee") == [(20,)]
    firm.apply()
    assert 5 in ids(firm, "customer")
    assert 5 not in ids(firm, "employee")
    with firm.database.connect() as admin:
        assert migrate.plan(admin, firm.policy()).clean


def test_a_kind_may_be_added_and_none_may_change(firm: Firm) -> None:
    block(firm, "employee", 5)
    added = firm.policy(**{"[subject.agent]": '[subject.visitor]\nkey = "text"\n[subject.agent]'})
    firm.apply(added)
    assert 5 not in ids(firm, "employee")
    for changed in (
        firm.policy(),
        firm.policy(**{'[subject.partner]\nkey = "text"': '[subject.partner]\nkey = "text"\n[subject.visitor]\nkey = "bigint"'}),
    ):
        with pytest.raises(InstallError) as caught:
            firm.apply(changed)
        assert caught.value.code == "SG412"
        assert "`visitor text`" in str(caught.value)
        with pytest.raises(psycopg.Error) as script:
            firm.super("\n".join(migrate.script(changed, added)))
        assert script.value.sqlstate == "SG415"


def test_one_kind_does_not_become_several(firm: Firm) -> None:
    with firm.database.connect() as admin:
        migrate.remove(admin)
    text = f'[policy]\nname = "{firm.name}"\nversion = "1"\nsubject_key = "bigint"\nticket_lifetime = "15 minutes"\n'
    firm.apply(loads(text + '[purpose.work]\ntitle = "Work"\nbasis = "contract"\nneeds = "*"\nmay = ["use"]\n'
                     '[schema.firm]\ncollected_for = ["work"]\n[schema.firm.customer]\nsubject = "id"\n'
                     'columns = { id = "key", name = "identity" }\n'))
    with firm.database.connect() as admin:
        assert refusal(admin, "SELECT sminion.block('5', 'asked', 'test', kind => 'customer')") == "SG460"
    with pytest.raises(InstallError) as caught:
        firm.apply()
    assert caught.value.code == "SG412"


def test_a_table_of_another_kind_than_before_is_filled_in_again(firm: Firm) -> None:
    """The badges turn out to be those of customers."""
    block(firm, "customer", 5)
    block(firm, "employee", 6)
    firm.settle()
    firm.super("UPDATE firm.badge SET what = 'x'")
    assert (5 in ids(firm, "badge"), 6 in ids(firm, "badge")) == (True, False)
    firm.apply(firm.policy(**{'"employee_id -> firm.employee"': '"employee_id -> firm.customer"'}))
    assert (5 in ids(firm, "badge"), 6 in ids(firm, "badge")) == (False, True)
    firm.apply(firm.policy(**{'subject = "id"\nkind = "employee"': 'subject = "id"\nkind = "customer"'}))
    assert (5 in ids(firm, "employee"), 6 in ids(firm, "employee")) == (False, True)


def test_a_script_does_the_same(server: Server) -> None:
    with new_firm(server, protected=False) as firm:
        firm.super("\n".join(migrate.script(firm.policy())))
        with firm.database.connect() as admin:
            assert migrate.plan(admin, firm.policy()).clean
            migrate.fill_masks(admin)
        block(firm, "employee", 5)
        assert (5 in ids(firm, "customer"), 5 in ids(firm, "employee")) == (True, False)
        firm.super("\n".join(migrate.removal_script()))
        assert firm.super("SELECT count(*) FROM sminion.policy") == [(0,)]


def test_states_keep_the_form_that_the_policy_says(standing: Firm) -> None:
    firm = standing
    assert firm.super("SELECT subject_keys FROM sminion.policy") == [(KINDS,)]
    kinds = firm.super("SELECT DISTINCT split_part(subject, ':', 1) FROM sminion.subject_state ORDER BY 1")
    assert [kind for (kind,) in kinds] == sorted(KINDS)
    assert firm.super("SELECT count(*) FROM sminion.subject_state WHERE subject IN ('partner:', 'customer:')") == [(0,)]
