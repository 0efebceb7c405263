# ruff: noqa: E501 - expected values and calls stand on one line
"""The page of `sminion-guard audit report`, with the longest names and largest numbers, in a browser if the machine has one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sminion_guard.audit.report import Month, Report, Section
from sminion_guard.audit.report.daily import SHOWN, Daily, chart
from sminion_guard.audit.report.sections import SECTIONS
from sminion_guard.audit.report.sections.accesses import Accesses
from sminion_guard.audit.report.sections.acts import Act
from sminion_guard.audit.report.sections.blocked import Blocked
from sminion_guard.audit.report.sections.condition import Condition, Fault
from sminion_guard.audit.report.sections.coverage import Coverage
from sminion_guard.audit.report.sections.floods import LIMIT, Floods, Minute, Opened, Written
from sminion_guard.audit.report.sections.refusals import Refusals, Refused
from sminion_guard.audit.report.sections.requests import Requests
from sminion_guard.audit.report.sections.retention import DroppedMonth, Retention
from sminion_guard.audit.report.sections.seal import Seal, Sealed
from sminion_guard.audit.report.sections.states import EVENTS, States
from sminion_guard.audit.report.sections.unexplained import Unexplained
from sminion_guard.audit.report.sections.writes import Outside, Writes
from sminion_guard.cli.audit.report_page import report_page
from sminion_guard.cli.audit.report_text import report_text
from tests.browser import Browser, browser, program

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = Month(date(2026, 3, 1), "Europe/Tallinn", tuple(FIRST + timedelta(days=n) for n in range(32)), FIRST + timedelta(days=40))
LONG = "unit" + "x" * 196
"""As long as a unit can be, and without a place to break."""
LOGIN = "a_login_with_the_longest_name_that_a_role_of_postgresql_may_have"
DAYS = tuple(1_234_567 * (n % 7 > 1) + n for n in range(31))


def series(*names: str | None) -> tuple[Daily, ...]:
    return tuple(Daily(name, tuple(value // (2 * n + 1) for value in DAYS)) for n, name in enumerate(names))


FIGURES: dict[str, Any] = {
    "coverage": Coverage(("2026-02", "2026-03"), 12),
    "accesses": Accesses(10**9, {"contract": "Fulfil orders"}, series("contract", "a_purpose_of_a_long_name", ""),
                         series(LONG, *(f"unit {n}" for n in range(20)), "", None), series("contact", "closed", "free_text")),
    "refusals": Refusals(10**6, 99_999, series("others", "merges"), {"SG101": 99_999, "SG110": 10**6, "42501": 3, "": 1},
                         (Refused(LOGIN, "a_purpose_of_a_long_name", 99_999, 10**6),)),
    "writes": Writes(10**7, 10**6, series("purpose", "outside"), (Outside(LOGIN, "collect", 10**6),)),
    "sees_blocked": Blocked({"rectification": "Correct contested data"}, series("rectification"), series(LONG, None)),
    "states": States(series(*EVENTS), {"marketing": dict.fromkeys(list(EVENTS)[:4], 1_234_567)}),
    "unexplained": (Unexplained(LONG, "a_purpose_of_a_long_name", 1, 10**9, 10**8, 10**7), Unexplained("", "b", 1, 3, 2, 0),
                    Unexplained(None, "a_purpose_of_a_long_name", 12_345, 10**6, 10**5, 10**4)),
    "requests": Requests(series("received", "closed"), {"withdraw_consent": {
        "received": 10**6, "closed": 10**6, "late": 12, "open": 10**5, "overdue": 10**5}}),
    "retention": Retention({"a_schema_of_a_long_name.a_table_of_a_long_name": "3 years after last_seen_at", "b.b": None},
                           (DroppedMonth("2024-01", 10**9, 10**8),), 3),
    "tickets": Floods(10**7, LIMIT, (Opened(LOGIN, 10**9, 2 * 10**6, "2026-03-04T10:00:00Z"),), (
        Minute(LOGIN, "2026-03-04T10:00:00Z", 50_000, 60_000), Minute("calm", "2026-03-04T10:00:00Z", 200, 60_000)), (
        Written(LOGIN, "2026-03-04T10:00:00Z", 1_900, 2_000), Written("calm", "2026-03-04T10:00:00Z", 100, 2_000))),
    "condition": Condition((Fault("SG604", LOGIN, 10**6),), {
        "journal_rows": 10**6, "held": True, "unsettled": 10**5, "stuck": 7, "states_to_remask": 8, "tables_to_fill": 9,
        "tables_blind": 1, "failed": ["fold", "settle"]}, 86_400),
    "acts": (Act("read_log", LOGIN, 12), Act("suspend_ddl_guard", LOGIN, 1)),
    "seal": Seal(30, Sealed("2026-03-31T20:00:00Z", "log.example/shop", 10**9, "x" * 43 + "="), None, True),
}


def report(figures: dict[str, Any]) -> Report:
    return Report(17, "a_database_of_a_long_name", "shop 2026-03-01", MONTH,
                  tuple((section, figures[section.name]) for section in SECTIONS if section.name in figures))


WORST = report(FIGURES)


def test_each_section_draws_what_it_has() -> None:
    assert {section.name for section, _ in WORST.figures} == FIGURES.keys()
    assert [title for title, _ in WORST.drawn()] == [section.title for section in SECTIONS]
    said = report_text(WORST)
    assert "calm" not in said
    for words in ("Attempts to merge data collected for incompatible purposes: 99,999.", "opened 2,000,000 tickets in an hour",
                  "opened about 50,000 tickets in a minute, of 60,000 that the policy permits (SG247).",
                  "wrote about 1,900 MB of the log in a minute, of 2,000 that the policy permits (SG248).",
                  "1,000,000 rows wait in the journal now, the oldest for 1,440 minutes. It waits for a transaction",
                  "Maintenance fails now, in: fold, settle.", "A checkpoint that the database has is malformed.",
                  "Erased from the log: 3 people.", "Checkpoints signed in this month: 30."):
        assert words in said


def test_a_section_is_added_by_a_query_a_function_and_a_line() -> None:
    said = Section("mine", "Mine", lambda asked: (1, 2), lambda found, month: [chart("C", "things", "thing", [Daily("a", DAYS)])])
    silent = Section("silent", "Silent", lambda asked: None, lambda found, month: [])
    found = Report(1, "d", None, MONTH, ((said, (1, 2)), (silent, None)))
    assert [title for title, _ in found.drawn()] == ["Mine"] and found.document()["mine"] == (1, 2)
    assert "Silent" not in report_page(found) and "Silent" not in report_text(found)


def test_what_is_beyond_the_largest_is_added_up() -> None:
    counts = [Daily(f"n{n}", (n, 0, 1)) for n in range(30, 0, -1)] + [Daily(None, (5, 5, 5), names=7)]
    found = chart("t", "w", "o", counts)
    assert len(found.series) == SHOWN and found.series[-1].label == f"{30 - SHOWN + 1 + 7} others"
    assert sum(each.total for each in found.series) == sum(each.total for each in counts)
    assert [each.label for each in chart("t", "w", "o", counts[:SHOWN]).series] == [f"n{n}" for n in range(30, 30 - SHOWN, -1)]


def test_a_terminal_gets_no_control_characters() -> None:
    found = report({"acts": (Act("read_log", "a\x1b[2Jb", 1),)})
    assert "\x1b" not in report_text(found) and "\x1b" not in report_page(found)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        pytest.skip("this machine has no Chromium: install one, such as Debian's package `chromium`")
    with browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


def luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(color: str) -> float:
    """With white."""
    return 1.05 / (luminance(color) + 0.05)


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_fits_the_screen(chromium: Browser, tmp_path: Path, width: int) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_page(WORST), encoding="utf-8")
    chromium.open(file, width)
    chromium.screenshot(tmp_path / "report.png")
    overflow = f"document.documentElement.scrollWidth > {width} || innerWidth > {width}"
    assert chromium.evaluate(overflow) is False
    chromium.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert chromium.evaluate(overflow) is False
    assert chromium.complaints == []
    # Each bar can be seen: it has a width and a height.
    assert chromium.evaluate("""[...document.querySelectorAll('rect')].every(
        each => each.getBoundingClientRect().width >= 1 && each.getBoundingClientRect().height >= 1)""") is True


def test_what_the_page_shows_can_be_read(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report_page(WORST), encoding="utf-8")
    chromium.open(file, 360)
    texts = chromium.evaluate("[...new Set([...document.querySelectorAll('main, main *')].map(each => getComputedStyle(each).color))]")
    drawn = chromium.evaluate("[...new Set([...document.querySelectorAll('rect')].map(each => getComputedStyle(each).fill))]")
    axis = chromium.evaluate("[...new Set([...document.querySelectorAll('svg text')].map(each => getComputedStyle(each).fill))]")
    assert len(texts) >= 4 and min(map(contrast, texts + axis)) >= 4.5 and min(map(contrast, drawn)) >= 3
    assert contrast("rgb(255, 255, 255)") == 1
    chromium.send("Accessibility.enable")
    nodes = chromium.send("Accessibility.getFullAXTree")["nodes"]
    images = [node for node in nodes if node.get("role", {}).get("value") in ("image", "img") and not node["ignored"]]
    assert len(images) == chromium.evaluate("document.querySelectorAll('main svg[role=img]').length") > 20
    assert all(" in March 2026, most on " in node["name"]["value"] for node in images)
    chromium.printed(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_page_that_does_not_fit_or_complains_is_found_out(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "wrong.html"
    file.write_text("<!doctype html><meta name=viewport content='width=device-width'><p style='width: 500px'>x</p>"
                    "<script>console.error('wrong')</script>", encoding="utf-8")
    before = len(chromium.complaints)
    chromium.open(file, 360)
    assert chromium.evaluate("document.documentElement.scrollWidth") > 360
    assert "wrong" in "".join(chromium.complaints[before:])
    del chromium.complaints[before:]
