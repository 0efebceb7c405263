"""The shop's tables as SQLAlchemy models: one base, all schemas. What may meet is the policy's business.

Columns that no purpose of the application needs are mapped all the same; a purpose loads those it needs by name.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """What all models have in common."""


class Customer(Base):
    """Somebody who ordered."""

    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str | None]
    street: Mapped[str | None]
    city: Mapped[str | None]
    born_on: Mapped[date | None]
    last_seen_at: Mapped[datetime]


class Order(Base):
    """What somebody ordered."""

    __tablename__ = "orders"
    __table_args__ = ({"schema": "sales"},)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    placed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    total: Mapped[Decimal]
    card_last4: Mapped[str]


class Request(Base):
    """A question or complaint."""

    __tablename__ = "request"
    __table_args__ = ({"schema": "support"},)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id))
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_at: Mapped[datetime | None]
    topic: Mapped[str]
    question: Mapped[str | None]
    messages: Mapped[list[Message]] = relationship(back_populates="request", order_by="Message.id")


class Message(Base):
    """An answer to a request."""

    __tablename__ = "message"
    __table_args__ = ({"schema": "support"},)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey(Request.id))
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    body: Mapped[str]
    request: Mapped[Request] = relationship(back_populates="messages")


class Subscriber(Base):
    """Somebody who subscribed to the newsletter. No foreign key: the schemas may not meet."""

    __tablename__ = "subscriber"
    __table_args__ = ({"schema": "marketing"},)

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    topic: Mapped[str]
    subscribed_at: Mapped[datetime]
