"""Two versions of a policy of everything that the pages show, with the longest words."""

from __future__ import annotations

from sminion_guard.policy import Policy, loads
from tests.policies import SHOP

RIGHTS = """
[operator]
name = "Shop Ltd"
address = "1 Long Road, Smalltown"
contact = "privacy-and-data-protection-of-customers@a-shop-with-a-long-name.example"

[request]
profile = "RU"
clarify = { term = "7 working days", from = "proof", interim = "block" }

[purpose.advice]
title = "Donaudampfschifffahrtsgesellschaftskapitänsmützenempfehlungen"
basis = "legitimate_interest"
needs = ["contact", "identity"]
may = ["use", "transfer"]

[[further]]
data_of = "contract"
may_serve = ["advice"]
why = "Customers expect it."
"""
BEFORE = loads(SHOP + RIGHTS)


def after() -> Policy:
    """Another version, in which something of each kind has changed."""
    text = SHOP + RIGHTS
    for old, new in (
        ('version = "2026-11-01"', 'version = "2026-12-01"\nbackup = "dumps"\nrequire_tls = false'),
        ('title = "Newsletter"\nbasis = "consent"', 'title = "Letters of news"\nbasis = "contract"'),
        ('needs = ["identity", "contact"]', 'needs = ["identity", "birth"]'),
        ('needs = ["payment"]\nmay = ["collect", "use", "clarify", "delete"]',
         'needs = ["payment"]\nmay = ["use", "transfer"]\nsees_blocked = true'),
        ('keep = "3 years"', 'keep = "1 year 6 months"'),
        ('never = ["identity", "contact", "device", "key"]', 'never = ["identity", "birth", "device", "key"]'),
        ('contract = "DPA-2026-04"\npurposes = ["news"]', 'contract = "DPA-2026-05"\npurposes = ["contract"]'),
        ('"7 working days"', '"5 working days"'),
        ('collected_for = ["news"]', 'collected_for = ["news", "winter"]\n[schema.mail.reader]\nsubject = "id"\n'
         'columns = { id = "key", email = "contact" }'),
        ("1 Long Road", "2 Short Street"),
        ("Customers expect it.", "Customers asked for it."),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return loads(text + """
[purpose.winter]
title = "Winter coats"
basis = "consent"
needs = ["contact"]
may = ["use"]

[recipient.post]
title = "The post"
contract = "P-1"
purposes = ["contract"]
never = []
""")


AFTER = after()
