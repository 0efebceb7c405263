"""Why data are processed, and which purposes go together."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.policy.model.words import OPEN_CATEGORIES, Basis, Operation


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed: specific, declared in advance, with a legal basis."""

    name: str
    title: str
    basis: Basis
    needs: frozenset[str]
    """Categories the purpose needs; ``"*"`` has been expanded to every category of the policy."""
    may: frozenset[Operation]
    sees_blocked: bool = False
    """The purpose still sees subjects whose processing is suspended: one named subject per ticket."""
    views: str | None = None
    """The schema of views of what the purpose may read; None where nobody asks for them."""
    explains: tuple[str, ...] = ()
    """What explains an access for this purpose, as it was written; read it with
    :func:`sminion_guard.policy.explanations.explanations`."""

    def needs_category(self, category: str) -> bool:
        return category in OPEN_CATEGORIES or category in self.needs


@dataclass(frozen=True, slots=True)
class Compatible:
    """A declared pair of compatible purposes, symmetric: permits merging and, unless ``merge_only``, use."""

    purposes: tuple[str, str]
    why: str
    merge_only: bool = False


@dataclass(frozen=True, slots=True)
class Further:
    """A declared further use: data collected for ``data_of`` may serve (be used by) each of ``may_serve``."""

    data_of: str
    may_serve: tuple[str, ...]
    why: str
