"""The text that `sminion-guard policy` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sminion_guard.policy import InvalidPolicy, Policy
from sminion_guard.policy.access import TableAccess
from sminion_guard.policy.differences.terms import TRIGGERS, term_text
from sminion_guard.policy.explain import Explanation
from sminion_guard.policy.model.rights import RequestKind, Trigger
from sminion_guard.policy.show import LoginView, Overview, PurposeView


def findings(error: InvalidPolicy) -> str:
    """All findings, one after the other, and their number."""
    count = len(error.findings)
    listed = "\n".join(finding.render(error.source) for finding in error.findings)
    return f"{listed}\n{count} finding{'' if count == 1 else 's'}"


def clean(source: str, policy: Policy, roles: int) -> str:
    """One line for a policy without findings."""
    return (f"{source}: policy `{policy.name}` version {policy.version}: {_count(len(policy.purposes), 'purpose')}, "
            f"{_count(roles, 'compartment')}, {_count(len(policy.schemas), 'schema')}, "
            f"{_count(len(policy.tables()), 'table')}; no findings")


def overview(view: Overview) -> str:
    """The whole policy, for the people who work with it."""
    return "\n".join(_overview(view))


def _overview(view: Overview) -> Iterator[str]:
    yield f"policy {view.name}, version {view.version}"
    for role, why in view.backup.items():
        yield f"  members of {role} read all rows of all tables, for dumps, because: {why}"
    if view.operator:
        yield f"operator {view.operator.name}, {view.operator.address}; contact {view.operator.contact}"
    for purpose in view.purposes:
        yield ""
        yield from _purpose(purpose)
    yield ""
    yield "schemas"
    for schema in view.schemas:
        yield f"  {schema.name}: collected for {_list(schema.collected_for)}; reached by {_list(schema.reached_by)}"
        for table in schema.tables:
            if table.collected_for is not None:
                yield (f"    {table.name}: collected for {_list(table.collected_for)}; "
                       f"reached by {_list(table.reached_by)}")
        if schema.neutral:
            yield f"    neutral, read by every purpose: {_list(schema.neutral)}"
    if view.kinds:
        yield ""
        yield "kinds of subjects"
    for kind, key in view.kinds.items():
        held = ((schema, table) for schema in view.schemas for table in schema.tables if kind in table.kinds)
        yield f"  {kind} ({key}): {_list(f'{schema.name}.{table.name}' for schema, table in held)}"
    yield from _tickets(view)
    if view.logins:
        yield ""
        yield "logins"
        yield from (f"  {_login(login)}" for login in view.logins)
    if view.compatible or view.further:
        yield ""
        yield "declared"
    for pair in view.compatible:
        limit = " (merging only)" if pair.merge_only else ""
        yield f"  {' and '.join(sorted(pair.purposes))} are compatible{limit}: {pair.why}"
    for entry in view.further:
        yield f"  data of {entry.data_of} may serve {_list(entry.may_serve)}: {entry.why}"
    yield from _requests(view)
    yield from _reports(view)
    if view.recipients:
        yield ""
        yield "recipients"
    for recipient in view.recipients:
        yield (f"  {recipient.name} ({recipient.title}, {recipient.contract}): for {_list(recipient.purposes)}; "
               f"never {_list(sorted(recipient.never))}"
               + ("" if recipient.gives is None else f"; only {_list(sorted(recipient.gives))}")
               + ("" if recipient.profile is None else f"; as {recipient.profile}, whole {recipient.times}s")
               + ("" if recipient.k is None else f"; in groups of {recipient.k:,} people or more")
               + ("" if recipient.until is None else f"; until {recipient.until}"))


def _requests(view: Overview) -> Iterator[str]:
    if view.requests is None:
        return
    yield ""
    yield f"requests (profile {view.requests.profile}, calendar {view.requests.calendar})"
    for kind in RequestKind:
        said: dict[str, list[str]] = {}
        for trigger in Trigger:
            said.setdefault(term_text(view.requests.terms[kind][trigger]), []).append(TRIGGERS[trigger])
        yield from (f"  {kind} from {_list(triggers)}: {text}" for text, triggers in said.items())


def _reports(view: Overview) -> Iterator[str]:
    said = [(f"{schema.name}.{table.name}.{column}", word)
            for schema in view.schemas for table in schema.tables for column, word in table.report.items()]
    if said:
        yield ""
        yield "access reports"
    for name, word in said:
        yield f"  {name}: " + ("only that it is kept" if word == "exists" else "in rows about several people too")


def _tickets(view: Overview) -> Iterator[str]:
    ticket = view.ticket
    limited = [(f"{schema.name}.{table.name}", table.rows)
               for schema in view.schemas for table in schema.tables if table.rows is not None]
    if view.trusted:
        yield ""
        yield "functions that are trusted"
        for name, why in view.trusted.items():
            yield f"  {name}" + (f": {why}" if why else "")
    if not (ticket.values or ticket.may_set or ticket.may_call or ticket.trusted_operators or limited):
        return
    yield ""
    yield "tickets"
    if ticket.values:
        yield f"  each carries {_list(f'{name} ({kind})' for name, kind in ticket.values.items())}"
    for name, rule in limited:
        yield f"  of {name} only rows where {rule}"
    if ticket.trusted_operators:
        yield f"  operators trusted in rules of rows: {_list(ticket.trusted_operators)}"
    if ticket.may_set:
        yield f"  settings for a transaction: {_list(ticket.may_set)}"
    if ticket.may_call:
        yield f"  functions of PostgreSQL that sessions may call: {_list(ticket.may_call)}"


def _purpose(purpose: PurposeView) -> Iterator[str]:
    blocked = "; sees blocked subjects, one at a time" if purpose.sees_blocked else ""
    yield f"purpose {purpose.name}: {purpose.title}"
    yield f"  basis {purpose.basis}; may {_list(purpose.may)}{blocked}"
    yield f"  needs {_list(purpose.needs)}"
    if purpose.views:
        yield f"  views in schema {purpose.views}: what it may read of each table"
    for shown in purpose.depersonalized:
        yield f"  of {shown.source} it reads groups of {shown.k} people, in {shown.qualified}:"
        yield f"    {_list(f'{name} = {column}' for name, column in sorted(shown.columns.items()))}"
        if shown.sensitive:
            yield f"    with {shown.distinct} values of {_list(shown.sensitive)} in each"
    for sentence in purpose.explains:
        yield f"  an access is explained where {sentence}"
    yield f"  logins: {', '.join(purpose.logins) or 'none'}"
    if len(purpose.compartments) > 1:
        kinds = "these schemas" if all(found.of_schemas for found in purpose.compartments) else "what they hold"
        yield f"  {len(purpose.compartments)} compartments: {kinds} may not all be merged with one another"
    for compartment in purpose.compartments:
        yield f"  role {compartment.role}: {_list(compartment.collections)}"
        for table in compartment.tables:
            yield f"    {table.table}: {_access(table)}"


def _access(table: TableAccess) -> str:
    parts = [(word, columns) for word, columns in (
        ("use", table.use), ("collect", table.collect), ("clarify", table.clarify)) if columns]
    words = [f"{word} ({', '.join(columns)})" for word, columns in parts]
    return "; ".join(words + (["delete"] if table.delete else []))


def _login(login: LoginView) -> str:
    text = f"{login.name}: {_list(login.purposes)}"
    if login.incompatible:
        text += f"; holds {' and '.join(login.incompatible)}, which may not be merged, because: {login.why}"
    if login.owns:
        text += f"; may own what is protected, because: {login.owns}"
    if login.tickets_per_minute is not None:
        text += f"; opens at most {login.tickets_per_minute} tickets a minute"
    if login.log_mb_per_minute is not None:
        text += f"; writes at most {login.log_mb_per_minute} MB of the log a minute"
    if login.transfers_to:
        text += f"; may send data to {_list(login.transfers_to)}"
    if login.records:
        text += f"; may record consents to {_list(login.records)}"
    return text


def explanation(answer: Explanation) -> str:
    """Why two schemas or tables may or may not be merged."""
    return "\n".join(_explanation(answer))


def _explanation(answer: Explanation) -> Iterator[str]:
    both = f"`{answer.schema_a}` and `{answer.schema_b}`"
    if answer.mergeable:
        yield f"{both} may be merged"
        if answer.schema_a == answer.schema_b:
            yield f"  they are one {'table' if answer.schema_a.count('.') else 'schema'}"
        elif answer.same:
            yield "  they belong to one schema, which says for all of them what they were collected for"
        if answer.shared:
            yield f"  both were collected for {_list(answer.shared)}"
        for pair in answer.pairs:
            left, right = pair.purposes
            limit = ", for merging only" if pair.merge_only else ""
            yield f"  `{left}` and `{right}` are declared compatible{limit}: {pair.why}"
        yield f"  together in {_list(answer.roles)}" if answer.roles else "  no purpose reaches both"
        return
    yield f"{both} may not be merged: they share no purpose, and no declared pair joins theirs"
    if answer.apart:
        yield f"  {_list(answer.apart)} reaches both, in separate compartments, never in one statement"
    if answer.chain:
        steps = " - ".join(f"`{name}`" for name in answer.chain)
        yield f"  {steps} are compatible step by step, but that does not chain"
    if not answer.needed:
        yield "  one of them was collected for no purpose, so no declared pair can join them"
        return
    yield "  it would need one of these pairs declared `[[compatible]]`, with a reason:"
    yield from (f"    purposes = [\"{left}\", \"{right}\"]" for left, right in answer.needed)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words) or "nothing"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
