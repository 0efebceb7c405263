"""Who gets data at all: a recipient, for a purpose that transfers and that its contract covers, while it lasts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sminion_guard.disclosure import permission
from sminion_guard.errors import GuardError, TransferRefused
from tests.unit.disclosure.shop import POLICY, TODAY, codes, judged


@pytest.mark.parametrize(("recipient", "purpose", "days", "message"), [
    ("stranger", "analytics", 0, "no recipient `stranger`"),
    ("analyst", "contract", 0, "gets no data for purpose `contract`"),
    ("analyst", "news", 0, "gets no data for purpose `news`"),
    ("carrier", "support", 0, "purpose `support` transfers no data"),
    ("analyst", "analytics", 1, "ended on 2026-11-28"),
])
def test_who_gets_nothing(recipient: str, purpose: str, days: int, message: str) -> None:
    with pytest.raises(TransferRefused, match=message) as caught:
        judged("VALUES (1)", recipient, purpose, TODAY + timedelta(days=days))
    assert caught.value.code == "SG704"
    assert caught.value.hint


def test_a_contract_covers_its_last_day() -> None:
    assert judged("VALUES (1)", "analyst", "analytics", TODAY).allowed


@pytest.mark.parametrize(("recipient", "purpose", "sent", "deciding"), [
    ("analyst", "analytics", {"none", "behaviour"}, {"none", "behaviour", "key"}),
    ("carrier", "contract", {"none", "contact"}, {"none", "contact"}),
    ("carrier", "analytics", {"none", "contact", "behaviour", "device"}, {"none", "contact", "behaviour", "device"}),
    ("archive", "analytics", {"none", "key", "behaviour"}, {"none", "key", "behaviour"}),
])
def test_which_categories(recipient: str, purpose: str, sent: set[str], deciding: set[str]) -> None:
    granted = permission(POLICY, recipient, purpose, TODAY)
    known = {"none", "key", "behaviour", "contact", "birth", "device"}
    assert {category for category in known if granted.covers(category)} == sent
    assert {category for category in known if granted.decides(category)} == deciding


def test_a_key_that_is_never_given_joins_nothing_either() -> None:
    join = "SELECT p.email FROM web.person p JOIN web.view v ON v.person_id = p.id"
    assert codes(join, "carrier", "analytics") == ["SG705"]
    assert codes("SELECT email FROM web.person", "carrier", "analytics") == []


def test_a_key_that_is_given_leaves() -> None:
    verdict = judged("SELECT id, segment FROM web.person", "archive")
    assert [(column.name, column.categories, column.sources) for column in verdict.columns] == [
        ("id", ("key",), ("web.person.id",)), ("segment", ("behaviour",), ("web.person.segment",))]
    assert verdict.categories == ("behaviour", "key")
    assert verdict.error() is None


@pytest.mark.parametrize(("sql", "code"), [
    ("SELECT segment FROM web.person WHERE level = $1", "SG707"),
    ("SELECT 1; SELECT 2", "SG707"),
    ("", "SG707"),
    ("SET LOCAL work_mem = '64MB'", "SG707"),
    ("COPY (SELECT segment FROM web.person) TO STDOUT", "SG707"),
    ("SELECT segment FROM web.person FOR SHARE", "SG104"),
    ("DELETE FROM web.person", "SG104"),
    ("SELECT segment FROM", "SG111"),
    ("SELECT segment FROM web.persons", "SG107"),
])
def test_what_is_no_export(sql: str, code: str) -> None:
    assert code in codes(sql)


def test_the_refusal_names_the_path_and_the_place() -> None:
    verdict = judged("SELECT p.segment,\n       md5(p.email) AS visitor FROM web.person p")
    error = verdict.error()
    assert isinstance(error, GuardError)
    assert isinstance(error, TransferRefused)
    assert (error.code, error.message) == ("SG705", "recipient `analyst` does not get `contact`")
    assert error.detail == ("`web.person.email` reaches output column `visitor` (computed from it); "
                            "`never` names it")
    (reason,) = verdict.reasons
    assert verdict.sql.encode()[slice(*reason.spans[0])] == b"p.email"
    assert verdict.columns == ()


def test_a_way_through_views_is_told() -> None:
    details = [reason.detail for reason in judged("SELECT word FROM public.chain").reasons]
    assert ("`web.person.email` through `public.chain` > `web.masked` reaches output column `word` (computed from it); "
            "`never` names it") in details
