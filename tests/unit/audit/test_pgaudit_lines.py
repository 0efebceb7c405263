# ruff: noqa: E501 - lines of a log stand on one line
"""Lines of pgaudit in the log of a server, as csvlog and as plain text: none is misread, and none is passed over."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sminion_guard.audit.reading.pgaudit import Heard, unquoted
from sminion_guard.audit.reading.server_log import PREFIX, Line, csvlog, moment, pattern, stderr

PLAIN = '''\
2026-11-28 04:02:30.000 UTC [1] LOG:  checkpoint starting: AUDIT is no prefix here
2026-11-28 04:02:33.205 UTC [8427] shop_app@shop LOG:  AUDIT: SESSION,8,1,READ,SELECT,TABLE,crm.customer,"SELECT id, email FROM crm.customer
\tWHERE note = 'AUDIT: SESSION,1,1,READ,SELECT,TABLE,hr.employee,x' -- ""quoted""",<not logged>
2026-11-28 04:02:33.291 UTC [8427] shop_app@shop NOTICE:  AUDIT: SESSION,9,1,WRITE,INSERT,TABLE,sales.orders,INSERT,<not logged>
2026-11-28 04:02:33.300 UTC [8427] shop_app@shop LOG:  AUDIT: SESSION,9,2,READ,SELECT,TABLE,crm.customer,"SELECT 1 FROM ONLY ""crm"".""customer"" x WHERE ""id"" OPERATOR(pg_catalog.=) $1 FOR KEY SHARE OF x",<not logged>
2026-11-28 04:02:33.301 UTC [8427] shop_app@shop LOG:  AUDIT: SESSION,9,3,WRITE,UPDATE,TABLE,crm.customer,UPDATE crm.customer SET guard_mask = 1,<not logged>
2026-11-28 04:02:33.302 UTC [8427] shop_app@shop LOG:  AUDIT: SESSION,10,1,READ,SELECT,,,SELECT 1,<not logged>
2026-11-28 04:02:33.303 UTC [8427] shop_app@shop LOG:  AUDIT: SESSION,11,1,MISC,SET,,,SET x = y,<not logged>
2026-11-28 04:02:33.304 UTC [8427] shop_app@shop ERROR:  canceling statement
2026-11-28 04:02:33.305 UTC [8427] shop_app@shop LOG:  AUDIT: OBJECT,12,2,READ,SELECT,VIEW,"crm.""Mixed Case""",SELECT,<none>
'''


def heard(lines: object) -> Heard:
    found = Heard()
    found.listen(lines)  # type: ignore[arg-type]
    return found


def as_csv(text: str) -> list[str]:
    """The same as csvlog."""
    out = io.StringIO()
    for line in stderr(io.StringIO(text)):
        assert isinstance(line, Line)
        at = f"{line.at:%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"
        csv.writer(out).writerow([at, line.login, line.database, "8427", "[local]", "6b", "1", "SELECT", at, "3/1", "0", "LOG", "00000", line.message, *[""] * 12])
    return out.getvalue().splitlines(keepends=True)


@pytest.mark.parametrize("form", ["plain", "csvlog"])
def test_relations_are_found_and_the_servers_own_statements_counted(form: str) -> None:
    found = heard(stderr(io.StringIO(PLAIN)) if form == "plain" else csvlog(as_csv(PLAIN)))
    assert [(each.relation, each.write, each.nested) for each in found.relations] == [
        ("crm.customer", False, False), ("sales.orders", True, False), ("crm.Mixed Case", False, True)]
    assert {(each.login, each.database) for each in found.relations} == {("shop_app", "shop")}
    assert found.relations[0].at == datetime(2026, 11, 28, 4, 2, 33, 205000, UTC)
    assert (found.keys, found.own, found.statements, found.unreadable) == (1, 1, 7, [])


def test_statements_that_a_client_dresses_up_are_no_checks_of_keys() -> None:
    sent = PLAIN.replace(",9,2,", ",9,1,").replace(",9,3,", ",9,1,")
    found = heard(stderr(io.StringIO(sent)))
    assert (found.keys, found.own) == (0, 0) and len(found.relations) == 5


def test_lines_that_cannot_be_read_are_named() -> None:
    lines = PLAIN.splitlines(keepends=True)
    assert heard(stderr(["Nov 28 host: AUDIT: SESSION,1,1,READ,SELECT,TABLE,a.b,x,y\n"])).unreadable == [1]
    cut = heard(stderr([*lines[:2], lines[3]]))
    assert cut.unreadable == [2] and [each.relation for each in cut.relations] == ["sales.orders"]
    assert heard(stderr(["2026-11-28 04:02:33 UTC [1] a@b LOG:  AUDIT: SESSION,1\n"])).unreadable == [1]
    rows = as_csv(PLAIN)
    assert heard(csvlog(["cut off in the middle\n", *rows])).unreadable == [1]
    assert heard(csvlog([rows[0].replace(" UTC", " CET")])).unreadable == [1]


def test_long_statements_are_read() -> None:
    text = f'2026-11-28 04:02:33 UTC [1] a@b LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,a.b,"{"x, " * 100_000}",<not logged>\n'
    assert [each.relation for each in heard(stderr([text])).relations] == ["a.b"]
    assert [each.relation for each in heard(csvlog(as_csv(text))).relations] == ["a.b"]


@pytest.mark.parametrize(("prefix", "head"), [
    (PREFIX, "2026-11-28 04:02:33.205 UTC [7] anna@shop "),
    ("%t %u %d %% ", "2026-11-28 04:02:33 UTC anna shop % "),
    ("%n|%-10u|%d|%a|%h|", "1795838553.205|anna      |shop|psql|10.0.0.1|"),
    ("%m [%p-%l] %q[user=%u,db=%d,app=%a] ", "2026-11-28 04:02:33.205 UTC [7-1] [user=anna,db=shop,app=a b] "),
])
def test_prefixes(prefix: str, head: str) -> None:
    (line,) = stderr([head + "LOG:  AUDIT: x\n"], prefix)
    assert isinstance(line, Line)
    assert (line.login, line.database, line.message) == ("anna", "shop", "AUDIT: x")
    assert abs(line.at - datetime(2026, 11, 28, 4, 2, 33, 205000, UTC)) < timedelta(seconds=1)


@pytest.mark.parametrize("prefix", ["%m [%p] ", "%u %d", "%m %t %u %d", "%m %u %u %d"])
def test_a_prefix_without_login_database_or_time_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="the prefix must have"):
        pattern(prefix)


def test_times_need_a_zone_with_one_meaning() -> None:
    with pytest.raises(ValueError, match="no one meaning"):
        moment("2026-11-28 04:02:33 CST")
    assert moment("2026-11-28 04:02:33 EET", ZoneInfo("Europe/Tallinn")) == datetime(2026, 11, 28, 2, 2, 33, tzinfo=UTC)


@pytest.mark.parametrize(("name", "plain"), [
    ("crm.customer", "crm.customer"), ('crm."Order"', "crm.Order"), ('"a ""b""".c', 'a "b".c'), ('"a.b".c', "a.b.c"), ("alone", "alone")])
def test_names(name: str, plain: str) -> None:
    assert unquoted(name) == plain
