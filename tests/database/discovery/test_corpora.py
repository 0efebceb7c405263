"""Discovery on schemas that nobody here wrote: `policy check` accepts the file, and subjects are right or open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from sminion_guard.discovery import Draft, discover, write
from sminion_guard.discovery.model import Subject
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.truth import corpora

pytestmark = pytest.mark.corpora

CORPORA = ("chinook", "musicbrainz", "pagila", "procrastinate", "river", "tpch")
LABELS = Path(__file__).with_name("subjects.tsv")
PAGE = Path(__file__).parents[3] / "docs" / "DISCOVERY.md"


@dataclass
class Score:
    """Answers about whom rows are about: right ones, open questions, and wrong ones by table."""

    right: int = 0
    open: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def tables(self) -> int:
        return self.right + self.open + len(self.wrong)


@pytest.fixture(scope="module")
def drafts(server: Server) -> Iterator[dict[str, Draft]]:
    found = {}
    for name in CORPORA:
        with servers.new_database(server) as database:
            corpora.create(name, database)
            with psycopg.connect(database.dsn()) as connection:
                found[name] = discover(connection, sample=True)
    yield found


@pytest.fixture(scope="module")
def scores(drafts: dict[str, Draft]) -> dict[str, Score]:
    labels = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            corpus, table, answers = line.split("\t")
            labels[corpus, table] = {answer.strip() for answer in answers.split("|")}
    found = {name: Score() for name in drafts}
    for name, draft in drafts.items():
        known = {table for corpus, table in labels if corpus == name}
        assert known <= {relation.qualified for relation in draft.database.relations.values()}
        for key, subject in draft.subjects.items():
            table, score = ".".join(key), found[name]
            if not subject.known:
                score.open += 1
            elif said(subject) in labels.get((name, table), {"nobody"}):
                score.right += 1
            else:
                score.wrong.append(f"{table}: {said(subject)}")
        print(f"{name}: {score}")
    return found


def said(subject: Subject) -> str:
    if subject.path is not None:
        return f"{subject.path.column} -> {'.'.join(subject.path.parent)}"
    return ", ".join(sorted(column for column, _, _ in subject.columns)) or "nobody"


@pytest.mark.parametrize("name", CORPORA)
def test_policy_check_accepts_the_file(drafts: dict[str, Draft], name: str) -> None:
    policy = loads(write(drafts[name]))
    assert sum(1 for _ in policy.tables()) == len(drafts[name].database.relations)


def test_subjects_are_right_or_open(scores: dict[str, Score]) -> None:
    tables = sum(score.tables for score in scores.values())
    wrong = [line for score in scores.values() for line in score.wrong]
    assert 1 - len(wrong) / tables >= 0.95, wrong


@pytest.fixture(scope="module")
def about_people(drafts: dict[str, Draft]) -> tuple[int, int, int]:
    """Of the tables that are about people: how many there are, are right, and are open."""
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    labelled = [line.split("\t") for line in lines if not line.startswith("#")]
    answers = [
        (drafts[corpus].subjects[(*table.split("."),)], wanted)  # type: ignore[index]
        for corpus, table, wanted in labelled if not wanted.startswith("?")
    ]
    right = sum(subject.known and said(subject) in {one.strip() for one in wanted.split("|")}
                for subject, wanted in answers)
    return len(answers), right, sum(not subject.known for subject, _ in answers)


def test_most_tables_about_people_are_known(about_people: tuple[int, int, int]) -> None:
    """An open question everywhere would be right too, and no help."""
    tables, right, _ = about_people
    assert right / tables >= 0.85


def test_the_docs_have_these_figures(scores: dict[str, Score], about_people: tuple[int, int, int]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, score in scores.items():
        assert f"| {name} | {score.tables} | {score.right} | {score.open} | {len(score.wrong)} |" in page
    tables, right, unknown = about_people
    assert f"Of the {tables} tables about people, {right} are right and {unknown} open" in page
