-- What the people of groups that were sent are hashed with, for each recipient: the hashes of two recipients have nothing in common. It goes when
-- nothing that was hashed with it is remembered any more. Nobody but sminion_owner reads it.
CREATE TABLE sminion.group_salt (
  recipient text  COLLATE "C" PRIMARY KEY,
  salt      bytea NOT NULL CHECK (length(salt) = 32)
);
COMMENT ON TABLE sminion.group_salt IS 'what people of groups are hashed with, for each recipient';
