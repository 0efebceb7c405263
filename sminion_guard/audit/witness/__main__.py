"""``python -m sminion_guard.audit.witness``: runs a witness."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sminion_guard.audit.keys import signer
from sminion_guard.audit.vkey import KeyType, VerifierKey, parse_vkey
from sminion_guard.audit.witness import WitnessServer, WitnessState
from sminion_guard.errors import GuardError


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is stopped; 2 when it cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m sminion_guard.audit.witness", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="directory for what was signed last")
    parser.add_argument("--key", required=True, help="file:PATH, env:VARIABLE or command:PROGRAM; of type 0x04")
    parser.add_argument("--vkey", help="the public key; needed with command:")
    parser.add_argument("--log", action="append", required=True, metavar="VKEY",
                        help="public key of a log, whose name is its origin; several for one log while it changes keys")
    parser.add_argument("--listen", default="127.0.0.1:7380", metavar="ADDRESS:PORT")
    given = parser.parse_args(arguments)
    try:
        server = _server(given)
    except (GuardError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"witness listens on {given.listen}", flush=True)
    server.serve_forever()
    return 0


def _server(given: argparse.Namespace) -> WitnessServer:
    key = signer(given.key, given.vkey)
    if key.key.type is not KeyType.COSIGNATURE:
        raise GuardError("SG661", "the key of a witness must have type 0x04", detail=f"`{key.key}` is of a log")
    logs: dict[str, list[VerifierKey]] = {}
    for text in given.log:
        log = parse_vkey(text)
        logs.setdefault(log.name, []).append(log)
    host, _, port = given.listen.rpartition(":")
    return WitnessServer(WitnessState(given.state, key, logs), (host, int(port)))


if __name__ == "__main__":
    sys.exit(main())
