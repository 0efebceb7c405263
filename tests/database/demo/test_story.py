"""The story on a real server: as expected from beginning to end, and surprised wherever a protection is taken away."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import psycopg
import pytest
from rich.console import Console

from sminion_guard import demo
from sminion_guard.demo import (
    story_application,
    story_context,
    story_destruction,
    story_disclosure,
    story_log,
    story_merges,
    story_people,
    story_report,
)
from sminion_guard.demo.printer import Printer
from sminion_guard.demo.run import STORY
from sminion_guard.demo.shop import DATABASE, Shop, build
from sminion_guard.embedded import Binaries, Server

PEOPLE = 1000

SABOTAGE: dict[str, tuple[Callable[[Shop], None], str]] = {
    "a role with privileges on both sides": (
        story_merges.merges,
        "GRANT USAGE ON SCHEMA marketing TO shop_contract; GRANT SELECT ON marketing.subscriber TO shop_contract"),
    "two compartments that no longer clash": (
        story_merges.merges, "UPDATE sminion.compartment SET clashes = '{}'"),
    "a compartment that lost a privilege it needs": (
        story_merges.ordinary_day, "REVOKE SELECT (total) ON sales.orders FROM shop_accounting"),
    "a table without row security": (
        story_context.forged_context, "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"),
    "a column that the purpose does not need": (
        story_context.not_needed, "GRANT SELECT (full_name, born_on) ON crm.customer TO shop_accounting"),
    "a reader of what is only collected": (
        story_context.not_needed, "GRANT SELECT (page) ON web_log.page_view TO shop_site_operation"),
    "an officer who may not withdraw consents": (
        story_people.consent,
        "REVOKE EXECUTE ON FUNCTION sminion.withdraw_consent(text, text, text, text, text) FROM shop_privacy_officer"),
    "subscribers without row security": (
        story_people.consent, "ALTER TABLE marketing.subscriber DISABLE ROW LEVEL SECURITY"),
    "an objection that is not heeded": (
        story_people.objection, "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"),
    "a block that does not reach presents": (
        story_people.block, "ALTER TABLE sales.gift DISABLE ROW LEVEL SECURITY"),
    "a contested address that is processed all the same": (
        story_people.block, "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY"),
    "a report that lacks a table": (
        story_report.report, "DELETE FROM sminion.protected_table WHERE table_name = 'customer'"),
    "a report that nobody may begin": (
        story_report.report,
        "REVOKE EXECUTE ON FUNCTION sminion.begin_report(text, text, bigint, text) FROM shop_privacy_officer"),
    "requests kept for ever": (
        story_people.retention, "ALTER TABLE support.request DISABLE ROW LEVEL SECURITY"),
    "an application that may no longer take orders": (
        story_application.application, "REVOKE INSERT ON sales.orders FROM shop_contract"),
    "a log that forgets": (
        story_log.access_log, "ALTER TABLE sminion.ticket DISABLE TRIGGER ALL"),
    "a register of exports that nobody may write": (
        story_disclosure.disclosure,
        "REVOKE EXECUTE ON FUNCTION sminion.finish_transfer(bigint, bigint, bigint, bytea, boolean) FROM shop_parcels"),
    "a register of exports that forgets whom they were about": (
        story_disclosure.disclosure,
        "CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER forget BEFORE INSERT ON sminion.disclosure_subject FOR EACH ROW"
        " EXECUTE FUNCTION public.forget()"),
    "groups that nobody remembers": (
        story_disclosure.disclosure,
        "CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER forget BEFORE INSERT ON sminion.sent_group FOR EACH ROW EXECUTE FUNCTION public.forget()"),
    "a row that a trigger keeps from being destroyed": (
        story_destruction.destruction,
        "CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER keep BEFORE DELETE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.keep();"
        "ALTER TABLE crm.customer ENABLE ALWAYS TRIGGER keep"),
    "a table that the destruction does not know": (
        story_destruction.destruction, "DELETE FROM sminion.protected_table WHERE table_name = 'page_view'"),
    "an event that is altered before it is proven": (
        story_destruction.destruction,
        "ALTER TABLE sminion.request_event DISABLE TRIGGER ALL;"
        "CREATE FUNCTION public.alter_event() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN NEW.event := ''noted''; RETURN NEW; END';"
        "CREATE TRIGGER alter_event BEFORE INSERT ON sminion.request_event FOR EACH ROW"
        " EXECUTE FUNCTION public.alter_event()"),
}
"""What is taken away to the chapter that must notice."""


@pytest.fixture
def printer() -> Printer:
    return Printer(Console(file=io.StringIO(), highlight=False))


def test_every_answer_of_the_story_is_the_expected_one(binaries: Binaries, printer: Printer) -> None:
    outcome = demo.run(people=PEOPLE, pg=str(binaries.bin_dir), printer=printer)
    assert outcome.surprises == ()
    assert outcome.answers > 50
    file = printer.console.file
    assert isinstance(file, io.StringIO)
    text = file.getvalue()
    assert f"{outcome.answers} answers, all as expected" in text
    assert "\x1b" not in text


@pytest.fixture(scope="module")
def server_with_shop(binaries: Binaries) -> Iterator[Server]:
    """A server with the shop under the guard, to be cloned: its roles are the policy's, so it has the server alone."""
    with Server(binaries, durable=False) as server:
        with build(server, PEOPLE, Printer(Console(file=io.StringIO()))):
            pass
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute("ALTER DATABASE shop RENAME TO original")
        yield server


@pytest.fixture
def shop(server_with_shop: Server, printer: Printer) -> Iterator[Shop]:
    """The shop as it is before the first chapter."""
    with psycopg.connect(server_with_shop.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE original")
    try:
        with Shop.on(server_with_shop, PEOPLE, printer) as fresh:
            yield fresh
    finally:
        with psycopg.connect(server_with_shop.dsn(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def before(chapter: Callable[[Shop], None]) -> tuple[Callable[[Shop], None], ...]:
    """The chapters that must be told before: the log tells of all others, which stand by themselves."""
    return STORY[: STORY.index(chapter)] if chapter is story_log.access_log else ()


@pytest.mark.postgres(18)  # what the story notices does not depend on the server's version
@pytest.mark.parametrize("what", SABOTAGE)
def test_the_story_notices(shop: Shop, what: str) -> None:
    chapter, sabotage = SABOTAGE[what]
    for earlier in before(chapter):
        earlier(shop)
    assert not shop.printer.surprises
    with psycopg.connect(shop.server.dsn(dbname=DATABASE), autocommit=True) as admin:
        admin.execute("SELECT sminion.suspend_ddl_guard('sabotage', now() + interval '1 hour')")
        admin.execute(sabotage)
    chapter(shop)
    assert shop.printer.surprises


@pytest.mark.postgres(18)
@pytest.mark.parametrize("chapter", STORY, ids=lambda chapter: chapter.__name__)
def test_a_chapter_is_as_expected_where_nothing_is_taken_away(
    shop: Shop, chapter: Callable[[Shop], None]
) -> None:
    for told in (*before(chapter), chapter):
        told(shop)
    assert not shop.printer.surprises


def test_each_chapter_that_asks_the_server_is_sabotaged_too() -> None:
    # `promises` only prints the policy.
    assert {chapter for chapter, _ in SABOTAGE.values()} == {*STORY} - {story_merges.promises}
