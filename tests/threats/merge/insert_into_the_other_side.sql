-- INSERT into the other side
--@attack
INSERT INTO {b} (id, email) SELECT id + 1000, email FROM {a}
--@control
INSERT INTO {a} (id, email) SELECT id + 1000, email FROM {b}
