"""The story, fourth part: a person asks what is kept about her, and gets all of it and nothing else."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from sminion_guard.demo.answer import Answer, Refusal, rows, some, value
from sminion_guard.demo.asking import say
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.errors import GuardError
from sminion_guard.subjects.report import chunks, open_report


def tables_about(person: int) -> dict[str, str]:
    """Each table about customers, and which of its rows are about the person, said by hand."""
    return {
        "crm.customer": f"id = {person}",
        "sales.orders": f"customer_id = {person}",
        "sales.order_item": f"order_id IN (SELECT id FROM sales.orders WHERE customer_id = {person})",
        "sales.gift": f"{person} IN (giver_id, receiver_id)",
        "marketing.subscriber": f"customer_id = {person}",
        "marketing.opening": f"customer_id = {person}",
        "support.request": f"customer_id = {person}",
        "support.message": f"request_id IN (SELECT id FROM support.request WHERE customer_id = {person})",
        "web_log.page_view": f"customer_id = {person}",
    }


def report(shop: Shop) -> None:
    """The access report, counted against what the superuser sees."""
    shop.printer.chapter("What is kept about her", f"""Person {HEROINE} asks for her data. Olga may read no table,
        except for a report: of one person, and on record before its first row is read.""")
    number = say(shop, "olga", f"""
        SELECT sminion.open_request('{HEROINE}', 'access', 'form on the website',
                                    channel => 'web', kind => 'customer')""", some()).value
    say(shop, "olga", f"SELECT sminion.identify_request({number}, 'she was signed in')", rows(1))
    told = f"sminion-guard subject report {HEROINE} --kind customer --request {number}"
    start = perf_counter()
    try:
        with open_report(shop.login("olga").conn, HEROINE, request=number, kind="customer") as opened:
            found = json.loads("".join(chunks(opened)))
    except GuardError as error:
        shop.printer.shows("olga", told, Answer(refusal=Refusal.of(error)), some())
        return
    spent = perf_counter() - start
    kept = {f"{table['schema']}.{table['table']}": table["rows"] for table in found["data"]}
    about = tables_about(HEROINE)
    counted = {name: shop.truth(f"SELECT count(*) FROM {name} WHERE {condition}") for name, condition in about.items()}
    answer = Answer(("table", "rows"), tuple((name, len(kept.get(name, ()))) for name in about), len(about), spent)
    shop.printer.shows("olga", told, answer, lambda got: None if dict(got.rows) == counted else f"rows: {counted}",
                       rows=len(about))
    street = next((row["values"]["street"] for row in kept.get("crm.customer", ())), None)
    lives = shop.login(shop.server.superuser).say(f"SELECT street FROM crm.customer WHERE id = {HEROINE}").value
    shop.printer.judge("her address is the one that holds now", _answer(street), value(lives))
    shop.printer.judge("nobody else is named in it", _answer(_strangers(kept["sales.gift"])), value(0))
    shop.printer.judge("it is complete", _answer(len(found["incomplete"])), value(0))
    say(shop, "olga", f"SELECT sminion.close_request({number}, 'granted', 'report sent')", rows(1))


def _answer(found: object) -> Answer:
    return Answer(("found",), ((found,),), 1)


def _strangers(gifts: list[dict[str, Any]]) -> int:
    """How often a gift names somebody else by a key."""
    said = [row["values"].get(column) for row in gifts for column in ("giver_id", "receiver_id")]
    return sum(key not in (None, str(HEROINE), "another person") for key in said)
