"""Copies of policies beside the migrations, so that a revision means for ever what it meant when it was written."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.policy import Policy, load
from sminion_guard.policy.document import document, from_document

DIRECTORY = "policies"
"""Below the directory of env.py."""
_DIGITS = 8
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class FrozenPolicy:
    """A policy that a revision names by the path of a copy, which :meth:`write` makes.

    :param script_directory: where env.py lies.
    :param source: the file of the policy; None for one that is known from the database only.
    """

    policy: Policy
    script_directory: Path
    source: Path | None = None

    @property
    def path(self) -> str:
        """The path of the copy, relative to the directory of env.py."""
        found = self._known()
        return f"{DIRECTORY}/{found or self._name()}"

    def write(self) -> str:
        """Write the copy if there is none, and return its path.

        :raises InstallError: SG440 where a file has the name of the copy, and is another policy.
        """
        path = self.path
        target = self.script_directory / path
        if target.exists():
            if self._known() is None:  # `path` is of a new copy then
                raise InstallError(
                    "SG440", f"`{target}` is not the policy that its name says",
                    detail="the revision would apply what somebody wrote there",
                    hint="restore the copy from version control, or remove it if no revision names it",
                )
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(self._content(), encoding="utf-8")
        return path

    def _content(self) -> str:
        if self.source is not None:
            return self.source.read_text(encoding="utf-8")
        return json.dumps(document(self.policy), indent=1, ensure_ascii=False) + "\n"

    def _name(self) -> str:
        stem = _UNFIT.sub("_", f"{self.policy.name}-{self.policy.version}")
        return f"{stem}-{digest(self.policy)[:_DIGITS]}.{'toml' if self.source else 'json'}"

    def _known(self) -> str | None:
        """The name of a file that holds this very policy already, by its content."""
        for path in sorted((self.script_directory / DIRECTORY).glob("*")):
            if path.suffix in (".toml", ".json"):
                try:
                    same = read(path) == self.policy
                except (OSError, PolicyError):
                    continue  # of another time, or not ours: revisions that name it will say so
                if same:
                    return path.name
        return None


def digest(policy: Policy) -> str:
    """Of what a policy says; comments and order of its file do not count."""
    text = json.dumps(document(policy), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(path: Path) -> Policy:
    """The policy of a file: as people write it, or with the suffix ``.json`` as a database kept it.

    :raises PolicyError: for a file that cannot be read, or has errors.
    """
    if path.suffix != ".json":
        return load(path)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyError(
            "SG301", f"`{path}` cannot be read", detail=str(error), hint="restore the copy from version control"
        ) from error
    return from_document(said)
