"""One HTTP request, with all limits: what answers is not trusted."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urlsplit

MAX_ANSWER = 64 * 1024


def post(url: str, body: bytes, timeout: float) -> tuple[int, str, bytes]:
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
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "text/plain; charset=utf-8"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), _read(answer, until)
    except http.client.HTTPException as error:
        raise OSError(f"not an answer of HTTP: {error!r}") from error
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    """The body, however slowly it comes."""
    data = b""
    while chunk := answer.read1(8192):
        data += chunk
        if len(data) > MAX_ANSWER:
            raise ValueError(f"the answer has more than {MAX_ANSWER} bytes")
        if time.monotonic() > until:
            raise TimeoutError("the answer comes too slowly")
    return data
