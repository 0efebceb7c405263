"""What is wrong with a policy, all of it, each with its line; and the error that carries it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sminion_guard.diagnostic import finding_text
from sminion_guard.errors import PolicyError
from sminion_guard.policy.positions import Path, Positions

_NEAR = 0.65
"""How alike two words must be (0 to 1): enough for a slip or two, not for `none` and `income`."""

_SHOWN = 12
"""How many known words a hint lists at most; a longer list helps nobody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a policy file.

    :param code: its code, SG3xx.
    :param line: the line of the policy file, the first being 1; None when it is about the file as a whole.
    :param message: what is wrong, in lower case, names in backticks.
    :param hint: what to do about it, as an action.
    """

    code: str
    line: int | None
    message: str
    hint: str | None = None

    def render(self, source: str) -> str:
        """The finding as one or two lines of text, as compilers write them."""
        place = source if self.line is None else f"{source}:{self.line}"
        return finding_text(self.code, self.message, place=place, hint=self.hint)


class InvalidPolicy(PolicyError):
    """The policy file cannot be used; ``findings`` lists everything that is wrong with it."""

    def __init__(self, source: str, findings: Iterable[Finding]) -> None:
        self.source = source
        self.findings = tuple(findings)
        count = len(self.findings)
        super().__init__(
            "SG300",
            f"`{source}` has {count} finding{'' if count == 1 else 's'}",
            detail="\n".join(finding.render(source) for finding in self.findings),
        )

    def __str__(self) -> str:
        return f"{self.code}: {self.message}\n{self.detail}"

    def __reduce__(self) -> tuple[object, ...]:
        return (InvalidPolicy, (self.source, self.findings))


class Report:
    """Collects findings and knows the lines of the file.

    :param source: the file's name as the user gave it.
    :param positions: the lines of its keys; none for a policy that was built without a file.
    """

    def __init__(self, source: str = "privacy.toml", positions: Positions | None = None) -> None:
        self.source = source
        self.positions = positions or Positions()
        self._findings: list[Finding] = []

    def add(self, code: str, path: Path, message: str, hint: str | None = None) -> None:
        """Record a finding about the thing at ``path``; the same one is recorded once."""
        finding = Finding(code, self.positions.line(path), _printable(message), hint and _printable(hint))
        if finding not in self._findings:
            self._findings.append(finding)

    def add_unknown(self, code: str, path: Path, kind: str, word: str, known: Collection[str]) -> None:
        """Record that ``word`` is no known ``kind``, with the nearest right word as the hint."""
        self.add(code, path, f"unknown {kind} `{word}`", suggestion(word, known))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the file."""
        return tuple(sorted(self._findings, key=lambda finding: finding.line or 0))

    def raise_if_any(self) -> None:
        """:raises InvalidPolicy: when anything was recorded."""
        if self._findings:
            raise InvalidPolicy(self.source, self.findings)


def _printable(text: str) -> str:
    """``text`` without characters that steer a terminal: names come from the file, and TOML can escape anything."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def suggestion(word: str, known: Collection[str]) -> str:
    """The hint for an unknown word: the nearest right one, or those there are."""
    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=_NEAR)
    if near:
        return f"did you mean `{near[0]}`?"
    if not known:
        return "declare it: the policy has none"
    listed = ", ".join(f"`{name}`" for name in sorted(known)[:_SHOWN])
    return f"use one of {listed}" + (f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else "")
