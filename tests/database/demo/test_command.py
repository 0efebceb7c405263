"""`sminion-guard demo` as a program: its exit, Ctrl-C, and a server that is kept."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sminion_guard import resources
from sminion_guard.embedded import Binaries
from sminion_guard.policy import load

PROGRAM = (sys.executable, "-m", "sminion_guard.cli.main", "demo", "--people", "1000", "--pg")
PATIENCE = 120.0
STOP = re.compile(r"  \S+ -I \S+/disposal\.py /tmp/\S+ </dev/null")
CONNECT = re.compile(r"^  (\S+psql) '(\S+)'$")


def environment(tmp: Path) -> dict[str, str]:
    return os.environ | {"TMPDIR": str(tmp), "SMINION_GUARD_DEBUG": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def tmp() -> Iterator[Path]:
    """A directory that holds nothing but what the demo leaves; short, for the socket."""
    made = Path(tempfile.mkdtemp(prefix="sgd-", dir="/tmp"))
    made.chmod(0o755)  # the account that root lends the server passes through it
    yield made
    shutil.rmtree(made, ignore_errors=True)


def left_in(tmp: Path) -> list[str]:
    """What is left of servers after a moment: the directory is removed by another process when this one is killed."""
    end = time.monotonic() + 20
    while (left := [path.name for path in tmp.iterdir()]) and time.monotonic() < end:
        time.sleep(0.05)
    return left


@pytest.mark.postgres(18)
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_the_middle_of_the_story_leaves_nothing_behind(binaries: Binaries, tmp: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, str(binaries.bin_dir)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(tmp), stdin=subprocess.DEVNULL, start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("3. "):
                break
        assert list(tmp.iterdir())
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert left_in(tmp) == []


def test_a_kept_server_answers_what_the_farewell_says_to_paste_and_is_gone_when_told(
    binaries: Binaries, tmp: Path
) -> None:
    if not (binaries.bin_dir / "psql").exists():
        pytest.skip("this installation of PostgreSQL has no psql")
    told = subprocess.run(
        [*PROGRAM, str(binaries.bin_dir), "--keep"], text=True, capture_output=True, env=environment(tmp),
        timeout=PATIENCE, check=False,
    )
    lines = told.stdout.splitlines()
    try:
        assert told.returncode == 0, told.stderr + told.stdout[-2000:]
        pasted = 0
        for at, line in enumerate(lines):
            match = CONNECT.match(line)
            if not match or not lines[at + 1].startswith("      "):
                continue
            paste = [text.strip() for text in lines[at + 1:at + 5]]
            if "sminion.open_t" not in paste[0]:
                continue
            ran = subprocess.run(
                [match[1], "-AtX", match[2]], input="\n".join(paste), text=True, capture_output=True, check=False)
            refused = "refused" in paste[2]
            assert ("permission denied" in ran.stderr) is refused, (line, ran)
            assert refused or (ran.stderr == "" and int(ran.stdout.split()[1]) > 0), (line, ran)
            pasted += 1
        assert pasted == len(load(resources.examples() / "shop" / "privacy.toml").logins)
    finally:
        if STOP.fullmatch(lines[-1]):  # it goes to a shell: nothing else may
            subprocess.run(lines[-1], shell=True, check=True, timeout=PATIENCE)
    assert left_in(tmp) == []


@pytest.mark.postgres(18)
def test_a_postgresql_that_is_not_there_is_said_in_one_line(tmp: Path) -> None:
    told = subprocess.run([*PROGRAM, str(tmp)], text=True, capture_output=True, check=False, timeout=PATIENCE)
    assert told.returncode == 2
    assert "SG852" in told.stderr
