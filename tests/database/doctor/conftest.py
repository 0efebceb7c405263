"""A small shop under its policy, and what the doctor says of it after a mutation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sminion_guard import doctor
from sminion_guard.doctor import Finding
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.database.migrate.conftest import POLICY, make_shop
from tests.servers import Database

OWNED = ("SCHEMA crm", "SCHEMA sales", "SCHEMA news", "TABLE crm.customer", "TABLE sales.orders", "TABLE sales.item",
         "TABLE news.subscriber")


@dataclass(frozen=True, slots=True)
class Patient:
    """A database under a policy; the logins `app` and `news`, and `dba`, who owns the tables and cannot log in."""

    database: Database
    name: str

    def text(self, statement: str) -> str:
        return statement.replace("{name}", self.name).replace("{database}", self.database.name)

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """As a superuser while the DDL guard is suspended: on most managed servers there is none."""
        with self.database.ddl_guard_suspended():
            return self.database.execute(self.text(statement))

    @property
    def version(self) -> int:
        return self.database.server.binaries.major

    def examine(self, *, full: bool = False) -> tuple[Finding, ...]:
        with self.database.connect(autocommit=False) as connection:
            return doctor.examine(connection, full=full).findings

    def found(self, mutation: str, *, full: bool = False) -> list[tuple[str, str]]:
        """Code and object of each finding after a mutation, with the policy's name and the database's left out."""
        self.run(mutation)
        return sorted({(entry.code, self._neutral(entry.object)) for entry in self.examine(full=full)})

    def _neutral(self, text: str) -> str:
        return text.replace(self.name, "{name}").replace(self.database.name, "{database}")

    def fix(self) -> list[str]:
        with self.database.connect(autocommit=False) as connection:
            return list(doctor.fix(connection, doctor.examine(connection).findings))


def policy_text(name: str) -> str:
    return POLICY.format(name=name)


def make(database: Database, name: str) -> None:
    shop = make_shop(database, name)
    database.execute(f"CREATE ROLE {name}_dba NOLOGIN; GRANT CREATE ON DATABASE {database.name} TO {name}_dba")
    for owned in OWNED:
        database.execute(f"ALTER {owned} OWNER TO {name}_dba")
    with database.connect(autocommit=False) as connection:
        servers.apply_unrehearsed(connection, loads(policy_text(name)))
    assert shop.unfilled() == 0


@pytest.fixture
def patient(server: Server) -> Iterator[Patient]:
    """A healthy one."""
    with servers.cloned(server, "doctor", "doc", make) as (database, name):
        yield Patient(database, name)
        # Its roles outlive it, and whoever is powerful in the cluster is found in the next database too.
        for login in ("app", "news"):
            database.execute(f"ALTER ROLE {name}_{login} NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEDB")
            database.execute(f"REVOKE pg_read_all_data FROM {name}_{login}")
        database.execute(f"ALTER ROLE {name}_dba NOLOGIN")
