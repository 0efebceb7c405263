"""The certificate as a page: what stands on it, in each language, on a screen and on paper."""
# ruff: noqa: E501 - a certificate has long lines

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sminion_guard.cli.certificate_page import page
from sminion_guard.policy.page.words import languages, words
from sminion_guard.subjects import Certificate, DestroyedTable, Grounding, KeptCertificate, TableGrounding, Verified
from tests.browser import Browser, browser, program

AT = datetime(2026, 5, 9, 13, 5, tzinfo=UTC)
LONG = "a_table_with_the_longest_name_that_a_relation_of_postgresql_may"
HASH = "0123456789abcdef" * 4


def table(number: int, state: str = "done") -> DestroyedTable:
    held = state == "held"
    return DestroyedTable(
        "crm", f"{LONG}{number}", "destroy", 3, 0 if held else 1_234_567, 2, 1, state, None, 1 if held else None,
        "audit <b>of 2025</b>" if held else None, "tax law" if held else None, AT if held else None, 4,
        timedelta(milliseconds=150), AT)


TABLES = tuple(table(n) for n in range(40))
FOUND = Certificate(
    17, 3, "4<4", HASH, HASH, {"name": "Shop & Sons", "address": "Road 1", "contact": "p@shop.example", "processor": "Hosting Ltd"},
    "database shop, policy shop 2", AT, "letter", "request", "letter of 3 May", "Anna Miller, privacy officer", "anna",
    ("contact", "own_category"), TABLES, (table(99, "held"),), AT, AT, Grounding(AT, AT, "UNVERIFIED", date(2026, 6, 13)),
    tuple(TableGrounding("crm", t.table_name, AT, "GONE" if n else "UNVERIFIED") for n, t in enumerate(TABLES)),
    Verified(AT.isoformat(), "Bob", "postgres", 2, 1, 9, HASH),
    ({"event": "destruction_begun", "number": 12}, {"event": "destroyed", "number": None}))  # fmt: skip
KEPT = KeptCertificate(5, AT, "anna", "anna", "{}", AT)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition("<body>")[2]).split())


def test_every_field_of_the_act_stands_on_it_and_nothing_is_code() -> None:
    html = page(FOUND, KEPT)
    said = text(html)
    for part in ("Shop &amp; Sons, Road 1", "Hosting Ltd", "key 4&lt;4", "Anna Miller, privacy officer", "Post", "Signature",
                 "contact", "own category", "database shop, policy shop 2", "Way of destruction", "letter of 3 May",
                 "2026-05-09 13:05 UTC", "UNVERIFIED", "GONE", "until 2026-06-13", "event 12 of the log", "not numbered",
                 "found in 2 other places, 1 could not be read", "audit &lt;b&gt;of 2025", "Certificate 5, issued on"):
        assert part in said, part
    assert "<script" not in html and "http:" not in html and "https:" not in html


def test_what_is_not_known_is_said() -> None:
    bare = replace(FOUND, subject=None, operator=None, verified=None, tables=(), rests_on=(), held=(), categories=(),
                   grounding=Grounding(AT, AT, "GONE", None))
    said = text(page(bare))
    for part in ("not named by the policy", "nobody can open it any more", "Nobody has looked", "Backups: not stated",
                 "There were no data", "are gone from the files"):
        assert part in said, part
    assert "7 in all" in text(page(replace(bare, grounding=Grounding(AT, AT, "7", None))))


@pytest.mark.parametrize("language", languages())
def test_it_speaks_each_language(language: str) -> None:
    html = page(FOUND, KEPT, words(language))
    assert f'<html lang="{language}">' in html
    assert ("Signature" in html) == (language == "en")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        pytest.skip("no Chromium on this machine")
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_the_screen(chromium: Browser, tmp_path: Path, width: int) -> None:
    file = tmp_path / "certificate.html"
    file.write_text(page(FOUND, KEPT), encoding="utf-8")
    chromium.open(file, width)
    assert chromium.evaluate(f"document.documentElement.scrollWidth > {width}") is False
    assert chromium.complaints == []


def test_on_paper_no_row_is_cut_and_the_signature_stays_whole(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "certificate.html"
    file.write_text(page(FOUND, KEPT), encoding="utf-8")
    chromium.open(file, 800)
    printed = chromium.send("Page.printToPDF", preferCSSPageSize=True)["data"]
    pdf = base64.b64decode(printed)
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) in range(3, 8)
    chromium.send("Emulation.setEmulatedMedia", media="print")
    style = "getComputedStyle(document.querySelector('{}')).{}"
    assert chromium.evaluate(style.format(".sign", "breakInside")) == "avoid"
    assert chromium.evaluate(style.format("tbody tr", "breakInside")) == "avoid"
    assert chromium.evaluate(style.format("thead", "display")) == "table-header-group"
    # A4 with its margins, in pixels of CSS: nothing is cut off at the right.
    chromium.send("Emulation.setDeviceMetricsOverride", width=680, height=960, deviceScaleFactor=1, mobile=False)
    assert chromium.evaluate("document.documentElement.scrollWidth > 680") is False
