-- Since which epoch the tickets of a login for a compartment are good. An epoch in which something changed that such a ticket
-- stands on is the first one whose tickets are good: see record_policy. Without a row none is.
--
-- Every guarded statement finds its row here, by the one index. It says nothing of an open ticket itself: a ticket whose
-- transaction commits after the policy changed names the epoch that it was opened in, and is refused like all others.
CREATE TABLE sminion.login_compartment (
  login name    NOT NULL,
  role  name    NOT NULL,
  -- the login may hold incompatible purposes, so that its transactions are marked
  alternating boolean NOT NULL,
  since integer NOT NULL REFERENCES sminion.policy_version (epoch),
  PRIMARY KEY (login, role)
);
COMMENT ON TABLE sminion.login_compartment IS 'compartments of each login, and since which epoch its tickets for them are good';
