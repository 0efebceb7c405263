"""The catalogue of codes is complete, each code is used, and the page for people says the same."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sminion_guard import errors
from sminion_guard.codes import CODES, Code, error_class

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "CODES.md"
PLACES = [
    *(path for path in (ROOT / "sminion_guard").rglob("*.py") if path.parent.name != "codes"),
    *(ROOT / "sql").rglob("*.sql"),
]
HEADER = """# Codes

Every error of sminion_guard is one of these, in Python, in SQL (where the code is the SQLSTATE) and on the command
line. A number is never reused.

| code | what | why | what to do | Python |
| --- | --- | --- | --- | --- |
"""


def used() -> dict[str, str]:
    """Code to a file that names it."""
    found: dict[str, str] = {}
    for path in PLACES:
        for code in re.findall(r"\bSG\d{3}\b", path.read_text(encoding="utf-8")):
            found.setdefault(code, str(path.relative_to(ROOT)))
    return found


def page() -> str:
    rows = [
        f"| {entry.code} | {entry.title} | {entry.why} | {entry.fix} | `{entry.error.__name__}` |"
        for entry in sorted(CODES.values(), key=lambda entry: entry.code)
    ]
    return HEADER + "\n".join(row.replace("||", "\\|\\|") for row in rows) + "\n"


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    assert {code: place for code, place in used().items() if code not in CODES} == {}


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    assert sorted(CODES.keys() - used().keys()) == []


def test_no_number_is_given_twice() -> None:
    from sminion_guard.codes import (
        audit,
        command_line,
        context,
        ddl,
        disclosure,
        doctor,
        embedded,
        extension,
        installing,
        judgement,
        policy_file,
        proofs,
        subjects,
        testing,
    )

    groups = (
        audit.AUDIT, command_line.COMMAND, context.CONTEXT, ddl.DDL, disclosure.DISCLOSURE,
        doctor.DOCTOR, embedded.EMBEDDED,
        extension.EXTENSION, installing.INSTALL, judgement.JUDGEMENT, policy_file.POLICY, proofs.PROOFS,
        subjects.SUBJECTS, testing.TESTING,
    )
    assert sum(len(group) for group in groups) == len(CODES)


@pytest.mark.parametrize("entry", CODES.values(), ids=lambda entry: entry.code)
def test_an_entry_says_what_why_and_what_to_do_in_lower_case(entry: Code) -> None:
    assert re.fullmatch(r"SG\d{3}", entry.code)
    for text in (entry.title, entry.why, entry.fix):
        assert text
        assert not text.endswith(".")
        assert text[0] in "`" or not text[0].isupper() or text.split()[0].isupper() or text.startswith("PostgreSQL")
    assert issubclass(entry.error, errors.GuardError)


def test_an_unknown_code_is_still_an_error_of_ours() -> None:
    assert error_class("SG999") is errors.GuardError


def test_the_page_for_people_is_the_catalogue() -> None:
    """To write it anew: SMINION_GUARD_GOLDEN=1 pytest tests/unit/codes."""
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
