-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE <<table>> <<additions>>;
COMMENT ON COLUMN <<table>>.guard_mask IS <<meaning>>
