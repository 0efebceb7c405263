"""What identifies a person or a device, by its form. Forms with a check digit count only where it is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from ipaddress import ip_address

from sminion_guard.disclosure.scan.lines import Spans, everything, lines_with, lines_with_run


class Kind(StrEnum):
    """What was found."""

    EMAIL = "e-mail address"
    PHONE = "telephone number"
    CARD = "card number"
    ACCOUNT = "account number"
    TOKEN = "token"
    ADDRESS = "address of a device"


Test = Callable[[str], bool]


def _always(text: str) -> bool:
    return True


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _phone(text: str) -> bool:
    return 9 <= len(_digits(text)) <= 15


_RANGES = re.compile(r"4\d{12}(?:\d{3}){0,2}|(?:5[0-9]|2[2-7]|6[0-9])\d{14}(?:\d{3})?|3[47]\d{13}|3[0568]\d{12}")


def _card(text: str) -> bool:
    """Of a known length and range, with the check digit of Luhn."""
    digits = _digits(text)
    if _RANGES.fullmatch(digits) is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _iban(text: str) -> bool:
    """ISO 13616: the number, moved and read as digits, is 1 modulo 97."""
    plain = re.sub(r"[\s-]", "", text).upper()
    return 15 <= len(plain) <= 34 and int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _mixed(text: str) -> bool:
    """Upper case, lower case and digits: a word or a path has hardly all three."""
    return bool(re.search("[A-Z]", text) and re.search("[a-z]", text) and re.search("[0-9]", text))


def _digital(text: str) -> bool:
    return bool(re.search("[0-9]", text))


# Nothing spans lines: texts are scanned in blocks of many.
_AT = re.compile(r"@| ?[\[({] ?at ?[\])}] ?", re.IGNORECASE)
_LOCAL = re.compile(r"[^\s@<>()\[\]{},;:\"'=?&/\\|]{1,64}")
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?)"
_DOMAIN = re.compile(rf"[\w\-]+(?:{_DOT}[\w\-]+)+", re.IGNORECASE)
_GAP = r"[ .\-/\u00a0\u2010-\u2015]"
# What begins with a set of letters is found many times faster than what begins by looking back: so the look back comes
# after the first letter, and has a dot for it. Elsewhere only lines are searched that hold a part of it.
_FORMS: tuple[tuple[Kind, str, Test, Spans], ...] = (
    (Kind.CARD, r"\d(?<!\w.)(?:[ \-]?\d){12,18}(?!\w)", _card, everything),
    (Kind.ACCOUNT, r"(?<!\w)[A-Za-z]{2}\d\d(?:[ \-]?[A-Za-z0-9]){11,30}(?!\w)", _iban,
     lines_with(r"\d(?<=[A-Za-z].)\d")),
    (Kind.ADDRESS, r"\d(?<![\w.].)\d{0,2}\.(?:\d{1,3}\.){2}\d{1,3}(?![\w.])", _ip, everything),
    (Kind.ADDRESS, r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", _ip,
     lines_with(r":[0-9A-Fa-f]{0,4}:")),
    (Kind.ADDRESS, r"(?<!\w)[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?!\w)", _always,
     lines_with(r"[:\-][0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-]")),
    # With a plus or two zeros; in groups; with its prefix in brackets; eleven digits, as mobile numbers in Russia.
    (Kind.PHONE, rf"[+0](?<![\w+].)(?:(?<=\+)|0) ?\d(?:{_GAP}?[()]?{_GAP}?\d){{7,14}}(?!\w)", _phone, everything),
    (Kind.PHONE, rf"(?<![\w.\-])(?:\d{{1,3}}{_GAP})?\(?\d{{2,5}}\)?(?:{_GAP}\d{{2,4}}){{2,4}}(?![\w\-])", _phone,
     lines_with(rf"\d\)?{_GAP}\d{{2,4}}{_GAP}\d\d")),
    (Kind.PHONE, r"\((?<!\w.)\d{2,5}\) ?\d{5,9}(?!\w)", _phone, everything),
    (Kind.PHONE, r"[78](?<![\w.\-].)9\d{9}(?![\w.\-])", _phone, everything),
    (Kind.TOKEN, r"eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*", _always, everything),
    (Kind.TOKEN, r"(?<!\w)[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?!\w)", _always,
     lines_with(r"-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-")),
    (Kind.TOKEN, r"(?<!\w)[0-9A-Fa-f]{32,}(?!\w)", _digital, lines_with_run(r"[0-9A-Fa-f]", 32)),
    (Kind.TOKEN, r"(?<![\w+/\-])[\w+/\-]{24,}={0,2}(?![\w+/\-=])", _mixed, lines_with_run(r"[\w+/\-]", 24)),
)
PATTERNS = tuple((kind, re.compile(form), test, spans) for kind, form, test, spans in _FORMS)
_DATES = re.compile(
    r"\d(?<!\d.)(?:\d{3}-\d{2}-\d{2}|\d?[./]\d{1,2}[./]\d{4})"
    r"(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|[+\-]\d{2}(?::?\d{2})?)?)?(?!\d)")
"""Days and moments look like telephone numbers."""


def matches(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Kind, start and end of everything that has one of the forms, as the text stands."""
    masked = _DATES.sub(lambda found: "\x00" * len(found.group()), text)
    for start, end in _mails(text):
        yield Kind.EMAIL, start, end
    for kind, pattern, test, spans in PATTERNS:
        searched = masked if kind is Kind.PHONE else text
        for first, last in spans(searched):
            for found in pattern.finditer(searched, first, last):
                if test(found.group()):
                    yield kind, found.start(), found.end()


def _mails(text: str) -> Iterator[tuple[int, int]]:
    """Each letter could begin an address, so it is looked for from its sign on, to both sides."""
    before = 0
    for sign in _AT.finditer(text):
        name = _LOCAL.match(text[max(before, sign.start() - 64):sign.start()][::-1])
        domain = None if name is None else _DOMAIN.match(text, sign.end())
        if name is not None and domain is not None:
            yield sign.start() - name.end(), domain.end()
            before = domain.end()
