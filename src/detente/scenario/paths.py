"""Addresses of the values in a scenario: ``countries.PAK.preferences.foreign_basing.salience``.

Entries of lists are addressed by what they are known by: ``events.us_demand.type``,
``attitudes.PAK.USA`` (its level), ``dependence.PAK.CHN``, ``record.us_demand.PAK.response``.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.errors import Place, Problem
from detente.scenario.nodes import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Step,
    Steps,
    child,
    from_plain,
    plain,
    put,
)
from detente.scenario.shape import KEYS, below, default_at, fields_of, is_table, known_keys
from detente.scenario.suggest import did_you_mean

#: Lists in which a pair that nobody wrote stands at 0, so that it can be set.
PAIRS: Final = frozenset({"attitudes", "dependence"})
#: Tables in which any issue may stand, so that one more can be set.
BY_ISSUE: Final = frozenset({"preferences", "proposes", "does"})


class PathError(LookupError):
    """A path that leads nowhere."""


def assign(model: type[BaseModel], tree: Mapping, path: str, value: Node) -> Mapping:
    """Return a tree with the value at a path set; null takes what stands there away.

    Parameters
    ----------
    model : type of BaseModel
        The model of a scenario.
    tree : Mapping
        The scenario.
    path : str
        Where, as in ``dynamics.rationality``.
    value : Node
        What to set.

    Raises
    ------
    PathError
        If the path leads nowhere; the message says where it ends and what was probably meant.
    """
    parts = tuple(path.split("."))
    if not all(parts):
        raise PathError("expected keys joined by points, such as countries.PAK.resolve")
    return _Assignment(model, tree, value).whole(tree, parts)


def assign_all(
    model: type[BaseModel], tree: Mapping, changes: list[tuple[str, Node, Place]]
) -> tuple[Mapping, list[Problem]]:
    """Set the values at several paths in turn, and collect what is wrong with the paths."""
    problems = []
    for path, value, place in changes:
        try:
            tree = assign(model, tree, path, value)
        except PathError as error:
            problems.append(Problem.at(place, path, str(error)))
    return tree, problems


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
    while rest and node is not None:
        node, rest = _down(node, rest)
    if node is None:
        raise PathError(f"nothing stands at {path}")
    return plain(node)


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


class _Assignment:
    """One value on its way to its place."""

    def __init__(self, model: type[BaseModel], tree: Mapping, value: Node) -> None:
        self.model = model
        self.tree = tree
        self.value = value
        self.gone = isinstance(value, Scalar) and value.value is None

    def whole(self, tree: Mapping, parts: tuple[str, ...]) -> Mapping:
        """Set below the top of a scenario, or of what a variant adds to one."""
        name, rest = parts[0], parts[1:]
        if name in KEYS and rest:
            rows = tree.get(name) or Sequence(self.value.place, ())
            if not isinstance(rows, Sequence):
                raise PathError(f"{name} is not a list")
            return tree.having(name, self._entry(rows, name, rest), _place(tree, name))
        below_it = self._below(tree, self.model, parts, ())
        assert isinstance(below_it, Mapping)
        return below_it

    def _entry(self, rows: Sequence, name: str, parts: tuple[str, ...]) -> Node:
        """Set in the entry of a list that is addressed by its key."""
        index, rest = entry_at(rows, name, parts)
        key = parts[: len(parts) - len(rest)]
        if index is None:
            if name not in PAIRS:
                raise PathError(self._unknown(rows, name, key))
            self._know_countries(key)
            return put(rows, (len(rows.items),), self._pair(rows, name, key, rest))
        if not rest:
            return put(rows, (index,), self._entire(rows.items[index], name, key))
        kind = below(below(self.model, name), 0)
        spelled = (name, *key)
        return put(rows, (index,), self._below(rows.items[index], kind, rest, spelled))

    def _entire(self, old: Node, name: str, key: tuple[str, ...]) -> Node | None:
        """Return what becomes of an entry that is set as a whole; a pair is its level."""
        if self.gone:
            return None
        fields = KEYS[name]
        if name in PAIRS and not self._is_entry(("level", "mutual")):
            assert isinstance(old, Mapping)
            return old.having("level", self.value)
        given = self.value
        if not isinstance(given, Mapping):
            raise PathError(f"expected a mapping to take the place of {'.'.join((name, *key))}")
        for field, part in zip(fields, key, strict=False):
            if field not in given.entries:
                given = given.having(field, Scalar(given.place, part, part))
        if name in PAIRS and isinstance(old, Mapping):
            return Mapping(given.place, {**old.entries, **given.entries})
        return given

    def _pair(self, rows: Sequence, name: str, key: tuple[str, ...], rest: Steps) -> Node:
        """Return a new entry for a pair that nobody wrote."""
        other = KEYS[name][1]
        place = self.value.place
        level = mirrored(rows, *key) if name == "attitudes" else 0.0
        entry: Node = from_plain({"of": key[0], other: key[1], "level": level}, place)
        if not rest:
            return self._entire(entry, name, key) or entry
        if rest[0] not in {"level", "mutual"} - ({"mutual"} if name == "dependence" else set()):
            raise PathError(
                f"'{rest[0]}' is not a part of {name}{did_you_mean(str(rest[0]), ['level'])}"
            )
        return put(entry, rest, self.value)

    def _is_entry(self, fields: tuple[str, ...]) -> bool:
        return isinstance(self.value, Mapping) and any(f in self.value.entries for f in fields)

    def _below(
        self, node: Node | None, kind: Any, parts: tuple[str, ...], before: tuple[str, ...]
    ) -> Node | None:
        """Set somewhere below a node; `before` is the path that led to it."""
        if not parts:
            return None if self.gone else self.value
        if isinstance(node, Sequence):
            return self._in_list(node, kind, parts, before)
        if node is None or isinstance(node, Scalar):
            if not fields_of(kind) and not is_table(kind):
                raise PathError(f"nothing stands below {'.'.join(before)}")
            node = Mapping(self.value.place, {})
        if before[-1:] == ("add",) and before[:1] == ("variants",):
            return self.whole(node, parts)
        key, rest = self._key(node, kind, parts, before)
        entry = node.entries.get(key)
        inner = entry.node if entry is not None else self._default(kind, key)
        new = self._below(inner, below(kind, key, plain(node)), rest, (*before, key))
        return node.lacking(key) if new is None else node.having(key, new, _place(node, key))

    def _in_list(
        self, node: Sequence, kind: Any, parts: tuple[str, ...], before: tuple[str, ...]
    ) -> Node:
        index = int(parts[0]) if parts[0].isdecimal() and len(parts[0]) < 6 else len(node.items)
        if index >= len(node.items):
            spelled = ".".join(before)
            raise PathError(f"{spelled} is a list of {len(node.items)}, counted from 0")
        inner = self._below(node.items[index], below(kind, 0), parts[1:], (*before, parts[0]))
        return put(node, (index,), inner)

    def _key(
        self, node: Mapping, kind: Any, parts: tuple[str, ...], before: tuple[str, ...]
    ) -> tuple[str, tuple[str, ...]]:
        """Return the key that a path goes by, and the rest of it."""
        if before[:1] == ("variants",) and before[2:] == ("set",):
            return ".".join(parts), ()
        for count in range(1, len(parts) + 1):
            key = ".".join(parts[:count])
            if key in node.entries or key in fields_of(kind):
                return key, parts[count:]
        known = known_keys(kind, node)
        if before[-1:] and before[-1] in BY_ISSUE:
            issues = self.tree.get("issues")
            known = list(issues.entries) if isinstance(issues, Mapping) else known
            if parts[0] in known:
                return parts[0], parts[1:]
        where = f" in {'.'.join(before)}" if before else ""
        raise PathError(f"there is no '{parts[0]}'{where}{did_you_mean(parts[0], known)}")

    def _default(self, kind: Any, key: str) -> Node | None:
        value = default_at(kind, key)
        return from_plain(value, self.value.place) if isinstance(value, dict | list) else None

    def _know_countries(self, codes: tuple[str, ...]) -> None:
        countries = self.tree.get("countries")
        known = list(countries.entries) if isinstance(countries, Mapping) else []
        for code in codes:
            if code not in known:
                raise PathError(f"unknown country '{code}'{did_you_mean(code, known)}")

    def _unknown(self, rows: Sequence, name: str, key: tuple[str, ...]) -> str:
        known = []
        for item in rows.items:
            value = plain(item)
            if isinstance(value, MappingType):
                known.append(".".join(str(value.get(field)) for field in KEYS[name][:2]))
        spelled = ".".join(key)
        what = "event" if name == "events" else "entry of the record"
        return f"there is no {what} '{spelled}'{did_you_mean(spelled, known)}"


def _place(node: Mapping, key: str) -> Place | None:
    entry: Entry | None = node.entries.get(key)
    return None if entry is None else entry.place
