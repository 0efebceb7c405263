"""What differs between minor versions of PostgreSQL, for whoever asks a server and whoever serves by one."""

from __future__ import annotations

UPSERT_MENDED = {15: 20, 16: 16, 17: 12, 18: 7}
"""Major version to the first minor one in which ``INSERT ... ON CONFLICT DO UPDATE`` no longer reads hidden rows."""


def upsert_leaks(server_version: int) -> bool:
    """Whether ON CONFLICT DO UPDATE of a server reads rows that row security hides.

    :param server_version: as ``server_version_num``, such as 150018.
    """
    major, minor = divmod(server_version, 10000)
    return minor < UPSERT_MENDED.get(major, 0)
