"""The story, third part: people's rights. One customer withdraws, objects, contests, and is heard at the next query."""

from __future__ import annotations

from time import perf_counter

from sminion_guard.demo.answer import Answer, first, refused, rows, value
from sminion_guard.demo.asking import DENIED, ask, say
from sminion_guard.demo.stage import CONSENTING, HEROINE, Stage

SUBSCRIBERS = "SELECT count(*) FROM marketing.subscriber"
HER_SUBSCRIPTION = f"SELECT customer_id, topic FROM marketing.subscriber\nWHERE customer_id = {HEROINE}"
ORDER_SCHEMAS = ("crm", "sales")


def consent(stage: Stage) -> None:
    """Marketing sees who consented, as long as they do."""
    stored = stage.truth(SUBSCRIBERS)
    consenting = stage.truth(f"{SUBSCRIBERS} WHERE customer_id % {CONSENTING} <> 0")
    stage.teller.chapter("Consent", f"""The newsletter rests on consent: of {stored} subscribers the mailer sees the
        {consenting} who gave theirs. Person {HEROINE} is one of them, and changes her mind while the mailer is at
        work.""")
    ask(stage, "shop_newsletter", "marketing", "November mailing", SUBSCRIBERS, value(consenting))
    mailer = stage.login("shop_newsletter")
    token = mailer.ticket("marketing", "November mailing")
    with mailer.conn.transaction():
        mailer.say("SELECT sminion.enter(%s)", [token])
        who = "shop_newsletter, in one long transaction"
        stage.teller.shows(who, HER_SUBSCRIPTION, mailer.say(HER_SUBSCRIPTION), rows(1))
        withdrawal = (f"SELECT sminion.withdraw_consent('{HEROINE}', 'marketing', 'her e-mail of today',\n"
                      "                                kind => 'customer')")
        say(stage, "olga", withdrawal, value(True))
        start = perf_counter()
        answer = mailer.say(HER_SUBSCRIPTION)
        spent = perf_counter() - start
        stage.teller.shows("shop_newsletter, still in that transaction", HER_SUBSCRIPTION, answer, rows(0))
    stage.teller.console.print()
    stage.teller.say(f"""Gone {spent * 1000:.1f} ms after the withdrawal returned: it changed a few rows of the guard's
        own, locked no data row, and told no session.""")


def objection(stage: Stage) -> None:
    """Objecting to a legitimate interest, and a purpose with two compartments."""
    customers = "SELECT count(*) FROM crm.customer"
    known = stage.truth(customers)
    stage.teller.chapter("Objection", """Statistics rest on a legitimate interest, and people may object. They reach
        orders and newsletters, which never meet, so each ticket chooses one side.""")
    ask(stage, "shop_analyst", "analytics", "monthly report", customers, refused("SG213"))
    ask(stage, "shop_analyst", "analytics", "monthly report", customers, value(known), schemas=ORDER_SCHEMAS)
    say(stage, "olga", f"SELECT sminion.object('{HEROINE}', 'analytics', 'by phone', kind => 'customer')", value(True))
    ask(stage, "shop_analyst", "analytics", "monthly report", customers, value(known - 1), schemas=ORDER_SCHEMAS)
    ask(stage, "shop_analyst", "analytics", "monthly report", "SELECT mailing, count(*) FROM marketing.opening\n"
        "GROUP BY mailing ORDER BY mailing LIMIT 2", rows(2), schemas=("marketing",))


def block(stage: Stage) -> None:
    """A blocked subject is invisible, except to those who correct her data."""
    her = f"SELECT id, full_name, street FROM crm.customer WHERE id = {HEROINE}"
    gifts = f"SELECT count(*) FROM sales.gift WHERE {HEROINE} IN (giver_id, receiver_id)"
    stage.teller.chapter("Block", f"""Person {HEROINE} contests her address. Until that is settled nobody processes her
        data, except to correct it.""")
    ask(stage, "shop_app", "contract", "pack order 471", her, rows(1))
    say(stage, "olga", f"SELECT sminion.block('{HEROINE}', 'contests her address', kind => 'customer')", value(True))
    ask(stage, "shop_app", "contract", "pack order 471", her, rows(0))
    ask(stage, "shop_app", "contract", "checkout", f"""
        INSERT INTO sales.orders (customer_id, total, card_last4)
        VALUES ({HEROINE}, 12.00, '4242')""", refused("SG216", DENIED))
    stored = stage.truth(gifts)
    ask(stage, "shop_app", "contract", "pack order 471", gifts, value(0))
    stage.teller.console.print()
    stage.teller.say(f"{stored} gifts name her. They are about two people each, and need the permission of both.")
    ask(stage, "shop_support", "rectification", "complaint 2026-88", her, refused("SG214"))
    ask(stage, "shop_support", "rectification", "complaint 2026-88", her, first(HEROINE), subject=HEROINE)
    ask(stage, "shop_support", "rectification", "complaint 2026-88",
        "SELECT count(*) FROM crm.customer", value(1), subject=HEROINE)
    ask(stage, "shop_support", "rectification", "complaint 2026-88",
        f"UPDATE crm.customer SET street = '7 Harbour Row' WHERE id = {HEROINE}", rows(1), subject=HEROINE)
    say(stage, "olga", f"SELECT sminion.unblock('{HEROINE}', 'address corrected', kind => 'customer')", value(True))
    with stage.teller.work("the night's maintenance settles the masks"):
        stage.settle()
    ask(stage, "shop_app", "contract", "pack order 471", her, first(HEROINE))


def retention(stage: Stage) -> None:
    """Past its retention a row is invisible, before anybody has purged it."""
    count = "SELECT count(*) FROM support.request"
    stored = stage.truth(count)
    kept = stage.truth(f"{count} WHERE closed_at IS NULL OR closed_at > now() - interval '1 year'")
    stage.teller.chapter("Retention", f"""Requests are kept for a year after they were closed. {stored} are stored
        still; what is past its time is invisible at once.""")
    ask(stage, "shop_support", "care", "morning round", count, value(kept))
    stage.teller.judge("some requests are past their retention", Answer(("past",), ((kept < stored,),), 1), value(True))
