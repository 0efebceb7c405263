"""What identifies a person or a device, by its form. Forms with a check digit count only where it is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from ipaddress import ip_address


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


# Nothing spans lines: texts are scanned in blocks of many.
_AT = r"(?:@| ?[\[({] ?at ?[\])}] ?)"
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?)"
_GAP = r"[ .\-/\u00a0\u2010-\u2015]"
_FORMS: tuple[tuple[Kind, str, Test], ...] = (
    (Kind.EMAIL, rf"[^\s@<>()\[\]{{}},;:\"'=?&/\\|]{{1,64}}{_AT}[\w\-]+(?:{_DOT}[\w\-]+)+", _always),
    (Kind.CARD, r"(?<!\w)\d(?:[ \-]?\d){12,18}(?!\w)", _card),
    (Kind.ACCOUNT, r"(?<!\w)[A-Za-z]{2}\d\d(?:[ \-]?[A-Za-z0-9]){11,30}(?!\w)", _iban),
    (Kind.ADDRESS, r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])", _ip),
    (Kind.ADDRESS, r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", _ip),
    (Kind.ADDRESS, r"(?<!\w)[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?!\w)", _always),
    # With a plus or two zeros; in groups; with its prefix in brackets; eleven digits, as mobile numbers in Russia.
    (Kind.PHONE, rf"(?<![\w+])(?:\+|00) ?\d(?:{_GAP}?[()]?{_GAP}?\d){{7,14}}(?!\w)", _phone),
    (Kind.PHONE, rf"(?<![\w.\-])(?:\d{{1,3}}{_GAP})?\(?\d{{2,5}}\)?(?:{_GAP}\d{{2,4}}){{2,4}}(?![\w\-])", _phone),
    (Kind.PHONE, r"(?<!\w)\(\d{2,5}\) ?\d{5,9}(?!\w)", _phone),
    (Kind.PHONE, r"(?<![\w.\-])[78]9\d{9}(?![\w.\-])", _phone),
    (Kind.TOKEN, r"eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*", _always),
    (Kind.TOKEN, r"(?<!\w)[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?!\w)", _always),
    (Kind.TOKEN, r"(?<!\w)(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{32,}(?!\w)", _always),
    (Kind.TOKEN, r"(?<![\w+/\-])[\w+/\-]{24,}={0,2}(?![\w+/\-=])", _mixed),
)
PATTERNS = tuple(
    (kind, re.compile(form, re.IGNORECASE if kind is Kind.EMAIL else 0), test) for kind, form, test in _FORMS)
_DATES = re.compile(
    r"(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})"
    r"(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|[+\-]\d{2}(?::?\d{2})?)?)?(?!\d)")
"""Days and moments look like telephone numbers."""
_AT_SIGN = re.compile(r"@|[\[({] ?at ?[\])}]", re.IGNORECASE)


def matches(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Kind, start and end of everything that has one of the forms, as the text stands."""
    masked = _DATES.sub(lambda found: "\x00" * len(found.group()), text)
    mail = _AT_SIGN.search(text) is not None
    for kind, pattern, test in PATTERNS:
        if kind is Kind.EMAIL and not mail:  # each letter could begin one, so the pattern is slow
            continue
        for found in pattern.finditer(masked if kind is Kind.PHONE else text):
            if test(found.group()):
                yield kind, found.start(), found.end()
