"""Figures as JSON has them."""

from __future__ import annotations

import math
from typing import Any


def jsonable(value: Any) -> Any:
    """Return figures as JSON has them: what has no value becomes null, a date text."""
    match value:
        case dict():
            return {key: jsonable(item) for key, item in value.items()}
        case list() | tuple():
            return [jsonable(item) for item in value]
        case bool() | int() | str() | None:
            return value
        case float():
            return float(value) if math.isfinite(value) else None
        case _:
            return value.item() if hasattr(value, "item") else str(value)
