-- The purposes that a state permits, as bits: by what was decided for the key itself, and by what other keys of the same person deny.
CREATE FUNCTION sminion.state_mask(policy sminion.policy, state sminion.subject_state) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN CASE WHEN state.erased THEN 0 ELSE sminion.mask(
  policy, state.blocked OR coalesce(state.others_blocked, false), state.consents & ~coalesce(state.others_denied, 0),
  state.objections | coalesce(state.others_denied, 0)) END;
