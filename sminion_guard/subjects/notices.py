"""Notices to recipients: files in a directory, or messages to an address."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from sminion_guard import files
from sminion_guard.errors import GuardError
from sminion_guard.http import post
from sminion_guard.policy.model.rights import Operator
from sminion_guard.subjects.obligation import Obligation

TIMEOUT = 20.0
"""Seconds that a recipient may take to answer."""
_HERE = {("http", host) for host in ("localhost", "127.0.0.1", "::1")}
"""Addresses on this machine, which need no encryption."""
ASKED = {
    "clarify": "The data were contested. Do not use yours until you are told what is right, and correct them then.",
    "block": "Do not use your data of this person until further notice.",
    "destroy": "Destroy your data of this person.",
    "withdraw_consent": "The person has withdrawn the consent. Do not use the data for what rested on it.",
    "object": "The person objects. Do not use the data for what she objects to.",
    "stop": "Stop processing data of this person.",
    "misconduct": "Misconduct was reported. Do not use your data of this person until further notice.",
}
"""Kind of request to what the recipient must do."""


def notice(duty: Obligation, operator: Operator | None) -> bytes:
    """The notice as JSON. ``id`` is the same when it is delivered again."""
    return json.dumps({
        "id": duty.id, "from": operator and {"name": operator.name, "contact": operator.contact}, "to": duty.recipient,
        "request": duty.request, "kind": duty.kind, "subject": duty.subject, "known_as": duty.known_as,
        "due_on": duty.due_on.isoformat(),
        "text": ASKED[duty.kind],
    }, indent=2, ensure_ascii=False).encode()


def to_directory(directory: Path, operator: Operator | None) -> Callable[[Obligation], str]:
    """Writes one file for each notice, readable by its owner only; written again it is the same file."""
    def deliver(duty: Obligation) -> str:
        path = directory / f"obligation-{duty.id}.json"
        if not directory.is_dir():
            raise FileNotFoundError(f"`{directory}` is no directory")
        files.replace(path, notice(duty, operator), 0o600)
        return f"file {path.name}"

    return deliver


def to_address(url: str, operator: Operator | None) -> Callable[[Obligation], str]:
    """Posts each notice to ``url``. Only an answer 2xx counts.

    :raises GuardError: SG702 for an address that is not encrypted, unless it is on this machine: a notice names a
        person.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in _HERE:
        raise GuardError("SG702", f"`{url}` is not encrypted, and a notice names a person",
                         hint="pass an address with https")

    def deliver(duty: Obligation) -> str:
        try:
            status, _, _ = post(url, notice(duty, operator), TIMEOUT, content_type="application/json")
        except ValueError as error:
            raise OSError(str(error)) from error
        if status // 100 != 2:
            raise OSError(f"the address answered {status}")
        return f"posted, answer {status}"

    return deliver
