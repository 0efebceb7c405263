"""The shape of privacy.toml: which keys a section has and of which kind. Words and names are checked later.

Each section's tables are validated one by one, so that one broken table hides no other finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import PydanticCustomError

from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.positions import Path

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _text(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("SG324", "is empty", {"hint": "write something: people read it"})
    if _CONTROL.search(value):
        raise PydanticCustomError("SG304", "holds a control character", {"hint": "write plain text"})
    return value


def _subject(value: object) -> tuple[str, ...] | dict[str, str] | Literal[False]:
    if value is False:
        return False
    if isinstance(value, dict) and value and all(isinstance(word, str) and word for word in value.values()):
        return dict(value)
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and listed and all(isinstance(name, str) and name for name in listed):
        return tuple(listed)
    raise PydanticCustomError(
        "SG304",
        "must be a column, a list of columns, columns with their kinds, a path or false",
        {"hint": 'write "customer_id", ["buyer_id", "seller_id"], { sender = "customer", agent = "employee?" }, '
                 '"order_id -> sales.orders" or false'},
    )


def _needs(value: object) -> list[str] | Literal["*"]:
    if value == "*":
        return "*"
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return list(value)
    raise PydanticCustomError(
        "SG304", "must be a list of categories, or \"*\" for all", {"hint": 'write `["identity", "contact"]`'})


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("SG304", "must be a day", {"hint": "write `2027-03-31`, without quotes"})


def _sentences(value: object) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, list) and all(isinstance(text, str) for text in listed):
        return [_text(text) for text in listed]
    raise PydanticCustomError("SG304", "must be a sentence, or a list of sentences",
                              {"hint": 'write `"ticket.basis_ref is sales.orders.id of this subject"`'})


def _trusted(value: object) -> dict[str, str]:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, "")
    if isinstance(value, dict) and all(isinstance(why, str) for why in value.values()):
        return {name: _text(why) for name, why in value.items()}
    raise PydanticCustomError("SG304", "must be functions with the reason to trust each",
                              {"hint": 'write `{ "public.search" = "its ORDER BY is one of four constants" }`'})


Text = Annotated[str, AfterValidator(_text)]


class Shape(BaseModel):
    """What all sections have in common: no conversion between kinds, and no unknown keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PolicyShape(Shape):
    name: str
    version: Text
    subject_key: str | None = None
    ticket_lifetime: str
    require_tls: bool = True
    trusted_functions: Annotated[dict[str, str], PlainValidator(_trusted)] = {}
    accept_upsert_leak: Text | None = None
    widens: Text | None = None
    consent: str = "keep"
    backup: Text | None = None
    timezone: Text = "UTC"


class TicketShape(Shape):
    values: dict[str, str] = {}
    may_set: list[str] = []
    may_call: list[str] = []
    trusted_operators: list[str] = []


class SubjectShape(Shape):
    key: str


class CategoryShape(Shape):
    title: Text
    holds: str | None = None


class PurposeShape(Shape):
    title: Text
    basis: str
    needs: Annotated[list[str] | Literal["*"], PlainValidator(_needs)]
    may: list[str]
    sees_blocked: bool = False
    views: str | None = None
    explains: Annotated[list[str], PlainValidator(_sentences)] = []


class LoginShape(Shape):
    purposes: list[str] = []
    may_hold_incompatible: Text | None = None
    may_own: Text | None = None
    tickets_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    log_mb_per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    may_record_consent: list[str] = []
    transfers_to: list[str] = []


class CompatibleShape(Shape):
    purposes: Annotated[list[str], Field(min_length=2, max_length=2)]
    why: Text
    merge_only: bool = False


class FurtherShape(Shape):
    data_of: str
    may_serve: Annotated[list[str], Field(min_length=1)]
    why: Text


class SchemaShape(Shape):
    collected_for: list[str] | None = None
    title: Text | None = None
    neutral: list[str] = []


class RetentionShape(Shape):
    after: str
    keep: str
    then: str


class TableShape(Shape):
    subject: Annotated[tuple[str, ...] | dict[str, str] | Literal[False], PlainValidator(_subject)]
    kind: str | None = None
    columns: dict[str, str]
    collected_for: list[str] | None = None
    anonymous: str | None = None
    retention: RetentionShape | None = None
    depersonalize: dict[str, str] = {}
    rows: str | None = None
    adopt_policies: list[str] = []
    report: dict[str, str] = {}
    shared: str | None = None


class OperatorShape(Shape):
    name: Text
    address: Text
    contact: Text
    processor: Text | None = None
    backups: str | None = None
    certificates: str | None = None
    actors: str | None = None


class RequestShape(Shape):
    profile: str
    calendar: str | None = None


class TermShape(Shape):
    term: str | None = None
    from_: Annotated[str, Field(alias="from")] = "request"
    extend: str | None = None
    interim: str | None = None


class RecipientShape(Shape):
    title: Text
    contract: Text
    purposes: list[str]
    never: list[str]
    gives: list[str] | None = None
    until: Annotated[date | None, PlainValidator(_day)] = None
    profile: str | None = None
    times: str | None = None
    k: Annotated[int | None, Field(ge=0, le=1_000_000)] = None


class ViewShape(Shape):
    from_: Annotated[str, Field(alias="from")]
    for_: Annotated[list[str], Field(alias="for", min_length=1)]
    columns: Annotated[dict[str, str], Field(min_length=1)]
    k: Annotated[int, Field(ge=0, le=1_000_000)]
    sensitive: list[str] = []
    distinct: Annotated[int | None, Field(alias="l", ge=0, le=1_000_000)] = None


class HierarchyShape(Shape):
    groups: dict[str, list[str]]
    other: Text | None = None


S = TypeVar("S", bound=Shape)

_TABLE = ("a table", "write it as a section of its own, or as `{ key = \"value\" }`")
_NUMBER = ("a whole number from 0 to 1000000", "write `60000`, without quotes")
_KINDS = {
    "int_type": _NUMBER, "greater_than_equal": _NUMBER, "less_than_equal": _NUMBER,
    "string_type": ("a string", "put it into quotes"),
    "bool_type": ("true or false", "write `true` or `false`, without quotes"),
    "list_type": ("a list", "write it as `[\"a\", \"b\"]`"),
    "dict_type": _TABLE, "model_type": _TABLE, "model_attributes_type": _TABLE,
}
"""Pydantic's type of error to the kind that is wanted, and how to write it."""


def validate(kind: type[S], raw: object, path: Path, report: Report) -> S | None:
    """``raw`` as a ``kind``; None after everything that is wrong with it was reported.

    :param path: where it stands in the file.
    """
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        for entry in error.errors(include_url=False):
            _report(kind, entry["type"], entry["loc"], entry.get("ctx") or {}, entry["msg"], path, report)
        return None


def _report(
    kind: type[Shape], fault: str, loc: tuple[int | str, ...], context: Mapping[str, object], text: str, path: Path,
    report: Report,
) -> None:
    place = (*path, *loc)
    name = _dotted(loc or path)
    if fault == "missing":
        if name == "basis":
            report.add("SG313", path, f"{_dotted(path, '`')} has no legal basis", 'add `basis = "..."`')
        else:
            report.add("SG305", place, f"`{name}` is missing in {_dotted(path, '`')}", f"add `{name} = ...`")
    elif fault == "extra_forbidden":
        known = RetentionShape if loc[0] == "retention" and kind is TableShape else kind
        report.add("SG303", place, f"unknown key `{loc[-1]}` in {_dotted(path, '`')}",
                   suggestion(str(loc[-1]), [field.alias or key for key, field in known.model_fields.items()]))
    elif fault in ("SG304", "SG324"):
        report.add(fault, place, f"`{name}` {text}", str(context["hint"]))
    elif fault in ("too_short", "too_long"):
        wanted = {"CompatibleShape": "exactly two purposes"}.get(kind.__name__, "at least one entry")
        report.add("SG304", place, f"`{name}` must have {wanted}", "list them as strings: `[\"a\", \"b\"]`")
    else:
        wanted, hint = _KINDS.get(fault, ("another kind of value", "see docs/POLICY.md"))
        report.add("SG304", place, f"`{name}` must be {wanted}", hint)


def _dotted(path: Path, quote: str = "") -> str:
    """A path as the file's author would call it; the number of a ``[[compatible]]`` is said by the line."""
    if path[0] in ("compatible", "further"):
        return f"{quote}[[{path[0]}]]{quote}"
    return quote + ".".join(str(part) for part in path) + quote
