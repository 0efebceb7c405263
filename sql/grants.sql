-- Nothing in schema `sminion` is for everybody. What logins, compartments, officers, auditors and maintenance may call
-- depends on the policy's roles, and stands in one place: sminion_guard/compiler/guard_grants.py.
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA sminion FROM PUBLIC;
REVOKE ALL ON SCHEMA sminion FROM PUBLIC;
-- But for the two that raise: row security calls them as whoever reads a protected table.
GRANT EXECUTE ON FUNCTION sminion.refuse_others(regclass, name[], name), sminion.refuse_partition(regclass, regclass, name) TO PUBLIC;
-- A number that row security of the journal compares as the login that writes.
GRANT SELECT ON SEQUENCE sminion.load_0 TO PUBLIC;
-- Global for this owner, since per-schema defaults cannot take away what PUBLIC has: row triggers come later.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
