"""Prepared statements of a guarded connection."""

from __future__ import annotations

from sminion_guard.session.psycopg.private import Key, PostgresQuery, PrepareManager


class PreparedByRole(PrepareManager):
    """Prepared statements of each compartment apart: the server plans one anew whenever the role has changed."""

    role = ""
    steady = False
    """While a transaction is rolled back that had no error."""

    def key(self, query: PostgresQuery) -> Key:  # type: ignore[override]
        """Also distinguishes the role."""
        return (query.query, query.types, self.role)  # type: ignore[return-value]

    def clear(self) -> bool:
        """Forget all, but not because a transaction ended without an error.

        psycopg forgets at each rollback, since what a statement was prepared for may have been made in the transaction.
        No compartment can make anything, and SQLAlchemy ends every transaction that only read with a rollback: keeping
        them saves it most of what row security adds to planning. After an error they are forgotten, as a plan that no
        longer fits its table would fail for ever.
        """
        return not self.steady and super().clear()
