"""Sends the rows of a query to a recipient: on record before the first byte, a whole file or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from sminion_guard.address import conninfo
from sminion_guard.analyzer import Reason, analyze
from sminion_guard.analyzer.parse import parse
from sminion_guard.codes import raised_by_server
from sminion_guard.disclosure.differencing import grouping
from sminion_guard.disclosure.export import reading
from sminion_guard.disclosure.export.fields import Field
from sminion_guard.disclosure.export.formats import Block, FileFormat, Form, form
from sminion_guard.disclosure.export.judged import Ground, ground, judge, judge_again, permit
from sminion_guard.disclosure.export.persons import persons
from sminion_guard.disclosure.export.register import Opened, Register
from sminion_guard.disclosure.export.target import Target
from sminion_guard.disclosure.judging import ExportVerdict
from sminion_guard.disclosure.scan import Values
from sminion_guard.errors import GuardError, TransferRefused
from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.session.values import TicketValue, encoded

if TYPE_CHECKING:
    from sqlalchemy import Engine

Progress = Callable[[int], object]
"""Told how many rows were written."""
SHOWN = 20
"""Places of what a scan found that are told."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A file that was written for a recipient, as the register has it.

    :param disclosure: its number in the register.
    :param persons: whose data it holds: how many people.
    :param at_most: whether some of them may not be in it.
    """

    disclosure: int
    path: Path
    rows: int
    bytes: int
    sha256: str
    persons: int
    at_most: bool
    warnings: tuple[Reason, ...] = ()
    """What it could tell more than is meant."""


def transfer(
    database: str | Engine, recipient: str, *, purpose: str, query: str, out: str | Path, reason: str,
    actor: str | None = None, unit: str | None = None, basis_ref: str | None = None,
    values: Mapping[str, TicketValue] | None = None,
    format: FileFormat | str | None = None, progress: Progress | None = None,
) -> Transfer:
    """Write the rows of a query to a file for a recipient of the policy in force.

    The register says so before the first row is read, and again before the file has its name. Whatever happens
    meanwhile, there is the whole file, or none.

    :param database: an address, or an engine of SQLAlchemy of which only the address is used; of a login that may
        send data to the recipient.
    :param query: one query without parameters.
    :param out: of a new file.
    :param reason: goes on record, as do ``actor``, ``unit`` and ``basis_ref``.
    :param values: of the ticket, for rules of rows.
    :param format: csv, jsonl or parquet; by default what the name of the file ends with, else csv.
    :raises TransferRefused: when the policy, the contract or what was found in the texts forbids it, or the file cannot
        be written.
    :raises AuditUnavailable: SG727 when the register cannot be written.
    """
    path = Path(out)
    kind = kind_of(format, path)
    address = conninfo(database if isinstance(database, str) else database.url.render_as_string(hide_password=False))
    with ExitStack() as held:
        control, reader = (held.enter_context(_connected(address)) for _ in range(2))
        found = ground(control)
        text = _statement(query)
        verdict = judge(found, text, recipient, purpose)
        permit(found, control.info.user, recipient)
        target = Target(path)
        try:
            register = Register(control)
            opened = register.open(
                recipient, purpose, actor=actor or control.info.user, reason=reason, query=text,
                columns=[column.name for column in verdict.columns], categories=verdict.categories,
                schemas=_schemas(found, verdict), unit=unit, basis_ref=basis_ref,
                values=_values(found, values))
            with _failing(register, opened):
                sent = _Sending(found, verdict, reader, opened, target, kind, progress)
                made = sent.run()
                target.sync()
                judge_again(control, found, verdict)
                named = register.finish(opened.disclosure, rows=made.rows, size=made.bytes, sha256=made.sha256,
                                        at_most=made.at_most)
            target.commit()
        except BaseException:
            target.discard()
            raise
    return replace(made, persons=named)


def kind_of(format: FileFormat | str | None, path: Path) -> FileFormat:
    """The format of a file.

    :raises TransferRefused: SG720 for one that is not known.
    """
    known = [kind.value for kind in FileFormat]
    if format is None:
        ending = path.suffix.removeprefix(".").lower()
        return FileFormat(ending) if ending in known else FileFormat.CSV
    if format not in known:
        raise TransferRefused("SG720", f"unknown format `{format}`", hint=f"choose {', '.join(known)}")
    return FileFormat(format)


class _Sending:
    """Reads, scans and writes the rows of one transfer, and names its people."""

    def __init__(
        self, found: Ground, verdict: ExportVerdict, reader: psycopg.Connection[Any], opened: Opened,
        target: Target, kind: FileFormat, progress: Progress | None,
    ) -> None:
        self._found, self._verdict, self._reader = found, verdict, reader
        self._opened, self._target, self._kind = opened, target, kind
        self._progress = progress
        scanned = found.policy.recipients[verdict.recipient].profile is not None
        self._values = Values() if scanned else None

    def run(self) -> Transfer:
        sql, found = self._verdict.sql, self._found
        path = found.catalog.search_path
        statement = analyze(sql, catalog=found.catalog, policy=found.policy, purpose=self._verdict.purpose
                            ).statements[0].statement
        people = persons(sql, statement, found.catalog, found.policy, path, self._verdict.purpose)
        recipient = found.policy.recipients[self._verdict.recipient]
        groups: tuple[str, ...] = ()
        if recipient.k is not None:  # people are named by their groups
            groups = grouping(sql, statement, found.catalog, found.policy, recipient, path).naming
            people = replace(people, queries=(), tables=())
        with _told(), reading.snapshot(self._reader, self._opened.token, found.policy.timezone):
            rows = self._rows(sql)
            reading.name(self._reader, self._opened.disclosure, people.queries, people.tables)
            reading.name_groups(self._reader, self._opened.disclosure, groups)
        target = self._target
        return Transfer(self._opened.disclosure, target.path, rows, target.bytes, target.sha256, 0, people.at_most,
                        self._verdict.warnings)

    def _rows(self, sql: str) -> int:
        fields = reading.described(self._reader, sql)
        writer = form(self._kind, fields)
        writer.begin(self._target.write)
        rows = 0
        with closing(reading.blocks(self._reader, writer.question(sql), writer.size)) as blocks:
            for block in blocks:
                self._scan(writer, fields, block, rows)
                writer.write(block)
                rows += block.rows
                if self._progress is not None:
                    self._progress(rows)
        writer.end()
        return rows

    def _scan(self, writer: Form, fields: tuple[Field, ...], block: Block, before: int) -> None:
        """Before they are written.

        :raises TransferRefused: SG722 where a text identifies somebody.
        """
        if self._values is None or self._values.hold_nothing(writer.distinct(block)):
            return
        texts = ((before + row + 1, fields[at].name, text) for row, at, text in writer.texts(block))
        places = list(self._values.places(texts))
        if places:
            more = [f"and {len(places) - SHOWN} more in these rows"] if len(places) > SHOWN else []
            told = [f"row {place.row}, column `{place.column}`: {place.kind}" for place in places[:SHOWN]]
            raise TransferRefused(
                "SG722", "the rows hold what identifies a person or a device", detail="; ".join([*told, *more]),
                hint="leave the column out of the query, or clean it where it is collected")


@contextmanager
def _failing(register: Register, opened: Opened) -> Iterator[None]:
    """Whatever goes wrong goes on record. Where not even that can be written, the row stays as begun."""
    try:
        yield
    except BaseException as error:
        code = getattr(error, "code", None) or getattr(error, "sqlstate", None) or type(error).__name__
        with suppress(GuardError, psycopg.Error):
            register.fail(opened.disclosure, str(code))
        raise


@contextmanager
def _told() -> Iterator[None]:
    """Says in our words what the server refuses."""
    try:
        yield
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error).strip()
        ours = raised_by_server(error.sqlstate, said, detail=error.diag.message_detail, hint=error.diag.message_hint)
        raise ours or TransferRefused("SG728", "the server ended the export", detail=said,
                                      hint="correct the query, or run it again; nothing was sent") from error


@contextmanager
def _connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    connection = psycopg.connect(address, autocommit=True, client_encoding="utf8", prepare_threshold=None,
                                 fallback_application_name="sminion-guard export")
    try:
        yield connection
    finally:
        connection.close()


def _statement(query: str) -> str:
    """The query without what stands around it; as it is, where it is refused anyway."""
    try:
        parts = parse(query)
    except Exception:  # the judgement says what is wrong
        return query
    return query.encode()[parts[0].start:parts[0].end].decode().strip() if len(parts) == 1 else query


def _values(found: Ground, values: Mapping[str, TicketValue] | None) -> str | None:
    """The values of the ticket as JSON; texts become what the policy declares."""
    kinds = found.policy.ticket_values
    return encoded({name: _typed(kinds.get(name), value) for name, value in (values or {}).items()})


def _typed(kind: Kind | None, value: TicketValue) -> TicketValue:
    if not isinstance(value, str):
        return value
    if kind in (Kind.INTEGER, Kind.BIGINT) and re.fullmatch(r"-?[0-9]{1,19}", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if kind is Kind.BOOLEAN else value


def _schemas(found: Ground, verdict: ExportVerdict) -> list[str]:
    """The schemas and tables that a compartment must cover."""
    statement = analyze(verdict.sql, catalog=found.catalog, policy=found.policy, purpose=verdict.purpose
                        ).statements[0].statement
    read = set()
    for access in statement.accesses:
        schema = found.policy.schemas.get(access.schema)
        if schema is not None and not schema.is_neutral(access.relation) and access.relation in schema.tables:
            read.add(found.policy.collection_of(schema.tables[access.relation]).name)
    return sorted(read)
