# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: hold one side in a cursor, a variable or a running statement, change role and ticket, and read the other side.

``contract`` reads crm, ``personnel`` reads hr, and the login holds both.
"""

from __future__ import annotations

import psycopg
import pytest

from tests.world import PRIVILEGE, Connection, World, acting, refusal, rows, take, ticket

READ_CRM = "SELECT email FROM crm.customer WHERE id = 5"
READ_HR = "SELECT email FROM hr.employee WHERE id = 5"


def switch(world: World, tokens: dict[str, str], purpose: str) -> str:
    """The call that takes role and token within a statement."""
    return (
        f"set_config('role', '{world.role(purpose)}', true) || set_config('sminion.token', '{tokens[purpose]}', true)"
    )


def test_a_second_incompatible_compartment_cannot_be_entered(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        assert rows(attacker, READ_CRM) == [("e5",)]
        with pytest.raises(psycopg.Error) as refused:
            attacker.execute("SELECT sminion.enter(%s)", [tokens["personnel"]])
        assert refused.value.sqlstate == "SG210"


def test_a_compatible_compartment_can_be_entered(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        assert rows(attacker, READ_CRM) == [("e5",)]
        attacker.execute("SELECT sminion.enter(%s)", [tokens["accounting"]])
        assert rows(attacker, "SELECT count(*) FROM sales.orders") == [(40,)]


def test_nor_by_setting_role_and_token_by_hand(world: World, attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        take(attacker, world.role("personnel"), tokens["personnel"])
        assert refusal(attacker, READ_HR) == "SG210"
    attacker.execute("BEGIN")
    take(attacker, world.role("personnel"), tokens["personnel"])
    assert refusal(attacker, READ_HR) == "SG220"
    attacker.execute("ROLLBACK")
    with acting(attacker, tokens["personnel"]):
        take(attacker, world.role("personnel"), tokens["personnel"])
        assert rows(attacker, READ_HR) == [("e5",)]


def test_nor_after_a_savepoint_took_the_first_one_back_with_a_cursor_left(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN")
    take(attacker, world.role("contract"), tokens["contract"])
    attacker.execute("DECLARE c CURSOR FOR SELECT email FROM crm.customer")
    assert refusal(attacker, "SAVEPOINT a", "FETCH 1 FROM c") == "SG220"
    attacker.execute("ROLLBACK")
    with acting(attacker, tokens["contract"]):
        attacker.execute("DECLARE c CURSOR FOR SELECT email FROM crm.customer")
        attacker.execute("SAVEPOINT a")
        assert rows(attacker, "FETCH 1 FROM c") == [("e1",)]
        attacker.execute("ROLLBACK TO a")
        take(attacker, world.role("personnel"), tokens["personnel"])
        assert refusal(attacker, READ_HR) == "SG210"


def test_after_a_savepoint_took_everything_back_the_other_side_may_be_read(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN; SAVEPOINT a")
    attacker.execute("SELECT sminion.enter(%s)", [tokens["contract"]])
    attacker.execute("DECLARE c CURSOR FOR SELECT email FROM crm.customer")
    attacker.execute("ROLLBACK TO a")
    attacker.execute("SELECT sminion.enter(%s)", [tokens["personnel"]])
    assert rows(attacker, READ_HR) == [("e5",)]
    assert refusal(attacker, "FETCH 1 FROM c") == "34000"
    attacker.execute("ROLLBACK")


def test_a_cursor_of_one_side_gives_nothing_under_the_role_of_the_other(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN")
    take(attacker, world.role("contract"), tokens["contract"])
    attacker.execute("DECLARE c CURSOR FOR SELECT email FROM crm.customer")
    take(attacker, world.role("personnel"), tokens["personnel"])
    assert rows(attacker, "FETCH ALL FROM c") == []
    attacker.execute("ROLLBACK")


def test_a_cursor_is_not_read_under_the_ticket_of_another_role_of_the_same_schema(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    attacker.execute("BEGIN")
    take(attacker, world.role("contract"), tokens["contract"])
    attacker.execute("DECLARE c CURSOR FOR SELECT email FROM sales.orders")
    take(attacker, world.role("accounting"), tokens["accounting"])
    assert refusal(attacker, "FETCH ALL FROM c") == "SG217"
    attacker.execute("ROLLBACK")


@pytest.mark.parametrize("ending", ["BEGIN {} RAISE EXCEPTION 'x'; EXCEPTION WHEN raise_exception THEN NULL; END;", "{} COMMIT;",
                                    "{} ROLLBACK;"])
def test_a_variable_of_code_does_not_carry_one_side_to_the_other(
    ending: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    first = f"PERFORM {switch(world, tokens, 'contract')}; SELECT email INTO kept FROM crm.customer WHERE id = 5;"
    second = f"PERFORM {switch(world, tokens, 'personnel')}; SELECT email INTO other FROM hr.employee WHERE email = kept;"
    block = f"DO $$ DECLARE kept text; other text; BEGIN {ending.format(first)} {second} END $$"
    assert refusal(attacker, block) == "SG220"


def test_a_variable_does_not_either_when_the_client_forges_the_marks_it_can_reach(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    """An advisory lock can be taken and let go by anybody: the mark is none, and the tables that are cannot be locked."""
    marks = [f"sminion.{name}" for (name,) in world.super(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'sminion'::regnamespace AND relname ~ '^mark_[0-9]+$'")]
    assert len(marks) == 7
    for mark in marks:
        for mode in ("ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE"):
            assert refusal(attacker, "ROLLBACK; BEGIN", f"LOCK TABLE {mark} IN {mode} MODE") == PRIVILEGE
    attacker.execute("ROLLBACK")


def test_code_may_work_in_a_compartment_that_was_entered_before(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        attacker.execute("DO $$ DECLARE kept text; BEGIN SELECT email INTO STRICT kept FROM crm.customer WHERE id = 5; END $$")


@pytest.mark.parametrize("order", [
    "SELECT {to_hr}, query_to_xml('SELECT email FROM hr.employee', true, true, '') FROM crm.customer",
    "SELECT email, {to_hr}, query_to_xml('SELECT email FROM hr.employee', true, true, '') FROM crm.customer",
    "SELECT email FROM crm.customer WHERE {to_hr} <> '' AND query_to_xml('TABLE hr.employee', true, true, '') IS NOT NULL",
    "SELECT c.email FROM (SELECT {to_hr}, query_to_xml('SELECT id FROM hr.employee', true, true, '') OFFSET 0) x, crm.customer c",
    "SELECT (SELECT {to_hr}), query_to_xml('SELECT email FROM hr.employee', true, true, ''), email FROM crm.customer",
    "SELECT email, CASE WHEN {to_hr} <> '' THEN query_to_xml('SELECT email FROM hr.employee', true, true, '') END FROM crm.customer",
    "SELECT email FROM crm.customer ORDER BY {to_hr}, query_to_xml('SELECT email FROM hr.employee', true, true, '')::text",
    "SELECT count(*) FROM crm.customer HAVING {to_hr} <> '' AND query_to_xml('SELECT id FROM hr.employee', true, true, '') IS NOT NULL",
    "SELECT {to_hr}, query_to_xml('SELECT email FROM hr.employee', true, true, ''), {to_crm}, email FROM crm.customer",
])
def test_a_role_changed_in_mid_statement_reads_neither_side_beside_the_other(
    order: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    statement = order.format(to_hr=switch(world, tokens, "personnel"), to_crm=switch(world, tokens, "contract"))
    with acting(attacker, tokens["contract"]):
        assert refusal(attacker, statement) in {"SG210", "SG217", "SG220", PRIVILEGE}
    attacker.execute("BEGIN")
    take(attacker, world.role("contract"), tokens["contract"])
    assert refusal(attacker, statement) in {"SG210", "SG217", "SG220", PRIVILEGE}
    attacker.execute("ROLLBACK")


def test_a_prepared_statement_is_planned_anew_for_another_role(
    world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    with acting(attacker, tokens["contract"]):
        attacker.execute("PREPARE kept AS SELECT count(*) FROM crm.customer")
        for _ in range(7):
            assert rows(attacker, "EXECUTE kept") == [(40,)]
    with acting(attacker, tokens["personnel"]):
        assert refusal(attacker, "EXECUTE kept") == PRIVILEGE
    attacker.execute("DEALLOCATE kept")


def test_with_hold_cursors_stop_every_access(world: World, app: Connection) -> None:
    token = ticket(app, "contract")
    with acting(app, token):
        app.execute("DECLARE c CURSOR WITH HOLD FOR SELECT email FROM crm.customer")
        assert refusal(app, READ_CRM) == "SG209"
    with acting(app, token):
        app.execute("DECLARE c CURSOR WITH HOLD FOR SELECT email FROM crm.customer")
        assert refusal(app, "COMMIT") == "SG209"
    app.execute("DECLARE free CURSOR WITH HOLD FOR SELECT 1")
    assert refusal(app, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG209"
    app.execute("ROLLBACK; CLOSE free")
    with acting(app, token):
        assert rows(app, READ_CRM) == [("e5",)]
