"""The text of a PL/pgSQL body, made fit for a parser that has no catalog.

``parse_plpgsql`` cannot look a type up, and stops at ``DECLARE c crm.customer%ROWTYPE``. Which fields a variable has
does not matter to what the body touches, so such types are replaced by ``record`` before.
"""

from __future__ import annotations

from collections.abc import Sequence

from pglast import parser

from sminion_guard.analyzer.builtins import BUILTINS
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.parse import Unparsed
from sminion_guard.analyzer.tokens import tokens

_MODES = {(True, False): "IN", (False, True): "OUT", (True, True): "INOUT"}


def compilable(
    body: str, inputs: Sequence[str], outputs: Sequence[str], returns: str, stand_in: str = "record"
) -> str:
    """A CREATE FUNCTION that the parser takes, with arguments of these names.

    :param returns: ``trigger``, ``void``, ``record`` or ``SETOF record``: it decides which forms of RETURN are allowed.
    :param stand_in: the type for what only a catalog could resolve: ``record`` has fields, ``text`` can be one of
        several targets of INTO.
    """
    tag = "$body$"
    while tag in body:
        tag = f"$b{len(tag)}{tag[2:]}"
    names = dict.fromkeys(name for name in (*inputs, *outputs) if name)
    modes = {name: _MODES[name in inputs, name in outputs] for name in names}
    arguments = ", ".join(f'{modes[name]} "{name.replace(chr(34), chr(34) * 2)}" {stand_in}' for name in names)
    clause = "" if outputs and returns == "record" else f" RETURNS {returns}"
    return f"CREATE FUNCTION f({arguments}){clause} LANGUAGE plpgsql AS {tag}{_plain_types(body, stand_in)}{tag}"


def _plain_types(body: str, stand_in: str) -> str:
    """The body with the types of declarations replaced that only a catalog could resolve."""
    scanned = [token for token in tokens(body) if token.name not in {"SQL_COMMENT", "C_COMMENT"}]
    pieces: list[str] = []
    done = 0
    declaring, before = False, ""
    for place, token in enumerate(scanned):
        word = body[token.start : token.end + 1].lower()
        if word == "declare":
            declaring = True
        elif word == "begin" and before in {";", "declare"}:  # else it may be a label: `SELECT 1 AS begin`
            declaring = False
        elif declaring and token.start >= done:
            end = _type_end(body, scanned, place, every=stand_in == "text")
            if end is not None:
                row = body[token.start : end].lower().endswith("rowtype")
                pieces += [body[done : token.start], "record" if row else stand_in]
                done = end
        before = word
    return "".join([*pieces, body[done:]])


def declarations(body: str) -> set[str]:
    """Every name that stands in the declarations of a body: of variables, and of their types.

    :raises Unparsed: a name is written with escapes of Unicode, which are not read here.
    """
    found: set[str] = set()
    declaring, before = False, ""
    for token in tokens(body):
        if token.name in {"SQL_COMMENT", "C_COMMENT"}:
            continue
        word = body[token.start : token.end + 1]
        if word.lower() == "declare":
            declaring = True
        elif word.lower() == "begin" and before in {";", "declare"}:  # else it may be a label: `SELECT 1 AS begin`
            declaring = False
        elif declaring and token.name == "UIDENT":
            raise Unparsed(Fact(FactKind.OPAQUE, f"the declaration of `{word}` is written with escapes"))
        elif declaring and _is_name(body, token):
            found.add(word[1:-1].replace('""', '"') if word.startswith('"') else word.lower())
        before = word.lower()
    return found


def _type_end(body: str, scanned: list[parser.Token], place: int, *, every: bool) -> int | None:
    """Where a type that starts here ends, if it is ``a.b``, ``a%ROWTYPE``, ``a.b%TYPE`` or the like.

    :param every: also those that the parser takes for records by itself.
    """
    if not _is_name(body, scanned[place]) or (place and scanned[place - 1].name == "ASCII_46"):
        return None
    last, dots = place, 0
    while last + 2 < len(scanned) and scanned[last + 1].name == "ASCII_46" and _is_name(body, scanned[last + 2]):
        last, dots = last + 2, dots + 1
    if last + 2 < len(scanned) and scanned[last + 1].name == "ASCII_37":
        if body[scanned[last + 2].start : scanned[last + 2].end + 1].lower() in {"rowtype", "type"}:
            return int(scanned[last + 2].end) + 1
        return None
    named, last = last, _brackets_end(scanned, last)
    before = scanned[place - 1] if place else None
    follows = scanned[last + 1].name if last + 1 < len(scanned) else ""
    first = body[scanned[place].start : scanned[place].end + 1].lower()
    ends = follows in {"ASCII_59", "COLON_EQUALS", "ASCII_61", "DEFAULT", "NOT", "COLLATE", "ASCII_41", "ASCII_44"}
    # What stands before a type is the name of a variable, or CONSTANT; before a table it is FROM or a comma.
    is_type = ends and before is not None and _is_name(body, before) and before.kind != "RESERVED_KEYWORD"
    if dots:
        known = first == "pg_catalog" or (first == "public" and last == named and not every)
    else:  # an array of a type that is not PostgreSQL's own
        known = (last == named and not every) or scanned[place].name != "IDENT" or first in BUILTINS.types
    return int(scanned[last].end) + 1 if is_type and not known else None


def _brackets_end(scanned: list[parser.Token], last: int) -> int:
    """The last token of ``[]`` or ``[3][4]`` that follows, or ``last`` itself."""
    end = last
    while end + 1 < len(scanned) and scanned[end + 1].name in {"ASCII_91", "ICONST", "ASCII_93"}:
        end += 1
        last = end if scanned[end].name == "ASCII_93" else last
    return last


def _is_name(body: str, token: parser.Token) -> bool:
    text = body[token.start : token.end + 1]
    return text.startswith(('"', "_")) or text[:1].isalpha()


def split_assignment(text: str) -> list[str]:
    """``a.b[i] := c`` as its target and its value.

    :raises ValueError: there is no assignment in it.
    """
    depth = 0
    for token in tokens(text):
        if token.name in {"ASCII_40", "ASCII_91"}:
            depth += 1
        elif token.name in {"ASCII_41", "ASCII_93"}:
            depth -= 1
        elif depth == 0 and token.name in {"COLON_EQUALS", "ASCII_61"}:
            return [text[: token.start], text[token.end + 1 :]]
    raise ValueError(f"no assignment in {text!r}")
