SELECT d.subject, d.what, d.in_history, d.in_state FROM sminion.consent_differences() d
