"""The doctor on the version of the server."""

from __future__ import annotations

import pytest

from sminion_guard import server_versions
from sminion_guard.server_versions import Hole, holes
from tests.database.doctor.conftest import Patient


def test_known_holes_are_those_of_the_minor_version() -> None:
    assert [hole.name for hole in holes(150003)] == [
        "CVE-2023-39418", "CVE-2024-10976", "CVE-2024-10978", "CVE-2026-6473", "CVE-2025-8713"]
    assert holes(150020) == holes(180007) == ()


def test_a_known_hole_is_named(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_versions, "HOLES", (Hole("CVE-1", "all is open", {15: 99, 18: 99}),))
    (found,) = patient.examine()
    assert (found.code, found.object) == ("SG921", "server CVE-1")
    assert found.hint == f"update the server to {patient.version}.99 or newer"
