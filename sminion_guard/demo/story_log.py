"""The story, last part: what the auditor finds in the log, and what nobody can do to it."""

from __future__ import annotations

from sminion_guard.demo.answer import refused, rows, some
from sminion_guard.demo.asking import DENIED, say
from sminion_guard.demo.stage import HEROINE, Stage
from sminion_guard.embedded import Server


def access_log(stage: Stage) -> None:
    """The tickets as the auditor sees them."""
    stage.teller.chapter("The log", """Amir audits. He sees who acted, what for and why, and no data. Each row
        a purpose has read or written in this story stands behind one of these tickets.""")
    say(stage, "amir", """
        SELECT login, purpose, count(*) AS tickets, min(opened_at)::time(0) AS first,
               count(revoked_at) AS revoked
        FROM sminion.access_log
        WHERE reason <> 'tries every door'
        GROUP BY login, purpose ORDER BY login, purpose""", some(8), shown=20)
    say(stage, "amir", f"""
        SELECT id, login, actor, purpose, reason, subject
        FROM sminion.access_log
        WHERE subject = '{HEROINE}' AND login = 'shop_support' AND reason <> 'tries every door'""", rows(1))
    say(stage, "amir", """
        SELECT id, actor, purpose, revoked_by, revoked_why
        FROM sminion.access_log WHERE revoked_at IS NOT NULL""", rows(1))
    say(stage, "amir", f"""
        SELECT at::time(0), event, purpose, reason, actor, policy_version
        FROM sminion.subject_history
        WHERE subject = '{HEROINE}' ORDER BY id""", rows(5))
    say(stage, "amir", "SELECT count(*) FROM crm.customer", refused(DENIED, message="schema crm"))
    say(stage, "amir", "DELETE FROM sminion.ticket", refused(DENIED))
    say(stage, Server.superuser, "DELETE FROM sminion.ticket", refused("SG505"))
