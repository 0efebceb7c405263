"""In which forms a key is recognized in a text, by PostgreSQL itself, and in which it is not."""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.subjects.verification.key import Column, Key, Parameters

UUID = "3f2b8c1e-9a4d-4f6e-8b7a-0c1d2e3f4a5b"
FOUND = {
    ("bigint", "42"): ("42", "a 42 b", "id=42&x", "{1,42}", '{"id": 42}', "customer:42", "user_42", "invoice_42.pdf",
                       "(42,x)", "[42,43)", r'"x\n42"', r"\303\25142", "42.", "x.42", "-42", "42, 43"),
    ("bigint", "-7"): ("-7", "{-7}"),
    ("uuid", UUID): (UUID, UUID.upper(), UUID.replace("-", ""), f"urn:uuid:{UUID}", f'["{UUID}"]', f"/u/{UUID}/x"),
    ("text", "a.b+c@x.example"): ("a.b+c@x.example", "A.B+C@X.example",
                                  "<a.b+c@x.example>", "mailto:a.b+c@x.example?s"),
    ("text", "Ünal (2)"): ("of Ünal (2), yes",),
}
NOT_FOUND = {
    ("bigint", "42"): ("142", "420", "4 2", "a42", "42b", "0.42", "42.5", "10.0.42.1", "2026-01-02", ""),
    ("uuid", UUID): (UUID[:-1], "a" + UUID.replace("-", ""), UUID[:-1] + "c"),
    ("text", "a.b+c@x.example"): ("axb+c@x.example", "a.bc@x.example", "za.b+c@x.example", "a.b+c@x.examples"),
}


@pytest.mark.parametrize("found", [True, False])
def test_a_key_is_a_word(server: Server, found: bool) -> None:
    with psycopg.connect(server.dsn()) as connection:
        for (type_, raw), texts in (FOUND if found else NOT_FOUND).items():
            pattern = Key.of(raw, type_).pattern
            for text in texts:
                assert connection.execute("SELECT %s::text ~ %s", [text, pattern]).fetchone() == (found,), (raw, text)


@pytest.mark.parametrize(("type_", "raw"), [
    ("bigint", "x"), ("bigint", ""), ("bigint", str(2**63)), ("uuid", "42"), ("text", ""), ("text", "a\0b")])
def test_what_is_no_key_of_the_type_is_refused_without_naming_it(type_: str, raw: str) -> None:
    with pytest.raises(GuardError, match="SG580") as refused:
        Key.of(raw, type_)
    assert not raw or raw not in str(refused.value).replace(type_, "").replace("text", "")


def test_a_statement_names_no_key_and_asks_no_cast_of_a_column() -> None:
    for type_, raw in FOUND:
        given = Parameters(Key.of(raw, type_))
        for name in ("int4", "int8", "uuid", "text", "jsonb", "bytea", None):
            for _, condition in Key.of(raw, type_).conditions(Column('a"b', name, "U", None, False), given):
                assert raw not in condition.replace("$42", "") and 't."a""b"::' not in condition
    for name in ("date", "bool", "timestamptz", "inet"):
        assert Key.of("42", "bigint").conditions(Column("c", name, "D", None, False), given) == ()
