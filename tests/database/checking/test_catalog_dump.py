"""`sminion-guard catalog dump` on a server, and `check` with what it wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sminion_guard.analyzer.catalog_json import load
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.cli.main import app
from sminion_guard.errors import InstallError, OpaqueStatement
from tests.servers import Database

EXAMPLES = Path(__file__).parents[3] / "examples" / "shop"
runner = CliRunner()


@pytest.fixture
def shop(fresh_database: Database) -> Database:
    fresh_database.execute((EXAMPLES / "schema.sql").read_text(encoding="utf-8"))
    return fresh_database


def test_a_dumped_catalog_judges_like_the_one_that_was_read(shop: Database, tmp_path: Path) -> None:
    target = tmp_path / "catalog.json"
    done = runner.invoke(app, ["catalog", "dump", "--database-url", shop.dsn(), "--output", str(target)])
    assert (done.exit_code, done.stdout) == (0, "")
    with shop.connect() as connection:
        assert load(target).version == read_catalog(connection).version
    result = runner.invoke(app, ["check", "-", "--catalog", str(target), "--policy", str(EXAMPLES / "privacy.toml")],
                           input="-- purpose: marketing\nSELECT email FROM marketing.subscriber;\n"
                                 "SELECT s.email FROM marketing.subscriber s JOIN hr.employee e ON e.id = 1;")
    assert result.exit_code == 1
    assert "stdin:3:49: SG101" in result.stdout
    assert result.stdout.endswith("2 statements, 1 refused\n")


def test_without_a_file_the_catalog_goes_to_the_standard_output(shop: Database, tmp_path: Path) -> None:
    done = runner.invoke(app, ["catalog", "dump", "--database-url", shop.dsn()])
    (tmp_path / "catalog.json").write_text(done.stdout)
    assert ("crm", "customer") in load(tmp_path / "catalog.json").relations


def test_a_dump_holds_no_rows(shop: Database) -> None:
    shop.execute("INSERT INTO legacy.address (full_name, email) VALUES ('Someone Unmistakable', 'x')")
    done = runner.invoke(app, ["catalog", "dump", "--database-url", shop.dsn()])
    assert "Unmistakable" not in done.stdout


def test_a_file_that_cannot_be_written_is_an_error(shop: Database, tmp_path: Path) -> None:
    done = runner.invoke(app, ["catalog", "dump", "--database-url", shop.dsn(), "-o", str(tmp_path / "no" / "x.json")])
    assert isinstance(done.exception, OpaqueStatement)
    assert done.exception.code == "SG825"


def test_a_server_that_is_not_there_is_an_error_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql://somebody:geheim@/nothing?host={tmp_path}"
    done = runner.invoke(app, ["catalog", "dump", "--database-url", url])
    assert isinstance(done.exception, InstallError)
    assert done.exception.code == "SG824"
    assert "geheim" not in str(done.exception)
