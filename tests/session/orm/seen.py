"""What is in memory of an entity, and what the purpose `care` may see of a customer."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from sminion_guard.errors import DataNotNeeded
from tests.session.orm.models import Customer

OPEN = {"id", "full_name", "email", "street", "city", "joined", "note", "open_label"}
CLOSED = {"born_on", "score", "closed_label", "billed"}


def loaded(obj: object) -> set[str]:
    """The columns that are in memory."""
    state = inspect(obj)
    return {prop.key for prop in state.mapper.column_attrs} & set(state.dict)  # type: ignore[union-attr]


def is_matched(customer: Customer) -> None:
    assert loaded(customer) == OPEN
    for name in CLOSED:
        with pytest.raises(DataNotNeeded):
            getattr(customer, name)
