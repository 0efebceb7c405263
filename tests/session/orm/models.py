"""Models of the world's tables, mapped in every manner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Column, FetchedValue, ForeignKey, Table, Text, func, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    column_property,
    composite,
    mapped_column,
    registry,
    relationship,
)


class Base(DeclarativeBase):
    pass


@dataclass
class Address:
    street: str | None
    city: str | None


@dataclass
class Profile:
    city: str | None
    born_on: date | None


class Customer(Base):
    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    full_name: Mapped[str] = mapped_column()
    email: Mapped[str | None]
    street: Mapped[str | None]
    city: Mapped[str | None]
    born_on: Mapped[date | None] = mapped_column()
    score: Mapped[int | None] = mapped_column(BigInteger, server_default=FetchedValue())
    joined: Mapped[date | None] = mapped_column(server_default=FetchedValue())
    note: Mapped[str | None]
    orders: Mapped[list[Order]] = relationship(back_populates="customer", order_by="Order.id")
    pets: Mapped[list[Pet]] = relationship(order_by="Pet.id")
    address: Mapped[Address] = composite("street", "city")
    profile: Mapped[Profile] = composite("city", "born_on")
    open_label: Mapped[str] = column_property(full_name.concat("/"))  # type: ignore[attr-defined]
    closed_label: Mapped[str] = column_property(
        full_name.concat(func.to_char(born_on, "YYYY"))  # type: ignore[attr-defined, arg-type]
    )


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("crm.customer.id"))
    total: Mapped[int | None]
    gift_for: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(deferred=True)
    customer: Mapped[Customer] = relationship(back_populates="orders")


Customer.billed = column_property(  # type: ignore[attr-defined]
    select(func.sum(Order.total)).where(Order.customer_id == Customer.id).scalar_subquery()
)


class Pet(Base):
    __tablename__ = "pet"
    __table_args__ = ({"schema": "crm"},)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "cat"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("crm.customer.id"))
    kind: Mapped[str]
    name: Mapped[str | None]
    chip: Mapped[str | None] = mapped_column(server_default=FetchedValue())


class Dog(Pet):
    """Joined."""

    __tablename__ = "dog"
    __table_args__ = ({"schema": "crm"},)
    __mapper_args__ = {"polymorphic_identity": "dog"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(ForeignKey("crm.pet.id"), primary_key=True)
    tricks: Mapped[str | None]
    bites: Mapped[int | None]


class Bird(Pet):
    """In the table of its parent."""

    __mapper_args__ = {"polymorphic_identity": "bird"}  # noqa: RUF012
    cage: Mapped[str | None]


class Dataclasses(MappedAsDataclass, DeclarativeBase):
    pass


class Person(Dataclasses):
    """The customers again, as a mapped dataclass."""

    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    full_name: Mapped[str]
    born_on: Mapped[date | None] = mapped_column(default=None)


class Local(DeclarativeBase):
    pass


class Tenant(Local):
    """The customers in a schema that stands for `crm`."""

    __tablename__ = "customer"
    __table_args__ = ({"schema": "tenant"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    full_name: Mapped[str]
    born_on: Mapped[date | None]


class Setting(Local):
    """In a schema that the policy does not know."""

    __tablename__ = "pg_database"
    __table_args__ = ({"schema": "pg_catalog"},)
    datname: Mapped[str] = mapped_column(primary_key=True)
    encoding: Mapped[int]


class Grouped(Local):
    """The customers again, with columns that are loaded together and late."""

    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    full_name: Mapped[str] = mapped_column(deferred=True, deferred_group="g")
    born_on: Mapped[date | None] = mapped_column(deferred=True, deferred_group="g")


class Eager(Local):
    """The customers again, whose defaults are fetched at once."""

    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm", "extend_existing": True},)
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012
    score: Mapped[int | None] = mapped_column(BigInteger, server_default=FetchedValue())
    joined: Mapped[date | None] = mapped_column(server_default=FetchedValue(), server_onupdate=FetchedValue())
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    full_name: Mapped[str]


imperative = registry()


class Visit:
    """Mapped imperatively, and only once it is asked for."""


def map_visits() -> None:
    table = Table(
        "visit", imperative.metadata,
        Column("customer_id", BigInteger, primary_key=True), Column("day", Text, primary_key=True),
        Column("health", Text), schema="crm",
    )
    imperative.map_imperatively(Visit, table)
