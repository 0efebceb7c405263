# ruff: noqa: E501 - what is sent or said stands on one line
"""`consent = "renew"`: a version that widens a purpose asks everybody again, at once and whoever stored a consent meanwhile."""

from __future__ import annotations

import pytest

from sminion_guard import migrate
from sminion_guard.policy import Policy, loads
from tests.database.subjects.test_consents import differences, maintain, seen
from tests.world import World, acting, rows, ticket

NARROW = 'may = ["use", "collect"]'
WIDER = {
    "a column": ('columns = { id = "key", email = "contact" }\n\n[schema.hr]', 'columns = { id = "key", email = "contact", note = "contact" }\n\n[schema.hr]'),
    "a recipient": ('purposes = ["contract"]\nnever = ["birth"]', 'purposes = ["contract", "marketing"]\nnever = ["birth"]'),
}


def policy(world: World, version: str, *changes: tuple[str, str], consent: str = 'consent = "renew"\n') -> Policy:
    text = world.text().replace('version = "1"\n', f'version = "{version}"\n{consent}')
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return loads(text)


def register(world: World) -> dict[str, str]:
    return {key: f"{state} under {version}" for key, state, version in world.super(
        "SELECT subject, state, policy_version FROM sminion.consent_register WHERE purpose = 'marketing'")}


@pytest.fixture
def consented(world: World) -> World:
    """People 1 to 5 consented, 6 refused; the policy says `renew`."""
    world.super("ALTER TABLE marketing.subscriber ADD note text")
    world.apply(policy(world, "2"))
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consents('{1,2,3,4,5}', 'marketing', 'form')")
        officer.execute("SELECT sminion.refuse_consent(6, 'marketing', 'form')")
    world.settle()
    assert seen(world) == {1, 2, 3, 4, 5}
    return world


@pytest.mark.parametrize("what", WIDER)
def test_a_wider_purpose_sees_nobody_until_people_consent_again(consented: World, what: str) -> None:
    world = consented
    with world.connect("news") as news:
        old = ticket(news, "marketing")
        world.apply(policy(world, "3", WIDER[what]))
        with pytest.raises(Exception, match=r"(?i)policy"), acting(news, old):
            news.execute("SELECT id FROM marketing.subscriber")
    assert seen(world) == set()
    assert register(world) == {**{str(key): "superseded under 2" for key in range(1, 6)}, "6": "refused under 2"}
    with world.connect("officer") as officer:
        assert differences(officer) == []
        assert len(rows(officer, "SELECT FROM sminion.subject_history WHERE event = 'give_consent'")) == 5
        officer.execute("SELECT sminion.give_consent(2, 'marketing', 'form')")
        officer.execute("SELECT sminion.withdraw_consent(3, 'marketing', 'form')")
        world.settle()
        assert seen(world) == {2}
        assert register(world) == {"1": "superseded under 2", "2": "given under 3", "3": "withdrawn under 3",
                                   "4": "superseded under 2", "5": "superseded under 2", "6": "refused under 2"}
        assert differences(officer) == []
        officer.execute("SELECT sminion.withdraw_consent(2, 'marketing', 'form')")
        assert seen(world) == set() and differences(officer) == []


def test_the_plan_says_how_many_are_asked_again_and_why(consented: World) -> None:
    with consented.database.connect() as admin:
        found = migrate.plan(admin, policy(consented, "3", *WIDER.values()))
        (renewal,) = found.renewals
        assert (renewal.purpose, renewal.people) == ("marketing", 5)
        assert renewal.why == (
            "`marketing` may now also see `marketing.subscriber.note`", "`marketing` may now also fill in `marketing.subscriber.note`",
            "recipient `carrier` may now get `contact` for `marketing`")
        assert "consents to `marketing` end, and it sees nobody who has not consented again (5 people had):" in list(found.lines())
    assert seen(consented) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("change", "consent"), [
    ((), 'consent = "renew"\n'), (((NARROW, 'may = ["use"]'),), 'consent = "renew"\n'),
    ((('title = "Newsletter"', 'title = "Our newsletter"'),), 'consent = "renew"\n'),
    ((WIDER["a column"],), 'consent = "keep"\n'), ((WIDER["a column"],), ""),
])
def test_without_the_word_or_without_more_consents_stand(
    consented: World, change: tuple[tuple[str, str], ...], consent: str
) -> None:
    new = policy(consented, "3", *change, consent=consent)
    with consented.database.connect() as admin:
        assert migrate.plan(admin, new).renewals == ()
    consented.apply(new)
    assert seen(consented) == {1, 2, 3, 4, 5}
    assert register(consented)["1"] == "given under 2"


def test_other_purposes_are_not_interrupted(consented: World) -> None:
    with consented.connect("app") as app:
        token = ticket(app, "contract")
        consented.apply(policy(consented, "3", *WIDER.values()))
        with acting(app, token):
            assert rows(app, "SELECT count(*) FROM crm.customer") == [(40,)]


def test_a_consent_given_before_and_recorded_afterwards_opens_nothing(consented: World) -> None:
    """A form on paper from before the change, a file of another system, and what a form on the web recorded just before."""
    world = consented
    world.super("INSERT INTO sminion.consent_inbox (subject, purpose, given, text_sha256, channel, actor, login, nth)"
                " VALUES ('9', 'marketing', true, sha256('text'), 'web', 'form', 'form', 1)")
    world.apply(policy(world, "3", *WIDER.values()))
    maintain(world)
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent(7, 'marketing', 'paper', given_at => now() - interval '2 days')")
        officer.execute("SELECT sminion.import_consents('{8,10}', '{marketing,marketing}', '{given,given}',"
                        " ARRAY[now() - interval '3 days', clock_timestamp()], NULL, '{mail,mail}', NULL, NULL, 'archive')")
        world.settle()
        assert seen(world) == {10}
        found = register(world)
        assert {key: found[key] for key in ("7", "8", "9", "10")} == {
            "7": "superseded under 3", "8": "superseded under 3", "9": "superseded under 3", "10": "given under 3"}
        assert differences(officer) == []


def test_a_change_that_waited_for_a_lock_meanwhile_opens_nothing(consented: World) -> None:
    world = consented
    with world.connect("owner", autocommit=False) as holder, world.connect("officer") as officer:
        world.super("GRANT SELECT, UPDATE ON sminion.subject_state TO PUBLIC")
        world.super("GRANT USAGE ON SCHEMA sminion TO PUBLIC")
        holder.execute("SELECT FROM sminion.subject_state WHERE subject = '6' FOR UPDATE")
        officer.execute("SELECT sminion.give_consent(6, 'marketing', 'changed her mind')")
        assert world.super("SELECT count(*) FROM sminion.pending_change") == [(1,)]
        with world.database.connect() as admin:
            migrate.apply(admin, policy(world, "3", *WIDER.values()), fill=False)
        holder.rollback()
        with world.database.connect() as admin:
            migrate.fill_masks(admin)
        world.settle()
        assert seen(world) == set() and register(world)["6"] == "superseded under 2"
        assert differences(officer) == []


def test_neither_going_back_nor_removing_the_policy_brings_consents_back(consented: World) -> None:
    world = consented
    world.apply(policy(world, "3", WIDER["a column"]))
    world.apply(policy(world, "4"))
    assert seen(world) == set()
    with world.connect("officer") as officer:
        officer.execute("SELECT sminion.give_consent(4, 'marketing', 'form')")
        world.settle()
        assert seen(world) == {4} and differences(officer) == []
    with world.database.connect() as admin:
        migrate.remove(admin)
        migrate.apply(admin, policy(world, "5"))
        world.super(f"GRANT {world.name}_privacy_officer TO {world.name}_officer")
        assert seen(world) == {4}
        migrate.remove(admin)
        migrate.apply(admin, policy(world, "6", WIDER["a column"]))
    assert seen(world) == set() and register(world)["4"] == "superseded under 4"


def test_a_state_that_somebody_opened_past_the_history_is_named(consented: World) -> None:
    world = consented
    world.apply(policy(world, "3", WIDER["a column"]))
    world.super("UPDATE sminion.subject_state s SET consents = s.consents | (1::bigint << w.bit) FROM sminion.purpose w"
                " WHERE s.subject = '1' AND w.name = 'marketing' AND w.retired_at IS NULL")
    with world.connect("officer") as officer:
        assert differences(officer) == [("1", "consent to marketing", "not given", "given")]
    world.super("UPDATE sminion.purpose SET since = 1, renews = false WHERE name = 'marketing' AND retired_at IS NULL")
    with world.connect("officer") as officer:
        assert ("2", "consent to marketing", "given", "not given") in differences(officer)
