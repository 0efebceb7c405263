"""Operations can be reversed, compared and written down, as Alembic asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import render_python_code
from alembic.operations.ops import UpgradeOps

from sminion_guard.alembic.operations import ApplyPolicy, RemovePolicy
from sminion_guard.errors import InstallError
from sminion_guard.policy import loads
from tests.unit.migrate.test_server_version import TEXT


def test_the_first_policy_is_reversed_by_its_removal_and_back() -> None:
    back = ApplyPolicy("a.toml").reverse()
    assert isinstance(back, RemovePolicy)
    forth = back.reverse()
    assert isinstance(forth, ApplyPolicy)
    assert (forth.policy, forth.previous) == ("a.toml", None)


def test_a_later_policy_is_reversed_by_the_one_before() -> None:
    back = ApplyPolicy("b.toml", previous="a.toml").reverse()
    assert isinstance(back, ApplyPolicy)
    assert (back.policy, back.previous) == ("a.toml", "b.toml")


def test_a_removal_without_the_policy_cannot_be_reversed() -> None:
    with pytest.raises(InstallError) as caught:
        RemovePolicy().reverse()
    assert caught.value.code == "SG440"


def test_operations_are_shown_as_tuples() -> None:
    assert ApplyPolicy(Path("a.toml")).to_diff_tuple() == ("guard_apply_policy", "a.toml")
    assert ApplyPolicy(loads(TEXT)).to_diff_tuple() == ("guard_apply_policy", "unit 1")
    assert RemovePolicy().to_diff_tuple() == ("guard_remove_policy", None)


def test_operations_are_written_as_python() -> None:
    written = render_python_code(UpgradeOps([ApplyPolicy("b.toml", "a.toml"), RemovePolicy("b.toml"), RemovePolicy()]))
    assert "op.guard_apply_policy('b.toml', previous='a.toml')" in written
    assert "op.guard_remove_policy(previous='b.toml')" in written
    assert "op.guard_remove_policy()" in written


def test_a_policy_without_a_file_cannot_be_written_down() -> None:
    with pytest.raises(InstallError) as caught:
        render_python_code(UpgradeOps([ApplyPolicy(loads(TEXT))]))
    assert caught.value.code == "SG440"
