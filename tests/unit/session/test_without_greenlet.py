"""Who uses no asyncio needs no greenlet, which SQLAlchemy 2.1 does not install."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
sys.modules["greenlet"] = None
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg:///x", plugins=["sminion_guard"])
print(engine.dialect.driver)
"""


def test_a_guarded_engine_is_made_where_greenlet_is_not_installed() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("sminion\n", 0), done.stderr
