"""SQL lives in sql/templates; here its ``<<placeholders>>`` are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sminion_guard import resources
from sminion_guard.compiler.quoting import literal, unquoted

_PLACEHOLDER = re.compile(r"<<([a-z_]+)>>")


def _text(name: str) -> str:
    return resources.sql_text(f"templates/{name}")


def fill(name: str, values: Mapping[str, str]) -> str:
    """The template ``sql/templates/<name>.sql`` with its placeholders filled in.

    :param name: such as ``policy/apply``.
    :param values: placeholder to SQL text, already quoted.
    :raises KeyError: when a placeholder has no value.
    """
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], _text(name))


def asked_of(name: str, values: Mapping[str, str], row: str) -> tuple[str, dict[str, str]]:
    """The template with its placeholders as fields of a jsonb, and what is in them: one query for many objects.

    :param values: placeholder to SQL text. What is no literal, such as an identifier, is filled in.
    :param row: the jsonb with the fields, as SQL.
    """
    given = {key: text for key in placeholders(name) if (text := unquoted(values[key])) is not None}
    fields = {key: f"({row} OPERATOR(pg_catalog.->>) {literal(key)})" for key in given}
    return fill(name, {**values, **fields}), given


def placeholders(name: str) -> frozenset[str]:
    """The names that the template asks for."""
    return frozenset(_PLACEHOLDER.findall(_text(name)))
