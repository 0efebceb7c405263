"""86x: the plugin for pytest."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

TESTING = (
    Code("SG861", "no tables for the tests",
         "the plugin creates the database and applies the policy; the application creates the tables",
         "override the fixture `guard_schema`",
         errors.InstallError),
    Code("SG862", "login of the test ambiguous",
         "the policy has several logins, or none that holds the purpose",
         "override the fixture `guard_login`, or mark the test with its purpose",
         errors.PolicyError),
    Code("SG863", "purpose of the test not named",
         "a test acts for a purpose as the application does",
         'write `as_purpose("...")`, or `@pytest.mark.purpose("...")`',
         errors.ContextMissing),
    Code("SG864", "no policy for the tests",
         "the tests run under the policy that the application runs under",
         "set `guard_policy` in pytest's ini file or `[tool.sminion_guard] policy`, or override `guard_policy_file`",
         errors.PolicyError),
)
