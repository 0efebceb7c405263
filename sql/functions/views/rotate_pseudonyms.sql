-- Gives a depersonalized view another secret: its pseudonyms are others from now on, and nobody joins what is read later to what was read before.
CREATE FUNCTION sminion.rotate_pseudonyms(view text, reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(rotate_pseudonyms.reason);
BEGIN
  UPDATE sminion.view_key k SET inner_pad = p.inner_pad, outer_pad = p.outer_pad, made_at = clock_timestamp()
  FROM sminion.hmac_pads(NULL) p
  WHERE k.view = rotate_pseudonyms.view;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG270',
      MESSAGE = format('no depersonalized view `%s`', sminion.log_text(rotate_pseudonyms.view, 130)),
      HINT = 'Pass the name of a view of the policy, as `schema.view`.';
  END IF;
  PERFORM sminion.record_act('rotate_pseudonyms', jsonb_build_object('view', rotate_pseudonyms.view), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.rotate_pseudonyms(text, text) IS 'gives a depersonalized view other pseudonyms from now on';
