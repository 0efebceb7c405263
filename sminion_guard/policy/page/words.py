"""The sentences of the pages, in one language: a catalogue in TOML, each with the same keys as the English one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Any

from sminion_guard.policy.interval import parts

_HERE = Path(__file__).parent / "languages"


def _two(number: int) -> int:
    return 0 if number == 1 else 1


def _slavic(number: int) -> int:
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2


PLURALS = {"two": (2, _two), "slavic": (3, _slavic)}
"""Rule to how many forms it has, and which one a number takes."""


def languages() -> tuple[str, ...]:
    """The languages that the package has."""
    return tuple(sorted(file.stem for file in _HERE.glob("*.toml")))


class Words:
    """One catalogue.

    :raises ValueError: when it is not complete, or a sentence names what is not filled in.
    """

    def __init__(self, catalogue: Mapping[str, Any]) -> None:
        faults = _faults(catalogue)
        if faults:
            raise ValueError("; ".join(faults))
        self._said = catalogue
        self.language: str = catalogue["language"]

    def __call__(self, key: str, /, **values: object) -> str:
        section, _, name = key.rpartition(".")
        said: str = self._said[section or "page"][name]
        return said.format(**values)

    def section(self, name: str) -> Mapping[str, str]:
        """The sentences of one section, such as ``event``."""
        found: Mapping[str, str] = self._said[name]
        return found

    def list(self, names: Iterable[str]) -> str:
        """Names in one line: ``a, b and c``."""
        *others, last = tuple(names) or ("",)
        return f"{self._said['comma'].join(others)}{self._said['and']}{last}" if others else last

    def count(self, number: int, unit: str) -> str:
        """A number of a unit, such as ``3 years``."""
        _, form = PLURALS[self._said["plural"]]
        said: str = self._said["unit"][unit][form(number)]
        return said.format(n=number)

    def interval(self, text: str) -> str:
        """A length of time that the policy writes as ``1 year 6 months``."""
        return self.list(self.count(number, unit) for number, unit in parts(text))

    def date(self, moment: datetime) -> str:
        said: str = self._said["date"]
        return said.format(day=moment.day, month=self._said["months"][moment.month - 1], year=moment.year)


def words(language: str) -> Words:
    """The sentences in a language.

    :param language: one that the package has, such as ``de``, or a file ending in ``.toml``.
    :raises ValueError: when there is no such catalogue, or it is not complete.
    """
    if not language.endswith(".toml") and language not in languages():
        raise ValueError(f"no catalogue for `{language}`: there are {', '.join(languages())}, and files `NAME.toml`")
    file = Path(language) if language.endswith(".toml") else _HERE / f"{language}.toml"
    try:
        return Words(_read(file))
    except (OSError, ValueError) as error:
        raise ValueError(f"`{file}`: {error}") from error


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _faults(said: Mapping[str, Any]) -> list[str]:
    """What a catalogue lacks of the English one, or has beside it."""
    if said.get("plural") not in PLURALS:
        return [f"`plural` must be one of {', '.join(PLURALS)}"]
    ours, theirs = _flat(_read(_HERE / "en.toml")), _flat(said)
    forms, _ = PLURALS[said["plural"]]
    found = [f"`{key}` is missing" for key in ours.keys() - theirs.keys()]
    found += [f"`{key}` is unknown" for key in theirs.keys() - ours.keys()]
    for key in sorted(ours.keys() & theirs.keys()):
        if isinstance(ours[key], list):
            wanted = 12 if key == "months" else forms
            entries = theirs[key] if isinstance(theirs[key], list) else []
            if len(entries) != wanted or any(_fields(entry) != _fields(ours[key][0]) for entry in entries):
                found.append(f"`{key}` must be {wanted} texts with the fields of the English one")
        elif not isinstance(theirs[key], str) or _fields(theirs[key]) != _fields(ours[key]):
            found.append(f"`{key}` must be a text with the fields {sorted(_fields(ours[key]) or ())}")
    return sorted(found)


def _flat(said: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in said.items():
        found |= _flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {before + key: value}
    return found


def _fields(text: object) -> set[str] | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None
