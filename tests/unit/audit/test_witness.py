"""Our witness, and asking witnesses: none signs a log that was rewritten, and none is passed over in silence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest

from sminion_guard.audit.checkpoint import Checkpoint, verify_checkpoint
from sminion_guard.audit.cosignature import verify_cosignatures
from sminion_guard.audit.keys import generate, write_key
from sminion_guard.audit.merkle import consistency_proof
from sminion_guard.audit.note import Note, parse_note, parse_signature
from sminion_guard.audit.signing import sign_note
from sminion_guard.audit.vkey import KeyType
from sminion_guard.audit.witness import Reply, WitnessServer, WitnessState
from sminion_guard.audit.witness.request import MAX_BYTES
from sminion_guard.audit.witnesses import Answer, Witness, cosigned, request_body
from tests.unit.audit.keys import LOG, NEXT, ORIGIN, WITNESS, TestSigner
from tests.unit.audit.test_publish import answering, serving
from tests.unit.audit.trees import Tree, numbered

TREE = Tree(numbered(20))
REWRITTEN = Tree([b"altered", *numbered(30, 1)])
HASH = sha256(ORIGIN.encode()).hexdigest()


def note(size: int, tree: Tree = TREE, signers: Sequence[TestSigner] = (LOG,), origin: str = ORIGIN) -> Note:
    return Checkpoint(origin, size, tree.root(size)).signed(signers)


def ask(state: WitnessState, old: int, size: int, tree: Tree = TREE) -> Reply:
    return state.add_checkpoint(request_body(note(size, tree), old, consistency_proof(old, size, tree.hashes)))


@pytest.fixture
def state(tmp_path: Path) -> WitnessState:
    return WitnessState(tmp_path / "witness", WITNESS, {ORIGIN: [LOG.key]}, now=lambda: 1679315147.9)


@pytest.fixture
def witness(state: WitnessState) -> Iterator[Witness]:
    server = WitnessServer(state, ("127.0.0.1", 0))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Witness(WITNESS.key, f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()


def codes(answers: Sequence[Answer]) -> list[str | None]:
    return [each.error and each.error.code for each in answers]


def test_a_log_that_grows_is_cosigned(state: WitnessState) -> None:
    for old, size in ((0, 3), (3, 3), (3, 20)):
        reply = ask(state, old, size)
        assert (reply.status, reply.type) == (200, "text/plain; charset=utf-8")
        signed = note(size).with_signatures([parse_signature(reply.body.decode().rstrip("\n"))])
        assert [each.timestamp for each in verify_cosignatures(signed, [WITNESS.key])] == [1679315147]
    stored = state.checkpoint(HASH)
    assert stored.status == 200
    assert verify_checkpoint(stored.body, ORIGIN, [LOG.key]).size == 20
    assert len(verify_cosignatures(parse_note(stored.body), [WITNESS.key])) == 1


def test_whoever_does_not_know_what_the_witness_saw_is_told(state: WitnessState) -> None:
    ask(state, 0, 3)
    for old in (0, 2, 4):
        assert ask(state, old, 20) == Reply(409, b"3\n", "text/x.tlog.size")


def test_a_rewritten_log_is_not_cosigned(state: WitnessState) -> None:
    ask(state, 0, 7)
    assert ask(state, 7, 7, REWRITTEN).status == 422
    assert ask(state, 7, 20, REWRITTEN).status == 422
    assert state.add_checkpoint(request_body(note(20), 7, [])).status == 422
    assert ask(state, 0, 6).status == 409
    assert ask(state, 7, 20).status == 200


def test_a_restarted_witness_knows_what_it_signed(state: WitnessState, tmp_path: Path) -> None:
    ask(state, 0, 7)
    again = WitnessState(tmp_path / "witness", WITNESS, {ORIGIN: [LOG.key]})
    assert ask(again, 0, 20).status == 409
    assert ask(again, 7, 20, REWRITTEN).status == 422


@pytest.mark.parametrize(("status", "body"), [
    (400, b""), (400, b"old 0\n"), (400, b"old x\n\n" + bytes(note(3))), (400, b"new 0\n\n" + bytes(note(3))),
    (400, b"old 0\nAAAA\n\n" + bytes(note(3))), (400, b"old 0\n\n" + bytes(note(3))[:-1]),
    (400, request_body(note(3), 4, [])), (400, request_body(note(3), 0, [bytes(32)] * 64)),
    (400, b"old 0\n\n" + bytes(sign_note("no checkpoint\n", [LOG]))),
    (404, request_body(note(3, origin="log.example/unknown"), 0, [])),
    (403, request_body(note(3, signers=[NEXT]), 0, [])),
    (403, request_body(Note(note(3).text, note(4).signatures), 0, [])),
    (422, request_body(note(3), 0, [bytes(32)])),
    (422, request_body(sign_note(Checkpoint(ORIGIN, 0, bytes(32)).text, [LOG]), 0, [])),
])
def test_what_is_refused_has_the_status_of_the_specification(state: WitnessState, status: int, body: bytes) -> None:
    assert state.add_checkpoint(body).status == status
    assert state.checkpoint(HASH).status == 404


def test_two_requests_at_once_never_get_two_logs_cosigned(state: WitnessState) -> None:
    replies: list[int] = []
    threads = [threading.Thread(target=lambda tree=tree: replies.append(ask(state, 0, 9, tree).status))
               for tree in (TREE, REWRITTEN) * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [200, *[409] * 9]


def test_a_log_gets_the_cosignature_of_a_witness(witness: Witness) -> None:
    for size in (5, 5, 20):
        signed, answers = cosigned(note(size), [witness], lambda old, size=size: consistency_proof(
            old, size, TREE.hashes))
        assert codes(answers) == [None]
        assert len(verify_cosignatures(signed, [WITNESS.key])) == 1
        assert verify_checkpoint(bytes(signed), ORIGIN, [LOG.key]).size == size


def test_a_witness_that_saw_another_log_says_so(witness: Witness) -> None:
    cosigned(note(9), [witness], lambda old: [])
    for size, tree in ((9, REWRITTEN), (20, REWRITTEN), (8, TREE)):
        signed, answers = cosigned(note(size, tree), [witness],
                                   lambda old, size=size, tree=tree: consistency_proof(old, size, tree.hashes))
        assert codes(answers) == ["SG669"]
        assert signed == note(size, tree)


def test_each_witness_has_its_own_answer(witness: Witness) -> None:
    """One that is down, one that hangs, and one with another key do not keep the good one from signing."""
    with serving(answering(200, b"nonsense")) as bad, socket.create_server(("127.0.0.1", 0)) as silent:
        others = [
            Witness(TestSigner(7, "down.example", KeyType.COSIGNATURE).key, "http://127.0.0.1:1"),
            Witness(TestSigner(8, "silent.example", KeyType.COSIGNATURE).key,
                    f"http://127.0.0.1:{silent.getsockname()[1]}"),
            Witness(TestSigner(9, "bad.example", KeyType.COSIGNATURE).key, bad),
            Witness(TestSigner(9, "another.example", KeyType.COSIGNATURE).key, witness.url),
            Witness(TestSigner(9, "wrong.example", KeyType.COSIGNATURE).key, "gopher://x"),
        ]
        signed, answers = cosigned(note(5), [*others, witness], lambda old: [], timeout=0.5)
    assert codes(answers) == ["SG668", "SG668", "SG650", "SG669", "SG668", None]
    assert len(signed.signatures) == 2
    assert cosigned(note(5), [], lambda old: []) == (note(5), [])


@pytest.mark.parametrize(("method", "path", "headers", "status"), [
    ("POST", "/elsewhere", {}, 404), ("GET", "/add-checkpoint", {}, 404), ("GET", f"/{HASH}/checkpoint", {}, 404),
    ("POST", "/add-checkpoint", {"Content-Length": str(MAX_BYTES + 1)}, 413),
    ("POST", "/add-checkpoint", {"Content-Length": "-1"}, 411), ("PUT", "/add-checkpoint", {}, 501),
    ("GET", "/../../etc/passwd", {}, 404), ("POST", "/add-checkpoint", {"Content-Length": "0"}, 400),
])
def test_the_server_has_limits(witness: Witness, method: str, path: str, headers: dict[str, str], status: int) -> None:
    connection = HTTPConnection("127.0.0.1", int(witness.url.rstrip("/").rpartition(":")[2]), timeout=5)
    connection.putrequest(method, path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_a_witness_whose_key_fails_signs_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(TestSigner):
        def sign(self, message: bytes) -> bytes:
            raise OSError("no such HSM")

    state = WitnessState(tmp_path, Broken(3, WITNESS.name, KeyType.COSIGNATURE), {ORIGIN: [LOG.key]})
    server = WitnessServer(state, ("127.0.0.1", 0))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    _, answers = cosigned(note(5), [Witness(WITNESS.key, f"http://127.0.0.1:{server.server_port}")], lambda old: [])
    server.shutdown()
    server.server_close()
    assert codes(answers) == ["SG669"]
    assert "no such HSM" in capsys.readouterr().err
    assert state.checkpoint(HASH).status == 404


def test_a_witness_runs_as_a_program(tmp_path: Path) -> None:
    key = generate("witness.example/w2", KeyType.COSIGNATURE)
    write_key(tmp_path / "key", key)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = subprocess.Popen(
        [sys.executable, "-m", "sminion_guard.audit.witness", "--state", str(tmp_path / "state"), "--key",
         f"file:{tmp_path / 'key'}", "--log", str(LOG.key), "--listen", f"127.0.0.1:{port}"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == f"witness listens on 127.0.0.1:{port}\n"
        signed, answers = cosigned(note(5), [Witness(key.key, f"http://127.0.0.1:{port}")], lambda old: [])
        assert codes(answers) == [None]
        assert len(verify_cosignatures(signed, [key.key])) == 1
    finally:
        program.kill()
        program.wait()


def test_a_witness_does_not_begin_with_the_key_of_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from sminion_guard.audit.witness.__main__ import main

    write_key(tmp_path / "key", generate(ORIGIN))
    given = ["--state", str(tmp_path / "state"), "--key", f"file:{tmp_path / 'key'}", "--log", str(LOG.key)]
    assert main(given) == 2
    assert "SG661" in capsys.readouterr().err
