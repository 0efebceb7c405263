"""The rows of the shop: what its people ordered, asked, subscribed to and clicked, table by table.

Moments lie whole hours and a half before ``now``, so that no row passes the end of its retention while the demo runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from sminion_guard.demo.people import SEED, Person

Row = tuple[object, ...]
Source = Callable[[Sequence[Person], datetime, Random], Iterator[Row]]

EMPLOYEES = 120
FIRST_EMPLOYEE = 1_000_001
"""Employees are people too, and their numbers are no customer's."""

PRODUCTS = (
    ("Tea, 250 g", 9.5), ("Teapot", 34.0), ("Cup", 7.25), ("Kettle", 49.0), ("Honey", 6.4), ("Biscuits", 3.9),
    ("Tray", 18.0), ("Strainer", 5.5), ("Tin", 8.0), ("Cosy", 12.5),
)
TOPICS = ("delivery", "payment", "defect", "return", "other")
QUESTIONS = (
    "where is my parcel", "the card was charged twice", "the lid does not fit", "how do I send it back",
    "please call me in the evening",
)
ANSWERS = ("it is on its way", "we have returned the money", "a new one leaves today", "the label is attached")
AGENTS = ("Firefox/145.0", "Chrome/142.0", "Safari/26.1")
PAGES = ("/", "/tea", "/teapots", "/cart", "/checkout", "/account")


def moment(now: datetime, dice: Random, days: int) -> datetime:
    """A moment within the last ``days`` days."""
    return now - timedelta(hours=dice.randrange(days * 24), minutes=30)


def customers(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for one in known:
        yield (one.id, one.full_name, one.email, one.phone, one.street, one.city, one.born_on,
               moment(now, dice, 700), "pays late" if dice.random() < 0.02 else None)


def products(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number, (name, price) in enumerate(PRODUCTS, 1):
        yield number, name, price


def orders(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number in range(1, len(known) * 3 // 2 + 1):
        customer = dice.choice(known).id
        yield number, customer, moment(now, dice, 900), round(dice.uniform(5, 250), 2), f"{dice.randrange(10000):04d}"


def order_items(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    number = 0
    for order in range(1, len(known) * 3 // 2 + 1):
        for _ in range(dice.choice((1, 1, 2))):
            number += 1
            product = dice.randrange(len(PRODUCTS))
            yield number, order, product + 1, dice.randrange(1, 4), PRODUCTS[product][1]


def gifts(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number, (giver, receiver) in enumerate(pairwise(known[::20]), 1):
        yield number, number, giver.id, receiver.id, "many happy returns"


def subscribers(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for one in known[::2]:
        yield one.id, one.email, dice.choice(("tea", "offers", "recipes")), moment(now, dice, 600)


def openings(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    subscribed = known[::2]
    for number in range(1, len(subscribed) + 1):
        yield number, dice.choice(subscribed).id, f"2026-{dice.randrange(1, 11):02d}", moment(now, dice, 300)


def requests(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number, one in enumerate(known[::5], 1):
        opened = moment(now, dice, 800)
        closed = None if dice.random() < 0.1 else min(opened + timedelta(hours=dice.randrange(1, 200)), now)
        topic = dice.randrange(len(TOPICS))
        yield number, one.id, opened, closed, TOPICS[topic], QUESTIONS[topic]


def messages(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number in range(1, len(known[::5]) + 1):
        yield number, number, moment(now, dice, 300), dice.choice(ANSWERS)


def page_views(known: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number in range(1, len(known) + 1):
        # 198.51.100.0/24 is reserved for documentation (RFC 5737)
        yield (number, dice.choice(known).id, moment(now, dice, 60), f"198.51.100.{dice.randrange(1, 255)}",
               dice.choice(AGENTS), dice.choice(PAGES))


def employees(hired: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for one in hired:
        yield (one.id, one.full_name, one.born_on, f"XX00{dice.randrange(10 ** 12):012d}",
               round(dice.uniform(2100, 6400), 2), dice.randbytes(16))


def absences(hired: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    today: date = now.date()
    for number, one in enumerate(hired, 1):
        first = today - timedelta(days=dice.randrange(10, 300))
        yield number, one.id, first, first + timedelta(days=dice.randrange(1, 9)), dice.choice(("flu", "back", "leg"))


def addresses(bought: Sequence[Person], now: datetime, dice: Random) -> Iterator[Row]:
    for number, one in enumerate(bought, 1):
        yield number, one.full_name, one.email


CUSTOMER_TABLES: dict[str, Source] = {
    "crm.customer": customers, "sales.product": products, "sales.orders": orders, "sales.order_item": order_items,
    "sales.gift": gifts, "marketing.subscriber": subscribers, "marketing.opening": openings,
    "support.request": requests, "support.message": messages, "web_log.page_view": page_views,
}
"""Table to the source of its rows, parents before children."""
EMPLOYEE_TABLES: dict[str, Source] = {"hr.employee": employees, "hr.absence": absences}
BOUGHT_TABLES: dict[str, Source] = {"legacy.address": addresses}


def dice_for(table: str) -> Random:
    """Dice of the table's own: rows added to one table change no other."""
    return Random(f"{SEED} {table}")
