"""Publishing checkpoints: a file that only grows, and web addresses that may be down, slow or hostile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.note import Note
from sminion_guard.audit.publish import append, published, send
from sminion_guard.errors import SealRefused
from tests.unit.audit.keys import LOG, NEXT, ORIGIN

Respond = Callable[[BaseHTTPRequestHandler, bytes], None]


def note(size: int) -> Note:
    return Checkpoint(ORIGIN, size, bytes(32)).signed([LOG, NEXT])


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            respond(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def answering(status: int, body: bytes = b"", **headers: str) -> Respond:
    def respond(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return respond


def not_published(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(SealRefused) as caught:
        call(*arguments)
    assert caught.value.code == "SG667"
    return caught.value.detail or ""


def test_a_file_holds_every_checkpoint_in_order(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints"
    for size in (1, 2, 3):
        assert append(path, note(size))
        assert not append(path, note(size))
    assert published(path).notes == (note(1), note(2), note(3))
    assert published(path).damaged == 0


def test_a_file_only_grows(tmp_path: Path) -> None:
    path, before = tmp_path / "checkpoints", b""
    for size in (1, 2, 3):
        append(path, note(size))
        assert path.read_bytes().startswith(before)
        before = path.read_bytes()


def test_a_checkpoint_that_a_crash_cut_off_is_written_again(tmp_path: Path) -> None:
    whole = bytes(note(1)) + b"\n"
    for end in range(len(whole)):
        path = tmp_path / "checkpoints"
        path.write_bytes(bytes(note(7)) + b"\n" + whole[:end])
        assert append(path, note(1))
        found = published(path)
        assert (found.notes[0], found.notes[-1]) == (note(7), note(1))
        assert found.damaged <= 2


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert not_published(append, tmp_path, note(1))
    assert not_published(append, tmp_path / "missing" / "checkpoints", note(1))


def test_an_address_gets_the_signed_checkpoint() -> None:
    got: list[bytes] = []

    def respond(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        got.append(body)
        answering(204)(handler, body)

    with serving(respond) as url:
        send(f"{url}/seals?log=shop", note(5))
    assert got == [bytes(note(5))]


@pytest.mark.parametrize(("status", "headers"), [
    (500, {}), (404, {}), (302, {"Location": "http://127.0.0.1:1/elsewhere"}), (307, {"Location": "/again"}),
])
def test_only_success_is_success(status: int, headers: dict[str, str]) -> None:
    with serving(answering(status, b"no", **headers)) as url:
        assert f"HTTP {status} no" in not_published(send, url, note(5))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "127.0.0.1", "http://", "http://[", ""])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    not_published(send, url, note(5))


def test_an_address_that_nobody_serves_is_told() -> None:
    with serving(answering(200)) as url:
        pass
    assert "refused" in not_published(send, url, note(5)).lower()


def test_an_answer_that_never_ends_is_cut_off() -> None:
    def endless(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(8192))
        except OSError:
            pass

    with serving(endless) as url:
        assert "more than" in not_published(send, url, note(5))


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX-Y: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_is_given_up(start: bytes) -> None:
    """Each byte comes within the timeout; the whole does not."""
    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        try:
            handler.wfile.write(start)
            for _each in range(100):
                handler.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            pass

    with serving(drip) as url:
        began = time.monotonic()
        assert "slow" in not_published(send, url, note(5), 0.4)
        assert time.monotonic() - began < 4


def test_what_does_not_speak_http_is_told() -> None:
    with serving(lambda handler, _: handler.wfile.write(b"SSH-2.0-x\r\n\r\n") and None) as url:
        not_published(send, url, note(5))
