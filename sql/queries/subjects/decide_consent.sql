SELECT CASE %(decision)s::text
  WHEN 'given' THEN sminion.give_consent(
    %(subject)s::text, %(purpose)s, %(reason)s, %(actor)s, %(kind)s, %(given_at)s::timestamptz, %(text_sha256)s::bytea, %(channel)s,
    %(until)s::timestamptz)
  WHEN 'refused' THEN sminion.refuse_consent(
    %(subject)s::text, %(purpose)s, %(reason)s, %(actor)s, %(kind)s, %(given_at)s::timestamptz, %(text_sha256)s::bytea, %(channel)s)
  WHEN 'withdrawn' THEN sminion.withdraw_consent(%(subject)s::text, %(purpose)s, %(reason)s, %(actor)s, %(kind)s) END
