-- For which purposes a login may record the consent that it was just given: `may_record_consent` of the policy in force.
CREATE TABLE sminion.login_consent (
  login   name NOT NULL,
  purpose text NOT NULL,
  PRIMARY KEY (login, purpose)
);
COMMENT ON TABLE sminion.login_consent IS 'logins that may record consents, and for which purposes';
