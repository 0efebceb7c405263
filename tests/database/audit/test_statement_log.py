"""The log of statements in the database: written by its own login only, never changed; gaps and forgeries are shown.

What its views show is the same before the journal is folded and after it: `shown` compares both.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests import journal
from tests.journal import Writer, faults, shown
from tests.session.shop import Shop, one

Connection = psycopg.Connection[Any]


def ticket(connection: Connection, *, actor: str = "a", purpose: str = "contract") -> int:
    return int(one(connection, "SELECT sminion.open_ticket(%s, %s, 'r')", purpose, actor).split(".")[0])


def shape(connection: Connection, **changed: object) -> int:
    said = {
        "codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": ["crm.customer.id"],
        "fingerprint": "f", "statement": "SELECT id FROM crm.customer",
    } | changed
    return int(one(connection, "SELECT sminion.log_shape(%s)", Jsonb(said)))


class event(dict[str, object]):
    """A statement; what is changed belongs to its shape."""

    def __init__(self, number: object, **changed: object) -> None:
        super().__init__(ticket=number)
        self.changed = changed


MONTHLY = ("statement_event", "statement_result", "statement_subject", "log_fault", "write_event", "write_subject")
"""What has a partition for each month."""
CAME = {"outcome": "done", "codes": [], "rows": 1, "microseconds": 10, "subjects": ["7"]}


def result(of: int, **changed: object) -> dict[str, object]:
    return {"of": of} | CAME | changed


def log(connection: Connection, writer: Writer, first: int, *entries: object) -> int:
    """A batch; the place of its last entry."""
    shaped = [
        entry | {"shape": shape(connection, **entry.changed)} if isinstance(entry, event) else entry
        for entry in entries
    ]
    journal.write(connection, writer, first, shaped)
    return first + len(entries) - 1


def writer(connection: Connection) -> Writer:
    return journal.opened(connection)


def refused(code: str) -> Any:
    return pytest.raises(psycopg.Error, check=lambda error: error.sqlstate == code)


def test_a_statement_its_result_and_its_subjects_are_on_record(shop: Shop, app: Connection) -> None:
    number, own = ticket(app, actor="on-record"), writer(app)
    assert log(app, own, 1, event(number), result(1, rows=2, subjects=["7", "8"])) == 2
    (row,) = shown(shop.database,
        "SELECT actor, purpose, verdict, outcomes, operations, relations, columns, rows, microseconds, bulk, codes"
        " FROM sminion.statement_log WHERE actor = 'on-record'"
    )
    assert row == (
        "on-record", "contract", "allowed", ["done"], ["use"], ["crm.customer"], ["crm.customer.id"], 2, 10, None, []
    )
    assert shown(shop.database,
        "SELECT subject, actor, reason FROM sminion.subject_access WHERE actor = 'on-record' ORDER BY 1"
    ) == [("7", "on-record", "r"), ("8", "on-record", "r")]


def test_a_statement_that_was_cut_off_has_no_outcome(shop: Shop, app: Connection) -> None:
    log(app, writer(app), 1, event(ticket(app, actor="cut-off")))
    query = "SELECT verdict, outcomes, rows FROM sminion.statement_log WHERE actor = 'cut-off'"
    assert shown(shop.database, query) == [("allowed", None, None)]


def test_refusals_of_analyzer_and_server_are_listed(shop: Shop, app: Connection) -> None:
    number, own = ticket(app, actor="refused"), writer(app)
    log(app, own, 1, event(number, codes=["SG101"]), event(number),
        result(2, outcome="refused", codes=["SG201"], subjects=[]),
        event(number), result(4, outcome="failed", codes=["57014"]))
    assert shown(shop.database,
        "SELECT refused_by, codes, place FROM sminion.refusals WHERE actor = 'refused' ORDER BY place"
    ) == [("analyzer", ["SG101"], 1), ("server", ["SG201"], 2)]
    assert shown(shop.database,
        "SELECT place, verdict, codes FROM sminion.statement_log WHERE actor = 'refused' ORDER BY place"
    ) == [(1, "refused", ["SG101"]), (2, "refused", ["SG201"]), (4, "allowed", ["57014"])]


def test_a_ticket_of_another_login_is_a_fault(shop: Shop, app: Connection) -> None:
    with psycopg.connect(shop.dsn("news"), autocommit=True) as other:
        foreign = ticket(other, purpose="marketing")
        own, theirs = writer(app), writer(other)
        log(app, own, 1, event(foreign))
        log(app, own, 2, event(ticket(app, actor="beside-it")), event(foreign))
        log(other, theirs, 1, event(foreign))
    assert faults(shop.database, own) == [(1, "SG603"), (3, "SG603")]
    assert faults(shop.database, theirs) == []
    query = "SELECT writer, place FROM sminion.statement_log WHERE ticket = %s OR actor = 'beside-it' ORDER BY 1, 2"
    assert shown(shop.database, query, foreign) == [(own[0], 2), (theirs[0], 1)]


def test_a_ticket_that_was_rolled_back_or_is_none_is_a_fault(shop: Shop, app: Connection) -> None:
    own = writer(app)
    with app.transaction(force_rollback=True):
        gone = ticket(app)
    log(app, own, 1, event(gone), event(None), event(10**15), event(-1))
    assert faults(shop.database, own) == [(1, "SG603"), (2, "SG605"), (3, "SG603"), (4, "SG605")]
    assert shown(shop.database, "SELECT FROM sminion.statement_log WHERE writer = %s", own[0]) == []


def test_what_is_written_with_its_ticket_is_rolled_back_with_it(shop: Shop, app: Connection) -> None:
    own = writer(app)
    with app.transaction(force_rollback=True):
        log(app, own, 1, event(ticket(app)))
    assert shop.database.execute("SELECT FROM sminion.journal WHERE writer = %s", own[0]) == []
    with app.transaction():
        number = ticket(app, actor="both-at-once")
        log(app, own, 1, event(number))
    assert faults(shop.database, own) == []
    assert shown(shop.database, "SELECT place FROM sminion.statement_log WHERE ticket = %s", number) == [(1,)]


def test_a_writer_of_another_login_is_not_written_for(shop: Shop, app: Connection) -> None:
    """Not even with its secret."""
    with psycopg.connect(shop.dsn("news"), autocommit=True) as other:
        foreign, number = writer(other), ticket(other, purpose="marketing", actor="of-news")
        log(app, foreign, 1, event(ticket(app, actor="of-app")))
        log(other, foreign, 1, event(number))
    assert faults(shop.database, foreign) == [(1, "SG604")]
    query = "SELECT login::text, code, message FROM sminion.log_faults WHERE writer = %s"
    ((login, code, message),) = shown(shop.database, query, foreign[0])
    assert (login, code) == (f"{shop.name}_app", "SG604")
    assert login in message
    query = "SELECT actor FROM sminion.statement_log WHERE writer = %s"
    assert shown(shop.database, query, foreign[0]) == [("of-news",)]


@pytest.mark.parametrize("secret", ["", "0" * 32, None], ids=repr)
def test_a_batch_without_the_secret_of_its_writer_is_a_fault_and_takes_no_place(
    shop: Shop, app: Connection, secret: str | None
) -> None:
    number, own = ticket(app), writer(app)
    for first in (1, 2):
        log(app, (own[0], secret), first, event(number))
    log(app, own, 1, event(number))
    log(app, (own[0], secret), 1, event(number))
    assert faults(shop.database, own) == [(1, "SG604"), (1, "SG604"), (2, "SG604")]
    assert shown(shop.database, "SELECT place FROM sminion.statement_log WHERE ticket = %s", number) == [(1,)]


def test_each_writer_has_a_secret_of_its_own_and_the_server_keeps_its_hash(shop: Shop, app: Connection) -> None:
    found = [writer(app) for _ in range(3)]
    assert len({secret for _, secret in found}) == 3
    for number, secret in found:
        assert len(secret) == 32
        ((row, kept),) = shop.database.execute(
            "SELECT w::text, w.secret_hash = sha256(convert_to(%s, 'UTF8')) FROM sminion.log_writer w WHERE w.id = %s",
            secret, number)
        assert kept
        assert secret not in row


@pytest.mark.parametrize("between", [False, True], ids=["both in the journal", "the first is folded"])
def test_a_batch_sent_twice_is_on_record_once(shop: Shop, app: Connection, between: bool) -> None:
    actor = f"twice-{between}"
    number, own = ticket(app, actor=actor), writer(app)
    batch = (event(number), result(1))
    for _ in range(3):
        log(app, own, 1, *batch)
        if between:
            with shop.database.connect() as connection:
                journal.fold_all(connection)
    log(app, own, 3, event(number))
    log(app, own, 1, *batch)  # late, when another one is on record
    assert faults(shop.database, own) == []
    log(app, own, 1, *batch)
    assert faults(shop.database, own) == []
    query = "SELECT place, rows FROM sminion.statement_log WHERE actor = %s ORDER BY place"
    assert shown(shop.database, query, actor) == [(1, 1), (3, None)]
    assert shown(shop.database, "SELECT count(*) FROM sminion.subject_access WHERE actor = %s", actor) == [(1,)]


def test_another_batch_at_places_that_are_taken_is_a_fault(shop: Shop, app: Connection) -> None:
    number, own = ticket(app, actor="another"), writer(app)
    log(app, own, 1, event(number), result(1))
    for batch in (
        (event(number), result(1, rows=2)), (event(number), result(1, subjects=["8"])), (event(number),), (result(1),),
    ):
        log(app, own, 1, *batch)
    log(app, own, 2, result(1))
    log(app, own, 1, event(number), result(1), event(number))  # the same and more is another one
    log(app, own, 3, event(number))  # what was a fault took no place
    assert faults(shop.database, own) == [(1, "SG608")] * 5 + [(2, "SG608")]
    query = "SELECT place, rows FROM sminion.statement_log WHERE ticket = %s ORDER BY place"
    assert shown(shop.database, query, number) == [(1, 1), (3, None)]
    assert shown(shop.database, "SELECT subject FROM sminion.subject_access WHERE ticket = %s", number) == [("7",)]


def test_a_place_that_is_left_out_is_shown(shop: Shop, app: Connection) -> None:
    number, own = ticket(app), writer(app)
    log(app, own, 2, event(number))
    log(app, own, 5, event(number))
    with shop.database.connect() as connection:
        journal.fold_all(connection)
    log(app, own, 7, event(number))
    query = "SELECT place, code, message, entry, size FROM sminion.log_faults WHERE writer = %s ORDER BY place"
    assert shown(shop.database, query, own[0]) == [
        (1, "SG604", f"places 1 to 1 of log writer {own[0]} are missing", None, 0),
        (3, "SG604", f"places 3 to 4 of log writer {own[0]} are missing", None, 0),
        (6, "SG604", f"places 6 to 6 of log writer {own[0]} are missing", None, 0),
    ]
    query = "SELECT place FROM sminion.statement_log WHERE ticket = %s ORDER BY place"
    assert shown(shop.database, query, number) == [(2,), (5,), (7,)]


@pytest.mark.parametrize("first", [0, -1, -(2**63), 2**63 - 1])
def test_a_place_that_no_writer_has_is_a_fault(shop: Shop, app: Connection, first: int) -> None:
    own = writer(app)
    log(app, own, first, event(ticket(app)))
    assert faults(shop.database, own) == [(first, "SG604")]


def test_what_is_known_in_time_stands_with_the_statement(shop: Shop, app: Connection) -> None:
    number, own = ticket(app, actor="in-time"), writer(app)
    came = event(number) | CAME | {"shape": shape(app), "subjects": ["7", "8"]}
    assert log(app, own, 1, came, result(1, rows=3, subjects=["9"])) == 2
    assert shown(
        shop.database,
        "SELECT rows, outcomes, microseconds FROM sminion.statement_log WHERE actor = 'in-time'"
    ) == [(4, ["done"], 20)]
    assert shown(
        shop.database,
        "SELECT subject, place FROM sminion.subject_access WHERE actor = 'in-time' ORDER BY 1"
    ) == [("7", 1), ("8", 1), ("9", 1)]
    assert shop.database.execute("SELECT rows FROM sminion.statement_event WHERE ticket = %s", number) == [(1,)]


def test_a_refusal_known_in_time_is_listed_once(shop: Shop, app: Connection) -> None:
    number, own = ticket(app, actor="refused-in-time"), writer(app)
    log(app, own, 1, event(number) | CAME | {"shape": shape(app), "outcome": "refused", "codes": ["SG201"]})
    assert shown(
        shop.database,
        "SELECT refused_by, codes FROM sminion.refusals WHERE actor = 'refused-in-time'"
    ) == [("server", ["SG201"])]
    assert shown(
        shop.database,
        "SELECT verdict, codes FROM sminion.statement_log WHERE actor = 'refused-in-time'"
    ) == [("refused", ["SG201"])]


def test_a_shape_is_recorded_once_whoever_sends_it(shop: Shop, app: Connection) -> None:
    first = shape(app, statement="SELECT 'of two logins'")
    with psycopg.connect(shop.dsn("news"), autocommit=True) as other:
        assert shape(other, statement="SELECT 'of two logins'") == first
        assert shape(other, statement="SELECT 'of two logins'", codes=["SG101"]) != first


def test_a_shape_that_another_transaction_has_not_committed_is_not_waited_for(shop: Shop, app: Connection) -> None:
    for login in ("app", "news"):
        said = f"SELECT 'held by {login}'"
        with psycopg.connect(shop.dsn(login)) as holder:
            theirs = shape(holder, statement=said)
            app.execute("SET statement_timeout = '5s'")
            ours = shape(app, statement=said)
            assert ours != theirs
            assert log(app, writer(app), 1, event(ticket(app), statement=said)) == 1
        assert shape(app, statement=said) in (ours, theirs)
        assert len(shop.database.execute("SELECT id FROM sminion.statement_shape WHERE statement = %s", said)) == 2


@pytest.mark.parametrize("changed", [
    {"codes": None}, {"codes": "SG101"}, {"operations": ["destroy"]}, {"columns": None}, {"relations": "crm"},
    {"statement": None}, {"fingerprint": None},
], ids=str)
def test_a_malformed_shape_is_refused(app: Connection, changed: dict[str, object]) -> None:
    with refused("SG605"):
        shape(app, **changed)


@pytest.mark.parametrize("entry", [{"shape": 10**15}, {"shape": None}, {"ticket": "x"}, {"rows": 1}], ids=str)
def test_a_malformed_statement_is_a_fault(shop: Shop, app: Connection, entry: dict[str, object]) -> None:
    number, own, known = ticket(app), writer(app), shape(app)
    log(app, own, 1, {"ticket": number, "shape": known} | ({"codes": ["SG101"]} if "rows" in entry else {}) | entry)
    log(app, own, 2, event(number))
    assert faults(shop.database, own) == [(1, "SG605")]
    assert shown(shop.database, "SELECT place FROM sminion.statement_log WHERE ticket = %s", number) == [(2,)]


@pytest.mark.parametrize("changed", [
    {"outcome": "maybe"}, {"outcome": "failed"}, {"outcome": ["done"]}, {"rows": -1}, {"rows": "1"}, {"rows": 1.5},
    {"rows": 10**18}, {"microseconds": None}, {"microseconds": -1}, {"subjects": "7"}, {"subjects": [None]},
    {"subjects": [7]}, {"subjects": [["7"]]}, {"of": "x"}, {"bulk": -1}, {"of": None}, {"of": 2}, {"of": 0},
    {"codes": ["SG201"]}, {"codes": [1]}, {"codes": None}, {"outcome": None},
], ids=str)
def test_a_malformed_result_is_a_fault(shop: Shop, app: Connection, changed: dict[str, object]) -> None:
    number, own = ticket(app), writer(app)
    log(app, own, 1, event(number), result(1) | changed)
    expected = [(2, "SG605")]
    if "of" not in changed:
        log(app, own, 3, {"ticket": number, "shape": shape(app)} | CAME | changed)
        expected.append((3, "SG605"))
    assert faults(shop.database, own) == expected
    query = "SELECT place, outcomes FROM sminion.statement_log WHERE ticket = %s"
    assert shown(shop.database, query, number) == [(1, None)]
    assert shown(shop.database, "SELECT FROM sminion.subject_access WHERE ticket = %s", number) == []


def test_a_result_of_what_is_no_statement_is_a_fault(shop: Shop, app: Connection) -> None:
    number, own = ticket(app), writer(app)
    log(app, own, 1, event(number), result(1), result(2), event(10**15), result(4))
    assert faults(shop.database, own) == [(3, "SG605"), (4, "SG603"), (5, "SG605")]


def test_no_array_no_log(shop: Shop, app: Connection) -> None:
    own = writer(app)
    journal.write(app, own, 1, {"ticket": 1})
    journal.write(app, own, 2, [])
    assert faults(shop.database, own) == [(1, "SG605"), (2, "SG605")]


def test_log_text_is_safe_to_read(shop: Shop, app: Connection) -> None:
    number = ticket(app, actor="unsafe")
    log(app, writer(app), 1, event(number, statement="a\x1b[2J\r\nb\u202ec\x85d\u2028e", relations=["x" * 500]))
    ((statement, relations),) = shown(
        shop.database,
        "SELECT statement, relations FROM sminion.statement_log WHERE actor = 'unsafe'"
    )
    assert statement == "a [2J  b c d e"
    assert relations == ["x" * 199 + "…"]


def test_long_text_is_cut_and_says_so(shop: Shop, app: Connection) -> None:
    number = ticket(app, actor="long")
    log(app, writer(app), 1, event(number, statement="s" * 9000, relations=["r"] * 300))
    ((statement, relations),) = shown(
        shop.database,
        "SELECT statement, relations FROM sminion.statement_log WHERE actor = 'long'"
    )
    assert statement == "s" * 7999 + "…"
    assert relations == ["r"] * 200 + ["(100 more)"]


@pytest.mark.parametrize("table", [
    "statement_shape", "statement_event", "statement_result", "statement_subject", "dropped_log", "log_writer",
    "write_event", "write_subject", "log_fault", "fold_state", "folded_batch", "maintenance_state", "statement_log",
    "refusals", "subject_access", "write_log", "log_faults", "maintenance_status",
])
def test_a_login_has_no_way_to_the_log_but_its_functions_and_the_journal(app: Connection, table: str) -> None:
    statements = [f"SELECT FROM sminion.{table}"]
    # Views of joins take no writes from anybody.
    if table not in ("statement_log", "refusals", "subject_access", "write_log", "log_faults", "maintenance_status"):
        statements += [f"DELETE FROM sminion.{table}", f"INSERT INTO sminion.{table} DEFAULT VALUES"]
    for statement in statements:
        with refused("42501"):
            app.execute(statement.encode())


@pytest.mark.parametrize("function", ["extend_log()", "drop_log('2020-01-01', 'r')"])
def test_a_login_neither_makes_nor_drops_months(app: Connection, function: str) -> None:
    with refused("42501"):
        app.execute(f"SELECT sminion.{function}".encode())


@pytest.mark.parametrize(
    "table", [
        "statement_shape", "statement_event", "statement_result", "statement_subject", "write_event", "write_subject",
        "dropped_log", "log_fault",
    ]
)
def test_not_even_the_owner_changes_or_empties_it(shop: Shop, app: Connection, owner: Connection, table: str) -> None:
    log(app, writer(app), 1, event(ticket(app)), result(1), event(0))
    shop.database.execute("UPDATE crm.customer SET email = email WHERE id = 1")
    journal.fold_all(owner)
    owner.execute(
        "INSERT INTO sminion.dropped_log (reason, month, statements, writes, events) SELECT 'r', '2020-01-01', 0, 0, 0"
        " WHERE NOT EXISTS (SELECT FROM sminion.dropped_log)"
    )
    columns = {
        "statement_shape": "fingerprint", "statement_event": "ticket", "statement_result": "rows",
        "statement_subject": "statement", "write_event": "rows", "write_subject": "event", "log_fault": "size",
    }
    column = columns.get(table, "statements")
    names = [table] + [
        name for (name,) in shop.database.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = %s::regclass"
            " AND pg_catalog.pg_relation_size(c.oid) > 0", f"sminion.{table}"
        )
    ]
    for name in names:
        for statement in (
            f"UPDATE sminion.{name} SET {column} = 5", f"DELETE FROM sminion.{name}", f"TRUNCATE sminion.{name}"
        ):
            with refused("SG505"):
                owner.execute(statement.encode())


def test_a_month_that_is_missing_is_made_where_it_is_needed(shop: Shop, app: Connection, owner: Connection) -> None:
    number, own = ticket(app), writer(app)
    log(app, own, 1, event(number), result(1), event(0))
    this = one(owner, "SELECT to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM')")
    with owner.transaction(force_rollback=True):
        for table in MONTHLY:
            owner.execute(f"DROP TABLE sminion.{table}{this}".encode())
        assert journal.fold(owner) > 0
        for table in MONTHLY:
            assert one(owner, "SELECT to_regclass(%s)", f"sminion.{table}{this}") is not None, table
        owner.execute("RESET ROLE")
        assert one(owner, "SELECT count(*) FROM sminion.statement_log WHERE ticket = %s", number) == 1


def test_months_are_made_ahead_once(shop: Shop, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        assert one(owner, "SELECT sminion.extend_log(3)") == 0
        assert one(owner, "SELECT sminion.extend_log(5)") == 2 * len(MONTHLY)
        assert one(owner, "SELECT sminion.extend_log(5)") == 0


def test_months_far_ahead_are_refused(owner: Connection) -> None:
    with refused("SG612"), owner.transaction():
        owner.execute("SELECT sminion.extend_log(25)")
    with owner.transaction(force_rollback=True):
        assert one(owner, "SELECT sminion.extend_log(24)") == (24 - 3) * len(MONTHLY)


def test_whoever_settles_makes_the_months_to_come(owner: Connection) -> None:
    following = one(owner, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')")
    with owner.transaction(force_rollback=True):
        for table in MONTHLY:
            owner.execute(f"DROP TABLE sminion.{table}{following}".encode())
        owner.execute("SELECT sminion.settle()")
        for table in MONTHLY:
            assert one(owner, "SELECT to_regclass(%s)", f"sminion.{table}{following}") is not None


def test_no_lock_that_a_login_can_take_holds_up_the_months(app: Connection, owner: Connection) -> None:
    app.execute("SELECT pg_advisory_lock(oid::bigint) FROM pg_class")
    try:
        with owner.transaction():
            owner.execute("SET LOCAL statement_timeout = 5000")
            assert one(owner, "SELECT sminion.extend_log()") == 0
            assert one(owner, "SELECT sminion.drop_log('2020-01-01', 'r')") == 0
    finally:
        app.execute("SELECT pg_advisory_unlock_all()")


def test_old_months_are_dropped_with_a_record_and_no_others(shop: Shop, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        for table in MONTHLY:
            owner.execute(
                f"CREATE TABLE sminion.{table}_2020_01 PARTITION OF sminion.{table}"
                f" FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-02-01 00:00Z')".encode()
            )
        owner.execute(
            "INSERT INTO sminion.statement_event (at, number, writer, place, ticket, shape, refused)"
            " VALUES ('2020-01-05', 1, 1, 1, 1, 1, false)"
        )
        owner.execute(
            "INSERT INTO sminion.write_event"
            " SELECT '2020-01-06', i + 1, -i, '3', NULL, 'l', 'r', 'collect', 'crm.customer', '{}', 1, NULL"
            " FROM generate_series(1, 2) i"
        )
        assert one(owner, "SELECT sminion.drop_log('2020-01-31', 'kept')") == 0
        assert one(owner, "SELECT sminion.drop_log('2020-02-01', ' three years are over ')") == 1
        found = owner.execute("SELECT reason, month::text, statements, writes FROM sminion.dropped_log").fetchall()
        assert found[-1:] == [("three years are over", "2020-01-01", 1, 2)]
        assert one(owner, "SELECT to_regclass('sminion.statement_event_2020_01')") is None
        assert one(owner, "SELECT to_regclass('sminion.write_event_2020_01')") is None
        assert one(owner, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'sminion.statement_event'::regclass") == 4


def test_this_month_is_never_dropped_and_a_reason_is_needed(owner: Connection) -> None:
    with refused("SG606"):
        owner.execute("SELECT sminion.drop_log((now() AT TIME ZONE 'UTC' + interval '1 month')::date, 'r')")
    with refused("SG606"):
        owner.execute("SELECT sminion.drop_log(NULL, 'r')")
    with refused("SG506"):
        owner.execute("SELECT sminion.drop_log('2020-01-01', ' ')")


def test_the_log_is_waited_for_on_disk_whatever_the_login_says(app: Connection) -> None:
    number, own = ticket(app), writer(app)
    app.execute("SET synchronous_commit = off")
    with app.transaction():
        log(app, own, 1, event(number))
        assert one(app, "SHOW synchronous_commit") == "on"


def test_the_questions_of_auditors_use_an_index(shop: Shop, owner: Connection) -> None:
    owner.execute("SET enable_seqscan = off")
    for table, condition, index in (
        ("statement_subject", "subject = '7'", "subject_at_idx"),
        ("statement_event", "ticket = 5", "ticket_idx"),
        ("statement_event", "refused AND at > now() - interval '7 days'", "at_idx"),
    ):
        lines = owner.execute(f"EXPLAIN SELECT FROM sminion.{table} WHERE {condition}".encode())
        plan = "\n".join(row[0] for row in lines)
        assert index in plan and "Seq Scan" not in plan
