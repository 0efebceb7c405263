"""9xx: what the doctor finds in a live database. What `plan` finds too has the code that it has there."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

DOCTOR = (
    Code("SG901", "check not made",
         "what was not looked at may be open",
         "let a superuser, or the role that installs, run `sminion-guard doctor`",
         errors.InstallError),
    Code("SG902", "no policy in force",
         "without a policy nothing is promised, and nothing kept",
         "run `sminion-guard apply`",
         errors.InstallError),
    Code("SG903", "object of the policy altered",
         "somebody changed what keeps the policy after it was put in place",
         "run `sminion-guard apply`, and find out who changed it",
         errors.InstallError),
    Code("SG904", "object of the policy missing",
         "somebody removed what keeps the policy after it was put in place",
         "run `sminion-guard apply`, and find out who removed it",
         errors.InstallError),
    Code("SG905", "object of the policy outdated",
         "another version of the guard made it, or a change was interrupted",
         "run `sminion-guard apply`",
         errors.InstallError),
    Code("SG906", "privilege beside the policy",
         "what everybody or a login holds without a purpose is a way around the purposes",
         "run `sminion-guard apply`, or revoke it as the role that granted it",
         errors.InstallError),
    Code("SG907", "baseline cannot be read",
         "findings are left out only by their keys, which the file must name",
         "keep the output of `sminion-guard doctor --format json`",
         errors.InstallError),
)
