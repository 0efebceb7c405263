"""The one public call: text in, verdict out, from the cache where it was seen before."""

from __future__ import annotations

from sminion_guard.analyzer.cache import Cache
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.fold import folded
from sminion_guard.analyzer.frame import Frame, frame
from sminion_guard.analyzer.judge import judge
from sminion_guard.analyzer.limits import Budget
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.statements import Statement, resolve
from sminion_guard.analyzer.verdict import Verdict
from sminion_guard.policy.model import Policy

CACHED_VERDICTS = 8_192
CACHED_BYTES = 20_000
"""Longer texts are not kept: they are made of constants and hardly come again. Their shortened form (fold.py) is."""

_verdicts: Cache[Verdict] = Cache(CACHED_VERDICTS)
_frames: Cache[tuple[Policy, Frame]] = Cache(512)


def analyze(
    sql: str, *, catalog: Catalog, policy: Policy, purpose: str, search_path: tuple[str, ...] | None = None,
    compartment: str | None = None, server_version: int | None = None, standard_conforming_strings: bool = True,
) -> Verdict:
    """Judge a text of one or more statements.

    :param sql: the text as the driver sends it, with ``$1`` placeholders.
    :param catalog: what names mean.
    :param policy: what is allowed.
    :param purpose: the purpose the text is to run for.
    :param search_path: of the session; that of the catalog when it is None.
    :param compartment: role of the compartment that the transaction has entered; any of the purpose when it is None.
    :param server_version: major version of the server, such as 15; that of the catalog when it is None.
    :param standard_conforming_strings: the server's setting. When off it reads backslashes in literals differently.
    :returns: the verdict; that on an allowed text with long lists is the verdict on its shortened form, which is its
        ``sql`` then.
    :raises sminion_guard.errors.PolicyError: for a purpose the policy does not know.
    :raises ValueError: for a compartment that is not one of the purpose.
    """
    # Policies and catalogs are compared by identity, and the cached verdict holds its policy: an id is never reused.
    key = (
        sql, search_path, catalog.version, id(policy), purpose, compartment, server_version, standard_conforming_strings
    )
    found = _verdicts.get(key)
    if found is not None:
        return found
    path = catalog.search_path if search_path is None else search_path
    view = _frame(policy, purpose, compartment)
    version = server_version or catalog.server_version

    def judged(text: str) -> Verdict:
        return judge(text, _statements(text, catalog, path, view, version, standard_conforming_strings), view)

    short = folded(sql)
    if short == sql:
        verdict = judged(sql)
    else:
        shared = (short, *key[1:])
        known = _verdicts.get(shared)
        verdict = known or judged(short)
        if known is None and len(short) <= CACHED_BYTES:
            _verdicts.put(shared, verdict)
        if not verdict.allowed:
            exact = judged(sql)  # so that the places are those of the text that was sent
            verdict = verdict if any(reason.code == "SG112" for reason in exact.reasons) else exact
    if len(sql) <= CACHED_BYTES:
        _verdicts.put(key, verdict)
    return verdict


def clear_cache() -> None:
    """Forget every verdict."""
    _verdicts.clear()
    _frames.clear()


def _frame(policy: Policy, purpose: str, compartment: str | None) -> Frame:
    key = (id(policy), purpose, compartment)
    found = _frames.get(key)
    if found is None:
        found = (policy, frame(policy, purpose, compartment))
        _frames.put(key, found)
    return found[1]


def _statements(
    sql: str, catalog: Catalog, path: tuple[str, ...], view: Frame, version: int, conforming: bool
) -> list[Statement]:
    if not conforming and "\\" in sql:
        return [_failed(sql, Fact(FactKind.DISAGREEMENT, "`standard_conforming_strings` is off",
                                  "the server reads backslashes in literals, the parser does not"))]
    try:
        parts = parse(sql)
    except Unparsed as error:
        return [_failed(sql, error.fact)]
    usable = view.paths.get((path, catalog.version))
    if usable is None:
        if len(view.paths) > 256:  # a client that varies its path must not fill the memory
            view.paths.clear()
        usable = view.paths[path, catalog.version] = usable_path(path, catalog, view)
    fallback = None if usable == path else path
    budget = Budget.of(len(sql))
    found = []
    for part in parts:
        found.append(resolve(part, sql, catalog, usable, fallback=fallback, trusted=view.policy.trusted_functions,
                             sealed=frozenset(view.policy.depersonalized_views), version=version, budget=budget))
        if budget.left < 0:  # what follows would make work of its own, and the text is refused as it is
            break
    return found


def _failed(sql: str, fact: Fact) -> Statement:
    return Statement("unparsed", sql, 0, len(sql.encode("utf-8", "surrogatepass")), facts=(fact,))


def usable_path(path: tuple[str, ...], catalog: Catalog, view: Frame) -> tuple[str, ...]:
    """The schemas of the path that the server searches: it skips those that the role may not use."""
    held = {schema for entry in view.compartments for schema in entry.schemas}
    held |= {schema.name for schema in view.policy.schemas.values() if schema.neutral}
    if view.purpose.views is not None:
        held.add(view.purpose.views)
    held |= {entry.schema for entry in view.policy.depersonalized_views.values() if entry.purpose == view.purpose.name}
    return tuple(
        schema for schema in path if schema in held or schema in catalog.public_usage or schema == "pg_catalog"
    )
