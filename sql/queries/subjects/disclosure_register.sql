SELECT r.id, r.disclosed_at, r.recipient, r.contract, r.purpose, r.basis, r.basis_ref, r.categories, r.state, r.persons, r.at_most, r.reason,
       coalesce(r.actor, r.login::text) AS who, r.policy_version
FROM sminion.disclosure_register r
WHERE (%(recipient)s::text IS NULL OR r.recipient = %(recipient)s::text) AND (%(purpose)s::text IS NULL OR r.purpose = %(purpose)s::text)
  AND (NOT %(legal)s::boolean OR r.basis IN ('legal_obligation', 'mandatory_disclosure', 'vital_interest'))
ORDER BY r.disclosed_at DESC, r.id DESC LIMIT %(most)s::bigint
