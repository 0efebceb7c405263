"""People consent to each recipient, withdraw from each and object to each: one file says nothing of the other."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from sminion_guard.policy import InvalidPolicy, loads
from tests import servers
from tests.database.disclosure.conftest import Shop, policy_text

PURPOSES = {"offers_bank": "consent", "offers_post": "consent", "score_bank": "legitimate_interest",
            "score_post": "legitimate_interest"}
MAILS = "SELECT mail FROM shop.person"


def text(shop: Shop, version: str = "2", **more: str) -> str:
    found = policy_text(shop.name).replace(
        'version = "1"', f'version = "{version}"\nwidens = "test {version}"\nconsent = "renew"')
    listed = ", ".join(f'"{purpose}"' for purpose in PURPOSES)
    found = found.replace('collected_for = ["delivery", ', f'collected_for = ["delivery", {listed}, ')
    found += f'\n[login.{shop.name}_partner]\npurposes = [{listed}]\ntransfers_to = ["bank", "post"]\n'
    for purpose, basis in PURPOSES.items():
        needs = more.get(purpose, '"contact"')
        found += (f'[purpose.{purpose}]\ntitle = "{purpose}"\nbasis = "{basis}"\nneeds = [{needs}]\n'
                  'may = ["use", "transfer"]\n')
    for recipient in ("bank", "post"):
        gets = ", ".join(f'"{purpose}"' for purpose in PURPOSES if purpose.endswith(recipient))
        found += f'[recipient.{recipient}]\ntitle = "{recipient}"\ncontract = "1"\npurposes = [{gets}]\nnever = []\n'
    return found


def apply(shop: Shop, policy: str) -> None:
    with shop.database.connect() as admin:
        servers.apply_unrehearsed(admin, loads(policy))
    shop.super("CALL sminion.maintain()")


@pytest.fixture
def partners(shop: Shop) -> Iterator[Shop]:
    """Person 1 consented to the bank, 2 to the post, 3 to both, 4 to both and withdrew from the bank; 5 refused."""
    shop.super(f"CREATE ROLE {shop.name}_partner LOGIN")
    apply(shop, text(shop))
    for recipient, people in (("bank", "{1,3,4}"), ("post", "{2,3,4}")):
        shop.super("SELECT sminion.give_consents(%s, %s, 'form')", people, f"offers_{recipient}")
    shop.super("SELECT sminion.refuse_consent('5', 'offers_bank', 'form')")
    shop.super("SELECT sminion.withdraw_consent('4', 'offers_bank', 'letter')")
    shop.super("CALL sminion.maintain()")
    yield shop


def sent(shop: Shop, kind: str, recipient: str) -> set[int]:
    """The people whose mails are in a file for a recipient; the register names the same."""
    name = f"{kind}_{recipient}_{len(shop.files())}.csv"
    made = shop.send(MAILS, recipient, f"{kind}_{recipient}", login="partner", out=name)
    mails = [row[0] for row in csv.reader((shop.directory / name).open(newline=""))][1:]
    people = {int(mail.split("@")[0].removeprefix("p")) for mail in mails}
    assert shop.people(made.disclosure) == {str(person) for person in people}
    return people


def seen(shop: Shop, purpose: str) -> set[int]:
    """The people whom the login sees for a purpose over raw psycopg."""
    with shop.database.connect(f"{shop.name}_partner", autocommit=False) as connection:
        token = connection.execute("SELECT sminion.open_ticket(%s, 'sam', 'looks')", [purpose]).fetchone()
        connection.commit()
        connection.execute("SELECT sminion.enter(%s)", token)
        return {row[0] for row in connection.execute("SELECT id FROM shop.person")}


def test_a_file_for_each_holds_those_who_consented_to_it(partners: Shop) -> None:
    assert sent(partners, "offers", "bank") == seen(partners, "offers_bank") == {1, 3}
    assert sent(partners, "offers", "post") == seen(partners, "offers_post") == {2, 3, 4}
    partners.super("SELECT sminion.withdraw_consent('3', 'offers_post', 'letter')")
    partners.super("SELECT sminion.give_consent('5', 'offers_bank', 'form')")
    assert sent(partners, "offers", "bank") == seen(partners, "offers_bank") == {1, 3, 5}
    assert sent(partners, "offers", "post") == seen(partners, "offers_post") == {2, 4}


def test_an_objection_to_one_of_the_two_leaves_the_other(partners: Shop) -> None:
    partners.super("SELECT sminion.object('7', 'score_bank', 'letter')")
    partners.super("SELECT sminion.object('8', 'score_post', 'letter')")
    everybody = set(range(1, 31))
    assert sent(partners, "score", "bank") == seen(partners, "score_bank") == everybody - {7}
    assert sent(partners, "score", "post") == seen(partners, "score_post") == everybody - {8}
    partners.super("SELECT sminion.withdraw_objection('7', 'score_bank', 'letter')")
    assert sent(partners, "score", "bank") == everybody


def test_a_recipient_that_gets_more_asks_for_its_own_consents_again(partners: Shop) -> None:
    apply(partners, text(partners, "3", offers_bank='"contact", "behaviour"'))
    assert seen(partners, "offers_bank") == set()
    assert seen(partners, "offers_post") == {2, 3, 4}
    partners.super("SELECT sminion.give_consent('1', 'offers_bank', 'form')")
    assert sent(partners, "offers", "bank") == {1}


def test_one_consent_for_both_is_no_policy(shop: Shop) -> None:
    joined = text(shop).replace('purposes = ["offers_post", ', 'purposes = ["offers_post", "offers_bank", ')
    with pytest.raises(InvalidPolicy, match="people cannot consent to `post` without `bank`"):
        loads(joined)
