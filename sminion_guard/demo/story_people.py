"""The story, third part: people's rights. One customer withdraws, objects, contests, and is heard at the next query."""

from __future__ import annotations

from time import perf_counter

from sminion_guard.demo.answer import Answer, first, refused, rows, some, value
from sminion_guard.demo.asking import DENIED, ask, say
from sminion_guard.demo.shop import CONSENTING, HEROINE, Shop

SUBSCRIBERS = "SELECT count(*) FROM marketing.subscriber"
HER_SUBSCRIPTION = f"SELECT customer_id, topic FROM marketing.subscriber\nWHERE customer_id = {HEROINE}"
CORRECTED = "7 Harbour Row"
"""Where the person lives who contests her address."""
ORDER_SCHEMAS = ("crm", "sales")


def consent(shop: Shop) -> None:
    """Marketing sees who consented, as long as they do."""
    stored = shop.truth(SUBSCRIBERS)
    consenting = shop.truth(f"{SUBSCRIBERS} WHERE customer_id % {CONSENTING} <> 0")
    shop.printer.chapter("Consent", f"""The newsletter rests on consent: of {stored} subscribers the mailer sees the
        {consenting} who gave theirs. Person {HEROINE} is one of them, and changes her mind while the mailer is at
        work.""")
    ask(shop, "shop_newsletter", "marketing", "November mailing", SUBSCRIBERS, value(consenting))
    mailer = shop.login("shop_newsletter")
    token = mailer.ticket("marketing", "November mailing")
    with mailer.conn.transaction():
        mailer.say("SELECT sminion.enter(%s)", [token])
        who = "shop_newsletter, in one long transaction"
        shop.printer.shows(who, HER_SUBSCRIPTION, mailer.say(HER_SUBSCRIPTION), rows(1))
        withdrawal = (f"SELECT sminion.withdraw_consent('{HEROINE}', 'marketing', 'her e-mail of today',\n"
                      "                                kind => 'customer')")
        say(shop, "olga", withdrawal, value(True))
        start = perf_counter()
        answer = mailer.say(HER_SUBSCRIPTION)
        spent = perf_counter() - start
        shop.printer.shows("shop_newsletter, still in that transaction", HER_SUBSCRIPTION, answer, rows(0))
    shop.printer.console.print()
    shop.printer.say(f"""Gone {spent * 1000:.1f} ms after the withdrawal returned: it changed a few rows of the guard's
        own, locked no data row, and told no session.""")


def objection(shop: Shop) -> None:
    """Objecting to a legitimate interest, and a purpose with two compartments."""
    customers = "SELECT count(*) FROM crm.customer"
    known = shop.truth(customers)
    shop.printer.chapter("Objection", """Statistics rest on a legitimate interest, and people may object. They reach
        orders and newsletters, which never meet, so each ticket chooses one side.""")
    ask(shop, "shop_analyst", "analytics", "monthly report", customers, refused("SG213"))
    ask(shop, "shop_analyst", "analytics", "monthly report", customers, value(known), schemas=ORDER_SCHEMAS)
    say(shop, "olga", f"SELECT sminion.object('{HEROINE}', 'analytics', 'by phone', kind => 'customer')", value(True))
    ask(shop, "shop_analyst", "analytics", "monthly report", customers, value(known - 1), schemas=ORDER_SCHEMAS)
    ask(shop, "shop_analyst", "analytics", "monthly report", "SELECT mailing, count(*) FROM marketing.opening\n"
        "GROUP BY mailing ORDER BY mailing LIMIT 2", rows(2), schemas=("marketing",))


def block(shop: Shop) -> None:
    """A subject who contests is invisible at once, except to those who correct her data."""
    her = f"SELECT id, full_name, street FROM crm.customer WHERE id = {HEROINE}"
    gifts = f"SELECT count(*) FROM sales.gift WHERE {HEROINE} IN (giver_id, receiver_id)"
    shop.printer.chapter("Block and correction", f"""Person {HEROINE} contests her address. Her request blocks her data
        at once: until it is settled nobody processes them, except to correct them for this request. The log says
        where, and keeps no value.""")
    ask(shop, "shop_app", "contract", "pack order 471", her, rows(1))
    number = say(shop, "olga", f"""
        SELECT sminion.open_request('{HEROINE}', 'clarify', 'her address is wrong',
                                    trigger => 'proof', channel => 'letter', kind => 'customer')""", some()).value
    ask(shop, "shop_app", "contract", "pack order 471", her, rows(0))
    ask(shop, "shop_app", "contract", "checkout", f"""
        INSERT INTO sales.orders (customer_id, total, card_last4)
        VALUES ({HEROINE}, 12.00, '4242')""", refused("SG216", DENIED))
    stored = shop.truth(gifts)
    ask(shop, "shop_app", "contract", "pack order 471", gifts, value(0))
    shop.printer.console.print()
    shop.printer.say(f"{stored} gifts name her. They are about two people each, and need the permission of both.")
    ask(shop, "shop_support", "rectification", "complaint 2026-88", her, refused("SG214"))
    ask(shop, "shop_support", "rectification", "complaint 2026-88", her, first(HEROINE), subject=HEROINE)
    ask(shop, "shop_support", "rectification", "complaint 2026-88",
        "SELECT count(*) FROM crm.customer", value(1), subject=HEROINE)
    ask(shop, "shop_support", "rectification", "complaint 2026-88",
        f"UPDATE crm.customer SET street = '{CORRECTED}' WHERE id = {HEROINE}", refused("SG543"), subject=HEROINE)
    ask(shop, "shop_support", "rectification", "complaint 2026-88",
        f"UPDATE crm.customer SET street = '{CORRECTED}' WHERE id = {HEROINE}", rows(1), subject=HEROINE,
        basis_ref=f"request:{number}")
    say(shop, "olga", f"SELECT operation, relation, columns, rows FROM sminion.clarifications WHERE request = {number}",
        rows(1))
    say(shop, "olga", f"SELECT sminion.unblock('{HEROINE}', 'in a hurry', kind => 'customer')", refused("SG527"))
    say(shop, "olga", f"SELECT sminion.identify_request({number}, 'a copy of her passport')", rows(1))
    say(shop, "olga", f"SELECT sminion.close_request({number}, 'granted', 'address corrected')", rows(1))
    with shop.printer.work("the night's maintenance settles the masks"):
        shop.settle()
    ask(shop, "shop_app", "contract", "pack order 471", her, first(HEROINE))


def retention(shop: Shop) -> None:
    """Past its retention a row is invisible, before anybody has purged it."""
    count = "SELECT count(*) FROM support.request"
    stored = shop.truth(count)
    kept = shop.truth(f"{count} WHERE closed_at IS NULL OR closed_at > now() - interval '1 year'")
    shop.printer.chapter("Retention", f"""Requests are kept for a year after they were closed. {stored} are stored
        still; what is past its time is invisible at once.""")
    ask(shop, "shop_support", "care", "morning round", count, value(kept))
    shop.printer.judge("some requests are past their retention", Answer(("past",), ((kept < stored,),), 1), value(True))
