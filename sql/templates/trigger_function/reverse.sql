DROP FUNCTION IF EXISTS sminion.<<function>>()
