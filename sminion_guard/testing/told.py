"""How a fixture that cannot do its work says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.extras import explained


@contextmanager
def told() -> Iterator[None]:
    """Show what a user can mend as the error alone, without the way through our code; an extra to install likewise."""
    try:
        with explained():
            yield
    except GuardError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
