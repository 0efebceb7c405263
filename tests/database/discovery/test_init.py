"""`sminion-guard init` as people run it: output, files, exit codes, and a policy that can be applied."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from sminion_guard import migrate
from sminion_guard.cli.main import app
from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.policy import loads
from tests.database.discovery.shop import ROWS, SHOP
from tests.servers import Database

runner = CliRunner()


def init(database: Database, *words: str, user: str = "postgres") -> Result:
    url = database.dsn() if user == "postgres" else database.dsn(user)
    return runner.invoke(app, ["init", "--database-url", url, *words])


@pytest.fixture
def shop(fresh_database: Database) -> Database:
    fresh_database.execute(SHOP + ROWS)
    return fresh_database


def test_a_policy_is_printed(shop: Database) -> None:
    done = init(shop)
    assert done.exit_code == 0, done.output
    policy = loads(done.stdout)
    assert policy.kinds.keys() == {"customer", "staff"}
    crm, sales = policy.schemas["crm"].tables, policy.schemas["sales"].tables
    assert crm["customer"].columns == {
        "id": "key", "full_name": "identity", "mail": "contact", "note": "free_text", "xyzzy": "birth",
        "created_at": "none"}
    assert crm["staff"].columns == {"staff_no": "key", "last_name": "identity", "office_ip": "device"}
    assert "orders_1" not in sales
    assert sales["item"].subject is not None
    assert sales["product"].subject is None
    assert "# blob = " in done.stdout


def test_a_file_is_written_and_never_overwritten_without_force(shop: Database, tmp_path: Path) -> None:
    path = tmp_path / "privacy.toml"
    done = init(shop, "-o", str(path))
    assert done.exit_code == 0
    assert re.search(r"6 tables, kinds of subjects: 2, 5 tables that lead to subjects, 0 open questions", done.stdout)
    path.write_text("mine", encoding="utf-8")
    refused = init(shop, "-o", str(path))
    assert isinstance(refused.exception, PolicyError)
    assert refused.exception.code == "SG826"
    assert path.read_text(encoding="utf-8") == "mine"
    assert init(shop, "-o", str(path), "--force").exit_code == 0
    assert runner.invoke(app, ["policy", "check", "--policy", str(path)]).exit_code == 0


def test_a_file_that_cannot_be_written_is_an_error(shop: Database, tmp_path: Path) -> None:
    assert "SG825" in str(init(shop, "-o", str(tmp_path / "nowhere" / "privacy.toml")).exception)


def test_nothing_is_sent_before_the_file_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "privacy.toml"
    path.touch()
    done = runner.invoke(app, ["init", "--database-url", "postgresql://localhost:1/none", "-o", str(path)])
    assert "SG826" in str(done.exception)


def test_a_database_that_cannot_be_reached_is_an_error() -> None:
    done = runner.invoke(app, ["init", "--database-url", "postgresql://localhost:1/none"])
    assert isinstance(done.exception, InstallError)
    assert done.exception.code == "SG824"


def test_an_empty_database_is_a_finding(fresh_database: Database) -> None:
    done = init(fresh_database)
    assert done.exit_code == 1
    assert loads(done.stdout).schemas == {}


def test_tables_that_could_not_be_looked_at_are_a_finding(shop: Database, tmp_path: Path) -> None:
    shop.execute("CREATE ROLE init_blind LOGIN")
    path = tmp_path / "privacy.toml"
    done = init(shop, "--sample", "-o", str(path), user="init_blind")
    assert done.exit_code == 1
    assert "warning: the values of `crm.customer` were not looked at: this role may not read it" in done.stdout
    assert "# its values were not looked at" in path.read_text(encoding="utf-8")
    assert init(shop, user="init_blind").exit_code == 0


def test_the_decisions_are_there_for_programs(shop: Database) -> None:
    values = json.loads(init(shop, "--sample", "--format", "json").stdout)
    assert values["sampled"] is True
    assert values["tables"]["sales.orders"]["subject"] == {"customer_id": "customer"}
    assert values["tables"]["crm.customer"]["columns"]["full_name"]["category"] == "identity"
    assert values["summary"]["tables"] == 6


def test_the_same_database_gives_the_same_file(shop: Database) -> None:
    assert init(shop, "--sample").stdout == init(shop, "--sample").stdout


def test_the_help_says_what_leaves_the_server() -> None:
    text = runner.invoke(app, ["init", "--help"]).stdout
    assert "sends numbers only" in " ".join(text.split())


def test_the_policy_can_be_applied_once_purposes_are_named(shop: Database) -> None:
    written = init(shop).stdout
    name = loads(written).name
    text = written.replace("collected_for = []", 'collected_for = ["contract"]')
    text += (f'\n[login.{name}_app]\npurposes = ["contract"]\n\n'
             '[purpose.contract]\ntitle = "Contracts"\nbasis = "contract"\nneeds = ["identity", "contact"]\n'
             'may = ["use"]\n')
    shop.execute(f"CREATE ROLE {name}_app LOGIN NOINHERIT")
    migrate.upgrade(shop.dsn())
    with psycopg.connect(shop.dsn()) as connection:
        migrate.apply(connection, loads(text))
    with shop.connect(f"{name}_app") as application:
        (token,) = application.execute("SELECT sminion.open_ticket('contract', 'a', 'b')").fetchone()  # type: ignore[misc]
        with application.transaction():
            application.execute("SELECT sminion.enter(%s)", [token])
            assert len(application.execute("SELECT full_name, mail FROM crm.customer").fetchall()) == 50
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("SELECT note FROM crm.customer")
