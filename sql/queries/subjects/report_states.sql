SELECT h.at, h.event, h.purpose, h.reason, h.schemas, h.until FROM sminion.subject_history h WHERE h.subject = ANY (%(keys)s::text[]) ORDER BY h.id
