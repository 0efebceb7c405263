"""470 to 479: the DDL guard."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

_SUSPEND = "or let an officer call `sminion.suspend_ddl_guard(reason, until)` before"

DDL = (
    Code("SG470", "statement weakens a protected table",
         "a table that is open for the length of a transaction can be read in it, and a rollback leaves no trace;"
         " a new table of a protected schema is closed until a policy names it",
         f"change the policy and apply it; {_SUSPEND}",
         errors.InstallError),
    Code("SG471", "protected table would share rows with one that is not",
         "through a parent rows are read without the row security of its children, and a child is written without"
         " the triggers of its parent",
         f"let them share no rows; {_SUSPEND}",
         errors.InstallError),
    Code("SG472", "view would read a protected table as its owner",
         "no ticket, block or consent of whoever reads it would count; a materialized view keeps the rows",
         f"make a view `WITH (security_invoker)`; {_SUSPEND}",
         errors.InstallError),
    Code("SG473", "policy or trigger on a protected table is not the guard's",
         "permissive policies are ORed, and a trigger that fires after the guard's could change the mask",
         f"name the policy in `adopt_policies` of the table, give the trigger a name before `~`; {_SUSPEND}",
         errors.InstallError),
    Code("SG474", "privilege on a protected table for a role that row security does not name",
         "row security refuses roles by name, and this one came after it",
         "give the role a purpose in the policy; or let an officer suspend the DDL guard, grant it, and apply the"
         " policy",
         errors.InstallError),
    Code("SG475", "definer function would reach a protected table past row security",
         "it acts as its owner, to whom no row security applies, for everybody who may call it",
         f"make it SECURITY INVOKER, or give it to another role; {_SUSPEND}",
         errors.InstallError),
    Code("SG476", "publication would carry a protected table",
         "a subscriber gets all rows: no ticket and no policy applies",
         f"leave the table out; {_SUSPEND}",
         errors.InstallError),
    Code("SG477", "guard or protected schema would be changed",
         "what protects the tables stands on schema `sminion`, and the policy knows schemas by their names",
         f"upgrade or uninstall with `sminion-guard`; {_SUSPEND}",
         errors.InstallError),
    Code("SG478", "DDL guard not installed",
         "only a superuser can make event triggers; without them nothing is refused that the owner of a table does",
         "run `sminion-guard install` again as a superuser; else run `sminion-guard plan` after each change of the"
         " schema",
         errors.InstallError),
    Code("SG479", "DDL guard cannot be suspended for so long",
         "a suspension that nobody ends must end by itself",
         "pass a time in the future, at most a day away",
         errors.InstallError),
)
