-- The purposes that a state permits, as bits: the defaults and the consents, less the objections, and of a blocked subject
-- only the purposes that still see it.
CREATE FUNCTION sminion.mask(policy sminion.policy, blocked boolean, consents bigint, objections bigint) RETURNS bigint
LANGUAGE sql
IMMUTABLE
RETURN (policy.default_bits | (consents & policy.consent_bits))
     & ~(objections & policy.objection_bits)
     & CASE WHEN blocked THEN policy.blocked_bits ELSE ~0::bigint END;
