"""Where people are numbered apart, a sentence explains an access to the one whom it means, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.audit.reading import Kind, Question, read
from sminion_guard.audit.unexplained import find
from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit.readings import ticket
from tests.database.audit.test_journal import shape
from tests.firm import Firm, new_firm

EVERYBODY = ("customer:5", "customer:6", "employee:5", "employee:6", "employee:7", "partner:5", "partner:customer:6")
SENTENCES = {
    "meeting": "ticket.basis_ref is firm.meeting.id of this subject",
    "badge": "ticket.basis_ref is firm.badge.id of this subject",
    "gift": "ticket.basis_ref is firm.gift.id of this subject",
    "partner": "ticket.basis_ref is firm.partner.id of this subject",
    "named": "the ticket's subject is the subject",
}


@pytest.fixture(scope="module")
def firm(server: Server) -> Iterator[Firm]:
    with new_firm(server) as firm:
        yield firm


def explained(firm: Firm, sentence: str, **said: str) -> set[str]:
    """Whom of everybody an access under such a ticket needs no other explanation for."""
    firm.apply(firm.policy(**{'title = "Work"': f'title = "Work"\nexplains = ["{SENTENCES[sentence]}"]'}))
    with firm.connect() as app:
        own = journal.opened(app)
        number = ticket(app, purpose="work", **said)
        came = {"outcome": "done", "codes": [], "microseconds": 7, "rows": 7, "subjects": list(EVERYBODY)}
        journal.write(app, own, 1, [{"ticket": number, "shape": shape(app)} | came])
    with psycopg.connect(firm.database.dsn(f"{firm.name}_officer"), autocommit=True) as auditor, \
            read(auditor, Question(Kind.UNEXPLAINED)) as log:
        found = find(log)
    return set(EVERYBODY) - {each.access.subject for each in found.ranked if each.access.ticket == number}


@pytest.mark.parametrize(("sentence", "said", "whom"), [
    # columns of several kinds in one table
    ("meeting", {"basis_ref": "1"}, {"customer:5"}),
    ("meeting", {"basis_ref": "2"}, {"employee:5"}),
    ("meeting", {"basis_ref": "3"}, {"customer:6", "employee:7"}),
    ("meeting", {"basis_ref": "4"}, set()),
    # a path, which has the kind of the table where it ends
    ("badge", {"basis_ref": "6"}, {"employee:6"}),
    # two columns of one kind
    ("gift", {"basis_ref": "1"}, {"customer:5", "customer:6"}),
    # a key that looks like a kind and a key
    ("partner", {"basis_ref": "customer:6"}, {"partner:customer:6"}),
    ("partner", {"basis_ref": "5"}, {"partner:5"}),
    # the ticket's own, with its kind
    ("named", {"subject": "5", "kind": "employee"}, {"employee:5"}),
    ("named", {"subject": "customer:6", "kind": "partner"}, {"partner:customer:6"}),
], ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else str(value))
def test_a_sentence_means_people_of_its_kind(firm: Firm, sentence: str, said: dict[str, str], whom: set[str]) -> None:
    assert explained(firm, sentence, **said) == whom
