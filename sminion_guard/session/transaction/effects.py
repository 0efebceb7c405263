"""What a transaction asks its connection to do, and what the connection answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Row = tuple[bytes | None, ...]
"""The first row of a result, in text format; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send commands of our own in one round trip. The answer is a :data:`Row` for each.

    If one fails, the others after it are not executed, and :class:`ServerError` is thrown.

    :param commands: one statement each.
    """

    commands: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReadCatalog:
    """Compare the catalog with the database, and read it again if it has changed. The answer is whether it had."""


@dataclass(frozen=True, slots=True)
class Await:
    """Call something that blocks, in a thread where a loop must not be blocked. The answer is what it returns."""

    work: Callable[[], Any]


Effects: TypeAlias = Generator[Send | ReadCatalog | Await, Any, T]
"""A step of a transaction: it yields effects, is sent their answers, and returns a value."""


class ServerError(Exception):
    """An error of the server, as values.

    :param state: its SQLSTATE; None where the connection was lost.
    :param function: the function of the server that raised it: the one part of an error that is not translated.
    :param in_transaction: whether a transaction is open that it has aborted.
    :param error: the error of the driver, which is what the application gets if nothing else is made of it.
    """

    def __init__(
        self, state: str | None, message: str, *, detail: str | None = None, hint: str | None = None,
        function: str = "", in_transaction: bool = False, error: Exception | None = None,
    ) -> None:
        super().__init__(message)
        self.state, self.message, self.detail, self.hint = state, message, detail, hint
        self.function, self.in_transaction, self.error = function, in_transaction, error
