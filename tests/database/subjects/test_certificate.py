"""The certificate of a destruction: what it says, what the database keeps of it, and what proves it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.audit import database
from sminion_guard.audit.keys import PrivateKey, generate
from sminion_guard.audit.memory import Memory
from sminion_guard.audit.proof_file import parse_proof_file, verify_proof_file
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError, ProofError
from sminion_guard.subjects import Destructions, certificate, keep
from tests import servers
from tests.database.subjects.destroying import asked
from tests.database.subjects.test_destruction_commands import run
from tests.world import PRIVILEGE, World, new_world, refusal

ORIGIN = "log.example/world"


@dataclass(frozen=True)
class Case:
    world: World
    request: str
    key: PrivateKey


@pytest.fixture(scope="module")
def case(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Person 9 is destroyed, her dead rows are gone, somebody looked for what is left, and the log is sealed."""
    with new_world(server, shared_roles=True) as world:
        with world.connect("officer") as officer:
            request = asked(officer, 9)
            Destructions(officer).destroy(request, "letter of 3 May", actor="Anna Miller, privacy officer", patience=0)
        yield Case(world, str(request), generate(ORIGIN))


def seal(case: Case, directory: Path) -> None:
    memory = Memory(directory / "memory", ORIGIN)
    memory.create()
    case.world.super("CALL sminion.maintain()")
    with case.world.database.connect() as admin:
        database.seal(database.SealedLog(admin), memory, [case.key], lambda note: None)


def written(case: Case, tmp_path: Path, *more: str, code: int = 0) -> dict[str, Any]:
    file = tmp_path / "certificate.json"
    call = ("subject", "certificate", case.request, "--output", str(file), "--format", "json", *more)
    assert run(case.world, *call) == code
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_what_nobody_looked_at_is_unverified_and_backups_end_as_the_policy_says(case: Case, tmp_path: Path) -> None:
    found = written(case, tmp_path)
    ((until,),) = case.world.super("SELECT (completed_at AT TIME ZONE 'UTC')::date + 35 FROM sminion.destruction")
    grounding = found["grounding"]
    assert isinstance(grounding, dict)
    assert grounding["vacuumed"] == "UNVERIFIED" and grounding["in_backups_until"] == str(until)
    assert found["verified"] is None and found["operator"] == {
        "name": "World Ltd", "address": "1 Long Road, Smalltown", "contact": "privacy@world.example",
        "processor": "Hosting Ltd, 2 Cable Street", "backups": "35 days", "certificates": None, "actors": None}


def test_a_verification_goes_on_record_and_into_the_certificate(case: Case, tmp_path: Path) -> None:
    world, report = case.world, tmp_path / "verification.json"
    look = ("subject", "verify", "9", "--request", case.request, "--actor", "Bob", "--output", str(report))
    servers.need_extension(world.database, "pgstattuple")
    world.super("CREATE EXTENSION pgstattuple SCHEMA public")
    with world.database.connect() as reader:
        # Whoever looks on keeps dead rows from being removed.
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
        world.super("VACUUM")
        assert run(world, *look, "--database-url", world.database.dsn()) in (0, 1)
    left = written(case, tmp_path)
    assert left["grounding"]["vacuumed"].isdigit() or left["grounding"]["vacuumed"] == "GONE"
    world.super("VACUUM")
    assert run(world, *look, "--database-url", world.database.dsn()) in (0, 1)
    found = written(case, tmp_path)
    assert found["grounding"]["vacuumed"] == "GONE"
    assert {table["vacuumed"] for table in found["rests_on"]} == {"GONE"}
    verified = found["verified"]
    assert isinstance(verified, dict)
    assert verified["report"] == sha256(report.read_bytes()).hexdigest() and verified["actor"] == "Bob"
    assert verified["places"] == len(json.loads(report.read_text())["found"]) - sum(
        place["guard"] for place in json.loads(report.read_text())["found"])
    assert run(world, "subject", "verify", "8", "--request", case.request, "--database-url", world.database.dsn()) == 2


def test_the_database_keeps_it_once_without_the_key_and_its_hash_is_in_the_log(case: Case, tmp_path: Path) -> None:
    world = case.world
    found = written(case, tmp_path)
    assert written(case, tmp_path) == found
    number, hashed = found["certificate"]["number"], found["certificate"]["sha256"]
    three = "keep_until - issued_at BETWEEN '1095 days' AND '1097 days'"
    ((document, kept_for),) = world.super(f"SELECT document, {three} FROM sminion.certificate WHERE id = %s", number)
    assert kept_for and sha256(document.encode()).hexdigest() == hashed
    said = json.loads(document)
    assert said["subject"] is None and said["commitment"] == found["commitment"] and found["subject"] == "9"
    events = "SELECT count(*) FROM sminion.request_event WHERE event = 'certified' AND detail ->> 'sha256' = %s"
    assert world.super(events, hashed) == [(1,)]
    with world.connect("reader") as auditor:
        assert auditor.execute("SELECT count(*) FROM sminion.certificate").fetchone() != (0,)


def test_the_log_of_it_is_proven_without_the_database(case: Case, tmp_path: Path) -> None:
    world, proofs = case.world, tmp_path / "proofs"
    more = ("--proof", str(proofs), "--vkey", str(case.key.key), "--auditor-url",
            world.database.dsn(f"{world.name}_reader"))
    seal(case, tmp_path)
    # What is new since the last seal has no proof yet.
    written(case, tmp_path, "--backups-until", "2030-01-01", *more, code=1)
    world.super("CALL sminion.maintain()")
    with world.database.connect() as admin:
        database.seal(database.SealedLog(admin), Memory(tmp_path / "memory", ORIGIN), [case.key], lambda note: None)
    found = written(case, tmp_path, "--backups-until", "2030-01-01", *more)
    events = {}
    for file in sorted(proofs.glob("*.tlog-proof")):
        entry = file.with_name(file.name + ".json").read_bytes()
        verify_proof_file(parse_proof_file(file.read_bytes()), entry, ORIGIN, [case.key.key])
        with pytest.raises(ProofError):
            verify_proof_file(parse_proof_file(file.read_bytes()), entry + b" ", ORIGIN, [case.key.key])
        events[json.loads(entry)["event"]] = json.loads(entry)
    assert {"destruction_begun", "destroyed", "certified"} <= events.keys()
    assert events["destroyed"]["detail"]["commitment"] == found["commitment"]
    kept = proofs / f"certificate-{found['certificate']['number']}.json"
    assert events["certified"]["detail"]["sha256"] == sha256(kept.read_bytes()).hexdigest()


def test_it_is_kept_until_its_own_retention_ends_and_not_longer(case: Case, tmp_path: Path) -> None:
    world = case.world
    written(case, tmp_path)
    for statement in ("DELETE FROM sminion.certificate", "UPDATE sminion.certificate SET document = '{}'",
                      "TRUNCATE sminion.certificate"):
        with world.database.connect() as admin:
            assert refusal(admin, statement) == "SG505"
    ((before,),) = world.super("SELECT count(*) FROM sminion.certificate")
    world.super("CALL sminion.maintain()")
    assert world.super("SELECT count(*) FROM sminion.certificate") == [(before,)]
    # Three years later.
    with world.database.connect() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE sminion.certificate SET keep_until = now() - interval '1 s'"
                      " WHERE id = (SELECT min(id) FROM sminion.certificate)")
    world.super("CALL sminion.maintain()")
    assert world.super("SELECT count(*) FROM sminion.certificate") == [(before - 1,)]


def test_nothing_else_is_kept_as_a_certificate(case: Case) -> None:
    world, request = case.world, int(case.request)
    with world.connect("officer") as officer:
        found = certificate(officer, request)
        for document in ("no json", "{}", "[]", json.dumps({"commitment": found.commitment, "subject": "9"}),
                         json.dumps({"commitment": "00", "subject": None}),
                         json.dumps({"commitment": found.commitment})):
            with pytest.raises(GuardError, match="SG584"):
                keep(officer, request, document)
        with pytest.raises(GuardError, match="SG567"):
            keep(officer, 4711, "{}")
        hashed = "0" * 64
        good = {"places": 0, "unread": 0, "out_of_sight": 3, "dead": {"crm.customer": 0}, "report": hashed}
        for wrong in ({}, [], 1, good | {"places": "nine"}, good | {"name": "Anna"}, good | {"dead": {"Anna": 0}},
                      good | {"dead": []}, good | {"dead": {"crm.customer": "Anna"}}, good | {"report": "Anna"}):
            assert refusal(officer, "SELECT sminion.record_verification(%s, %s)",
                           parameters=[request, json.dumps(wrong)]) == "SG583", wrong
        assert refusal(officer, "SELECT sminion.record_verification(4711, '{}')") == "SG563"
    for login in ("reader", "app", "keeper"):
        with world.connect(login) as connection:
            assert refusal(connection, "SELECT sminion.keep_certificate(1, '{}')") == PRIVILEGE
            assert refusal(connection, "SELECT sminion.record_verification(1, '{}')") == PRIVILEGE
