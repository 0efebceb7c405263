-- What ended the tickets of a login for a compartment, one row for each change of a policy that concerned them. A refusal
-- names what stands here; whether a ticket is good is for sminion.login_compartment to say.
CREATE TABLE sminion.policy_change (
  epoch   integer NOT NULL REFERENCES sminion.policy_version (epoch),
  login   name   NOT NULL,
  role    name   NOT NULL,
  purpose text    NOT NULL,
  change  text   NOT NULL,
  PRIMARY KEY (login, role, epoch, change)
);
COMMENT ON TABLE sminion.policy_change IS 'changes of policies that ended tickets; append-only';
