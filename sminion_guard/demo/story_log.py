"""The story, last part: what the auditor finds in the log, and what nobody can do to it."""

from __future__ import annotations

from sminion_guard.demo.answer import refused, rows, some, value
from sminion_guard.demo.asking import DENIED, say
from sminion_guard.demo.shop import HEROINE, Shop
from sminion_guard.embedded import Server


def access_log(shop: Shop) -> None:
    """The tickets and the statements as the auditor sees them."""
    printer = shop.printer
    printer.chapter("The log", """Amir audits. He sees who acted, what for and why, and no data. Each row
        a purpose has read or written in this story stands behind one of these tickets.""")
    say(shop, "amir", """
        SELECT login, purpose, count(*) AS tickets,
               min(opened_at)::time(0) AS first, count(revoked_at) AS revoked
        FROM sminion.access_log
        WHERE reason <> 'tries every table'
        GROUP BY login, purpose ORDER BY login, purpose""", some(8), shown=20)
    say(shop, "amir", f"""
        SELECT id, actor, purpose, reason, subject
        FROM sminion.access_log
        WHERE subject = 'customer:{HEROINE}' AND login = 'shop_support'
          AND reason <> 'tries every table'""", rows(2))
    say(shop, "amir", """
        SELECT id, actor, purpose, revoked_by, revoked_why
        FROM sminion.access_log WHERE revoked_at IS NOT NULL""", rows(2))
    say(shop, "amir", f"""
        SELECT at::time(0), event, purpose, reason, actor
        FROM sminion.subject_history
        WHERE subject = 'customer:{HEROINE}' ORDER BY id""", rows(5))
    printer.say("""The engine of the last chapter recorded each statement, and released its result only when the record
        was on disk. The log has no constants, so it is no copy of the data.""")
    say(shop, "amir", """
        SELECT login, verdict, array_to_string(codes, ' ') AS codes,
               array_to_string(relations, ' ') AS relations, rows
        FROM sminion.statement_log ORDER BY at, writer, place""", rows(6), shown=6)
    printer.say("""A session writes its records into a journal, which is quick. Maintenance moves them to the log; the
        engines of an application do that by themselves, and here the night's job does it. Auditors see both as one.""")
    say(shop, "night_job", "CALL sminion.maintain()", value(False))
    say(shop, "amir", """
        SELECT journal_rows, unsettled, stuck, months_ahead, failed
        FROM sminion.maintenance_status""", rows(1))
    printer.say("""Who touched whose data? What was read comes from that engine; what was written is recorded by
        triggers, whoever writes: the complaint was mended by a plain connection.""")
    say(shop, "amir", """
        SELECT login, reason, array_to_string(operations, ' ') AS operations,
               count(DISTINCT subject) AS people
        FROM sminion.subject_access WHERE login = 'shop_support'
        GROUP BY 1, 2, 3 ORDER BY 2""", rows(2))
    say(shop, "amir", "SELECT count(*) FROM crm.customer", refused(DENIED, message="schema crm"))
    say(shop, "amir", "DELETE FROM sminion.ticket", refused(DENIED))
    say(shop, Server.superuser, "DELETE FROM sminion.ticket", refused("SG505"))
