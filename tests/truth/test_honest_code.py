"""What applications ordinarily send, from SQLAlchemy's Core and ORM, is allowed entirely inside of one compartment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Numeric,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
    union_all,
    update,
    values,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column, relationship
from sqlalchemy.sql import column

from sminion_guard.analyzer import analyze
from sminion_guard.embedded import Server
from sminion_guard.policy import load
from tests import servers
from tests.truth.world import PATH, SHOP, World, settle

POLICY = load(SHOP.with_name("privacy.toml"))


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[World]:
    """The demo's tables and nothing else."""
    with servers.new_database(server) as database:
        database.execute(SHOP.read_text(encoding="utf-8"))
        yield settle(database, PATH)


class Base(DeclarativeBase):
    pass


class Product(Base):
    __tablename__ = "product"
    __table_args__ = ({"schema": "sales"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    price: Mapped[float] = mapped_column(Numeric)


class Customer(Base):
    __tablename__ = "customer"
    __table_args__ = ({"schema": "crm"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    full_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = ({"schema": "sales"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))
    placed_at: Mapped[object] = mapped_column(DateTime(timezone=True))
    total: Mapped[float] = mapped_column(Numeric)
    card_last4: Mapped[str] = mapped_column(Text)
    customer: Mapped[Customer] = relationship(back_populates="orders")
    items: Mapped[list[Item]] = relationship(back_populates="order")


class Item(Base):
    __tablename__ = "order_item"
    __table_args__ = ({"schema": "sales"},)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id))
    quantity: Mapped[int]
    price: Mapped[float] = mapped_column(Numeric)
    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()


Other = aliased(Order)
SPENT = select(Order.customer_id, func.sum(Order.total).label("spent")).group_by(Order.customer_id)
NEWEST = func.row_number().over(partition_by=Order.customer_id, order_by=Order.placed_at.desc())
RANKED = select(Order.id, NEWEST.label("n"))
INSERT = postgresql.insert(Product)

READS: dict[str, Callable[[], object]] = {
    "one entity": lambda: select(Customer).where(Customer.id == 1),
    "some columns": lambda: select(Customer.email, Customer.full_name).where(Customer.city.in_(["a", "b"])),
    "pagination": lambda: select(Order).order_by(Order.placed_at.desc(), Order.id).limit(20).offset(40),
    "keyset pagination": lambda: select(Order).where(
        tuple_(Order.placed_at, Order.id) < tuple_(func.now(), 9)).limit(5),
    "count": lambda: select(func.count()).select_from(Order).where(Order.total > 5),
    "count of a subquery": lambda: select(func.count()).select_from(select(Order).where(Order.total > 1).subquery()),
    "inner join": lambda: select(Order, Customer).join(Order.customer),
    "outer join": lambda: select(Customer.email, Order.id).outerjoin(Customer.orders),
    "eager load like joinedload": lambda: select(Order, Customer, Item).join(Order.customer).outerjoin(Order.items),
    "eager load like selectinload": lambda: select(Item).where(Item.order_id.in_([1, 2, 3])),
    "eager load of a page": lambda: select(select(Order).limit(5).subquery("page"), Item).outerjoin(
        Item, Item.order_id == text("page.id")),
    "exists": lambda: select(Customer.id).where(exists(Order.id).where(Order.customer_id == Customer.id)),
    "any": lambda: select(Customer.id).where(Customer.orders.any(Order.total > 5)),
    "has": lambda: select(Order.id).where(Order.customer.has(Customer.city == "a")),
    "in a subquery": lambda: select(Customer.email).where(Customer.id.in_(select(Order.customer_id))),
    "scalar subquery": lambda: select(Customer.email, select(func.max(Order.total)).where(
        Order.customer_id == Customer.id).scalar_subquery().label("most")),
    "cte": lambda: (lambda c: select(Customer.email, c.c.spent).join(c, c.c.customer_id == Customer.id))(
        SPENT.cte("s")),
    "subquery join": lambda: (lambda s: select(Customer.email, s.c.spent).join(s, s.c.customer_id == Customer.id))(
        SPENT.subquery()),
    "recursive cte": lambda: (lambda c: select(c.c.id))((lambda b: b.union_all(
        select(Order.id).where(Order.id == b.c.id + 1)))(
            select(Order.id).where(Order.id == 1).cte("r", recursive=True))),
    "lateral": lambda: (lambda s: select(Customer.email, s.c.total).join(s, literal(True)))(
        select(Order.total).where(Order.customer_id == Customer.id).limit(1).lateral("last")),
    "window": lambda: (lambda s: select(s.c.id).where(s.c.n == 1))(RANKED.subquery()),
    "group by and having": lambda: SPENT.having(func.count() > 1).order_by(text("spent DESC")),
    "aggregates with filter": lambda: select(func.count().filter(Order.total > 5), func.avg(Order.total)),
    "case, coalesce, cast": lambda: select(case((Order.total > 5, "much"), else_="little"),
                                           func.coalesce(Order.card_last4, "-"), cast(Order.total, Text)),
    "strings": lambda: select(Customer.id).where(or_(Customer.email.ilike("%x%"), func.lower(Customer.city) == "a")),
    "dates": lambda: select(func.date_trunc("month", Order.placed_at), func.sum(Order.total)).group_by(text("1")),
    "distinct on": lambda: select(Order.id).ext(postgresql.distinct_on(Order.customer_id)).order_by(
        Order.customer_id, Order.placed_at),
    "union": lambda: union_all(select(Customer.id), select(Order.customer_id)),
    "self join": lambda: select(Order.id, Other.id).join(
        Other, and_(Other.customer_id == Order.customer_id, Other.id > Order.id)),
    "values": lambda: select(values(column("n", BigInteger), name="v").data([(1,), (2,)])),
    "json aggregate": lambda: select(Order.id, func.json_agg(func.json_build_object("q", Item.quantity))).join(
        Order.items).group_by(Order.id),
    "array aggregate": lambda: select(func.array_agg(postgresql.aggregate_order_by(Item.quantity, Item.id.desc()))),
    "any of an array": lambda: select(Order.id).where(Order.id == func.any(postgresql.array([1, 2]))),
    "four tables": lambda: select(Customer.email, Product.name, Item.quantity).join(Customer.orders).join(
        Order.items).join(Item.product).where(Product.price > 1),
    "ping": lambda: select(1),
    "now": lambda: select(func.now()),
}
WRITES: dict[str, Callable[[], object]] = {
    "insert": lambda: INSERT.values(name="x", price=1),
    "insert with returning": lambda: INSERT.values(name="x", price=1).returning(Product.id),
    "insert many": lambda: INSERT.values([{"name": "x", "price": 1}, {"name": "y", "price": 2}]).returning(Product.id),
    "insert or nothing": lambda: INSERT.values(id=1, name="x", price=1).on_conflict_do_nothing(index_elements=["id"]),
    "insert from select": lambda: postgresql.insert(Item).from_select(
        ["order_id", "product_id", "quantity", "price"], select(Order.id, literal(1), literal(1), Order.total)),
}
CARE: dict[str, Callable[[], object]] = {
    "update": lambda: update(text_table("support.message")).where(column("id") == 1).values(body="x"),
    "delete": lambda: delete(text_table("support.message")).where(column("id") == 1),
}


def text_table(name: str):  # type: ignore[no-untyped-def]
    schema, bare = name.split(".")
    return table(bare, column("id"), column("body"), schema=schema)


@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_what_the_shop_sends_is_allowed(shop: World, name: str) -> None:
    sql = compiled((READS | WRITES)[name]())
    verdict = analyze(sql, catalog=shop.catalog, policy=POLICY, purpose="contract")
    assert verdict.allowed, (sql, verdict.reasons)


@pytest.mark.parametrize("name", CARE)
def test_what_the_support_team_sends_is_allowed(shop: World, name: str) -> None:
    sql = compiled(CARE[name]())
    verdict = analyze(sql, catalog=shop.catalog, policy=POLICY, purpose="care")
    assert verdict.allowed, (sql, verdict.reasons)


def compiled(statement) -> str:  # type: ignore[no-untyped-def]
    """As psycopg's raw cursors send it: with `$1`."""
    dialect = postgresql.dialect(paramstyle="numeric_dollar")
    return str(statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
