-- INSERT from the other side
--@attack
INSERT INTO {a} (id, email) SELECT id + 1000, email FROM {b}
--@control
INSERT INTO {a} (id, email) SELECT id + 1000, email FROM {b}
