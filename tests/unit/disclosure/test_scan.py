"""What identifies a person or a device is found by its form, also encoded; what only looks like it is not."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sminion_guard.cli.main import app
from sminion_guard.disclosure.scan import Kind, hits, scan_file, scan_stream
from sminion_guard.errors import TransferRefused

FOUND = {
    "anna.b@example.org": Kind.EMAIL, "ANNA+shop@mail.example.co.uk": Kind.EMAIL,
    "anna [at] example [dot] org": Kind.EMAIL, "anna(at)example.org": Kind.EMAIL, "анна@пример.рф": Kind.EMAIL,
    "anna＠example.org": Kind.EMAIL, "an\u200bna@exam\u00adple.org": Kind.EMAIL, "+7 495 123-45-67": Kind.PHONE,
    "8 (495) 123 45 67": Kind.PHONE, "+49 (0)30 1234567": Kind.PHONE, "0044 20 7946 0958": Kind.PHONE,
    "79161234567": Kind.PHONE, "(030) 1234567": Kind.PHONE, "+1-202-555-0143": Kind.PHONE,
    "020 7946 0958": Kind.PHONE, "4111 1111 1111 1111": Kind.CARD, "4111111111111111": Kind.CARD,
    "3782-822463-10005": Kind.CARD, "5555555555554444": Kind.CARD, "DE89370400440532013000": Kind.ACCOUNT,
    "GB82 WEST 1234 5698 7654 32": Kind.ACCOUNT, "192.168.1.20": Kind.ADDRESS, "fe80::1": Kind.ADDRESS,
    "2001:db8::8a2e:370:7334": Kind.ADDRESS, "00:1A:2b:3c:4d:5e": Kind.ADDRESS,
    "550e8400-e29b-41d4-a716-446655440000": Kind.TOKEN,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl": Kind.TOKEN,
    "d41d8cd98f00b204e9800998ecf8427e": Kind.TOKEN, "sk_live_4eC39HqLyjWDarjtT1zdp7dc": Kind.TOKEN,
}
NOT = [
    "", "2026-11-28", "2026-11-28 17:05:01", "2026-11-28T17:05:01.123456+03:00", "28.11.2026 17:05", "11/28/2026",
    "12345.678901", "1764288000", "1764288000123", "total 1,234,567.89", "/catalog/shoes/red-2026-summer",
    "page 17 of 200", "4111111111111112", "DE89370400440532013001",
    "https://shop.example/products/long-name-of-a-product-in-words", "300.168.1.20", "v18.6.3", "10:45",
    "look at example.org", "a@b", "50% off & more", "Bestellübersicht", "C:\\users", "0.1234567890123",
]
ENCODINGS = {
    "percent": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "digits": lambda text: text.encode().hex(),
    "escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML": html.escape,
}
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=12)


@pytest.mark.parametrize("text", FOUND)
def test_what_identifies_is_found_by_its_form(text: str) -> None:
    assert [hit.kind for hit in hits(text)] == [FOUND[text]]
    (hit,) = hits(f"seen, {text}, once")
    assert (hit.kind, hit.start >= 5) == (FOUND[text], True)


@pytest.mark.parametrize("text", NOT)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert hits(text) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", ["anna.b@example.org", "+7 495 123-45-67", "4111 1111 1111 1111", "192.168.1.20"])
def test_an_encoding_hides_nothing(text: str, encoding: str) -> None:
    found = hits(f"/search?q={ENCODINGS[encoding](text)}&page=1")
    assert any(hit.kind is FOUND[text] for hit in found)


@settings(max_examples=200, deadline=None)
@given(LETTERS, LETTERS, st.lists(st.sampled_from(sorted(set(ENCODINGS) - {"HTML", "JSON"})), max_size=4))
def test_nor_does_an_encoding_of_an_encoding(name: str, host: str, chain: list[str]) -> None:
    text = f"{name}@{host}.example"
    for encoding in chain:
        text = ENCODINGS[encoding](text)
    assert any(hit.kind in (Kind.EMAIL, Kind.TOKEN) for hit in hits(text))


def test_five_encodings_are_a_token() -> None:
    text = "anna@example.org"
    for _ in range(6):
        text = base64.b64encode(text.encode()).decode()
    assert [hit.kind for hit in hits(text)] == [Kind.TOKEN]


def test_places_count_lines_and_characters_over_blocks() -> None:
    line = "ж" * 200 + "\n"
    data = (line * 1000 + "жж anna@example.org\n" + line * 1000 + "x 192.168.1.20").encode()
    found = list(scan_stream(io.BytesIO(data), "file"))
    places = [(entry.line, entry.column, entry.kind) for entry in found]
    assert places == [(1001, 4, Kind.EMAIL), (2002, 3, Kind.ADDRESS)]


@pytest.mark.parametrize(("data", "line"), [
    (b"a\n\xff\xfe\n", 2), (b"a\nb\nc\x00d\n", 3), (b"a\n" + b"x" * 1_400_000, 2),
])
def test_what_is_no_text_is_refused(data: bytes, line: int, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(data)
    with pytest.raises(TransferRefused, match=f"line {line} of") as caught:
        list(scan_file(path))
    assert caught.value.code == "SG709"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TransferRefused, match="cannot be read"):
        list(scan_file(tmp_path / "none"))


@pytest.mark.parametrize("start", ["a@a.", "a", "1 ", "%41", "QUFB", "a:", "+1", "1.", "eyJaaaaaaaa."])
def test_a_text_made_to_be_slow_ends(start: str) -> None:
    (hit,) = hits(start * (200_000 // len(start)) + " anna@example.org")[-1:]
    assert hit.kind is Kind.EMAIL


def test_the_command_prints_places_and_no_values(tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_text("page,count\n/search?q=anna%40example.org,1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["export", "scan", str(path)])
    assert result.exit_code == 1
    assert result.output.splitlines() == [f"{path}:2:1: e-mail address", "1 place"]
    result = CliRunner().invoke(app, ["export", "scan", str(path), "--format", "json"])
    assert json.loads(result.output) == [{"file": str(path), "line": 2, "column": 1, "kind": "e-mail address"}]
    path.write_text("page,count\n/search?q=shoes,1\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["export", "scan", str(path)])
    assert (result.exit_code, result.output) == (0, "0 places\n")
