"""What is checked before anybody is served."""

from __future__ import annotations

import dataclasses
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.errors import PolicyError, TicketRefused
from sminion_guard.policy import load, loads
from sminion_guard.policy.document import document, from_document
from sminion_guard.server_versions import upsert_leaks
from sminion_guard.session import Guard, PolicyMismatchWarning, UpsertLeakWarning
from sminion_guard.session.tickets.server_facts import Facts, check
from tests.session.shop import POLICY

SHOP = loads(POLICY.format(name="shop", version="1", lifetime="15 minutes"))
HOME = ("/tmp", "", 5432, "shop", "utf-8", "shop_app")


def facts(**changed: object) -> Facts:
    said = {
        "fingerprint": "3", "ticket_lifetime_seconds": 900, "name": "shop", "version": "1", "document": document(SHOP),
        "loose": [], "alternating": False,
    }
    return Facts.parse(json.dumps(said | changed).encode())


def test_the_same_policy_and_a_bound_login_are_served() -> None:
    check(facts(), SHOP, "shop_app")
    assert facts().ticket_lifetime == 900.0


def test_without_a_policy_of_its_own_an_application_takes_what_is_in_force() -> None:
    guard = Guard()
    guard.accept(HOME, facts(), 180007)
    assert guard.policy_at(HOME) == SHOP
    guard.accept(HOME, facts(fingerprint="4", document=document(dataclasses.replace(SHOP, version="2"))), 180007)
    assert guard.policy_at(HOME) == dataclasses.replace(SHOP, version="2")


@pytest.mark.parametrize("example", sorted(Path("tests/cases").rglob("*.toml")), ids=str)
def test_every_policy_is_read_back_from_its_document_as_it_was(example: Path) -> None:
    try:
        policy = load(example)
    except PolicyError:
        return  # a case of a file with errors
    assert from_document(json.loads(json.dumps(document(policy)))) == policy


@pytest.mark.parametrize("changed", [
    {"trust": []}, {"purposes": []}, {"purposes": {"x": {}}}, {"subject_key": "money"}, {"ticket_lifetime": "1 d"},
    {"compatible": [{"purposes": ["a"], "why": "w", "merge_only": False}]},
])
def test_a_document_that_says_more_or_other_things_is_not_guessed_at(changed: dict[str, object]) -> None:
    with pytest.raises(PolicyError) as refusal:
        from_document(document(SHOP) | changed)
    assert refusal.value.code == "SG234"


def test_a_database_without_policy_serves_nobody() -> None:
    with pytest.raises(TicketRefused, match="no policy is in force"):
        Facts.parse(None)


def test_a_login_that_is_not_bound_is_refused_with_what_is_wrong() -> None:
    with pytest.raises(TicketRefused, match="login `shop_app` is not bound") as refusal:
        check(facts(loose=["it is a superuser"]), SHOP, "shop_app")
    assert (refusal.value.code, refusal.value.detail) == ("SG219", "it is a superuser")


@pytest.mark.parametrize(
    ("version", "detail"),
    [("1", "the application has `shop` 1, with other contents"), ("2", "the application has `shop` 1")],
)
def test_another_policy_in_force_is_told(version: str, detail: str) -> None:
    other = document(dataclasses.replace(SHOP, require_tls=False, version=version))
    with pytest.raises(PolicyError) as refusal:
        check(facts(document=other, version=version), SHOP, "shop_app", "refuse")
    assert (refusal.value.code, refusal.value.detail) == ("SG234", detail)


def test_another_policy_in_force_is_followed_and_told_once() -> None:
    guard = Guard(SHOP)
    said = POLICY.format(name="shop", version="2", lifetime="15 minutes")
    other = loads(said.replace('"identity", "contact"', '"contact"'))
    with pytest.warns(PolicyMismatchWarning, match="`contract` may no longer read `crm.customer.full_name`") as told:
        guard.accept(HOME, facts(document=document(other)), 180007)
    assert len(told) == 1
    assert guard.policy_at(HOME) == other
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        guard.accept(HOME, facts(fingerprint="4"), 180007)  # back to its own
        assert guard.policy_at(HOME) is SHOP
        guard.accept(HOME, facts(fingerprint="5", document=document(other)), 180007)
    assert guard.policy_at(HOME) == other


def test_an_answer_to_an_earlier_question_does_not_bring_an_earlier_policy_back() -> None:
    guard = Guard()
    newer = document(dataclasses.replace(SHOP, version="2"))
    guard.accept(HOME, facts(), 180007, asked_at=1.0)
    guard.accept(HOME, facts(fingerprint="4", document=newer), 180007, asked_at=3.0)
    guard.accept(HOME, facts(), 180007, asked_at=2.0)
    assert guard.judges_by(HOME, "4")
    guard.accept(HOME, facts(), 180007, asked_at=4.0)  # a server that was restored
    assert guard.judges_by(HOME, "3")


def test_a_login_that_the_policy_in_force_does_not_name_is_refused() -> None:
    logins = {name: login for name, login in SHOP.logins.items() if name != "shop_app"}
    with pytest.raises(TicketRefused, match="does not name login `shop_app`") as refusal:
        Guard(SHOP).accept(HOME, facts(document=document(dataclasses.replace(SHOP, logins=logins))), 180007)
    assert refusal.value.code == "SG246"


@pytest.mark.parametrize("options", [{"policy_mismatch": "ask"}, {"audit": "none"}])
def test_a_mode_that_there_is_not_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(PolicyError) as refusal:
        Guard(SHOP, **options)
    assert refusal.value.code == "SG305"


def test_a_new_epoch_is_checked_again_and_a_known_one_is_not() -> None:
    guard = Guard(SHOP)
    guard.accept(HOME, facts(), 180007)
    assert guard.knows(HOME)
    guard.accept(HOME, facts(loose=["it is a superuser"]), 180007)
    with pytest.raises(TicketRefused):
        guard.accept(HOME, facts(fingerprint="4", loose=["it is a superuser"]), 180007)


@pytest.mark.parametrize(
    ("version", "leaks"),
    [(150019, True), (150020, False), (160015, True), (160016, False), (170011, True), (170012, False),
     (180006, True), (180007, False), (190000, False)],
)
def test_the_minor_versions_that_leak_through_upserts_are_known(version: int, leaks: bool) -> None:
    assert upsert_leaks(version) is leaks


def test_a_leaking_server_is_told_once() -> None:
    guard = Guard(SHOP)
    with pytest.warns(UpsertLeakWarning, match="update to 18.7"):
        guard.accept(HOME, facts(), 180006)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        guard.accept(HOME, facts(fingerprint="4"), 180006)
