"""Groups of people for a recipient with ``k``: whom they name, how long they are remembered, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from sminion_guard import resources
from sminion_guard.disclosure.export import sending
from sminion_guard.disclosure.export.register import Register
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from tests.database.disclosure.groups import Groups, made

COUNT = "SELECT count(*) AS people FROM shop.person"


@pytest.fixture
def groups(server: Server, tmp_path: Path) -> Iterator[Groups]:
    with made(server, tmp_path) as found:
        yield found


def code(groups: Groups, query: str, to: str = "counter") -> str | None:
    try:
        groups.send(query, to)
    except GuardError as error:
        return error.code
    return None


@pytest.mark.parametrize(("query", "sizes"), [
    ("SELECT city, count(*) FROM shop.person WHERE age > 6 GROUP BY city", [38, 38, 38]),
    ("SELECT count(*) AS a, count(half) AS b, sum(score) FROM shop.person", [60, 120]),
    ("SELECT count(*) FROM shop.orders o JOIN shop.person p ON p.id = o.person_id WHERE o.word = 'lace'", [50]),
    ("SELECT count(*) FROM shop.item WHERE id > 100", [50]),
    ("SELECT count(*) FROM shop.gift", [40]),
    ("SELECT place, count(*) FROM shop.visit GROUP BY place", [30, 31]),
    ("SELECT count(*) FROM shop.visit", [50]),
    ("SELECT count(*) FROM shop.person UNION ALL SELECT count(*) FROM shop.orders", [100, 120]),
    ("SELECT p.city AS c, count(DISTINCT o.word) FROM shop.person AS p LEFT JOIN shop.orders o ON o.person_id = p.id"
     " GROUP BY c HAVING count(o.id) > 49", [33, 33, 34, 40, 40, 40]),
    ("SELECT count(*) FROM shop.person WHERE age > 1000", []),
])
def test_each_group_names_the_people_of_its_rows(groups: Groups, query: str, sizes: list[int]) -> None:
    made = groups.send(query)
    assert groups.sizes(made.disclosure) == sizes


def test_the_register_has_everybody_of_the_groups(groups: Groups) -> None:
    made = groups.send("SELECT team, count(*) FROM shop.person GROUP BY team HAVING team = 'T1'")
    assert made.persons == 15
    assert groups.database.execute("SELECT count(*) FROM sminion.disclosure_subject WHERE disclosure = %s",
                                   made.disclosure) == [(15,)]


def test_unchanged_groups_may_be_sent_again_and_changed_ones_may_not(groups: Groups) -> None:
    report = "SELECT city, count(*) AS people, sum(score) AS score FROM shop.person GROUP BY city"
    assert code(groups, report) is None
    groups.database.execute("UPDATE shop.person SET score = score + 1")
    assert code(groups, report) is None
    groups.database.execute("INSERT INTO shop.person SELECT n, '', 'Riga' FROM generate_series(121, 124) n")
    assert code(groups, report) == "SG744"
    groups.database.execute("INSERT INTO shop.person VALUES (125, '', 'Riga')")
    assert code(groups, report) is None


def test_recipients_have_nothing_in_common_and_one_without_k_gets_rows(groups: Groups) -> None:
    assert code(groups, COUNT) is None
    assert code(groups, f"{COUNT} WHERE id <> 5", "other") is None
    assert code(groups, "SELECT city FROM shop.person WHERE id = 5", "list") is None
    assert code(groups, "SELECT city FROM shop.person WHERE id = 5") == "SG740"
    assert code(groups, f"{COUNT} WHERE id <> 5") == "SG744"
    marks = groups.database.execute(
        "SELECT count(*) FROM sminion.sent_group a, unnest(a.persons) p, sminion.sent_group b, unnest(b.persons) q"
        " WHERE a.disclosure <> b.disclosure AND p = q AND a.size + b.size = 239"
        " AND (SELECT d.recipient FROM sminion.disclosure d WHERE d.id = a.disclosure)"
        " <> (SELECT d.recipient FROM sminion.disclosure d WHERE d.id = b.disclosure)")
    assert marks == [(0,)]


def test_what_failed_is_not_remembered(groups: Groups, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Register, *arguments: object, **more: object) -> int:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Register, "finish", broken)
        with pytest.raises(OSError, match="disk"):
            groups.send(COUNT)
    assert groups.database.execute("SELECT count(*) > 0 FROM sminion.sent_group") == [(True,)]
    assert code(groups, f"{COUNT} WHERE id <> 5") is None
    groups.database.execute("CALL sminion.maintain()")
    assert groups.database.execute("SELECT DISTINCT size FROM sminion.sent_group") == [(119,)]
    told = groups.database.execute("SELECT id, state FROM sminion.transfers ORDER BY id")
    assert [state for _, state in told] == ["failed", "finished"]
    with groups.database.connect() as connection:
        report = resources.sql_text("queries/subjects/report_disclosures").encode()
        assert len(connection.execute(report, {"keys": ["7"]}).fetchall()) == 1  # nor is a person told of it
    assert code(groups, COUNT) == "SG744"


def test_a_refusal_tells_no_people_and_no_sizes(groups: Groups) -> None:
    first = groups.send(f"{COUNT} WHERE age <= 50")
    with pytest.raises(GuardError) as caught:
        groups.send(f"{COUNT} WHERE age <= 53")
    said = f"{caught.value.message} {caught.value.detail} {caught.value.hint}"
    assert f"export {first.disclosure}," in said and "fewer than 5 people" in said and "repeated" in said
    assert not {"50", "53", "3"} & set(said.replace(",", " ").split()) - {str(first.disclosure)}
    with pytest.raises(GuardError) as caught:
        groups.send("SELECT team, count(*) FROM shop.person WHERE age < 20 GROUP BY team")
    assert caught.value.code == "SG743" and str(caught.value.message).startswith("8 of the groups")


def test_of_two_exports_at_once_that_isolate_people_together_one_is_refused(
    groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Barrier(2)
    again = sending.judge_again

    def meet(*arguments: object) -> None:
        both.wait(60)  # both have named their groups, and neither has ended
        again(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "judge_again", meet)

    def send(number: int) -> str | None:
        try:
            groups.send(COUNT if number else f"{COUNT} WHERE id <> 5", out=f"{number}.csv")
        except GuardError as error:
            return error.code
        return None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, (0, 1)), key=str) == [None, "SG744"]


def test_who_is_erased_still_counts_and_is_nowhere(groups: Groups) -> None:
    assert code(groups, COUNT) is None
    salt = "(SELECT salt FROM sminion.group_salt WHERE recipient = 'counter')"
    found = f"SELECT count(*) FROM sminion.sent_group WHERE persons @> ARRAY[sminion.group_mark({salt}, '7')]"
    assert groups.database.execute(found) == [(1,)]
    groups.database.execute("DELETE FROM shop.person WHERE id = 7")
    groups.database.execute("SELECT sminion.erase_from_log('7', 'asked')")
    assert groups.database.execute(found) == [(0,)]
    assert code(groups, COUNT) == "SG744"


def test_keys_of_one_person_count_once(groups: Groups) -> None:
    assert code(groups, f"{COUNT} WHERE id <= 5") is None
    groups.forget()
    groups.database.execute("SELECT sminion.merge_subjects('1', '2', 'one person')")
    assert code(groups, f"{COUNT} WHERE id <= 5") == "SG743"


def test_there_is_a_limit(groups: Groups) -> None:
    made = groups.send(COUNT)
    groups.database.execute(
        "INSERT INTO sminion.sent_group"
        " SELECT %s, 1000 + n, source, persons, counts, 5, buckets, sha256(n::text::bytea)"
        " FROM sminion.sent_group, generate_series(1, 4999) n WHERE disclosure = %s",
        made.disclosure, made.disclosure)
    assert code(groups, f"{COUNT} WHERE age > 50") == "SG745"


def test_a_policy_that_gets_k_meanwhile(groups: Groups) -> None:
    with groups.database.connect(f"{groups.name}_sender") as mine:
        number, _ = mine.execute(
            "SELECT disclosure, token FROM sminion.open_transfer('list', 'counting', 'a', 'b', 'q', sha256('q'),"
            " ARRAY['x'], ARRAY['behaviour'])").fetchone() or (0, "")
        with groups.database.connect() as admin:
            admin.execute("SET session_replication_role = replica")
            admin.execute(
                "UPDATE sminion.policy_version SET document = jsonb_set(document, '{recipients,list,k}', '5')")
        with pytest.raises(psycopg.Error, match="has named none"):
            mine.execute("SELECT sminion.finish_transfer(%s, 1, 1, sha256('f'))", [number])
