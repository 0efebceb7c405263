"""The name that the server gives to an output column without alias (FigureColname of parse_target.c)."""

from __future__ import annotations

from sminion_guard.analyzer.parse import Node

_FIXED = {
    "CoalesceExpr": "coalesce", "RowExpr": "row", "A_ArrayExpr": "array", "GroupingFunc": "grouping",
    "MergeSupportFunc": "merge_action", "JsonObjectConstructor": "json_object", "JsonArrayConstructor": "json_array",
    "JsonArrayQueryConstructor": "json_array", "JsonObjectAgg": "json_objectagg", "JsonArrayAgg": "json_arrayagg",
    "JsonParseExpr": "json", "JsonScalarExpr": "json_scalar", "JsonSerializeExpr": "json_serialize",
    "XmlSerialize": "xmlserialize",
}
_VALUES = {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}
_JSON = {"JSON_EXISTS_OP": "json_exists", "JSON_QUERY_OP": "json_query", "JSON_VALUE_OP": "json_value"}
_XML = {"IS_XMLCONCAT": "xmlconcat", "IS_XMLELEMENT": "xmlelement", "IS_XMLFOREST": "xmlforest",
        "IS_XMLPARSE": "xmlparse", "IS_XMLPI": "xmlpi", "IS_XMLROOT": "xmlroot"}


def output_name(value: Node) -> str:
    """The name of the column that ``value`` makes."""
    return _strong(value) or _weak(value) or "?column?"


def _strong(value: Node) -> str | None:
    for kind, node in value.items():
        if kind in _FIXED:
            return _FIXED[kind]
        if kind in {"ColumnRef", "A_Indirection"}:
            listed = node["fields"] if kind == "ColumnRef" else node["indirection"]
            named = [part["String"]["sval"] for part in listed if "String" in part]
            return named[-1] if named else _strong(node.get("arg", {}))
        if kind == "FuncCall":
            return str(node["funcname"][-1]["String"]["sval"])
        if kind == "A_Expr" and node["kind"] == "AEXPR_NULLIF":
            return "nullif"
        if kind in {"TypeCast", "CollateClause"}:
            return _strong(node["arg"])
        if kind == "MinMaxExpr":
            return "greatest" if node["op"] == "IS_GREATEST" else "least"
        if kind == "CaseExpr":
            return _strong(node.get("defresult", {}))
        if kind == "SQLValueFunction":
            return str(node["op"]).removeprefix("SVFOP_").removesuffix("_N").lower()
        if kind == "XmlExpr":
            return _XML.get(node["op"])
        if kind == "JsonFuncExpr":
            return _JSON.get(node["op"])
        if kind == "SubLink":
            return _VALUES.get(node["subLinkType"]) or _of_subquery(node)
    return None


def _of_subquery(node: Node) -> str | None:
    targets = node["subselect"].get("SelectStmt", {}).get("targetList", ())
    if node["subLinkType"] != "EXPR_SUBLINK" or not targets:
        return None
    target = targets[0]["ResTarget"]
    return target.get("name") or _strong(target["val"])


def _weak(value: Node) -> str | None:
    if "TypeCast" in value:
        names = value["TypeCast"]["typeName"].get("names", ())
        return str(names[-1]["String"]["sval"]) if names else None
    if "CollateClause" in value:
        return _weak(value["CollateClause"]["arg"])
    return "case" if "CaseExpr" in value else None
