"""Ways to look at plain data that may be malformed anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from detente.scenario.messages import Finding, hint
from detente.scenario.nodes import Steps


def table(value: Any, *keys: str) -> dict[str, Any]:
    """Return the mapping at the end of some keys, or an empty one."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def rows(data: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Walk the entries of a list that are mappings."""
    listed = data.get(name)
    for index, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield index, row


def names(data: dict[str, Any], name: str) -> list[str]:
    """Return the keys of a table."""
    return list(table(data, name))


def references(
    data: dict[str, Any], name: str, fields: Iterable[str]
) -> Iterator[tuple[Steps, Any]]:
    """Walk what some fields of a list's entries refer to."""
    for index, row in rows(data, name):
        for field in fields:
            yield (name, index, field), row.get(field)


def unknown(steps: Steps, given: Any, known: Iterable[str], what: str) -> Iterator[Finding]:
    """Yield a finding if a text names nothing that is known."""
    known = list(known)
    if isinstance(given, str) and given not in known:
        yield Finding(steps, f"unknown {what} '{given}'{hint(given, known)}")


def number(value: Any) -> float | None:
    """Return a number, or None for a distribution and anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def day(value: Any) -> date | None:
    """Return a date given as such or as text, or None."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
