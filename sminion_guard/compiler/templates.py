"""SQL lives in sql/templates; here its ``<<placeholders>>`` are filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sminion_guard import resources

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


def placeholders(name: str) -> frozenset[str]:
    """The names that the template asks for."""
    return frozenset(_PLACEHOLDER.findall(_text(name)))
