"""The story, first part: what the policy promises, an ordinary day, and the wall between purposes."""

from __future__ import annotations

from itertools import combinations

from sminion_guard.demo import probes
from sminion_guard.demo.answer import Answer, first, refused, some, value
from sminion_guard.demo.asking import DENIED, ask, attempt, told_token
from sminion_guard.demo.stage import HEROINE, Stage
from sminion_guard.policy import compartments

JOIN = """
    SELECT c.full_name, s.topic
    FROM crm.customer c
    JOIN marketing.subscriber s ON s.customer_id = c.id"""


def promises(stage: Stage) -> None:
    """The policy as roles."""
    policy, teller = stage.policy, stage.teller
    teller.chapter("What the policy promises", """Every schema says what its data were collected for. A purpose,
        together with the schemas that may meet for it, becomes one PostgreSQL role; nobody has privileges
        otherwise.""")
    teller.console.print()
    teller.table(
        ("purpose", "basis", "may", "schemas that meet"),
        [(room.purpose, policy.purposes[room.purpose].basis.value,
          ", ".join(sorted(operation.value for operation in policy.purposes[room.purpose].may)),
          ", ".join(room.schemas)) for room in compartments(policy)],
    )
    teller.console.print()
    apart = len(probes.forbidden_pairs(policy))
    pairs = len(list(combinations(policy.schemas, 2)))
    teller.say(f"""{apart} of the {pairs} pairs of schemas are never merged: newsletters with orders, server logs
        with anything. `legacy` was collected for nothing we know of.""")


def ordinary_day(stage: Stage) -> None:
    """Honest work goes on."""
    stage.teller.chapter("An ordinary day", """Every transaction stands under a ticket: who, what for, why. The ticket
        was committed before the first row was read. Honest work notices nothing else.""")
    ask(stage, "shop_app", "contract", "pack order 471", """
        SELECT c.full_name, c.street, c.city, p.name, i.quantity
        FROM sales.orders o
        JOIN crm.customer c ON c.id = o.customer_id
        JOIN sales.order_item i ON i.order_id = o.id
        JOIN sales.product p ON p.id = i.product_id
        WHERE o.id = 471""", some())
    ask(stage, "shop_support", "care", "morning round", """
        SELECT c.full_name, r.question, m.body AS answer
        FROM support.request r
        JOIN crm.customer c ON c.id = r.customer_id
        JOIN support.message m ON m.request_id = r.id
        WHERE r.closed_at IS NULL
        ORDER BY r.opened_at DESC
        LIMIT 3""", some(3))
    ask(stage, "shop_app", "accounting", "yearly accounts", """
        SELECT to_char(placed_at, 'YYYY') AS year, count(*) AS orders,
               sum(public.gross(total)) AS gross
        FROM sales.orders GROUP BY 1 ORDER BY 1""", some(3))
    ask(stage, "shop_app", "contract", "checkout", f"""
        INSERT INTO sales.orders (customer_id, total, card_last4)
        VALUES ({HEROINE}, 43.50, '4242')
        RETURNING customer_id, total""", first(HEROINE))


def merge_wall(stage: Stage) -> None:
    """The incompatible join, in many dresses."""
    stage.teller.chapter("The merge wall", """Login shop_console holds every purpose and speaks to PostgreSQL directly:
        no driver of ours, no analyzer. What must not meet still cannot, because no role has privileges on both
        sides.""")
    ask(stage, "shop_console", "contract", "curious", JOIN, refused(DENIED, message="schema marketing"))
    ask(stage, "shop_console", "marketing", "curious", JOIN, refused(DENIED, message="schema crm"))
    ask(stage, "shop_console", "contract", "curious", """
        DO $$ BEGIN
          EXECUTE 'SELECT 1 FROM mark' || 'eting.subscriber';
        END $$""", refused(DENIED, message="schema marketing"))
    ask(stage, "shop_console", "contract", "curious", """
        SELECT query_to_xml('TABLE hr.employee', true, true, '')""", refused(DENIED, message="schema hr"))
    _one_after_the_other(stage)
    _every_pair(stage)


def _one_after_the_other(stage: Stage) -> None:
    console = stage.login("shop_console")
    tokens = [console.ticket(purpose, "curious") for purpose in ("contract", "marketing")]
    enter = "SELECT sminion.enter(%s)"
    count = "SELECT count(*) FROM crm.customer"
    attempt(
        stage, "shop_console", [(enter, tokens[:1]), (count, None), (enter, tokens[1:])],
        "SELECT count(*) FROM marketing.subscriber", refused("SG210"),
        told=f"BEGIN;\nSELECT sminion.enter('{told_token(tokens[0])}');\n{count};\n"
             f"SELECT sminion.enter('{told_token(tokens[1])}')",
    )


def _every_pair(stage: Stage) -> None:
    teller = stage.teller
    tried = list(probes.forbidden_joins(stage, "shop_console"))
    held = sum(1 for answer in tried if answer.refusal and answer.refusal.code == DENIED)
    control = list(probes.allowed_joins(stage, "shop_console"))
    answered = sum(1 for answer in control if answer.value == 1)
    teller.console.print()
    teller.say(f"""Every forbidden pair, joined from every role: {len(tried)} joins, {held} refused by PostgreSQL,
        {sum(answer.seconds for answer in tried) * 1000 / len(tried):.1f} ms each. The control, pairs that may meet:
        {len(control)} joins, {answered} answered.""")
    teller.judge("forbidden pairs", _number(held), value(len(tried)))
    teller.judge("allowed pairs", _number(answered), value(len(control)))


def _number(count: int) -> Answer:
    return Answer(("count",), ((count,),), 1)
