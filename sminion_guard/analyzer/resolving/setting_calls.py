"""Settings of the application's own, made for one transaction: the policy may permit them (``may_set``)."""

from __future__ import annotations

from typing import TypedDict

from sminion_guard.analyzer.parse import Node


class _Said(TypedDict):
    """What a fact says of a setting beside its name."""

    detail: str
    hint: str | None
    setting: str | None


def own_setting(name: str, node: Node) -> _Said:
    """What is said of a setting that PostgreSQL does not know: with a prefix, it may be the application's own."""
    if "." not in name:
        return _Said(detail="it is not among those that change neither rights nor the meaning of names",
                     hint=None, setting=None)
    if node.get("is_local", False) and node.get("kind", "VAR_SET_VALUE") in {"VAR_SET_VALUE", "VAR_SET_DEFAULT"}:
        return _Said(detail="`may_set` of the policy does not list it",
                     hint=f"list it: `may_set = [\"{name}\"]` under `[ticket]`", setting=name)
    return _Said(detail="outside of the transaction it would hold for whoever uses the connection next",
                 hint=f"`SET LOCAL {name} = ...`", setting=None)


def local_setting(call: Node) -> str | None:
    """The setting that a call of ``set_config`` makes, in lower case: when its name is a constant with a prefix, its
    value a constant or parameter (no data of tables is kept in it), and it is made for the transaction only."""
    arguments = call.get("args", ())
    if len(arguments) != 3 or call.keys() & {"func_variadic", "agg_filter", "over", "agg_order"}:
        return None
    name, value, local = (_bare(argument) for argument in arguments)
    said = name.get("A_Const", {}).get("sval", {}).get("sval", "")
    is_local = local.get("A_Const", {}).get("boolval", {}).get("boolval", False)
    plain = bool(value.keys() & {"A_Const", "ParamRef"})
    return str(said).lower() if plain and is_local is True and "." in said else None


def _bare(node: Node) -> Node:
    """An argument without the casts round it."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return node
