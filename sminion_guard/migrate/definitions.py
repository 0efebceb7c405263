"""The objects of schema ``sminion`` as the migrations make them: each with its statements, from the frozen SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pglast import ast, enums, parse_sql
from pglast.parser import split
from pglast.stream import RawStream

from sminion_guard import resources

_CREATE = re.compile(
    r"^CREATE (?:OR REPLACE )?(?:(FUNCTION|PROCEDURE|VIEW) sminion\.(\w+)|TRIGGER (\w+) [^;]*? ON sminion\.(\w+)\b)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"^COMMENT ON (?:FUNCTION|PROCEDURE) (sminion\.\w+\(.*?\)) IS\b", re.MULTILINE)
_BODY = re.compile(r"\$sminion\$(.*)\$sminion\$", re.DOTALL)
_PASSED = {
    enums.FunctionParameterMode.FUNC_PARAM_IN, enums.FunctionParameterMode.FUNC_PARAM_INOUT,
    enums.FunctionParameterMode.FUNC_PARAM_VARIADIC, enums.FunctionParameterMode.FUNC_PARAM_DEFAULT,
}


@cache
def definitions() -> Mapping[tuple[str, str], str]:
    """(kind, name) to what makes it: ``view``, ``trigger`` as ``table.trigger``, and ``function`` by :func:`signature`.

    A comment on a function follows the statement that makes it.
    """
    found: dict[tuple[str, str], str] = {}
    for path in sorted((resources.migrations() / "frozen").glob("*/upgrade.sql")):
        for statement in split(path.read_text(encoding="utf-8")):
            if comment := _COMMENT.search(statement):
                found["function", signature(comment[1])] += ";\n" + statement[comment.start():]
            made = _CREATE.search(statement)
            if made is None:
                continue
            routine, name, trigger, table = made.groups()
            text = statement[made.start():]
            if routine is None:
                key = ("trigger", f"{table}.{trigger}")
            elif routine == "VIEW":
                key = ("view", name)
            else:
                key = ("function", _signature(text))
            found[key] = text
    return found


def body(routine: str) -> str | None:
    """The source of a function or procedure, as the catalog keeps it; None for one that no migration makes.

    :param routine: as :func:`signature` gives it.
    """
    statement = definitions().get(("function", routine))
    if statement is None:
        return None
    between = _BODY.search(statement)
    return None if between is None else between.group(1)


@cache
def signature(routine: str) -> str:
    """A routine of schema ``sminion`` with the types of its parameters, in one form.

    :param routine: as ``regprocedure`` shows it, such as ``sminion.settle(integer,integer)``.
    """
    return _signature(f"CREATE FUNCTION {routine} RETURNS void LANGUAGE sql AS ''")


def _signature(create: str) -> str:
    made = parse_sql(create)[0].stmt
    assert isinstance(made, ast.CreateFunctionStmt) and made.funcname
    types = [RawStream()(entry.argType) for entry in made.parameters or () if entry.mode in _PASSED]
    return f"{made.funcname[-1].sval}({', '.join(types)})"
