"""An application in mode ``strict_transaction``, to be killed: it writes down what must be on record by then.

Run: ``python -m tests.session.recording.killed_gathering DSN ACTOR FILE``. Each line of FILE is the key of a customer.
"""

from __future__ import annotations

import os
import random
import sys

from sminion_guard import connect, processing
from sminion_guard.session import Guard
from tests.session.shop import PEOPLE


def main(dsn: str, actor: str, file: str) -> None:
    """Transactions of four reads, until killed."""
    written = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    guard = Guard(audit="strict_transaction")
    with connect(dsn, policy=guard) as connection, processing("contract", actor=actor, reason="r"):
        while True:
            first, *others = random.sample(range(1, PEOPLE + 1), 4)
            connection.execute("SELECT id FROM crm.customer WHERE id = %s", [first]).fetchall()
            os.write(written, f"{first}\n".encode())
            for key in others:
                connection.execute("SELECT id FROM crm.customer WHERE id = %s", [key]).fetchall()
            connection.commit()
            os.write(written, "".join(f"{key}\n" for key in others).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
