"""The story, what leaves: exports to third parties are judged, and on record before the first byte."""

from __future__ import annotations

import tempfile
from pathlib import Path
from textwrap import dedent
from time import perf_counter

from sminion_guard.demo.answer import Answer, Expectation, Refusal, first, refused, rows, some
from sminion_guard.demo.asking import DENIED, ask, attempt, say, told_token
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.disclosure.export import transfer
from sminion_guard.errors import GuardError

SALES = """
    SELECT p.name, sum(i.quantity) AS sold
    FROM sales.order_item i JOIN sales.orders o ON o.id = i.order_id JOIN sales.product p ON p.id = i.product_id
    {where}GROUP BY 1 HAVING count(DISTINCT o.customer_id) >= 10 ORDER BY 1"""
ALL, BUT_FIVE = SALES.format(where=""), SALES.format(where="WHERE o.customer_id > 5 ")
PARCELS = f"SELECT full_name, street, city FROM crm.customer WHERE id = {HEROINE}"

GROUPS = "SELECT decade, town, people FROM shop_groups.customers ORDER BY town DESC, decade"
NOT_SAID = "SELECT decade, town, people FROM shop_groups.customers WHERE decade IS NULL"
NEWCOMER = """
    INSERT INTO crm.customer (full_name, email, city) VALUES ('Ada Bell', 'ada.bell@example.org', 'El Paso')"""


def disclosure(shop: Shop) -> None:
    """Data leave for third parties, or do not."""
    shop.printer.chapter("What leaves for third parties", """The provider of web analytics gets nothing that identifies
        a person or a device, however it is written: numbers about ten people or more, and no two of them whose
        difference tells of fewer. Whatever leaves is on record before the first row is read. It is read as the
        recipient, so not even a client of its own gets what the recipient never gets.""")
    folder = Path(tempfile.mkdtemp(dir=shop.server.directory, prefix="exports-"))
    _send(shop, folder, "shop_analyst", "web_analytics", "analytics", ALL, some())
    _send(shop, folder, "shop_analyst", "web_analytics", "analytics", BUT_FIVE, refused("SG744"))
    _send(shop, folder, "shop_analyst", "web_analytics", "analytics",
          "SELECT quantity FROM sales.order_item", refused("SG740"))
    _send(shop, folder, "shop_analyst", "web_analytics", "analytics",
          "SELECT md5(address) AS visitor, page FROM web_log.page_view", refused("SG102"))
    _send(shop, folder, "shop_analyst", "web_analytics", "analytics",
          "SELECT md5(customer_id::text) AS visitor, total FROM sales.orders", refused("SG705"))
    _send(shop, folder, "shop_analyst", "parcel_carrier", "analytics", ALL, refused("SG704"))
    _send(shop, folder, "shop_app", "parcel_carrier", "contract", PARCELS, refused("SG734"))
    _send(shop, folder, "shop_parcels", "parcel_carrier", "contract", PARCELS, first("parcel_carrier", 1, 1))
    shop.printer.console.print()
    shop.printer.say("shop_parcels only exports. It opens no ticket of its own; that of an export shows what the"
                     " carrier may get.")
    ask(shop, "shop_parcels", "contract", "read them without an export", "SELECT street FROM crm.customer LIMIT 1",
        refused("SG212"))
    _read_raw(shop, f"SELECT street FROM crm.customer WHERE id = {HEROINE}", some())
    _read_raw(shop, f"SELECT total FROM sales.orders WHERE customer_id = {HEROINE}", refused(DENIED))
    _groups(shop, folder)
    shop.printer.console.print()
    shop.printer.say("The privacy officer sees all of it, and can say who must be told when the person asks.")
    say(shop, "olga", """
        SELECT recipient, purpose, categories, state, persons FROM sminion.disclosure_register
        ORDER BY id DESC LIMIT 3""",
        first("chamber", "statistics"))
    say(shop, "olga", f"""
        SELECT recipient, categories FROM sminion.disclosures WHERE subject = 'customer:{HEROINE}'""", some())


def _groups(shop: Shop, folder: Path) -> None:
    """A recipient that learns of people only how many they are."""
    shop.printer.console.print()
    shop.printer.say("""The chamber of commerce gets groups of at least 20 customers, by a depersonalized view: the
        decade in which they were born, and whether they live in a large city. Nothing else of them is open to its
        purpose. A newcomer has not said when she was born. She would be a group of one, so no query shows it.""")
    ask(shop, "shop_counter", "statistics", "census", GROUPS, some())
    _send(shop, folder, "shop_counter", "chamber", "statistics", GROUPS, some())
    ask(shop, "shop_counter", "statistics", "census", "SELECT count(*) FROM crm.customer", refused(DENIED))
    ask(shop, "shop_app", "contract", "a newcomer", NEWCOMER, rows(1))
    ask(shop, "shop_counter", "statistics", "census", NOT_SAID, rows(0))


def _read_raw(shop: Shop, query: str, expected: Expectation) -> None:
    """Begin an export and read something else under its ticket, as a client of one's own could."""
    opened = shop.login("shop_parcels").say(
        "SELECT token, disclosure FROM sminion.open_transfer('parcel_carrier', 'contract', 'parcel job', 'as agreed',"
        " 'SELECT street FROM crm.customer', sha256('q'), ARRAY['street'], ARRAY['address'])")
    ((token, number),) = opened.rows
    attempt(shop, "shop_parcels", [("SELECT sminion.enter(%s)", [token])], query, expected,
            told=f"SELECT sminion.enter('{told_token(token)}');\n{query}")
    shop.login("shop_parcels").say("SELECT sminion.fail_transfer(%s, 'only tried')", [number])


def _send(
    shop: Shop, folder: Path, login: str, to: str, purpose: str, query: str, expected: Expectation
) -> None:
    text = dedent(query).strip()
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    start = perf_counter()
    try:
        made = transfer(shop.url(login), to, purpose=purpose, query=text, out=path, reason="as agreed")
    except GuardError as error:
        answer = Answer(refusal=Refusal.of(error))
    else:
        answer = Answer(("recipient", "rows", "people", "sha256"),
                        ((to, made.rows, made.persons, made.sha256[:16]),), 1, perf_counter() - start)
    shop.printer.shows(f"{login}, export to {to} for {purpose}", text, answer, expected)
