"""What another policy changes, in the words of policies: who sees more, and who sees less.

Policies are compared by what they give, not by how they say it: a category that moves with its columns changes
nothing. What cannot be compared, such as two rules of rows, counts as more, so that somebody looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from sminion_guard.policy.access import TableAccess, table_access
from sminion_guard.policy.compartments import mergeable
from sminion_guard.policy.differences.recipient_columns import differences_of_columns
from sminion_guard.policy.differences.recipients import differences_of_recipients
from sminion_guard.policy.differences.sentence import Sentence
from sminion_guard.policy.differences.terms import rights
from sminion_guard.policy.differences.views import views
from sminion_guard.policy.interval import may_exceed
from sminion_guard.policy.model import Anonymous, Basis, ConsentOnChange, InReport, Policy, RetentionEnd, Table
from sminion_guard.policy.names import backup_role

_NOTHING = TableAccess("", (), (), (), False)
_OPERATIONS = (("use", "see"), ("collect", "fill in"), ("clarify", "change"))


@dataclass(frozen=True, slots=True)
class Difference:
    """Between the policy in force and another one.

    :param sentences: what is different: first what widens.
    :param logins: those that act for a purpose that is concerned, sorted.
    :param tables: those that are concerned, sorted.
    """

    sentences: tuple[Sentence, ...]
    logins: tuple[str, ...]
    tables: tuple[str, ...]

    @property
    def widening(self) -> tuple[Sentence, ...]:
        """The sentences by which somebody sees or may do more."""
        return tuple(entry for entry in self.sentences if entry.widens)

    def summary(self) -> str:
        """How many logins and tables are concerned."""
        return f"{_count(len(self.logins), 'login')}, {_count(len(self.tables), 'table')} concerned"


def difference(before: Policy, after: Policy) -> Difference:
    """What ``after`` changes of ``before``."""
    found = [
        *_backup(before, after), *_consents(before, after),
        *_logins(before, after), *_purposes(before, after), *accesses(before, after), *views(before, after),
        *_merges(before, after), *_rows(before, after),
        *_neutral(before, after), *differences_of_recipients(before, after),
        *differences_of_columns(before, after), *_tickets(before, after), *rights(before, after),
    ]
    concerned = {entry.purpose for entry in found if entry.purpose is not None}
    everybody = any(entry.purpose is None for entry in found)
    logins = {
        login.name for policy in (before, after) for login in policy.logins.values()
        if everybody or not concerned.isdisjoint(login.purposes)
    }
    tables = {entry.table for entry in found if entry.table is not None}
    return Difference(
        tuple(sorted(found, key=lambda entry: not entry.widens)), tuple(sorted(logins)), tuple(sorted(tables)))


def _backup(before: Policy, after: Policy) -> Iterator[Sentence]:
    """The role for dumps; the reason alone changes nothing."""
    role = backup_role(after.name)
    if after.backup and not before.backup:
        yield Sentence(f"members of `{role}` read all rows of all tables, for dumps", True)
    elif before.backup and not after.backup:
        yield Sentence(f"nobody reads all rows as `{role}` any more, for dumps", False)


def _consents(before: Policy, after: Policy) -> Iterator[Sentence]:
    renewed = after.consent is ConsentOnChange.RENEW
    if before.consent is not after.consent:
        yield Sentence(
            f"people are {'now' if renewed else 'no longer'} asked again where a version widens what they consented to",
            not renewed)


def _logins(before: Policy, after: Policy) -> Iterator[Sentence]:
    for name in sorted(before.logins.keys() | after.logins.keys()):
        old, new = before.logins.get(name), after.logins.get(name)
        had, has = set(old.purposes if old else ()), set(new.purposes if new else ())
        for purpose in sorted(has - had):
            yield Sentence(f"login `{name}` may now act for `{purpose}`", True, purpose)
        for purpose in sorted(had - has):
            yield Sentence(f"login `{name}` may no longer act for `{purpose}`", False, purpose)
        for attribute, text in (("may_hold_incompatible", "hold incompatible purposes"), ("may_own", "own tables")):
            could, can = bool(getattr(old, attribute, None)), bool(getattr(new, attribute, None))
            if could != can:
                yield Sentence(f"login `{name}` may {'now' if can else 'no longer'} {text}", can)
        recorded, records = (set(login.may_record_consent if login else ()) for login in (old, new))
        for purpose in sorted(recorded ^ records):
            may = purpose in records
            yield Sentence(f"login `{name}` may {'now' if may else 'no longer'} record consents to `{purpose}`", may)
        sent, sends = (set(login.transfers_to if login else ()) for login in (old, new))
        for recipient in sorted(sent ^ sends):
            may = recipient in sends
            yield Sentence(f"login `{name}` may {'now' if may else 'no longer'} send data to `{recipient}`", may)
        if old and new and old.tickets_per_minute != new.tickets_per_minute:
            yield Sentence(f"login `{name}` may open {new.tickets_per_minute} tickets a minute,"
                           f" and could open {old.tickets_per_minute}", new.tickets_per_minute > old.tickets_per_minute)
        if old and new and old.log_mb_per_minute != new.log_mb_per_minute:
            yield Sentence(f"login `{name}` may write {new.log_mb_per_minute} MB of the log a minute,"
                           f" and could write {old.log_mb_per_minute}", new.log_mb_per_minute > old.log_mb_per_minute)


def _purposes(before: Policy, after: Policy) -> Iterator[Sentence]:
    for name in sorted(before.purposes.keys() | after.purposes.keys()):
        old, new = before.purposes.get(name), after.purposes.get(name)
        if old is None or new is None:
            yield Sentence(f"purpose `{name}` is {'new' if old is None else 'gone'}", old is None, name)
            continue
        if old.sees_blocked != new.sees_blocked:
            yield Sentence(
                f"`{name}` {'now' if new.sees_blocked else 'no longer'} sees blocked people", new.sees_blocked, name)
        if old.basis is not new.basis:
            # Without consent, people are seen who gave none; without legitimate interest, people who object.
            needs = {Basis.CONSENT, Basis.LEGITIMATE_INTEREST}
            yield Sentence(
                f"the basis of `{name}` is now {new.basis.value}, and was {old.basis.value}",
                old.basis in needs and new.basis is not Basis.CONSENT, name)
        for said in (text for text in new.explains if text not in old.explains):
            yield Sentence(f"an access for `{name}` is now explained where {said}", False, name)
        for said in (text for text in old.explains if text not in new.explains):
            yield Sentence(f"an access for `{name}` is no longer explained where {said}", False, name)


def accesses(before: Policy, after: Policy) -> Iterator[Sentence]:
    """What each purpose may do with which columns."""
    tables = sorted({table.qualified for policy in (before, after) for table in policy.tables()})
    for purpose in sorted(before.purposes.keys() | after.purposes.keys()):
        for name in tables:
            old, new = (_access(policy, purpose, name) for policy in (before, after))
            for operation, verb in _OPERATIONS:
                had, has = set(getattr(old, operation)), set(getattr(new, operation))
                more, less = sorted(has - had), sorted(had - has)
                if more:
                    also = "also " if had else ""
                    yield Sentence(f"`{purpose}` may now {also}{verb} {_columns(name, more)}", True, purpose, name)
                if less:
                    yield Sentence(f"`{purpose}` may no longer {verb} {_columns(name, less)}", False, purpose, name)
            if old.delete != new.delete:
                yield Sentence(
                    f"`{purpose}` may {'now' if new.delete else 'no longer'} delete rows of `{name}`",
                    new.delete, purpose, name)


def _merges(before: Policy, after: Policy) -> Iterator[Sentence]:
    """Pairs of collections that both policies have: of new ones the accesses say enough."""
    for left, right in combinations(sorted(before.collections.keys() & after.collections.keys()), 2):
        could, can = mergeable(before, left, right), mergeable(after, left, right)
        if could != can:
            yield Sentence(f"`{left}` and `{right}` may {'now' if can else 'no longer'} be merged", can)


def _rows(before: Policy, after: Policy) -> Iterator[Sentence]:
    for name, old, new in _both(before, after):
        if old.rows != new.rows:
            # A rule where there was none takes rows away; two rules are not compared.
            yield Sentence(_rule(name, old, new), old.rows is not None, table=name)
        if old.subject != new.subject:
            yield Sentence(f"rows of `{name}` are about other people than before: their subject changed", True,
                           table=name)
        shown, shows = (table.anonymous is Anonymous.VISIBLE for table in (old, new))
        if shown != shows:
            yield Sentence(
                f"rows of `{name}` that are about nobody are {'now' if shows else 'no longer'} visible", shows,
                table=name)
        yield from _retention(name, old, new)
        yield from _ends(name, old, new)
        for column in sorted(old.report.keys() | new.report.keys()):
            if old.report.get(column) != new.report.get(column):
                said = f"access reports {_REPORTED[new.report.get(column)]} `{name}.{column}`"
                yield Sentence(said, False, table=name)
        for policy in sorted(set(new.adopt_policies) ^ set(old.adopt_policies)):
            adopted = policy in new.adopt_policies
            yield Sentence(
                f"policy `{policy}` of the application {'now applies' if adopted else 'no longer applies'} to `{name}`",
                True, table=name)


_REPORTED = {
    InReport.EXISTS: "now only say that there is", InReport.SHOW: "now show, in rows about several people too,",
    None: "now show, in rows about one person,",
}


def _rule(name: str, old: Table, new: Table) -> str:
    if new.rows is None:
        return f"rows of `{name}` are no longer limited: the rule was {old.rows}"
    if old.rows is None:
        return f"rows of `{name}` are now limited: {new.rows}"
    return f"rows of `{name}` are limited by another rule: {new.rows}; it was {old.rows}"


def _retention(name: str, old: Table, new: Table) -> Iterator[Sentence]:
    had, has = old.retention, new.retention
    if had is None and has is not None:
        yield Sentence(f"rows of `{name}` end {has.keep} after `{has.after}`", False, table=name)
    elif had is not None and has is None:
        yield Sentence(f"rows of `{name}` no longer end", True, table=name)
    elif had is not None and has is not None and (had.keep, had.after) != (has.keep, has.after):
        longer = had.after != has.after or may_exceed(has.keep, had.keep)
        yield Sentence(
            f"rows of `{name}` end {has.keep} after `{has.after}`, and did {had.keep} after `{had.after}`", longer,
            table=name)


def _ends(name: str, old: Table, new: Table) -> Iterator[Sentence]:
    """What becomes of rows at their end."""
    if old.retention is not None and new.retention is not None and old.retention.then is not new.retention.then:
        kept = new.retention.then is RetentionEnd.DEPERSONALIZE
        end = "depersonalized" if kept else "destroyed"
        yield Sentence(f"expired rows of `{name}` are now {end}", kept, table=name)
    for column in sorted(old.depersonalize.keys() | new.depersonalize.keys()):
        had, has = (table.depersonalize.get(column, "null") for table in (old, new))
        if had != has:
            yield Sentence(f"of `{name}.{column}` a depersonalized row now has {has}, and had {had}", has != "null",
                           table=name)


def _neutral(before: Policy, after: Policy) -> Iterator[Sentence]:
    for name in sorted(before.schemas.keys() | after.schemas.keys()):
        had, has = (
            set(policy.schemas[name].neutral) if name in policy.schemas else set() for policy in (before, after))
        for pattern in sorted(has ^ had):
            yield Sentence(
                f"every purpose {'now reads' if pattern in has else 'no longer reads'} `{name}.{pattern}`",
                pattern in has)


def _tickets(before: Policy, after: Policy) -> Iterator[Sentence]:
    if before.ticket_lifetime != after.ticket_lifetime:
        yield Sentence(f"tickets last {after.ticket_lifetime}, and lasted {before.ticket_lifetime}",
                       after.ticket_lifetime > before.ticket_lifetime)
    if before.require_tls != after.require_tls:
        yield Sentence(f"TLS is {'now' if after.require_tls else 'no longer'} required", not after.require_tls)
    for attribute, verb in (("may_set", "set"), ("may_call", "call"), ("trusted_functions", "call"),
                            ("trusted_operators", "use in rules of rows")):
        had, has = getattr(before, attribute), getattr(after, attribute)
        for name in sorted(has ^ had):
            yield Sentence(f"guarded sessions may {'now' if name in has else 'no longer'} {verb} `{name}`", name in has)
    for name in sorted(before.ticket_values.keys() | after.ticket_values.keys()):
        old, new = before.ticket_values.get(name), after.ticket_values.get(name)
        if old is None or new is None:
            yield Sentence(f"tickets {'no longer carry' if new is None else 'now carry'} `{name}`", new is None)
        elif old is not new:
            yield Sentence(f"tickets carry `{name}` as {new.value}, and did as {old.value}", True)
    if before.timezone != after.timezone:
        yield Sentence(f"retention is counted in time zone {after.timezone}, and was in {before.timezone}", True)


def _access(policy: Policy, purpose: str, name: str) -> TableAccess:
    schema, _, table = name.partition(".")
    found = policy.schemas[schema].tables.get(table) if schema in policy.schemas else None
    return _NOTHING if found is None or purpose not in policy.purposes else table_access(policy, purpose, found)


def _both(before: Policy, after: Policy) -> Iterator[tuple[str, Table, Table]]:
    old = {table.qualified: table for table in before.tables()}
    for table in after.tables():
        if table.qualified in old:
            yield table.qualified, old[table.qualified], table


def _columns(table: str, names: Iterable[str]) -> str:
    *others, last = (f"`{table}.{name}`" for name in names)
    return f"{', '.join(others)} and {last}" if others else last


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
