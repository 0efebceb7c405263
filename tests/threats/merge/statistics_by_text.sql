-- Statistics by text
--@attack
SELECT * FROM ts_stat('SELECT to_tsvector(email) FROM {b}')
--@control
SELECT count(*) FROM ts_stat('SELECT to_tsvector(email) FROM {b}')
