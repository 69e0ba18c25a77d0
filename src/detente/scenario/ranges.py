"""The range and unit of a numeric field, read off the model of the input."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from detente.scenario.quantity import Quantity


@cache
def quantity_of(model: type[BaseModel], field: str) -> Quantity:
    """Return the range and unit of a numeric field."""
    return next(_quantities(model.model_fields[field]))


def _quantities(where: Any) -> Iterator[Quantity]:
    if isinstance(where, Quantity):
        yield where
    elif isinstance(where, FieldInfo):
        for item in (*where.metadata, where.annotation):
            yield from _quantities(item)
    else:
        for item in (*getattr(where, "__metadata__", ()), *get_args(where)):
            yield from _quantities(item)
