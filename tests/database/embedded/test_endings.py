"""However the owning process ends, its server ends with it and its directory is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import sminion_guard
from sminion_guard.embedded import Binaries, Server, disposal, workspace

# How processes end is no matter of the server's version.
pytestmark = [pytest.mark.postgres(18), pytest.mark.usefixtures("interruptible")]

SCRIPT = """
import os, signal, sys, time
from sminion_guard.embedded import Server, find_binaries
{before}
server = Server(find_binaries(sys.argv[1]), durable=False, keep={keep})
server.start()
print(server.directory, server._watcher.pid if server._watcher else 0, flush=True)
{ending}
"""
PATIENCE = 20.0
"""Seconds until a server must be gone; it takes well under one."""


class Owner:
    """A process that owns a server."""

    def __init__(self, binaries: Binaries, ending: str, *, keep: bool = False, before: str = "") -> None:
        text = SCRIPT.format(ending=ending, keep=keep, before=before)
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, binaries.bin_dir], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(Path(sminion_guard.__file__).parents[1])},
        )
        assert self.process.stdout is not None
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise AssertionError(self.process.communicate(timeout=PATIENCE)[1])
        self.directory, self.watcher = Path(words[0]), int(words[1])
        self.data = self.directory / "cluster" / "data"
        self.postmaster = disposal.postmaster(self.data)

    def finish(self) -> int:
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture
def owner(binaries: Binaries) -> Iterator[Callable[..., Owner]]:
    made: list[Owner] = []

    def start(ending: str, **more: object) -> Owner:
        made.append(Owner(binaries, ending, **more))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.communicate()
        disposal.dispose(one.directory)


def _gone(owner: Owner) -> bool:
    return not owner.directory.exists() and disposal.postmaster(owner.data) is None and not _alive(owner.postmaster)


def _alive(pid: int | None) -> bool:
    """Whether the process runs; one that ended and was not collected by init (in a container) does not."""
    try:
        os.kill(pid or 0, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return Path("/proc/self").exists() is False


def _wait(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


WAITING = "time.sleep(600)"


@pytest.mark.parametrize(("ending", "status"), [
    ("", 0),
    ("sys.exit(3)", 3),
    ("raise RuntimeError('of the application')", 1),
    ("os._exit(4)", 4),
    ("os.abort()", -signal.SIGABRT),
], ids=["end of the program", "sys.exit", "exception", "os._exit", "abort"])
def test_the_server_ends_with_a_program_that_ends(owner: Callable[..., Owner], ending: str, status: int) -> None:
    ended = owner(ending)
    assert ended.finish() == status
    assert _wait(lambda: _gone(ended))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL"])
def test_the_server_ends_with_a_program_that_is_signalled(owner: Callable[..., Owner], name: str) -> None:
    ended = owner(WAITING)
    assert _alive(ended.postmaster)
    ended.process.send_signal(getattr(signal, name))
    ended.finish()
    assert _wait(lambda: _gone(ended))


def test_ctrl_c_at_the_terminal_ends_the_block_in_order(owner: Callable[..., Owner]) -> None:
    # The terminal signals the whole process group. Neither server nor watcher may be part of it: they have their turn.
    ended = owner(
        "try:\n    print('waiting', flush=True)\n    time.sleep(600)\n"
        "except KeyboardInterrupt:\n    assert server.pid\n    server.stop()\n    sys.exit(7)"
    )
    assert ended.process.stdout is not None
    assert ended.process.stdout.readline() == "waiting\n"
    os.killpg(ended.process.pid, signal.SIGINT)
    assert ended.finish() == 7
    assert _gone(ended)


def test_ctrl_c_that_the_program_survives_hurts_neither_server_nor_watcher(owner: Callable[..., Owner]) -> None:
    survivor = owner(
        "try:\n    print('waiting', flush=True)\n    time.sleep(600)\nexcept KeyboardInterrupt:\n    pass\n"
        "time.sleep(1)\nprint(server.pid, flush=True)\ntime.sleep(600)"
    )
    stdout = survivor.process.stdout
    assert stdout is not None and stdout.readline() == "waiting\n"
    os.killpg(survivor.process.pid, signal.SIGINT)
    assert stdout.readline() == f"{survivor.postmaster}\n"
    survivor.process.kill()
    survivor.finish()
    assert _wait(lambda: _gone(survivor)), "the watcher is still there to see the end"


@pytest.mark.parametrize("delay", [0.05, 0.15, 0.3, 0.5])
def test_ctrl_c_while_the_server_starts_leaves_nothing(owner: Callable[..., Owner], delay: float) -> None:
    ended = owner(
        WAITING,
        before=(
            "import threading\n"
            "from sminion_guard.embedded import workspace\n"
            "create = workspace.create\n"
            "def announce(*known, **more):\n"
            "    made = create(*known, **more)\n"
            "    print(made[0], 0, flush=True)\n"
            f"    threading.Timer({delay}, os.killpg, (0, signal.SIGINT)).start()\n"
            "    return made\n"
            "workspace.create = announce\n"
        ),
    )
    assert ended.finish() != 0
    assert _wait(lambda: not ended.directory.exists())


def test_a_forked_child_that_ends_leaves_its_parents_server_alone(owner: Callable[..., Owner]) -> None:
    forking = owner(
        "child = os.fork()\nif child == 0: sys.exit(0)\nos.waitpid(child, 0)\n"
        "assert server.pid is not None\nsys.exit(5)"
    )
    assert forking.finish() == 5
    assert _wait(lambda: _gone(forking))


def test_a_forked_child_that_lives_on_does_not_hold_up_the_end(owner: Callable[..., Owner]) -> None:
    forking = owner(
        "if os.fork() == 0:\n    os.close(1); os.close(2); time.sleep(60); os._exit(0)\n"
        "server.stop()\nsys.exit(6)"
    )
    try:
        assert forking.finish() == 6
        assert _gone(forking)
    finally:
        os.killpg(forking.process.pid, signal.SIGKILL)


def test_what_a_killed_program_and_a_killed_watcher_left_is_cleared_by_the_next_start(
    owner: Callable[..., Owner], binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, living = owner(WAITING), owner(WAITING)
    os.kill(killed.watcher, signal.SIGKILL)
    killed.process.kill()
    killed.finish()
    assert _alive(killed.postmaster), "nobody was left to stop it"
    monkeypatch.setattr(workspace, "GRACE", 0.0)
    with Server(binaries, durable=False):
        assert _wait(lambda: _gone(killed))
        assert _alive(living.postmaster) and living.directory.exists(), "a living program keeps its server"


def test_a_young_directory_without_a_lock_is_left_alone(owner: Callable[..., Owner]) -> None:
    killed = owner(WAITING)
    os.kill(killed.watcher, signal.SIGKILL)
    killed.process.kill()
    killed.finish()
    assert killed.directory not in workspace.clear_stale()
    assert _alive(killed.postmaster)


def test_a_kept_server_outlives_its_program_until_it_is_stopped(
    owner: Callable[..., Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = owner("print(server.dsn(), flush=True)", keep=True)
    # Not by communicate: what came along with the first line waits in the buffer of the file, which that would pass by.
    assert kept.process.stdout is not None
    (dsn,) = kept.process.stdout.read().split()
    assert kept.finish() == 0
    monkeypatch.setattr(workspace, "GRACE", 0.0)
    assert kept.directory not in workspace.clear_stale()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    disposal.halt(kept.data, "INT")
    assert kept.directory in workspace.clear_stale()
    assert _gone(kept)


def test_a_kept_server_is_not_kept_when_its_block_fails(owner: Callable[..., Owner]) -> None:
    failed = owner("with server: raise RuntimeError('of the demo')", keep=True)
    assert failed.finish() == 1
    assert _gone(failed)


def test_another_process_with_the_pid_of_a_past_server_is_not_touched(tmp_path: Path) -> None:
    data = tmp_path / "cluster" / "data"
    data.mkdir(parents=True)
    with subprocess.Popen(["/bin/sleep", "600"], cwd="/") as stranger:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n")
        disposal.dispose(tmp_path)
        assert stranger.poll() is None
        assert not tmp_path.exists()
        stranger.kill()
