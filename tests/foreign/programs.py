"""Verifiers that others wrote: the Python package `aics-tlog` and Go's `golang.org/x/mod/sumdb`."""

from __future__ import annotations

import base64
import importlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from tests.foreign.question import Question

AICS = "aics-tlog==0.2.1"
GO_SOURCE = Path(__file__).parent / "go" / "verify.go"
GO_PACKAGES = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev lies."""


class Missing(Exception):
    """A verifier that cannot be had on this machine, with the reason."""


def aics(cache: Path) -> ModuleType:
    """The package, from its wheel: it asks for Python 3.12, and works unpacked on 3.11."""
    if not list(cache.glob("*/__init__.py")):
        command = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--no-input", "--python-version", "3.12", "--only-binary", ":all:", "--dest", str(cache), AICS)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except subprocess.TimeoutExpired:
            raise Missing(f"{AICS} was not downloaded within a minute") from None
        wheels = list(cache.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            raise Missing(f"{AICS} cannot be downloaded: {done.stderr.strip()[-200:]}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extractall(cache)
    if str(cache) not in sys.path:
        sys.path.append(str(cache))
    try:
        return importlib.import_module("aics_tlog")
    except ImportError as error:
        raise Missing(f"{AICS} cannot be imported: {error}") from None


def aics_accepts(package: ModuleType, asked: Question) -> bool:
    if asked.kind == "inclusion":
        return bool(package.verify_inclusion(asked.known, asked.old, asked.size, asked.proof, asked.root))
    if asked.kind == "consistency":
        return bool(package.verify_consistency(asked.old, asked.size, asked.known, asked.root, asked.proof))
    try:
        note = package.parse_note(asked.note)
        found = package.verify_checkpoint(note, package.parse_vkey(asked.vkey))
    except ValueError:
        return False
    return bool(found.ok and note.text == asked.text)


def go(directory: Path) -> Path:
    """The compiled program."""
    compiler = shutil.which("go")
    if compiler is None:
        raise Missing("Go is not installed (Debian: golang-go)")
    if not (GO_PACKAGES / "src/golang.org/x/mod/sumdb").is_dir():
        raise Missing("golang.org/x/mod is not installed (Debian: golang-golang-x-mod-dev)")
    program = directory / "verify"
    environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(directory / "cache"),
                                "GOFLAGS": ""}
    done = subprocess.run((compiler, "build", "-o", program, GO_SOURCE), capture_output=True, text=True,
                          env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return program


def go_accepts(program: Path, asked: Sequence[Question]) -> list[bool]:
    lines = "\n".join(json.dumps({
        "Kind": each.kind, "Old": each.old, "Size": each.size, "Known": _text(each.known), "Root": _text(each.root),
        "Proof": [_text(one) for one in each.proof], "Note": _text(each.note), "Vkey": each.vkey, "Text": each.text,
    }) for each in asked)
    done = subprocess.run((program,), input=lines, capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(asked)
    return [answer == "ok" for answer in answers]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
