"""The story, the end: a person is forgotten, and what remains is a certificate and a proof that anybody can verify."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from time import perf_counter, sleep

import psycopg

from sminion_guard.audit import database
from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.keys import PrivateKey, generate
from sminion_guard.audit.memory import Memory
from sminion_guard.audit.proof_file import parse_proof_file, verify_proof_file
from sminion_guard.demo.answer import Answer, Refusal, refused, rows, some, value
from sminion_guard.demo.asking import say
from sminion_guard.demo.shop import LEAVING, Shop
from sminion_guard.demo.story_report import tables_about
from sminion_guard.errors import GuardError
from sminion_guard.subjects import Certificate, Destructions, certificate

LOG = "shop.example/log"


def destruction(shop: Shop) -> None:
    """A person's data are destroyed, certified and proven."""
    printer = shop.printer
    before = _counted(shop)
    printer.chapter("The end of a person's data", f"""Person {LEAVING} leaves, and asks that everything be destroyed:
        {sum(before.values())} rows in {len(before)} tables. The request and the plan are on record before the first
        row goes.""")
    printer.judge("there is something to destroy", _answer(sum(before.values()) > 5), value(True))
    number = say(shop, "olga", f"""
        SELECT sminion.open_request('{LEAVING}', 'destroy', 'letter of 3 November',
                                    channel => 'letter', kind => 'customer')""", some()).value
    say(shop, "olga", f"SELECT sminion.begin_destruction({number}, 'she asks for it')", refused("SG525"))
    say(shop, "olga", f"SELECT sminion.identify_request({number}, 'a copy of her passport')", rows(1))
    _destroy(shop, number)
    printer.judge("rows about the person, as a superuser counts them", _answer(sum(_counted(shop).values())), value(0))
    _certify(shop, number)


def _destroy(shop: Shop, number: int) -> None:
    told = f"sminion-guard subject destroy {LEAVING} --kind customer --request {number}"
    start = perf_counter()
    try:
        found = Destructions(shop.login("olga").conn).destroy(number, "she asks for it", patience=0)
    except GuardError as error:
        shop.printer.shows("olga", told, Answer(refusal=Refusal.of(error)), some())
        return
    done = [
        (f"{table.schema_name}.{table.table_name}", count, way) for table in found.tables for way, count in
        (("destroyed", table.destroyed), ("depersonalized", table.depersonalized), ("unlinked", table.unlinked))
        if count
    ]
    answer = Answer(("table", "rows", ""), tuple(done), len(done), perf_counter() - start)
    shop.printer.shows("olga", told, answer, lambda got: None if got.rows and not found.left else "nothing left",
                       rows=len(done))


def _certify(shop: Shop, number: int) -> None:
    """The certificate, and the proof of the event that it names, as files."""
    told = f"sminion-guard subject certificate {number} --format json --output certificate.json"
    printer = shop.printer
    start = perf_counter()
    try:
        found = _numbered(shop, number)
    except GuardError as error:
        printer.shows("olga", told, Answer(refusal=Refusal.of(error)), some())
        return
    paper = Path(tempfile.mkdtemp(dir=shop.server.directory, prefix="evidence-")) / "certificate.json"
    paper.write_text(json.dumps(asdict(found), indent=2, ensure_ascii=False, default=str), encoding="utf-8")
    event = _end(found)
    printer.shows("olga", told, Answer(("subject", "tables", "completed", "event"), (
        (found.subject, len(found.tables), found.completed_at, event),), 1, perf_counter() - start), rows(1))
    printer.say("""The end of the destruction is an event of the log. The log is sealed with a key that the database
        does not have, so whoever has the public key verifies the proof without the database.""")
    key = generate(LOG)
    proof = paper.with_name("destroyed.tlog-proof")
    if not _prove(shop, key, event, proof):
        return
    entry = proof.with_name(proof.name + ".json").read_bytes()
    forged = entry.replace(b"destroyed", b"withdrawn")
    for who, said, verifies in (
        ("anybody, with the public key", entry, True),
        ("anybody, when one word of the event was changed", forged, False),
    ):
        printer.shows(who, f"verify {proof.name}", _answer(_verifies(proof, said, key)), value(verifies))
    printer.console.print()
    printer.say("""The certificate (`--format html`: a page to print and sign) and the proof. They go with the server,
        unless `--keep` leaves it.""")
    for path in (paper, proof):
        printer.console.print(f"  {path}", markup=False, soft_wrap=True)


def _numbered(shop: Shop, number: int) -> Certificate:
    """The certificate, once maintenance has given the event its number: a session may be maintaining already."""
    for _ in range(50):
        shop.login("night_job").say("CALL sminion.maintain()")
        found = certificate(shop.login("olga").conn, number)
        if _end(found):
            return found
        sleep(0.1)
    return found


def _end(found: Certificate) -> int | None:
    return next((event["number"] for event in found.events if event["event"] == "destroyed"), None)


def _prove(shop: Shop, key: PrivateKey, event: int | None, proof: Path) -> bool:
    told = f"sminion-guard audit seal --key file:log.key --memory memory --start\n" \
           f"sminion-guard audit prove {event} --vkey '...' --out {proof.name}"
    memory = Memory(proof.with_name("memory"), LOG)
    start = perf_counter()
    try:
        memory.create()
        log = database.SealedLog(shop.login("amir").conn)
        sealed = database.seal(log, memory, [key], lambda note: None)
        checkpoint = Checkpoint(LOG, sealed.size, sealed.root)
        leaf, made = database.prove(log, event or 0, checkpoint, sealed.note)
    except (GuardError, psycopg.Error) as error:
        shop.printer.shows("amir", told, Answer(refusal=Refusal.of(error)), some())
        return False
    proof.write_bytes(bytes(made))
    proof.with_name(proof.name + ".json").write_bytes(leaf.entry)
    shop.printer.shows("amir", told, Answer(("sealed", "event", "hashes"), ((sealed.size, event, len(made.hashes)),), 1,
                                            perf_counter() - start), rows(1))
    return True


def _verifies(proof: Path, entry: bytes, key: PrivateKey) -> bool:
    """As anybody would: with the files and the public key."""
    try:
        verify_proof_file(parse_proof_file(proof.read_bytes()), entry, LOG, [key.key])
    except GuardError:
        return False
    return True


def _counted(shop: Shop) -> dict[str, int]:
    """Table to its rows about the person, where there are any."""
    counted = {name: shop.truth(f"SELECT count(*) FROM {name} WHERE {condition}")
               for name, condition in tables_about(LEAVING).items()}
    return {name: count for name, count in counted.items() if count}


def _answer(found: object) -> Answer:
    return Answer(("answer",), ((found,),), 1)
