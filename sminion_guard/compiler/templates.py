"""SQL lives in sql/templates; here its ``<<placeholders>>`` are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from sminion_guard import resources
from sminion_guard.compiler.quoting import literal, unquoted

_PLACEHOLDER = re.compile(r"<<([a-z_]+)>>")


@cache
def _parts(name: str) -> tuple[str, ...]:
    """The template cut at its placeholders: text, name, text, name and so on."""
    return tuple(_PLACEHOLDER.split(resources.sql_text(f"templates/{name}")))


def fill(name: str, values: Mapping[str, str]) -> str:
    """The template ``sql/templates/<name>.sql`` with its placeholders filled in.

    :param name: such as ``policy/apply``.
    :param values: placeholder to SQL text, already quoted.
    :raises KeyError: when a placeholder has no value.
    """
    parts = list(_parts(name))
    parts[1::2] = [values[key] for key in parts[1::2]]
    return "".join(parts)


def asked_of(name: str, values: Mapping[str, str], row: str) -> tuple[str, dict[str, str]]:
    """The template with its placeholders as fields of a jsonb, and what is in them: one query for many objects.

    :param values: placeholder to SQL text. What is no literal, such as an identifier, is filled in.
    :param row: the jsonb with the fields, as SQL.
    """
    asked = placeholders(name)
    given = {key: text for key in asked if (text := unquoted(values[key])) is not None}
    if len(given) == len(asked):
        return _of_fields(name, row), given
    return fill(name, {**values, **_fields(given, row)}), given


@cache
def _of_fields(name: str, row: str) -> str:
    return fill(name, _fields(placeholders(name), row))


def _fields(keys: Iterable[str], row: str) -> dict[str, str]:
    return {key: f"({row} OPERATOR(pg_catalog.->>) {literal(key)})" for key in keys}


@cache
def placeholders(name: str) -> frozenset[str]:
    """The names that the template asks for."""
    return frozenset(_parts(name)[1::2])
