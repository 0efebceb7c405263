SELECT a.id, a.basis, a.basis_ref, pg_catalog.host(a.client_address), a.application
FROM sminion.access_log a WHERE a.id = ANY (%(tickets)s::bigint[])
