"""The database side: schema `sminion` with its tables, functions and views, and their owner."""

from __future__ import annotations

from sminion_guard.migrate.frozen import run

revision = "sminion_0001"
down_revision = None
branch_labels = ("sminion_guard",)
depends_on = None


def upgrade() -> None:
    run(revision, "upgrade")


def downgrade() -> None:
    run(revision, "downgrade")
