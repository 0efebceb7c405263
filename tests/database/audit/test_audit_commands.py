"""`sminion-guard audit`, as an auditor types it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sminion_guard.audit.keys import generate, write_key
from sminion_guard.audit.proof_file import parse_proof_file, verify_proof_file
from sminion_guard.audit.vkey import KeyType, parse_vkey
from sminion_guard.audit.witness import WitnessServer, WitnessState
from sminion_guard.cli import main
from sminion_guard.embedded import Server
from tests.database.audit.sealed import ORIGIN, fill
from tests.session.shop import Shop, new_shop


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        fill(shop)
        shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")
        yield shop


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", "audit", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def test_an_auditor_seals_verifies_and_proves(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bert = ("--database-url", shop.dsn("bert"))
    key, memory, kept, proof = (str(tmp_path / name) for name in ("key", "memory", "kept", "1.tlog-proof"))
    assert run(monkeypatch, "key", ORIGIN, "--out", key) == 0
    vkey = capsys.readouterr().out.strip()
    assert run(monkeypatch, "key", ORIGIN, "--out", key) == 2
    capsys.readouterr()

    how = ("--key", f"file:{key}", "--memory", memory, "--publish", kept)
    assert run(monkeypatch, "seal", *how, *bert) == 2
    assert "SG665" in capsys.readouterr().err
    assert run(monkeypatch, "seal", *how, "--start", *bert) == 0
    assert "events sealed" in capsys.readouterr().out
    assert run(monkeypatch, "seal", *how, *bert, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["fresh"] is False

    assert run(monkeypatch, "verify", "--vkey", vkey, "--published", kept, *bert) == 0
    assert "the log is as it was sealed" in capsys.readouterr().out
    assert run(monkeypatch, "verify", "--vkey", vkey, *bert, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["size"] == found["sealed"] > 10 and found["findings"] == []

    assert run(monkeypatch, "prove", "1", "--vkey", vkey, "--out", proof, *bert) == 0
    leaf = Path(proof + ".json").read_bytes()
    assert json.loads(leaf)["kind"] == "policy"
    verify_proof_file(parse_proof_file(Path(proof).read_bytes()), leaf, ORIGIN, [parse_vkey(vkey)])

    capsys.readouterr()
    for gone in (proof, proof + ".json"):  # neither file is replaced where the other one is gone
        Path(gone).rename(gone + ".kept")
        assert run(monkeypatch, "prove", "2", "--vkey", vkey, "--out", proof, *bert) == 2
        assert "SG671" in capsys.readouterr().err and not Path(gone).exists()
        Path(gone + ".kept").rename(gone)
    assert Path(proof + ".json").read_bytes() == leaf
    assert run(monkeypatch, "prove", "2", "--vkey", vkey, "--out", proof, "--force", *bert) == 0
    assert Path(proof + ".json").read_bytes() != leaf


def test_what_was_tampered_with_is_exit_code_1_and_is_named(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = generate(ORIGIN)
    with shop.database.connect(autocommit=False) as intruder:
        intruder.execute("SET LOCAL session_replication_role = replica; UPDATE sminion.ticket SET reason = 'another'")
        assert run(monkeypatch, "verify", "--vkey", str(key.key), "--database-url", shop.dsn("bert")) == 1
        capsys.readouterr()
        intruder.commit()
    assert run(monkeypatch, "verify", "--vkey", str(key.key), "--database-url", shop.dsn("bert")) == 1
    told = capsys.readouterr().out
    assert "(ticket) is not as it was sealed" in told and "THE LOG IS NOT AS IT WAS SEALED" in told


def test_a_login_of_the_application_neither_seals_nor_verifies(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "verify", "--vkey", str(generate(ORIGIN).key), "--database-url", shop.dsn("app")) == 2
    assert "permission denied" in capsys.readouterr().err


def test_witnesses_cosign_and_one_that_is_silent_is_told(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from threading import Thread

    key, witness = generate(ORIGIN), generate("witness.example", KeyType.COSIGNATURE)
    write_key(tmp_path / "key", key)
    server = WitnessServer(WitnessState(tmp_path / "state", witness, {ORIGIN: [key.key]}), ("127.0.0.1", 0))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        silent = generate("silent.example", KeyType.COSIGNATURE)
        words = ("seal", "--key", f"file:{tmp_path / 'key'}", "--memory", str(tmp_path / "memory"), "--start",
                 "--publish", str(tmp_path / "kept"), "--quorum", "2", "--database-url", shop.dsn("bert"),
                 "--witness", f"http://127.0.0.1:{server.server_address[1]}={witness.key}",
                 "--witness", f"http://127.0.0.1:9={silent.key}")
        assert run(monkeypatch, *words) == 1
        told = capsys.readouterr()
        assert "witness witness.example: cosigned" in told.out
        assert "witness silent.example: SG668" in told.out
        assert "1 witnesses cosigned, not 2" in told.err
        assert b"witness.example" in (tmp_path / "kept").read_bytes()
    finally:
        server.shutdown()
        server.server_close()
