"""The text of a PL/pgSQL body, made fit for a parser that has no catalog.

``parse_plpgsql`` cannot look a type up, and stops at ``DECLARE c crm.customer%ROWTYPE``. Which fields a variable has
does not matter to what the body touches, so such types are replaced by ``record`` before.
"""

from __future__ import annotations

from collections.abc import Sequence

from pglast import parser

_MODES = {(True, False): "IN", (False, True): "OUT", (True, True): "INOUT"}


def compilable(body: str, inputs: Sequence[str], outputs: Sequence[str], returns: str) -> str:
    """A CREATE FUNCTION that the parser takes, with arguments of these names.

    :param returns: ``trigger``, ``void``, ``record`` or ``SETOF record``: it decides which forms of RETURN are allowed.
    """
    tag = "$body$"
    while tag in body:
        tag = f"$b{len(tag)}{tag[2:]}"
    names = dict.fromkeys(name for name in (*inputs, *outputs) if name)
    modes = {name: _MODES[name in inputs, name in outputs] for name in names}
    arguments = ", ".join(f'{modes[name]} "{name.replace(chr(34), chr(34) * 2)}" record' for name in names)
    clause = "" if outputs and returns == "record" else f" RETURNS {returns}"
    return f"CREATE FUNCTION f({arguments}){clause} LANGUAGE plpgsql AS {tag}{_plain_types(body)}{tag}"


def _plain_types(body: str) -> str:
    """The body with the types of declarations replaced that only a catalog could resolve."""
    tokens = [token for token in parser.scan(body) if token.name not in {"SQL_COMMENT", "C_COMMENT"}]
    pieces: list[str] = []
    done = 0
    declaring = False
    for place, token in enumerate(tokens):
        word = body[token.start : token.end + 1].lower()
        if word == "declare":
            declaring = True
        elif word == "begin":
            declaring = False
        elif declaring and token.start >= done:
            end = _type_end(body, tokens, place)
            if end is not None:
                pieces += [body[done : token.start], "record"]
                done = end
    return "".join([*pieces, body[done:]])


def _type_end(body: str, tokens: list[parser.Token], place: int) -> int | None:
    """Where a type that starts here ends, if it is ``a.b``, ``a%ROWTYPE``, ``a.b%TYPE`` or the like."""
    if not _is_name(body, tokens[place]) or (place and tokens[place - 1].name == "ASCII_46"):
        return None
    last, dots = place, 0
    while last + 2 < len(tokens) and tokens[last + 1].name == "ASCII_46" and _is_name(body, tokens[last + 2]):
        last, dots = last + 2, dots + 1
    if last + 2 < len(tokens) and tokens[last + 1].name == "ASCII_37":
        if body[tokens[last + 2].start : tokens[last + 2].end + 1].lower() in {"rowtype", "type"}:
            return int(tokens[last + 2].end) + 1
        return None
    before = body[tokens[place - 1].start : tokens[place - 1].end + 1].lower() if place else ""
    follows = tokens[last + 1].name if last + 1 < len(tokens) else ""
    first = body[tokens[place].start : tokens[place].end + 1].lower()
    ends = follows in {"ASCII_59", "COLON_EQUALS", "ASCII_61", "DEFAULT", "NOT"}
    is_type = ends and before not in {"", ";", ":=", "="}
    return int(tokens[last].end) + 1 if dots and is_type and first not in {"pg_catalog", "public"} else None


def _is_name(body: str, token: parser.Token) -> bool:
    text = body[token.start : token.end + 1]
    return text.startswith(('"', "_")) or text[:1].isalpha()


def split_assignment(text: str) -> list[str]:
    """``a.b[i] := c`` as its target and its value.

    :raises ValueError: there is no assignment in it.
    """
    depth = 0
    for token in parser.scan(text):
        if token.name in {"ASCII_40", "ASCII_91"}:
            depth += 1
        elif token.name in {"ASCII_41", "ASCII_93"}:
            depth -= 1
        elif depth == 0 and token.name in {"COLON_EQUALS", "ASCII_61"}:
            return [text[: token.start], text[token.end + 1 :]]
    raise ValueError(f"no assignment in {text!r}")
