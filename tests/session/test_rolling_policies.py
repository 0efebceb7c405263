"""A new policy comes into force while old and new versions of applications are at work."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from threading import Event, Semaphore, Thread
from typing import Any

import pytest
from sqlalchemy import BigInteger, create_engine, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sminion_guard import connect, processing
from sminion_guard.errors import DataNotNeeded, GuardError, PolicyError, TicketRefused
from sminion_guard.migrate import Report
from sminion_guard.migrate.steps import TableStep
from sminion_guard.migrate.stepwise import Stepwise
from sminion_guard.policy import Policy, loads
from sminion_guard.session import Guard, GuardedConnection, PolicyMismatchWarning
from tests.session.shop import PEOPLE, Shop, one

pytestmark = pytest.mark.filterwarnings("ignore::sminion_guard.session.PolicyMismatchWarning")

CUSTOMERS = "SELECT count(*) FROM crm.customer"
NAMES = "SELECT count(full_name) FROM crm.customer"
BIRTHS = "SELECT count(born_on) FROM crm.customer"
NEWS = "SELECT count(email) FROM marketing.subscriber"
TOKEN = "SELECT current_setting('sminion.token')"
NEEDS = 'needs = ["identity", "contact", "payment"]'


def work(purpose: str = "contract", actor: str = "agent:17") -> processing:
    return processing(purpose, actor=actor, reason="ticket 1")


def changed(shop: Shop, *pairs: tuple[str, str], version: str = "2") -> Policy:
    said = shop.text(version=version)
    for old, new in pairs:
        assert old in said
        said = said.replace(old, new)
    return loads(said)


def wider(shop: Shop) -> Policy:
    """`contract` may read one more column."""
    return changed(shop, (NEEDS, 'needs = ["identity", "contact", "payment", "birth"]'))


def narrower(shop: Shop) -> Policy:
    """`contract` may no longer read names."""
    return changed(shop, (NEEDS, 'needs = ["contact", "payment"]'))


@pytest.fixture
def app(own_shop: Shop) -> Iterator[GuardedConnection[Any]]:
    guard = Guard(own_shop.policy)
    with connect(own_shop.dsn("app"), policy=guard) as connection:
        yield connection
    guard.close()


def test_an_application_with_an_old_file_goes_on_and_is_told_once_what_changed(own_shop: Shop) -> None:
    own_shop.apply(wider(own_shop))
    guard = Guard(own_shop.policy)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(3):
            with connect(own_shop.dsn("app"), policy=guard) as connection, work():
                assert one(connection, CUSTOMERS) == PEOPLE
    found = [str(entry.message) for entry in told if entry.category is PolicyMismatchWarning]
    assert len(found) == 1
    assert "`contract` may now read `crm.customer.born_on`" in found[0]


def test_changes_that_do_not_concern_its_login_are_not_listed(own_shop: Shop) -> None:
    own_shop.apply(wider(own_shop))
    with pytest.warns(PolicyMismatchWarning, match="nothing that concerns it"), \
            connect(own_shop.dsn("news"), policy=own_shop.policy) as connection, work("marketing"):
        assert one(connection, NEWS) == PEOPLE


@pytest.mark.parametrize("how", ["guard", "engine", "address"])
def test_whoever_wants_it_strict_is_refused_under_another_policy(own_shop: Shop, how: str) -> None:
    url = own_shop.url("app")
    if how == "guard":
        strict = Guard(own_shop.policy, policy_mismatch="refuse")
        engine = create_engine(url, plugins=["sminion_guard"], guard_policy=strict)
    elif how == "engine":
        engine = create_engine(
            url, plugins=["sminion_guard"], guard_policy=own_shop.policy, guard_policy_mismatch="refuse")
    else:
        more = "&" if "?" in url else "?"
        engine = create_engine(
            f"{url}{more}guard_policy_mismatch=refuse", plugins=["sminion_guard"], guard_policy=own_shop.policy)
    with work(), engine.connect() as connection:
        assert connection.execute(text(CUSTOMERS)).scalar() == PEOPLE
        connection.rollback()
        own_shop.apply(wider(own_shop))
        time.sleep(1.05)
        for _ in range(2):
            with pytest.raises(PolicyError) as refusal:
                connection.execute(text(CUSTOMERS))
            assert refusal.value.code == "SG234"
            connection.rollback()
        own_shop.apply(own_shop.policy)
        assert connection.execute(text(CUSTOMERS)).scalar() == PEOPLE
    engine.dispose()


def test_a_running_transaction_goes_on_under_a_policy_that_takes_nothing_from_it(
    own_shop: Shop, app: GuardedConnection[Any]
) -> None:
    with work():
        token = one(app, TOKEN)
        own_shop.apply(wider(own_shop))
        assert one(app, CUSTOMERS) == PEOPLE
        app.commit()
        time.sleep(1.05)
        assert one(app, TOKEN) == token  # it is still good
        assert one(app, BIRTHS) == PEOPLE  # and judged by the policy that is in force now


def test_a_transaction_that_loses_something_is_refused_with_what_it_lost_and_the_next_one_works(
    own_shop: Shop, app: GuardedConnection[Any]
) -> None:
    with work():
        one(app, TOKEN)
        own_shop.apply(narrower(own_shop))
        with pytest.raises(TicketRefused) as refusal:
            app.execute(CUSTOMERS)
        assert refusal.value.code == "SG208"
        assert "it may no longer read `crm.customer.full_name`" in str(refusal.value.detail)
        assert f"Policy `{own_shop.name}` version 2" in str(refusal.value.detail)
        app.rollback()
        assert one(app, CUSTOMERS) == PEOPLE
        with pytest.raises(DataNotNeeded):
            app.execute(NAMES)
    app.rollback()
    with work("accounting"):
        assert one(app, "SELECT count(*) FROM sales.orders") == PEOPLE


def test_a_purpose_that_is_taken_away_is_named(own_shop: Shop, app: GuardedConnection[Any]) -> None:
    with work("accounting"):
        one(app, TOKEN)
        taken = ('_app]\npurposes = ["contract", "accounting"]', '_app]\npurposes = ["contract"]')
        own_shop.apply(changed(own_shop, taken))
        for code in ("SG208", "SG212"):
            with pytest.raises(TicketRefused) as refusal:
                app.execute("SELECT count(*) FROM sales.orders")
            assert refusal.value.code == code
            assert "may no longer act for `accounting`" in str(refusal.value.detail)
            app.rollback()
    with work():
        assert one(app, CUSTOMERS) == PEOPLE


def test_a_login_that_is_taken_away_is_told_so(own_shop: Shop, app: GuardedConnection[Any]) -> None:
    said = own_shop.text(version="2").replace(f"[login.{own_shop.name}_app]", f"[login.{own_shop.name}_other]")
    own_shop.database.execute(f"CREATE ROLE {own_shop.name}_other LOGIN NOINHERIT")
    with work():
        assert one(app, CUSTOMERS) == PEOPLE
        app.commit()
        own_shop.apply(loads(said))
        with pytest.raises(TicketRefused):
            app.execute(CUSTOMERS)
        app.rollback()
        with pytest.raises(TicketRefused) as refusal:
            app.execute(CUSTOMERS)
    assert refusal.value.code == "SG246"
    with pytest.raises(TicketRefused) as refusal:
        connect(own_shop.dsn("app"), policy=own_shop.policy)
    assert refusal.value.code == "SG246"


def test_a_login_that_may_hold_incompatible_purposes_follows_too(own_shop: Shop) -> None:
    with connect(own_shop.dsn(), policy=own_shop.policy) as connection, work():
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.commit()
        own_shop.apply(wider(own_shop))
        time.sleep(1.05)
        assert one(connection, BIRTHS) == PEOPLE


def test_after_set_transaction_the_policy_in_force_judges_too(own_shop: Shop, app: GuardedConnection[Any]) -> None:
    with work():
        assert one(app, CUSTOMERS) == PEOPLE
        app.commit()
        own_shop.apply(wider(own_shop))
        time.sleep(1.05)
        app.execute("SET TRANSACTION READ ONLY")
        assert one(app, BIRTHS) == PEOPLE


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    __table_args__ = {"schema": "crm"}  # noqa: RUF012 - as SQLAlchemy writes it
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    email: Mapped[str]
    born_on: Mapped[date]


def test_entities_are_loaded_by_the_policy_in_force(own_shop: Shop) -> None:
    engine = create_engine(own_shop.url("app"), plugins=["sminion_guard"], guard_policy=own_shop.policy)
    with work(), Session(engine) as session:
        customer = session.scalars(select(Customer).order_by(Customer.id)).first()
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
        session.rollback()
        own_shop.apply(wider(own_shop))
        time.sleep(1.05)
        session.scalars(select(Customer.id)).first()  # with the first transaction the new policy is heard of
        session.rollback()
        customer = session.scalars(select(Customer).order_by(Customer.id)).first()
        assert str(customer.born_on) == "1990-01-01"
    engine.dispose()


# ---- under load


class Traffic:
    """Statements of one application, again and again, until it is stopped."""

    def __init__(self, dsn: str, policy: Policy, purpose: str, statement: str) -> None:
        self.dsn, self.policy, self.purpose, self.statement = dsn, policy, purpose, statement
        self.done: list[tuple[float, float]] = []
        self.refused: list[tuple[str, str]] = []

    def run(self, stopped: Callable[[], bool], ready: Callable[[], object]) -> None:
        guard = Guard(self.policy)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with connect(self.dsn, policy=guard) as connection:
                ready()
                number = 0
                while not stopped():
                    number += 1
                    # Some tickets are new and some are old; some transactions are short, and some outlive a policy.
                    with work(self.purpose, f"agent:{number % 7}"):
                        self._transaction(connection, 3 if number % 10 else 60)
        guard.close()

    def _transaction(self, connection: GuardedConnection[Any], statements: int) -> None:
        try:
            for _ in range(statements):
                began = time.monotonic()
                assert one(connection, self.statement) == PEOPLE
                self.done.append((began, time.monotonic()))
            connection.commit()
        except GuardError as error:
            self.refused.append((error.code, str(error.detail)))
            connection.rollback()


def in_a_process(dsn: str, said: str, purpose: str, statement: str, stopped: Any, ready: Any, answer: Any) -> None:
    traffic = Traffic(dsn, loads(said), purpose, statement)
    try:
        traffic.run(stopped.is_set, ready.release)
        answer.put((traffic.done, traffic.refused, ""))
    except BaseException as error:
        answer.put((traffic.done, traffic.refused, repr(error)))


def interrupt(shop: Shop, policy: Policy) -> None:
    """Apply a policy, and stop before the last of its tables is changed."""
    with pytest.MonkeyPatch.context() as patched:
        change = Stepwise._commit

        def stop(work: Stepwise, step: TableStep, report: Report) -> None:
            if step is work.steps.tables[-1]:
                raise InterruptedError
            change(work, step, report)

        patched.setattr(Stepwise, "_commit", stop)
        with pytest.raises(InterruptedError):
            shop.apply(policy)


def back_and_forth(shop: Shop, policies: list[Policy], seconds: float) -> list[tuple[int, float, float]]:
    """Apply one policy after the other, each interrupted first; when each was surely in force."""
    spans, until, number = [], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        if number:
            interrupt(shop, policies[number % len(policies)])
            time.sleep(0.1)
        shop.apply(policies[number % len(policies)])
        began = time.monotonic()
        time.sleep(0.3)
        spans.append((number % len(policies), began, time.monotonic()))
        number += 1
    shop.apply(policies[0])
    return spans


@pytest.mark.parametrize("where", ["threads", "processes"])
def test_nobody_is_stopped_whom_the_change_does_not_concern(own_shop: Shop, where: str) -> None:
    before, after = own_shop.policy, narrower(own_shop)
    own_shop.apply(before)
    wanted = [
        # each version of the application, and each login
        ("news", before, "marketing", NEWS), ("news", after, "marketing", NEWS),
        ("app", before, "accounting", "SELECT count(total) FROM sales.orders"),
        ("all", after, "marketing", NEWS),
        ("app", before, "contract", NAMES), ("app", after, "contract", NAMES),
    ]
    if where == "threads":
        stopped, ready, found = Event(), Semaphore(0), []
        for login, policy, purpose, statement in wanted:
            found.append(Traffic(own_shop.dsn(login), policy, purpose, statement))
        threads = [Thread(target=each.run, args=(stopped.is_set, ready.release)) for each in found]
        for thread in threads:
            thread.start()
        assert all(ready.acquire(timeout=60) for _ in wanted)
        spans = back_and_forth(own_shop, [before, after], 8)
        stopped.set()
        for thread in threads:
            thread.join()
        results = [(each.done, each.refused, "") for each in found]
    else:
        spawn = multiprocessing.get_context("spawn")
        stop, begun, processes = spawn.Event(), spawn.Semaphore(0), []
        answers: list[Any] = [spawn.Queue() for _ in wanted]
        for (login, policy, purpose, statement), answer in zip(wanted, answers, strict=True):
            said = own_shop.text() if policy is before else own_shop.text(version="2").replace(
                NEEDS, 'needs = ["contact", "payment"]')
            processes.append(spawn.Process(
                target=in_a_process, args=(own_shop.dsn(login), said, purpose, statement, stop, begun, answer)))
        for process in processes:
            process.start()
        assert all(begun.acquire(timeout=60) for _ in wanted)
        spans = back_and_forth(own_shop, [before, after], 8)
        stop.set()
        results = [answer.get(timeout=60) for answer in answers]
        for process in processes:
            process.join()
    assert [failure for _, _, failure in results] == [""] * len(wanted)
    for done, refused, _ in results[:4]:
        assert refused == []
        assert len(done) > 20
    for done, refused, _ in results[4:]:
        # whom it concerns: served under the one policy, refused by name under the other
        assert len(done) > 5 and refused
        assert {code for code, _ in refused} <= {"SG208", "SG103"}
        assert all("full_name" in detail for code, detail in refused if code == "SG208")
        closed = [(began, ended) for policy, began, ended in spans if policy == 1]
        assert [
            entry for entry in done for began, ended in closed if began <= entry[0] and entry[1] <= ended
        ] == []
