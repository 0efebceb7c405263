"""An application that writes down itself what it was given: to be killed at any moment.

Run: ``python -m tests.session.audit.killed DSN POLICY ACTOR FILE``. Each line of FILE is the key of a customer whose
row the application has received.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from threading import Thread

from sminion_guard import connect, processing
from sminion_guard.session import Guard
from tests.session.shop import PEOPLE


def main(dsn: str, policy: str, actor: str, file: str) -> None:
    """Read customers in two threads until killed."""
    guard = Guard(policy, audit="strict")
    received = os.open(Path(file), os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def work() -> None:
        with connect(dsn, policy=guard) as connection, processing("contract", actor=actor, reason="r"):
            while True:
                key = random.randrange(1, PEOPLE + 1)
                for (found,) in connection.execute("SELECT id FROM crm.customer WHERE id = %s", [key]).fetchall():
                    os.write(received, f"{found}\n".encode())
                if random.random() < 0.3:
                    connection.rollback()

    threads = [Thread(target=work, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
