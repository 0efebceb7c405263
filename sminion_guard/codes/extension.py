"""480 to 489: the database side as an extension."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

EXTENSION = (
    Code("SG480", "guard is installed in another way",
         "only one of them knows what the database has: the versions of the migrations, or that of the extension",
         "upgrade as it was installed: `ALTER EXTENSION sminion_guard UPDATE`, or `sminion-guard install`",
         errors.InstallError),
    Code("SG481", "extension has another version",
         "functions of one version would be made anew among the tables of another",
         "install the files of this version and run `ALTER EXTENSION sminion_guard UPDATE`",
         errors.InstallError),
)
