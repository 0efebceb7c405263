"""Every identifier and literal of compiled SQL is quoted here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable


def ident(name: str) -> str:
    """``name`` as an identifier: always in quotes, so that no key word list and no folding matters.

    :raises ValueError: for a name with a NUL, which PostgreSQL's text cannot hold.
    """
    if "\0" in name:
        raise ValueError("a name must not hold a NUL character")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a string literal that means the same whatever ``standard_conforming_strings`` says.

    :raises ValueError: for a text with a NUL.
    """
    if "\0" in text:
        raise ValueError("a text must not hold a NUL character")
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def unquoted(quoted: str) -> str | None:
    """What :func:`literal` made ``quoted`` of; None for SQL text that is no such literal."""
    if quoted[-1:] != "'":
        return None
    text = quoted[1:-1].replace("''", "'")
    if literal(text) == quoted:
        return text
    text = quoted[2:-1].replace("''", "'").replace("\\\\", "\\")
    if literal(text) == quoted:
        return text
    return None


def qualified(schema: str, name: str) -> str:
    """``schema.name``, both quoted."""
    return f"{ident(schema)}.{ident(name)}"


def columns(names: Iterable[str]) -> str:
    """A list of columns, quoted, in the order given."""
    return ", ".join(ident(name) for name in names)


def array(texts: Iterable[str]) -> str:
    """An array constructor of string literals, without a type: the context gives it one."""
    return "ARRAY[" + ", ".join(literal(text) for text in texts) + "]"


def array_literal(texts: Iterable[str]) -> str:
    """An array of texts as one string literal: a value that a query can be given, which a constructor is not."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return literal("{" + ",".join(f'"{text}"' for text in quoted) + "}")


def like(pattern: str) -> str:
    """A pattern of the policy, in which ``*`` alone has a meaning, as one of LIKE; not quoted."""
    return re.sub(r"([\\%_])", r"\\\1", pattern).replace("*", "%")
