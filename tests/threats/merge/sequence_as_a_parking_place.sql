-- Sequence as a parking place
--@without sales
--@attack
SELECT setval('sales.item_id_seq', id) FROM {a}
--@control
SELECT a.email FROM {a} a JOIN {b} b USING (id)
