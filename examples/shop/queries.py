"""What the shop's application asks, through a guarded engine: honest questions, and three that are refused.

Each function is shown in the demo as it stands here, with the answer it got.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, selectinload

from sminion_guard import processing

from .models import Customer, Order, Request, Subscriber

Rows = Sequence[Sequence[Any]]


def without_a_purpose(engine: Engine) -> Rows:
    with Session(engine) as session:
        return session.execute(select(func.count()).select_from(Customer)).all()


def open_requests(engine: Engine) -> Rows:
    with (
        processing("care", actor="agent:17", reason="morning round"),
        Session(engine) as session,
    ):
        query = (
            select(Request, Customer.full_name)
            .join(Customer, Customer.id == Request.customer_id)
            .where(Request.closed_at.is_(None))
            .options(selectinload(Request.messages))
            .order_by(Request.id).limit(3)
        )
        found = session.execute(query)
        return [(name, r.question, r.messages[0].body) for r, name in found]


def place_order(engine: Engine, customer: int) -> Rows:
    with (
        processing("contract", actor="web shop", reason="checkout"),
        Session(engine) as session,
    ):
        total = Decimal("18.00")
        order = Order(customer_id=customer, total=total, card_last4="4242")
        session.add(order)
        session.flush()
        placed = [(order.customer_id, order.total)]
        session.commit()
        return placed


def birthdays(engine: Engine) -> Rows:
    with (
        processing("care", actor="agent:17", reason="morning round"),
        Session(engine) as session,
    ):
        query = select(Customer.full_name, Customer.born_on).limit(3)
        return session.execute(query).all()


def customers_with_newsletter(engine: Engine) -> Rows:
    with (
        processing("contract", actor="web shop", reason="checkout"),
        Session(engine) as session,
    ):
        same = Subscriber.customer_id == Customer.id
        query = select(Customer.full_name, Subscriber.topic)
        query = query.join(Subscriber, same)
        return session.execute(query).all()


def one_purpose_in_anothers_transaction(engine: Engine) -> Rows:
    with (
        processing("contract", actor="web shop", reason="checkout"),
        Session(engine) as session,
    ):
        session.execute(select(func.count()).select_from(Order))
        with processing("accounting", actor="web shop", reason="accounts"):
            return session.execute(select(func.sum(Order.total))).all()
