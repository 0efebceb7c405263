SELECT m.subject, m.other, m.merged_at FROM sminion.merged_subjects m
WHERE %(subject)s::text IS NULL OR m.subject = %(subject)s ORDER BY m.subject, m.other
