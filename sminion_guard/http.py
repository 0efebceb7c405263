"""One HTTP request, with all limits: what answers is not trusted."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

MAX_ANSWER = 64 * 1024


def post(
    url: str, body: bytes, timeout: float, *, content_type: str = "text/plain; charset=utf-8"
) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer. Redirects are not followed: they would lead elsewhere than the
    operator named.

    :raises ValueError: when ``url`` is not http or https, or the answer is too long.
    :raises OSError: when nothing answers within ``timeout`` seconds, or not with HTTP.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address of http or https")
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = made(parts.hostname, parts.port, timeout=timeout)
    until = time.monotonic() + timeout
    try:
        connection.connect()
        with _cut_off(connection.sock, until):
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, {"Content-Type": content_type})
            answer = connection.getresponse()
            return answer.status, answer.headers.get_content_type(), _read(answer)
    except http.client.HTTPException as error:
        raise OSError(f"not an answer of HTTP: {error!r}") from error
    finally:
        connection.close()


@contextmanager
def _cut_off(sock: socket.socket, until: float) -> Iterator[None]:
    """Ends the connection at ``until``. The timeout of a socket begins again with each byte, so a few bytes now and
    then would last for ever."""
    timer = threading.Timer(max(0.0, until - time.monotonic()), _shut, (sock,))
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if time.monotonic() < until:
            raise
    finally:
        timer.cancel()
    if time.monotonic() >= until:  # what was read may have been cut off, so it is no answer
        raise TimeoutError("it answers too slowly")


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        sock.shutdown(socket.SHUT_RDWR)


def _read(answer: http.client.HTTPResponse) -> bytes:
    data = answer.read(MAX_ANSWER + 1)
    if len(data) > MAX_ANSWER:
        raise ValueError(f"the answer has more than {MAX_ANSWER} bytes")
    return data
