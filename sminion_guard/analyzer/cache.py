"""A bounded cache of verdicts: the least recently used goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from contextlib import suppress
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Keys to values, at most ``size`` of them. Threads may share it: each step is one operation of a C dict."""

    __slots__ = ("_found", "size")

    def __init__(self, size: int) -> None:
        self.size = size
        self._found: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """The value, now the most recently used."""
        found = self._found.get(key)
        if found is not None:
            with suppress(KeyError):  # another thread dropped it since; the value is good all the same
                self._found.move_to_end(key)
        return found

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value; others go to make room."""
        self._found[key] = value
        while len(self._found) > self.size:
            try:
                self._found.popitem(last=False)
            except KeyError:  # another thread was quicker
                break

    def clear(self) -> None:
        self._found.clear()

    def __len__(self) -> int:
        return len(self._found)
