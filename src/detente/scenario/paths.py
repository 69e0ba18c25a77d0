"""Addresses of the values in a scenario: ``countries.PAK.preferences.foreign_basing.salience``.

Entries of lists are addressed by what they are known by: ``events.us_demand.type``,
``attitudes.PAK.USA`` (its level), ``dependence.PAK.CHN``, ``record.us_demand.PAK.response``.
"""

from __future__ import annotations

from typing import Any, Final

from detente.scenario.messages import Place, did_you_mean
from detente.scenario.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Step,
    Steps,
    child,
    plain,
)
from detente.scenario.shape import KEYS

#: Lists in which a pair that nobody wrote stands at 0, so that it can be set.
PAIRS: Final = frozenset({"attitudes", "dependence"})


class PathError(LookupError):
    """A path that leads nowhere."""


def fetch(tree: Mapping, path: str) -> Any:
    """Return the plain value at a path of a complete tree.

    Raises
    ------
    PathError
        If nothing stands there.
    """
    parts = tuple(path.split("."))
    node: Node | None = tree.get(parts[0])
    rest = parts[1:]
    if parts[0] in KEYS and isinstance(node, Sequence) and rest:
        needed = 1 if parts[0] == "events" else 2
        index, rest = entry_at(node, parts[0], rest)
        if index is None:
            if parts[0] in PAIRS and len(rest) in (0, 1):
                return mirrored(node, *parts[1:3]) if parts[0] == "attitudes" else 0.0
            raise PathError(f"there is no {'.'.join(parts[: needed + 1])}")
        node = node.items[index]
        if parts[0] in PAIRS and not rest:
            node = child(node, "level")
    holder = tree if node is None else node
    node = None if node is None else below_at(node, rest)
    if node is None:
        missing = parts[0] if holder is tree else rest[0] if rest else ""
        known = holder.entries if isinstance(holder, Mapping) else ()
        hint = did_you_mean(missing, known) if missing not in known else ""
        raise PathError(f"nothing stands at {path}{hint}")
    return plain(node)


def below_at(node: Node, parts: tuple[str, ...]) -> Node | None:
    """Return what stands at some parts of a path below a node, or None."""
    found: Node | None = node
    while parts and found is not None:
        found, parts = _down(found, parts)
    return found


def _down(node: Node, parts: tuple[str, ...]) -> tuple[Node | None, tuple[str, ...]]:
    """Go one step down, by the shortest run of parts that is a key: keys may hold points."""
    if isinstance(node, Sequence):
        return child(node, int(parts[0]) if parts[0].isdecimal() else -1), parts[1:]
    for count in range(1, len(parts) + 1):
        found = child(node, ".".join(parts[:count]))
        if found is not None:
            return found, parts[count:]
    return None, ()


def entry_at(
    node: Sequence, name: str, parts: tuple[str, ...]
) -> tuple[int | None, tuple[str, ...]]:
    """Find the entry of a list that some parts of a path name, and the parts that remain.

    Raises
    ------
    PathError
        If the parts name too little, or several entries.
    """
    fields = KEYS[name][:2]
    if len(parts) < len(fields):
        spelled = ".".join((name, *parts))
        raise PathError(f"expected the {fields[len(parts)]} after {spelled}, as the next key")
    found = [
        index
        for index, item in enumerate(node.items)
        if all(plain(child(item, f) or NOTHING) == p for f, p in zip(fields, parts, strict=False))
    ]
    rest = parts[len(fields) :]
    if name == "record" and rest:
        dated = [i for i in found if plain(child(node.items[i], "date") or NOTHING) == rest[0]]
        if dated:
            found, rest = dated, rest[1:]
    if len(found) > 1:
        more = " - give its date" if name == "record" else ""
        raise PathError(f"{'.'.join((name, *parts))} names several entries{more}")
    return (found[0] if found else None), rest


def mirrored(attitudes: Sequence, of: str, to: str) -> Any:
    """Return the level of an attitude that only the other side's entry gives, else 0."""
    for item in attitudes.items:
        value = plain(item)
        if isinstance(value, dict) and (value.get("of"), value.get("to")) == (to, of):
            return value.get("level", 0.0) if value.get("mutual") is True else 0.0
    return 0.0


def spell(tree: Node, steps: Steps) -> str:
    """Write the steps to a value as the path that a person would use."""
    parts: list[str] = []
    node: Node | None = tree
    before: Step = ""
    for step in steps:
        node = child(node, step)
        names = KEYS.get(str(before), ())
        known = [plain(child(node, name) or NOTHING) for name in names]
        if isinstance(step, int) and known and all(isinstance(name, str) for name in known[:2]):
            parts += [name for name in known if isinstance(name, str)]
        else:
            parts.append(str(step))
        before = step
    return ".".join(parts)


NOTHING: Final = Scalar(Place("", 1, 1), None, "")
