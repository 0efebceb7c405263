-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody.
ALTER TABLE <<table>> <<additions>>
