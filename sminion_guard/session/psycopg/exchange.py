"""Performs the effects of a transaction on a connection of psycopg, in its generators."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import psycopg
from psycopg import generators, pq

from sminion_guard.session.transaction import Await, Effects, ReadCatalog, Row, Send, ServerError

T = TypeVar("T")

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn, PGresult

    from sminion_guard.session.psycopg.private import BasePipeline

    class Performing(Protocol):
        """A connection that performs effects."""

        pgconn: PGconn
        _pipeline: BasePipeline | None

        @property
        def _charset(self) -> str: ...

        def _check_connection_ok(self) -> None: ...

        def _aside(self, work: Callable[[], T]) -> PQGen[T]: ...

        def _read_catalog(self) -> bool: ...

_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


def perform(connection: Performing, effects: Effects[T]) -> PQGen[T]:
    """Do what ``effects`` ask for, one by one; returns what the step returns.

    :raises psycopg.Error: where the step makes nothing else of it.
    """
    answer: Any = None
    error: BaseException | None = None
    while True:
        try:
            effect = effects.send(answer) if error is None else effects.throw(error)
        except StopIteration as end:
            value: T = end.value
            return value
        except ServerError as found:
            raise (found.error or found) from None
        answer = error = None
        try:
            if isinstance(effect, Send):
                answer = yield from _converse(connection, effect.commands)
            elif isinstance(effect, ReadCatalog):
                answer = yield from connection._aside(connection._read_catalog)
            else:
                assert isinstance(effect, Await)
                answer = yield from connection._aside(effect.work)
        except psycopg.Error as raised:
            error = server_error(connection, raised)
        except GeneratorExit:
            effects.close()
            raise
        except BaseException as raised:
            error = raised


def flush(
    connection: Performing, held: tuple[bytes, ...], send: Callable[[], int]
) -> PQGen[tuple[ServerError | None, list[Row], list[list[PGresult]]]]:
    """Send ``held`` and a statement in one flush, which the server executes up to the first error.

    :param held: commands of ours.
    :param send: sends the messages of the statement, and says how many results they have.
    :returns: the error of ``held``, the answers to it, and the results of the statement: none where there is an error.
    """
    pgconn = connection.pgconn
    connection._check_connection_ok()
    pgconn.enter_pipeline_mode()
    try:
        for command in held:
            pgconn.send_query_params(command, None)
        expected = send()
        pgconn.pipeline_sync()
        yield from generators.send(pgconn)
        answers: list[list[PGresult]] = []
        while len(answers) < len(held) + expected:
            answers.append((yield from generators.fetch_many(pgconn)))
        (end,) = yield from generators.fetch_many(pgconn)
        if end.status != pq.ExecStatus.PIPELINE_SYNC:
            raise psycopg.InternalError("the server has not answered the statement as it was sent")
        pgconn.exit_pipeline_mode()
    except BaseException:
        pgconn.finish()  # what was not read of the answers would be taken for answers to the next statement
        raise
    own, its = answers[: len(held)], answers[len(held) :]
    failed = next((result for (result,) in own if result.status not in _DONE), None)
    if failed is None:
        return None, [_first_row(result) for (result,) in own], its
    if any(result.status != pq.ExecStatus.PIPELINE_ABORTED for results in its for result in results):
        pgconn.finish()
        raise psycopg.InternalError("the server has executed a statement after an error before it")
    error = psycopg.errors.error_from_result(failed, encoding=connection._charset)
    return server_error(connection, error), [], []


def server_error(connection: Performing, error: psycopg.Error) -> ServerError:
    """``error`` as values."""
    diag = error.diag
    return ServerError(
        error.sqlstate, diag.message_primary or str(error), detail=diag.message_detail, hint=diag.message_hint,
        function=diag.source_function or "", error=error,
        in_transaction=connection.pgconn.transaction_status == pq.TransactionStatus.INERROR,
    )


def _converse(connection: Performing, commands: tuple[bytes, ...]) -> PQGen[list[Row]]:
    """Send commands of our own as one string, also from within a pipeline, which knows no strings of several."""
    pgconn, pipeline = connection.pgconn, connection._pipeline
    if pipeline is not None:
        yield from pipeline._exit_gen()
        pgconn.exit_pipeline_mode()
    pgconn.send_query(b"; ".join(commands))
    results: list[PGresult] = yield from generators.execute(pgconn)
    if pipeline is not None:
        pgconn.enter_pipeline_mode()
    for result in results:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise psycopg.errors.error_from_result(result, encoding=connection._charset)
    return [_first_row(result) for result in results]


def _first_row(result: PGresult) -> Row:
    return tuple(result.get_value(0, column) for column in range(result.nfields)) if result.ntuples else ()
