"""80x to 84x: the command line and the installation."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

COMMAND = (
    Code("SG801", "no database named",
         "the tool never guesses which database it works on",
         "pass `--database-url`, or set DATABASE_URL or the PG* variables",
         errors.InstallError),
    Code("SG802", "malformed database URL",
         "the address must be a PostgreSQL address of libpq or SQLAlchemy",
         "write `postgresql://user@host:port/database`",
         errors.InstallError),
    Code("SG803", "pyproject.toml cannot be used",
         "the file says where the policy is",
         "correct `[tool.sminion_guard]`, or pass `--policy`",
         errors.PolicyError),
    Code("SG804", "extra missing",
         "packages that most users do not need are optional",
         "install what the hint names, such as `pip install 'sminion_guard[binary]'`",
         errors.ExtraMissing),
    Code("SG821", "psql command or inline data",
         "a file is judged as the SQL that a server receives; psql changes its commands before that",
         "put psql commands into a separate file, and load data with `COPY ... FROM STDIN` from a program",
         errors.OpaqueStatement),
    Code("SG822", "no purpose for a statement",
         "a statement is judged for the purpose it is to run for",
         "write `-- purpose: NAME` above it, or pass `--purpose`",
         errors.ContextMissing),
    Code("SG823", "file cannot be read",
         "the tool judges only files that it can read",
         "pass the path of a UTF-8 text file",
         errors.OpaqueStatement),
    Code("SG824", "database cannot be reached",
         "the catalog is read from the database",
         "check that the server runs, and `--database-url`",
         errors.InstallError),
    Code("SG825", "file cannot be written",
         "the result must be written to the file",
         "name a file in a directory that you may write to",
         errors.OpaqueStatement),
    Code("SG826", "file exists",
         "a policy that people wrote must not be lost",
         "name another file, or pass `--force` to replace it",
         errors.PolicyError),
)
