"""The examples of docs/PROOF.md run, in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sminion_guard.audit.publish import published

PAGE = Path(__file__).parents[3] / "docs" / "PROOF.md"


def test_the_examples_seal_publish_and_prove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), names)
    assert capsys.readouterr().out.startswith("log.example/shop+")
    assert published(tmp_path / "checkpoints").notes == (names["note"],)
    assert (tmp_path / "seal.key").stat().st_mode & 0o777 == 0o600
