-- The purposes that a state permits for rows of tables in one schema: fewer where a block is limited to schemas and this is one of them.
-- No search_path of its own, so that the planner puts the body in place of the call: row triggers ask it for each row.
CREATE FUNCTION sminion.mask_in(state sminion.subject_state, schema_name text) RETURNS bigint
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN CASE
  WHEN state.schemas_mask IS NULL THEN state.mask
  WHEN sminion.blocked_in(state.blocked_schemas, state.others_blocked_schemas, schema_name) THEN state.schemas_mask
  ELSE state.mask END;
