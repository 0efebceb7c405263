-- The statements that follow name their schemas; operators are those of PostgreSQL.
SET LOCAL search_path TO pg_catalog, pg_temp;
DO $sminion$
BEGIN
  IF pg_catalog.to_regnamespace('sminion') IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG480',
      MESSAGE = 'schema `sminion` is there already',
      DETAIL = 'The guard was installed by `sminion-guard install` or by its script, or the schema is somebody else''s.',
      HINT = 'Upgrade that installation with `sminion-guard install`; or remove policy and guard first: '
        || '`sminion-guard apply --remove`, `sminion-guard uninstall`.';
  END IF;
END
$sminion$;
