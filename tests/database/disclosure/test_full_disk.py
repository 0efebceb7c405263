"""An export to a disk that is really full: no file, and the register says `failed` and why."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.errors import TransferRefused
from tests.database.disclosure.conftest import Shop
from tests.database.disclosure.test_killed import arguments

SUMS = ("SELECT a.word, a.total * b.total * c.total AS sum FROM shop.orders a, shop.orders b, shop.orders c"
        " WHERE c.total < 0.7")
"""32,400 rows, which no compression makes small."""
MOUNT = 'mount -t tmpfs -o "$1" disk "$0" && shift && exec "$@"'
WITHIN = """
import json, os, subprocess, sys
directory, *command = sys.argv[1:]
made = subprocess.run(command, capture_output=True, text=True)
print(json.dumps({"code": made.returncode, "said": made.stdout + made.stderr, "files": sorted(os.listdir(directory))}))
"""
EXPORT = "from sminion_guard.cli.main import app_main; app_main()"


def on_a_disk(options: str, directory: Path, *command: str) -> dict[str, Any]:
    """Run a command with a small disk at `directory`, which is gone with its namespace, whatever happens."""
    # Root needs no namespace of users, and would lose the right to the server's socket in one.
    users = [] if os.geteuid() == 0 else ["--map-root-user"]
    said = ["unshare", *users, "--mount", "--", "sh", "-c", MOUNT, str(directory), options,
            sys.executable, "-c", WITHIN, str(directory), *command]
    made = subprocess.run(said, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    found: dict[str, Any] = json.loads(made.stdout)
    return found


@pytest.fixture(scope="module", autouse=True)
def _disks(tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        on_a_disk("size=16k", tmp_path_factory.mktemp("disk"), sys.executable, "-c", "")
    except (OSError, AssertionError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")


def export(shop: Shop, options: str, name: str) -> dict[str, Any]:
    return on_a_disk(options, shop.directory, sys.executable, "-c", EXPORT,
                     *arguments(shop, SUMS, "--out", str(shop.directory / name)))


def test_a_disk_that_becomes_full_leaves_no_file_and_is_on_record(shop: Shop) -> None:
    for name in ("out.csv", "out.jsonl", "out.parquet"):
        made = export(shop, "size=64k", name)
        assert made["code"] != 0 and made["files"] == [], made
        assert "SG720" in made["said"] and "No space left on device" in made["said"]
        state, why, rows, _ = shop.last()
        assert (state, why, rows) == ("failed", "SG720", None), name
        made = export(shop, "size=8m", name)  # the control: the same with room
        assert made["code"] == 0 and made["files"] == [name], made
        assert shop.last()[:3] == ("finished", None, 32_400)


def test_a_disk_that_is_full_from_the_beginning_begins_nothing(shop: Shop) -> None:
    made = export(shop, "nr_inodes=1", "out.csv")  # its directory is the one file that it holds
    assert made["code"] != 0 and made["files"] == [], made
    assert "SG720" in made["said"] and "No space left on device" in made["said"]
    assert shop.super("SELECT count(*) FROM sminion.transfers") == [(0,)]


@pytest.mark.parametrize(("call", "state"), [("fsync", ("failed", "SG720")), ("link", ("finished", None))])
def test_a_disk_that_is_full_at_the_last_step(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, call: str, state: tuple[str, str | None]
) -> None:
    """A network's disk says so when it is asked to keep what was written, and a directory when it gets the name.

    At the name the register has already said that it was sent, which errs to the safe side.
    """
    real = getattr(os, call)

    def full(*given: Any) -> Any:
        if call == "link" or os.readlink(f"/proc/self/fd/{given[0]}").startswith(str(shop.directory)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given)

    with monkeypatch.context() as patched, pytest.raises(TransferRefused) as caught:
        patched.setattr(os, call, full)
        shop.send("SELECT word FROM shop.orders")
    assert (caught.value.code, caught.value.detail, shop.files()) == ("SG720", "No space left on device", [])
    assert shop.last()[:2] == state
    assert shop.send("SELECT word FROM shop.orders").rows == 90
    assert shop.files() == ["out.csv"]
