-- Whether this connection is encrypted by TLS. Asked as sminion_owner, which sees that of others than itself only as a member
-- of pg_read_all_stats (see roles/sminion_owner); without it the answer is false, and who must be encrypted is refused.
-- By process, as the view pg_stat_ssl reads those of all sessions.
CREATE FUNCTION sminion.encrypted() RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN coalesce((SELECT s.ssl FROM pg_stat_get_activity(pg_backend_pid()) s), false);
END
$sminion$;
