SELECT h.at, h.event, h.purpose, h.reason FROM sminion.subject_history h WHERE h.subject = %(subject)s ORDER BY h.id
