"""Where tables of one schema name their own purposes, a merge is found between tables and told by their names."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.analyzer.frame import frame
from sminion_guard.analyzer.staged import State, staged
from sminion_guard.policy import compartments_of, loads
from tests.unit.analyzer.shop import catalog, function, relation
from tests.unit.analyzer.test_rules import MERGES

HOME = re.compile(r'("?)\b(?:crm|sales|hr|attic)\1\.|U&"\\0068r"\.')

POLICY = loads("""
[policy]
name = "mono"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["identity", "contact"]
may = ["collect", "use", "clarify"]

[purpose.hiring]
title = "Hire people"
basis = "contract"
needs = "*"
may = ["use"]

[purpose.audit]
title = "Look at everything, apart"
basis = "legal_obligation"
needs = "*"
may = ["use"]

[[further]]
data_of = "contract"
may_serve = ["audit"]
why = "the law"

[[further]]
data_of = "hiring"
may_serve = ["audit"]
why = "the law"

[schema.public]
neutral = ["ref_*"]
[schema.public.customer]
collected_for = ["contract"]
subject = "id"
columns = { id = "key", full_name = "identity", email = "contact", born_on = "birth" }
[schema.public.orders]
collected_for = ["contract"]
subject = "customer_id"
columns = { id = "key", customer_id = "key", total = "none", note = "none" }
[schema.public.employee]
collected_for = ["hiring"]
subject = "id"
columns = { id = "key", salary = "income", boss = "key" }
[schema.public.unsaid]
subject = "id"
columns = { id = "key" }

[schema.own]
[schema.own.payslip]
collected_for = ["hiring"]
subject = "id"
columns = { id = "key" }
[schema.own.letter]
collected_for = ["contract"]
subject = "id"
columns = { id = "key", email = "contact" }
""")


def world() -> Catalog:
    """The shop's, with all relations and functions in `public`."""
    functions = (
        function("public", "salary_of", "SELECT salary FROM public.employee WHERE id = who", names="who"),
        function("public", "plain", "SELECT 1"), function("own", "helper", "SELECT 1"),
        function("own", "mail", "SELECT email FROM own.letter"),
    )
    return catalog(
        relation("public", "customer", "id full_name email born_on guard_mask"),
        relation("public", "orders", "id customer_id total note"),
        relation("public", "employee", "id salary boss"), relation("public", "unsaid", "id"),
        relation("public", "unlisted", "id"), relation("own", "payslip", "id"), relation("own", "letter", "id email"),
        relation("public", "pay", "id salary", kind="v", definition="SELECT c.id, e.salary FROM public.customer c "
                 "JOIN public.employee e ON e.id = c.id"),
        relation("public", "ref_country", "code name"),
        relation("public", "ref_view", "code", kind="v", definition="SELECT code FROM public.ref_country"),
        relation("public", "ref_part", "code", parents=(("public", "customer"),)),
        functions=functions,
    )


WORLD = world()


def judge(sql: str, purpose: str = "contract", **more: Any) -> Verdict:
    return analyze(sql, catalog=WORLD, policy=POLICY, purpose=purpose, **more)


def codes(sql: str, purpose: str = "contract", **more: Any) -> list[str]:
    return list(dict.fromkeys(reason.code for reason in judge(sql, purpose, **more).reasons))


@pytest.mark.parametrize("sql", MERGES.values(), ids=MERGES.keys())
def test_a_merge_is_refused_however_it_is_written(sql: str) -> None:
    if "c.salary_of" in sql:
        pytest.skip("attribute notation looks in the schema of the table's type, which is another one here")
    assert "SG101" in codes(HOME.sub("public.", sql))


def test_a_merge_is_named_with_both_tables_and_the_pair_that_is_missing() -> None:
    reason = judge("SELECT 1 FROM customer c JOIN employee e USING (id)").reasons[0]
    assert reason.message == "`public.customer` and `public.employee` may not be merged"
    assert reason.detail == ("their data were collected for incompatible purposes: `public.customer` for `contract`, "
                             "`public.employee` for `hiring`")
    assert '`[[compatible]] purposes = ["contract", "hiring"]`' in (reason.hint or "")
    assert len(reason.spans) == 2


@pytest.mark.parametrize("sql", [
    "SELECT email FROM customer",
    "SELECT c.email, o.total FROM public.customer c JOIN orders o ON o.customer_id = c.id",
    "INSERT INTO orders (customer_id) SELECT id FROM customer", "UPDATE customer SET email = 'x' WHERE id = '1'",
    "SELECT email, name FROM customer, ref_country", "SELECT plain(), email FROM customer",
    "SELECT own.helper(), email FROM customer", "SELECT own.mail(), email FROM customer",
])
def test_tables_of_one_compartment_meet(sql: str) -> None:
    verdict = judge(sql)
    assert verdict.allowed, verdict.reasons
    assert verdict.compartments == ("mono_contract",)


@pytest.mark.parametrize(("sql", "code", "hint"), [
    ("SELECT salary FROM employee", "SG102", "act for `hiring`"),
    ("SELECT id FROM unsaid", "SG102", "`collected_for` of its own"),
    ("SELECT id FROM unlisted", "SG102", "list `public.unlisted` in the policy"),
    ("SELECT code FROM ref_view", "SG102", "list `public.ref_view`"),
    ("SELECT code FROM ref_part", "SG102", "list `public.ref_part`"),
    ("SELECT born_on FROM customer", "SG103", "leave the columns out"),
    ("DELETE FROM customer", "SG104", "no purpose"),
    ("INSERT INTO ref_country (code) VALUES ('x')", "SG104", "list the table"),
    ("UPDATE ref_country SET name = 'x'", "SG104", "list the table"),
    ("DELETE FROM ref_country", "SG104", "list the table"),
    ("SELECT own.mail() FROM employee", "SG101", ""),
])
def test_what_a_table_is_not_collected_for_is_refused_with_a_way_out(sql: str, code: str, hint: str) -> None:
    found = [reason for reason in judge(sql).reasons if reason.code == code]
    assert found, judge(sql).reasons
    assert hint in (found[0].hint or "")


def test_a_purpose_that_may_use_but_not_write_hears_of_the_table() -> None:
    reason = judge("INSERT INTO employee (id) VALUES ('1')", "audit").reasons[0]
    assert reason.code == "SG104"
    changed = loads(_text().replace('title = "Look at everything, apart"\nbasis = "legal_obligation"\nneeds = "*"\n'
                                    'may = ["use"]', 'title = "x"\nbasis = "contract"\nneeds = "*"\n'
                                    'may = ["use", "collect"]'))
    (only,) = analyze("INSERT INTO employee (id) VALUES ('1')", catalog=WORLD, policy=changed, purpose="audit").reasons
    assert only.detail == "table `public.employee` is collected for `hiring`"


def _text() -> str:
    """The policy as it stands above."""
    return Path(__file__).read_text(encoding="utf-8").split('loads("""')[1].split('""")')[0]


def run(*texts: str, state: State | None = None) -> tuple[list[Verdict], State]:
    state = state or State()
    view = frame(POLICY, "audit")
    found = []
    for sql in texts:
        verdict, state = staged(judge(sql, "audit"), state, view)
        found.append(verdict)
    return found, state


def test_a_merge_in_two_steps_is_a_merge_and_names_both_tables() -> None:
    (first, second), state = run("SELECT email FROM customer", "SELECT salary FROM employee")
    assert first.allowed
    assert second.reasons[0].message == (
        "`public.employee` may not be touched after `public.customer` in one transaction")
    assert second.reasons[0].detail == (
        "data of `public.employee` and `public.customer` were collected for incompatible purposes; a merge in two "
        "steps is still a merge")
    assert sorted(state.touched) == ["public.customer"]


def test_what_every_purpose_may_read_decides_nothing() -> None:
    for sql in ("SELECT name FROM ref_country", "SELECT plain()"):
        (first, second), _ = run(sql, "SELECT salary FROM employee")
        assert first.allowed
        assert second.allowed
        assert len(first.compartments) == 2


def test_a_function_of_a_schema_is_there_for_each_compartment_with_a_table_of_it() -> None:
    (first, second), state = run("SELECT own.helper()", "SELECT salary FROM employee")
    assert len(first.compartments) == 2
    assert second.allowed
    assert len(second.compartments) == 1
    assert not run("SELECT id FROM own.letter", state=state)[0][0].allowed


def test_two_statements_of_one_text_stay_in_one_compartment() -> None:
    assert codes("SELECT email FROM customer; SELECT id FROM orders", "audit") == []
    assert codes("SELECT email FROM customer; SELECT salary FROM employee", "audit") == ["SG110"]


def test_another_table_than_those_of_the_chosen_compartment_is_named() -> None:
    role = next(entry.role for entry in compartments_of(POLICY, "audit") if "public.customer" in entry.collections)
    reason = judge("SELECT salary FROM employee", "audit", compartment=role).reasons[0]
    assert (reason.code, reason.message) == ("SG101", "`public.employee` is not in the compartment of this transaction")
    assert reason.detail == f"compartment `{role}` holds `own.letter`, `public.customer`, `public.orders`"


@pytest.fixture(scope="module")
def star() -> Any:
    """Functions of `s`, whose tables are each mergeable with one of two other schemas, which are mergeable too."""
    return loads("""
[policy]
name = "star"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
[purpose.p]
title = "p"
basis = "contract"
needs = "*"
may = ["use"]
[purpose.q]
title = "q"
basis = "contract"
needs = "*"
may = ["use"]
[purpose.r]
title = "r"
basis = "contract"
needs = "*"
may = ["use"]
[purpose.both]
title = "both"
basis = "contract"
needs = "*"
may = ["use"]
[[further]]
data_of = "p"
may_serve = ["both"]
why = "x"
[[further]]
data_of = "q"
may_serve = ["both"]
why = "x"
[[further]]
data_of = "r"
may_serve = ["both"]
why = "x"
[schema.crm]
collected_for = ["p", "r"]
[schema.crm.customer]
subject = "id"
columns = { id = "key" }
[schema.hr]
collected_for = ["q", "r"]
[schema.hr.employee]
subject = "id"
columns = { id = "key" }
[schema.own.letter]
collected_for = ["p"]
subject = "id"
columns = { id = "key" }
[schema.own.payslip]
collected_for = ["q"]
subject = "id"
columns = { id = "key" }
""")


def test_a_text_that_fits_no_compartment_although_every_pair_does_is_refused_with_its_parts(star: Any) -> None:
    parts = ["SELECT own.helper()", "SELECT count(*) FROM crm.customer", "SELECT count(*) FROM hr.employee"]
    for left, right in combinations(parts, 2):
        assert analyze(f"{left}; {right}", catalog=WORLD, policy=star, purpose="both").allowed
    (reason,) = analyze("; ".join(parts), catalog=WORLD, policy=star, purpose="both").reasons
    assert (reason.code, reason.detail) == (
        "SG110", "it touches `a function of own`, `crm.customer`, `hr.employee`")
