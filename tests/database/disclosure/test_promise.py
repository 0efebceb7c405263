"""The promise about web analytics, end to end: what is read leaves, and nothing that identifies a person or a device.

`web_log` is collected and not used. The analyst's export goes well until somebody adds `ip`, in whatever dress.
"""

from __future__ import annotations

import json

import psycopg
import pytest

from sminion_guard.errors import GuardError
from tests.database.disclosure.conftest import Shop

WORDS = "SELECT word, date_trunc('hour', ordered_at) AS hour, count(*) FROM shop.orders GROUP BY 1, 2"


def test_what_is_read_leaves(shop: Shop) -> None:
    made = shop.send(WORDS, "counter", "counting", login="analyst", out="words.jsonl")
    rows = [json.loads(line) for line in (shop.directory / "words.jsonl").read_text().splitlines()]
    assert (len(rows), made.rows, made.persons) == (90, 90, 30)
    assert all(row["hour"].endswith(":00:00+01:00") for row in rows)


@pytest.mark.parametrize("query", [
    "SELECT word, p.ip FROM shop.orders o JOIN shop.person p ON p.id = o.person_id",
    "SELECT md5(ip::text) AS visitor FROM shop.person",
    "SELECT ip::text || '' AS visitor FROM shop.person",
    "SELECT segment FROM shop.person WHERE ip << '192.0.2.0/24'",
    "SELECT segment FROM shop.person ORDER BY ip",
    "SELECT segment, count(DISTINCT ip) FROM shop.person GROUP BY segment",
    "SELECT word, (SELECT p.ip FROM shop.person p WHERE p.id = o.person_id) AS x FROM shop.orders o",
    "SELECT o.word, v.page FROM shop.orders o JOIN web_log.view v ON v.person_id = o.person_id",
    "SELECT page FROM web_log.view",
    "SELECT count(*) FROM web_log.view",
    "SELECT word, person_id FROM shop.orders",
    "SELECT word, md5(person_id::text) AS visitor FROM shop.orders",
    "SELECT word, ordered_at FROM shop.orders",
    "SELECT row_to_json(p) AS p FROM shop.person p",
])
def test_whatever_identifies_does_not(shop: Shop, query: str) -> None:
    with pytest.raises(GuardError) as caught:
        shop.send(query, "counter", "counting", login="analyst")
    assert caught.value.code in {"SG101", "SG102", "SG103", "SG110", "SG705", "SG706", "SG725"}, caught.value
    assert shop.files() == []
    assert shop.super("SELECT count(*) FROM sminion.transfers") == [(0,)]


@pytest.mark.parametrize("out", ["out.csv", "out.jsonl", "out.parquet"])
@pytest.mark.parametrize("word", [
    "shoes for anna@example.org", "%61nna%40example.org", "call +49 30 1234567", "from 198.51.100.7",
    "YW5uYUBleGFtcGxlLm9yZw==", "/pay/4111111111111111",
])
def test_texts_are_scanned_on_their_way_out(shop: Shop, word: str, out: str) -> None:
    shop.super("UPDATE shop.orders SET word = %s WHERE id = 40", word)
    with pytest.raises(GuardError) as caught:
        shop.send("SELECT word FROM shop.orders ORDER BY id", "counter", "counting", login="analyst", out=out)
    assert (caught.value.code, shop.files(), shop.last()[:2]) == ("SG722", [], ("failed", "SG722"))
    assert "row 40, column `word`: " in str(caught.value.detail)
    assert word not in str(caught.value)
    # its carrier, which delivers to the person, gets it
    assert shop.send("SELECT word FROM shop.orders", out=out).rows == 90


def test_the_server_gives_no_address_to_the_analyst_either(shop: Shop) -> None:
    with shop.database.connect(f"{shop.name}_analyst") as analyst:
        ((token,),) = analyst.execute(
            "SELECT token FROM sminion.open_transfer('counter', 'counting', 'a', 'r', 'q', sha256('q'), ARRAY['x'],"
            " ARRAY['behaviour'])").fetchall()
        for query, refused in (("SELECT word FROM shop.orders LIMIT 1", None), ("SELECT ip FROM shop.person", "42501"),
                               ("COPY (SELECT md5(ip::text) FROM shop.person) TO STDOUT", "42501"),
                               ("SELECT count(*) FROM web_log.view", "42501")):
            found = None
            try:
                with analyst.transaction():
                    analyst.execute("SELECT sminion.enter(%s)", [token])
                    analyst.execute(query.encode())
            except psycopg.Error as error:
                found = error.sqlstate
            assert found == refused, query
