"""How far an interrupted verification had come, so that the next one goes on there.

The file is believed: it lies where the verifier writes, never in the database. It is removed at the end, since rows
that were compared once can be altered later.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sminion_guard import files
from sminion_guard.audit.merkle import Frontier
from sminion_guard.errors import ProofError

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Interrupted:
    """What was compared.

    :param origin: of the log.
    :param frontier: over the hashes that the tree had.
    :param counted: what else the verification keeps.
    """

    origin: str
    frontier: Frontier
    counted: dict[str, Any]


class Resuming:
    """A file for one verification."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path = path
        self.origin = origin

    def read(self) -> Interrupted | None:
        """Where to go on; None at the beginning.

        :raises ProofError: SG658 when the file is damaged, or of another log.
        """
        try:
            said = json.loads(self.path.read_bytes())
            if said["format"] != _FORMAT or said["origin"] != self.origin:
                raise ValueError("it is of another log, or of another version")
            frontier = Frontier(said["size"], [bytes.fromhex(each) for each in said["hashes"]])
            return Interrupted(said["origin"], frontier, said["counted"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ProofError("SG658", f"`{self.path}` does not say how far a verification came", detail=str(error),
                             hint="remove the file: the verification then begins anew") from error

    def write(self, frontier: Frontier, counted: dict[str, Any]) -> None:
        """Keeps how far it is."""
        said = {"format": _FORMAT, "origin": self.origin, "size": frontier.size,
                "hashes": [each.hex() for each in frontier.hashes], "counted": counted}
        files.replace(self.path, json.dumps(said).encode())

    def done(self) -> None:
        """Removes the file."""
        self.path.unlink(missing_ok=True)
