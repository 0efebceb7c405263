"""The story, second part: forged contexts, and data that a purpose does not need."""

from __future__ import annotations

from sminion_guard.demo import probes
from sminion_guard.demo.answer import Answer, refused, rows, value
from sminion_guard.demo.asking import DENIED, ask, attempt, say, told_token
from sminion_guard.demo.shop import Shop

COUNT = "SELECT count(*) FROM crm.customer"
ENTER = "SELECT sminion.enter(%s)"
UNREADABLE = ("web_log.page_view", "hr.absence", "legacy.address")
"""Collected and read by nobody; of `hr.absence` the keys and dates are open to payroll."""


def forged_context(shop: Shop) -> None:
    """No ticket, no rows."""
    shop.printer.chapter("Forged contexts", """A role alone opens nothing, and a token is worth what the committed row
        of the access log behind it says.""")
    role = ("SET LOCAL ROLE shop_contract", None)
    token = shop.login("shop_app").ticket("contract", "pack order 471")
    ticket, _, compartment = token.split(".", 2)
    forged = f"{ticket}.{'0' * 32}.{compartment}"
    attempt(shop, "shop_app", [role], COUNT, refused("SG201"), told=f"SET LOCAL ROLE shop_contract;\n{COUNT}")
    attempt(shop, "shop_app", [("SELECT set_config('sminion.token', %s, true)", [forged]), role], COUNT,
            refused("SG202"), told=f"SET LOCAL sminion.token = '{ticket}.00 ... 00.{compartment}';\n"
            f"SET LOCAL ROLE shop_contract;\n{COUNT}")
    attempt(shop, "shop_console", [(ENTER, [token])], COUNT, refused("SG206"),
            told=f"-- the web shop's token\nSELECT sminion.enter('{told_token(token)}')")
    at_once = "SELECT sminion.enter(\n  sminion.open_ticket('contract', 'me', 'to be rolled back'))"
    attempt(shop, "shop_app", [(at_once, None)], COUNT, refused("SG203"), told=at_once)
    _revoked(shop)


def _revoked(shop: Shop) -> None:
    token = shop.login("shop_console").ticket("contract", "night shift")
    number = token.partition(".")[0]
    say(shop, "olga", f"SELECT sminion.revoke_ticket({number}, 'no business here')", value(True))
    attempt(shop, "shop_console", [(ENTER, [token])], COUNT, refused("SG205"),
            told=f"SELECT sminion.enter('{told_token(token)}')")


def not_needed(shop: Shop) -> None:
    """Content and amount match the purpose."""
    printer = shop.printer
    printer.chapter("Data that is not needed", """A purpose gets the columns whose category it needs, and the operations
        it lists. Some data are collected, and read by nobody.""")
    ask(shop, "shop_app", "accounting", "yearly accounts",
        "SELECT full_name, born_on FROM crm.customer WHERE id = 221", refused(DENIED, message="table customer"))
    ask(shop, "shop_app", "contract", "checkout",
        "UPDATE crm.customer SET city = 'Elsewhere' WHERE id = 221", refused(DENIED, message="table customer"))
    ask(shop, "shop_logger", "site_operation", "request log", """
        INSERT INTO web_log.page_view (customer_id, address, agent, page)
        VALUES (221, '198.51.100.7', 'Firefox/145.0', '/tea')""", rows(1))
    ask(shop, "shop_logger", "site_operation", "request log",
        "SELECT page FROM web_log.page_view", refused(DENIED, message="table page_view"))
    _nobody(shop)


def _nobody(shop: Shop) -> None:
    printer = shop.printer
    tried = list(probes.readings(shop, UNREADABLE))
    lines = []
    for table in UNREADABLE:
        answers = [answer for name, answer in tried if name == table]
        lines.append((table, len(answers), sum(1 for answer in answers if not answer.refusal)))
    printer.console.print()
    printer.say("Every column of three tables, asked for by every login for each of its purposes:")
    printer.table(("table", "asked", "answered"), lines)
    open_to_payroll = shop.policy.schemas["hr"].tables["absence"].columns
    expected = [0, 2 * 2 * sum(1 for category in open_to_payroll.values() if category in ("key", "none")), 0]
    printer.say("""The dates of an absence are open to payroll and to the door; its diagnosis is open to nobody.""")
    answered = Answer(("answered",), ((tuple(line[2] for line in lines),),), 1)
    printer.judge("who reads what nobody needs", answered, value(tuple(expected)))
