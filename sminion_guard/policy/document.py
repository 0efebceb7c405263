"""A policy as a JSON document, which the database keeps of each policy that is in force, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from sminion_guard.errors import PolicyError
from sminion_guard.policy.model import Policy


def document(value: Any) -> Any:
    """A value of the policy model as JSON, keys sorted, so that the same policy gives the same document."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: document(getattr(value, field.name)) for field in fields(value) if field.init}
    if isinstance(value, Mapping):
        return {key: document(value[key]) for key in sorted(value)}
    if isinstance(value, frozenset):
        return sorted(document(entry) for entry in value)
    if isinstance(value, tuple):
        return [document(entry) for entry in value]
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} seconds"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_document(said: Mapping[str, Any]) -> Policy:
    """The policy whose document is ``said``: the reverse of :func:`document`.

    :raises PolicyError: SG234 when this version cannot read it without loss: what it does not know it could not judge.
    """
    try:
        found: Policy = _read(Policy, said)
        whole = document(found) == said
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _unknown() from error
    if not whole:
        raise _unknown()
    return found


def _read(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return _read(_alternative(inner, value), value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_read(each, entry) for each, entry in zip(kinds, value, strict=True))
    if origin is frozenset:
        return frozenset(_read(inner[0], entry) for entry in value)
    if origin is Mapping:
        return MappingProxyType({_read(inner[0], key): _read(inner[1], entry) for key, entry in value.items()})
    if is_dataclass(kind) and isinstance(kind, type):
        said = [field.name for field in fields(kind) if field.init]
        return kind(**{name: _read(_hints(kind)[name], value[name]) for name in said})
    if kind is timedelta:
        return timedelta(seconds=float(value.removesuffix(" seconds")))
    if kind is date:
        return date.fromisoformat(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value


def _alternative(kinds: tuple[Any, ...], value: Any) -> Any:
    """Of several kinds the one that ``value`` can be: null, a list, an object, or a plain value."""
    for kind in kinds:
        if value is None:
            fits = kind is NoneType
        elif isinstance(value, list):
            fits = get_origin(kind) in (tuple, frozenset)
        else:
            fits = is_dataclass(kind) is isinstance(value, Mapping) and kind is not NoneType
        if fits:
            return kind
    raise TypeError(f"{type(value).__name__} is none of {kinds}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _unknown() -> PolicyError:
    return PolicyError(
        "SG234", "this version of sminion_guard cannot read the policy in force",
        hint="install the version that applied it, or pass the policy file to the guard",
    )
