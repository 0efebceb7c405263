-- What a state permits in the schemas of limited blocks, as bits: there the person is blocked. NULL where no block is limited.
CREATE FUNCTION sminion.schemas_mask(policy sminion.policy, state sminion.subject_state) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN state.blocked_schemas IS NOT NULL OR state.others_blocked_schemas IS NOT NULL
  THEN sminion.state_mask(policy, state) & policy.blocked_bits END;
