"""Reading privacy.toml: file -> text -> TOML -> values -> checks, and every finding of the file at once."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from sminion_guard.policy import check
from sminion_guard.policy.file.build import Builder
from sminion_guard.policy.findings import Finding, InvalidPolicy, Report
from sminion_guard.policy.model import Policy
from sminion_guard.policy.positions import Positions, index

MAX_BYTES = 4 * 1024 * 1024
"""Largest policy file in bytes: enough for 50,000 columns, and small enough to parse in a second."""

_TOML_PLACE = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)

_KEYS = re.compile(r"\(('[^']*'(?:, '[^']*')*),?\)")
"""A key in tomllib's messages: a tuple of Python strings."""


def load(path: str | os.PathLike[str]) -> Policy:
    """Read the policy file ``path``.

    :raises InvalidPolicy: (a :class:`~sminion_guard.errors.PolicyError`) with all findings, when it cannot be used.
    """
    source = os.fspath(path)
    try:
        with Path(source).open("rb") as file:
            # Read no more than needed to know that it is too much: the path may be a device.
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(source, "does not exist", "give the right path with `--policy`, or write one: "
                          "`sminion-guard init` writes a first one from a database") from None
    except IsADirectoryError:
        raise _unreadable(source, "is a directory", "give the path of the file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _unreadable(source, f"cannot be read: {reason.lower()}", "check the path and its permissions") from None
    if len(content) > MAX_BYTES:
        raise _unreadable(source, f"is larger than {MAX_BYTES // 1024 // 1024} MiB", "is this the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        finding = Finding("SG301", line, "the file is not UTF-8", "save it as UTF-8")
        raise InvalidPolicy(source, [finding]) from None
    return loads(text, source=source)


def loads(text: str, *, source: str = "privacy.toml") -> Policy:
    """Read a policy from ``text``.

    :param source: the name that findings are reported under.
    :raises InvalidPolicy: (a :class:`~sminion_guard.errors.PolicyError`) with all findings, when it cannot be used.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    data, positions = _parse(text, source)
    report = Report(source, positions)
    if not data:
        report.add("SG301", (), "the file is empty", "write a policy: the README shows a whole one to begin with")
        report.raise_if_any()
    policy = Builder(data, report).build()
    check.parts(policy, report)
    # The whole is judged only when its parts are right: otherwise one slip would show up as many.
    report.raise_if_any()
    check.whole(policy, report)
    report.raise_if_any()
    return policy


def doubts(path: str | os.PathLike[str], policy: Policy) -> tuple[Finding, ...]:
    """Warnings: what may be a mistake in a valid policy.

    :param path: the file that ``policy`` was loaded from, for the lines.
    """
    text = Path(os.fspath(path)).read_text(encoding="utf-8-sig")
    report = Report(os.fspath(path), index(text.replace("\r\n", "\n")))
    check.doubtful(policy, report)
    return report.findings


def _parse(text: str, source: str) -> tuple[dict[str, Any], Positions]:
    try:
        return tomllib.loads(text), index(text)
    except RecursionError:
        finding = Finding("SG302", None, "the file is nested too deeply", "a policy needs no more than three levels")
    except ValueError as error:
        match = _TOML_PLACE.match(str(error))
        what = _KEYS.sub(_as_key, match["what"] if match else str(error))
        line = int(match["line"]) if match and match["line"] else text.count("\n") + 1 if match else None
        finding = Finding("SG302", line, f"not valid TOML: {what[:1].lower()}{what[1:]}", "see https://toml.io")
    raise InvalidPolicy(source, [finding])


def _as_key(match: re.Match[str]) -> str:
    return "`" + match[1].replace("', '", ".").strip("'") + "`"


def _unreadable(source: str, why: str, hint: str) -> InvalidPolicy:
    return InvalidPolicy(source, [Finding("SG301", None, f"the policy file {why}", hint)])
