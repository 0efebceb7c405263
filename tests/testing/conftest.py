"""A user's project, for each version of PostgreSQL."""

from __future__ import annotations

import pytest

from sminion_guard.embedded import Binaries
from tests.testing.clinic import Clinic


@pytest.fixture
def clinic(pytester: pytest.Pytester, binaries: Binaries) -> Clinic:
    return Clinic(pytester, binaries)
