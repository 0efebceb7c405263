"""A network between client and server: a proxy that forwards what it gets after a delay."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from bench.session.world import World


@contextmanager
def delayed(world: World, milliseconds: float) -> Iterator[World]:
    """``world`` behind a proxy.

    :param milliseconds: for each direction, so that a round trip takes twice as long.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    server = conninfo_to_dict(world.plain)
    process = context.Process(target=_forward, args=(theirs, server, milliseconds / 1e3), daemon=True)
    process.start()
    try:
        port = ours.recv()

        def behind(dsn: str) -> str:
            return f"postgresql://{conninfo_to_dict(dsn)['user']}@127.0.0.1:{port}/{server['dbname']}"

        yield replace(
            world, plain=behind(world.plain), guarded=behind(world.guarded),
            audited=None if world.audited is None else behind(world.audited),
        )
    finally:
        process.kill()
        process.join()


def _forward(pipe: Connection[Any, Any], server: dict[str, Any], seconds: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    listener = socket.create_server(("127.0.0.1", 0))
    pipe.send(listener.getsockname()[1])
    while True:
        client, _ = listener.accept()
        upstream = _connect(server)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target in ((client, upstream), (upstream, client)):
            Thread(target=_pass_on, args=(source, target, seconds), daemon=True).start()


def _connect(server: dict[str, Any]) -> socket.socket:
    host, port = str(server["host"]), int(server.get("port") or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    found = socket.socket(socket.AF_UNIX)
    found.connect(str(Path(host) / f".s.PGSQL.{port}"))
    return found


def _pass_on(source: socket.socket, target: socket.socket, seconds: float) -> None:
    while data := source.recv(65536):
        time.sleep(seconds)
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)

