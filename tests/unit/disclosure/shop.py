"""A catalog and a policy with recipients, for what may leave."""

from __future__ import annotations

from datetime import date
from typing import Any

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog import Column, Relation
from sminion_guard.disclosure import ExportVerdict, judge_export
from sminion_guard.policy import loads
from tests.unit.analyzer.shop import function, relation

TODAY = date(2026, 11, 28)
POLICY = loads("""
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
trusted_functions = ["web.opaque"]

[purpose.analytics]
title = "Know what is read"
basis = "legitimate_interest"
needs = "*"
may = ["use", "transfer"]

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["contact"]
may = ["use", "transfer"]

[purpose.support]
title = "Answer questions"
basis = "contract"
needs = ["contact"]
may = ["use"]

[schema.web]
collected_for = ["analytics", "contract", "support"]
neutral = ["country"]
[schema.web.person]
subject = "id"
[schema.web.person.columns]
id = "key"
email = "contact"
born_on = "birth"
segment = "behaviour"
level = "behaviour"
slug = "behaviour"
shout = "behaviour"
hidden = "none"
[schema.web.view]
subject = "person_id"
columns = { id = "key", person_id = "key", page = "behaviour", seen_at = "none", ip = "device" }
[schema.web.masked]
subject = false
columns = { page = "none", mark = "none" }

[schema.web.bare]
subject = false
columns = { bare = "none" }

[recipient.analyst]
title = "Web analytics provider"
contract = "DPA-1"
purposes = ["analytics"]
gives = ["behaviour"]
never = ["contact", "device"]
until = 2026-11-28

[recipient.carrier]
title = "Carrier"
contract = "DPA-2"
purposes = ["contract", "support", "analytics"]
never = ["birth", "key"]

[recipient.archive]
title = "Archive"
contract = "DPA-3"
purposes = ["analytics"]
gives = ["key", "behaviour"]
never = []
""")
PERSON = Relation(
    "web", "person", "r",
    (
        *(Column(name, "pg_catalog.text") for name in ("id", "email", "born_on", "segment", "level", "hidden")),
        *(Column(name, "pg_catalog.text", None, True) for name in ("slug", "shout", "unknown")),
        Column("guard_mask", "pg_catalog.int8"),
    ),
    generated={"slug": "md5((email || 'x'::text))", "shout": "upper(segment)"},
)
RELATIONS = (
    PERSON,
    relation("web", "view", "id person_id page seen_at ip"),
    relation("web", "masked", "page mark", kind="v",
             definition="SELECT v.page, md5(p.email) AS mark FROM web.view v JOIN web.person p ON p.id = v.person_id"),
    relation("web", "country", "code name"),
    relation("public", "chain", "word", kind="v", public="r", invoker=True,
             definition="SELECT mark AS word FROM web.masked"),
    relation("public", "honest", "word", kind="v", public="r", invoker=True,
             definition="SELECT segment AS word FROM web.person"),
    relation("web", "bare", "bare", kind="v", definition="SELECT guard_mask AS bare FROM web.person"),
    relation("public", "copy", "word", public="r"),
)
FUNCTIONS = (
    function("web", "mail_of", "SELECT email FROM web.person WHERE id = $1", names="who", volatility="s"),
    function("web", "segment_of", "SELECT segment FROM web.person WHERE id = $1", names="who", volatility="s"),
    function("web", "word_of", "SELECT upper($1)", names="what", volatility="s"),
    function("web", "opaque", "BEGIN RETURN (SELECT email FROM web.person LIMIT 1); END", "plpython3u", names="what"),
)
_BY_NAME: dict[tuple[str, str], Any] = {(entry.schema, entry.name): (entry,) for entry in FUNCTIONS}
CATALOG = Catalog("export-1", "shop", 18, ("web", "public"), {entry.key: entry for entry in RELATIONS}, _BY_NAME,
                  public_usage=frozenset({"public"}))


def judged(sql: str, recipient: str = "analyst", purpose: str = "analytics", today: date = TODAY) -> ExportVerdict:
    """The verdict on sending the rows of ``sql``."""
    return judge_export(sql, catalog=CATALOG, policy=POLICY, recipient=recipient, purpose=purpose, today=today)


def codes(sql: str, *arguments: Any) -> list[str]:
    """The codes of the reasons, each once."""
    return list(dict.fromkeys(reason.code for reason in judged(sql, *arguments).reasons))
