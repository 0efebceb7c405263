"""Nothing is said of a database that is as the guard made it."""

from __future__ import annotations

import io

import psycopg
from rich.console import Console

from sminion_guard import doctor
from sminion_guard.demo.printer import Printer
from sminion_guard.demo.shop import DATABASE, build
from sminion_guard.embedded import Server
from tests.database.doctor.conftest import Patient


def test_of_a_healthy_database_nothing_is_said(patient: Patient) -> None:
    assert patient.examine() == ()


def test_of_the_demos_shop_nothing_is_said(cluster: Server) -> None:
    with build(cluster, 300, Printer(Console(file=io.StringIO(), highlight=False))) as shop:
        shop.settle()
        with psycopg.connect(cluster.dsn(dbname=DATABASE)) as connection:
            found = doctor.examine(connection, full=True)
    assert [entry.render() for entry in found.findings] == []
