# ruff: noqa: E501 - what is sent or said stands on one line
"""A column that is added to a table later is in no view and no export, until the policy lists it and `apply` has run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import errors

from sminion_guard import migrate
from sminion_guard.errors import GuardError, InstallError
from sminion_guard.policy import loads
from tests import servers
from tests.database.disclosure.conftest import Shop, policy_text

SECRET = "secret-of-somebody"


def text(shop: Shop, version: str = "2") -> str:
    """The policy of the shop with a depersonalized view, views of a purpose, and a table with nothing but facts."""
    found = policy_text(shop.name).replace('version = "1"', f'version = "{version}"')
    found = found.replace('needs = ["contact", "behaviour"]\n', f'needs = ["contact", "behaviour"]\nviews = "{shop.name}_views"\n')
    found = found.replace('purposes = ["delivery"]\nnever', 'purposes = ["delivery"]\ngives = ["contact", "behaviour", "key"]\nnever')
    found = found.replace('[login.', f'[login.{shop.name}_counter]\npurposes = ["groups"]\ntransfers_to = ["institute"]\n[login.', 1)
    found = found.replace('collected_for = ["delivery", ', 'collected_for = ["delivery", "groups", ')
    return found + f"""
[schema.shop.fact]
subject = false
columns = {{ name = "none", size = "none" }}
[purpose.groups]
title = "Count in groups"
basis = "legitimate_interest"
needs = ["behaviour"]
may = ["use", "transfer"]
[view.{shop.name}_groups.people]
from = "shop.person"
for = ["groups"]
columns = {{ segment = "segment", people = "count()" }}
k = 3
[recipient.institute]
title = "Institute"
contract = "DPA-3"
purposes = ["groups"]
never = []
"""


@pytest.fixture
def grown(shop: Shop) -> Iterator[Shop]:
    """The shop after `apply`; then each of the tables got a column with a secret in it."""
    shop.super(f"CREATE ROLE {shop.name}_counter LOGIN")
    shop.super("CREATE TABLE shop.fact (name text, size integer); INSERT INTO shop.fact VALUES ('box', 3)")
    with shop.database.connect() as admin:
        servers.apply_unrehearsed(admin, loads(text(shop)))
    sent = shop.send("SELECT * FROM shop.fact", out="control.csv")
    assert (sent.rows, (shop.directory / "control.csv").read_text()) == (1, '"name","size"\n"box",3\n')
    (shop.directory / "control.csv").unlink()
    for table in ("fact", "person"):
        shop.super(f"ALTER TABLE shop.{table} ADD COLUMN phone text; UPDATE shop.{table} SET phone = '{SECRET}'")
    yield shop


def refused(shop: Shop, query: str, **more: Any) -> GuardError:
    with pytest.raises(GuardError) as caught:
        shop.send(query, **more)
    assert shop.files() == []
    return caught.value


WHOLE = (
    "SELECT * FROM shop.fact", "TABLE shop.fact", "SELECT f.* FROM shop.fact f", "SELECT to_json(f) AS f FROM shop.fact f",
    "SELECT s.* FROM (SELECT * FROM shop.fact) s", "SELECT phone FROM shop.fact", "SELECT name FROM shop.fact WHERE phone > ''",
)


def test_an_export_of_all_columns_is_refused_and_neither_narrowed_nor_widened(grown: Shop) -> None:
    for query in WHOLE:
        error = refused(grown, query)
        assert error.code == "SG103" and "`phone` is not listed in the policy" in str(error.detail), query
    grown.send("SELECT name, size FROM shop.fact")
    assert SECRET not in (grown.directory / "out.csv").read_text()


def seen(shop: Shop, login: str, purpose: str, relation: str) -> list[str]:
    """The columns that a login sees over raw psycopg, under a ticket."""
    with shop.database.connect(f"{shop.name}_{login}", autocommit=False) as connection:
        token = connection.execute("SELECT sminion.open_ticket(%s, 'sam', 'looks')", [purpose]).fetchone()
        connection.commit()
        connection.execute("SELECT sminion.enter(%s)", token)
        return [column.name for column in connection.execute(f"SELECT * FROM {relation}".encode()).description or ()]


def test_views_keep_the_columns_that_they_were_made_with(grown: Shop) -> None:
    own, groups = f"{grown.name}_views.person", f"{grown.name}_groups.people"
    assert seen(grown, "carrier", "delivery", own) == ["id", "mail", "segment"]
    assert seen(grown, "counter", "groups", groups) == ["people", "segment"]
    assert grown.send(f"TABLE {own}").rows == 30
    assert grown.send(f"TABLE {groups}", "institute", "groups", login="counter", out="groups.csv").rows == 3
    assert (grown.directory / "out.csv").read_text().split("\n")[0] == '"id","mail","segment"'
    assert (grown.directory / "groups.csv").read_text().split("\n")[0] == '"people","segment"'
    assert not any(SECRET in path.read_text() for path in grown.directory.iterdir())
    with grown.database.connect(f"{grown.name}_carrier", autocommit=False) as carrier:  # the wall, without our judgement
        token = carrier.execute("SELECT sminion.open_ticket('delivery', 'sam', 'looks')").fetchone()
        carrier.commit()
        carrier.execute("SELECT sminion.enter(%s)", token)
        with pytest.raises(errors.InsufficientPrivilege):
            carrier.execute("SELECT phone FROM shop.person")


def test_the_next_policy_that_lists_it_says_who_gets_it(grown: Shop) -> None:
    listed = loads(text(grown, "3").replace('segment = "behaviour" }', 'segment = "behaviour", phone = "contact" }'))
    with grown.database.connect() as admin:
        found = migrate.plan(admin, listed).difference
        assert found is not None
        assert "recipient `carrier` may now also get for `delivery`: `shop.person.phone` (`contact`)" in {
            sentence.text for sentence in found.widening}
        with pytest.raises(InstallError) as caught:
            migrate.require_consent(admin, listed)
        assert caught.value.code == "SG452" and "recipient `carrier` may now also get" in str(caught.value.detail)
        servers.apply_unrehearsed(admin, listed)
    assert seen(grown, "carrier", "delivery", f"{grown.name}_views.person") == ["id", "mail", "segment", "phone"]
    assert seen(grown, "counter", "groups", f"{grown.name}_groups.people") == ["people", "segment"]
