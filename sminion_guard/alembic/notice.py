"""A comment in a revision: what somebody who reads it should know before it runs."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation


class Notice(MigrateOperation):
    """Renders as a comment; its reverse as nothing.

    :param lines: of the comment; none render as nothing.
    """

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def reverse(self) -> MigrateOperation:
        """Nothing: the downgrade needs no comment."""
        return Notice()

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` shows."""
        return ("guard_notice", *self.lines)


@renderers.dispatch_for(Notice)
def _render(context: AutogenContext, notice: Notice) -> list[str]:
    return [f"# {line}" for line in notice.lines]
