"""A guard that was installed as an extension: PostgreSQL keeps its version, and its own commands upgrade it."""

from __future__ import annotations

from sminion_guard.errors import InstallError
from sminion_guard.migrate.extension import NAME, default_version
from sminion_guard.migrate.transaction import Installer


def require_version(installer: Installer) -> str | None:
    """The version of the extension; None where migrations installed the guard.

    Else functions of one version would be made anew among the tables of another.

    :raises InstallError: SG481 for another version than that of this package.
    """
    rows = installer.ask("extension", as_owner=False)
    if not rows:
        return None
    (version,) = rows[0]
    if version != default_version():
        raise InstallError(
            "SG481",
            f"extension `{NAME}` has version {version}, and this package works with version {default_version()}",
            detail="`apply` compares the functions in the database with its own, and makes anew those that differ",
            hint="install the files that `sminion-guard extension build` writes, and run"
            f" `ALTER EXTENSION {NAME} UPDATE`; or use the version of the package that wrote the other ones",
        )
    return str(version)
