"""${message}"""

from __future__ import annotations

from sminion_guard.migrate.frozen import run

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    run(revision, "upgrade")


def downgrade() -> None:
    run(revision, "downgrade")
