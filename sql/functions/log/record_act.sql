-- Records an act of an officer or a DBA that no other table has. `detail` never has data of a person.
CREATE FUNCTION sminion.record_act(act text, detail jsonb, reason text) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.act (act, detail, reason) VALUES (record_act.act, record_act.detail, record_act.reason) RETURNING id
$sminion$;
