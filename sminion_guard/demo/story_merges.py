"""The story, first part: what the policy promises, an ordinary day, and merges that PostgreSQL refuses."""

from __future__ import annotations

from itertools import combinations

from sminion_guard.demo import probes
from sminion_guard.demo.answer import Answer, first, refused, some, value
from sminion_guard.demo.asking import DENIED, ask, attempt, told_token
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.policy import compartments

JOIN = """
    SELECT c.full_name, s.topic
    FROM crm.customer c
    JOIN marketing.subscriber s ON s.customer_id = c.id"""


def promises(shop: Shop) -> None:
    """The policy as roles."""
    policy, printer = shop.policy, shop.printer
    printer.chapter("What the policy promises", """Every schema says what its data were collected for. A purpose,
        together with the schemas that may meet for it, becomes one PostgreSQL role; nobody has privileges
        otherwise.""")
    printer.console.print()
    printer.table(
        ("purpose", "basis", "may", "schemas that meet"),
        [(compartment.purpose, policy.purposes[compartment.purpose].basis.value,
          ", ".join(sorted(operation.value for operation in policy.purposes[compartment.purpose].may)),
          ", ".join(compartment.schemas)) for compartment in compartments(policy)],
    )
    printer.console.print()
    apart = len(probes.forbidden_pairs(policy))
    pairs = len(list(combinations(policy.schemas, 2)))
    printer.say(f"""{apart} of the {pairs} pairs of schemas are never merged: newsletters with orders, server logs
        with anything. `legacy` was collected for nothing we know of.""")


def ordinary_day(shop: Shop) -> None:
    """Honest work goes on."""
    shop.printer.chapter("An ordinary day", """Every transaction stands under a ticket: who, what for, why. The ticket
        was committed before the first row was read. Honest work notices nothing else.""")
    ask(shop, "shop_app", "contract", "pack order 471", """
        SELECT c.full_name, c.street, c.city, p.name, i.quantity
        FROM sales.orders o
        JOIN crm.customer c ON c.id = o.customer_id
        JOIN sales.order_item i ON i.order_id = o.id
        JOIN sales.product p ON p.id = i.product_id
        WHERE o.id = 471""", some())
    ask(shop, "shop_support", "care", "morning round", """
        SELECT c.full_name, r.question, m.body AS answer
        FROM support.request r
        JOIN crm.customer c ON c.id = r.customer_id
        JOIN support.message m ON m.request_id = r.id
        WHERE r.closed_at IS NULL
        ORDER BY r.opened_at DESC
        LIMIT 3""", some(3))
    ask(shop, "shop_app", "accounting", "yearly accounts", """
        SELECT to_char(placed_at, 'YYYY') AS year, count(*) AS orders,
               sum(public.gross(total)) AS gross
        FROM sales.orders GROUP BY 1 ORDER BY 1""", some(3))
    ask(shop, "shop_app", "contract", "checkout", f"""
        INSERT INTO sales.orders (customer_id, total, card_last4)
        VALUES ({HEROINE}, 43.50, '4242')
        RETURNING customer_id, total""", first(HEROINE))


def merges(shop: Shop) -> None:
    """The incompatible join, written in several ways."""
    shop.printer.chapter("Merges are refused", """Login shop_console has every purpose. It connects to PostgreSQL
        directly, without our driver and analyzer. It still cannot merge incompatible data, because no role has
        privileges on both sides.""")
    ask(shop, "shop_console", "contract", "curious", JOIN, refused(DENIED, message="schema marketing"))
    ask(shop, "shop_console", "marketing", "curious", JOIN, refused(DENIED, message="schema crm"))
    ask(shop, "shop_console", "contract", "curious", """
        DO $$ BEGIN
          EXECUTE 'SELECT 1 FROM mark' || 'eting.subscriber';
        END $$""", refused(DENIED, message="schema marketing"))
    ask(shop, "shop_console", "contract", "curious", """
        SELECT query_to_xml('TABLE hr.employee', true, true, '')""", refused(DENIED, message="schema hr"))
    _one_after_the_other(shop)
    _every_pair(shop)


def _one_after_the_other(shop: Shop) -> None:
    console = shop.login("shop_console")
    tokens = [console.ticket(purpose, "curious") for purpose in ("contract", "marketing")]
    enter = "SELECT sminion.enter(%s)"
    count = "SELECT count(*) FROM crm.customer"
    attempt(
        shop, "shop_console", [(enter, tokens[:1]), (count, None), (enter, tokens[1:])],
        "SELECT count(*) FROM marketing.subscriber", refused("SG210"),
        told=f"BEGIN;\nSELECT sminion.enter('{told_token(tokens[0])}');\n{count};\n"
             f"SELECT sminion.enter('{told_token(tokens[1])}')",
    )


def _every_pair(shop: Shop) -> None:
    printer = shop.printer
    tried = list(probes.forbidden_joins(shop, "shop_console"))
    held = sum(1 for answer in tried if answer.refusal and answer.refusal.code == DENIED)
    control = list(probes.allowed_joins(shop, "shop_console"))
    answered = sum(1 for answer in control if answer.value == 1)
    printer.console.print()
    printer.say(f"""Every forbidden pair, joined from every role: {len(tried)} joins, {held} refused by PostgreSQL,
        {sum(answer.seconds for answer in tried) * 1000 / len(tried):.1f} ms each. The control, pairs that may meet:
        {len(control)} joins, {answered} answered.""")
    printer.judge("forbidden pairs", _number(held), value(len(tried)))
    printer.judge("allowed pairs", _number(answered), value(len(control)))


def _number(count: int) -> Answer:
    return Answer(("count",), ((count,),), 1)
