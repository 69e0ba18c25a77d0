"""Set values in a scenario by their paths."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel

from detente.scenario.messages import Place, Problem, ScenarioError, describe, did_you_mean
from detente.scenario.nodes import (
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Steps,
    from_plain,
    plain,
    put,
)
from detente.scenario.paths import PAIRS, PathError, below_at, entry_at, mirrored
from detente.scenario.shape import KEYS, below, default_at, fields_of, is_table, known_keys

#: Tables in which any issue may stand, so that one more can be set.
BY_ISSUE: Final = frozenset({"preferences", "proposes", "does"})


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


#: A path, what to set there, and where that was asked for.
type Change = tuple[str, Node, Place]


def given(changes: MappingType[str, Any], place: Place) -> list[Change]:
    """Return the changes that a program asks for, as they go to `assign_all`.

    Raises
    ------
    ScenarioError
        If a value is of no kind that a scenario can hold.
    """
    form = 'values by path, such as {"countries.PAK.resolve": 0.6}'
    if not isinstance(changes, MappingType):
        message = f"expected a mapping of {form}, not {describe(changes)}"
        raise ScenarioError([Problem.at(place, "", message)])
    found: list[Change] = []
    problems: list[Problem] = []
    for path, value in changes.items():
        if not isinstance(path, str):
            message = f"expected {form}: {describe(path)} is no path"
            problems.append(Problem.at(place, "", message))
            continue
        try:
            found.append((path, from_plain(value, place), place))
        except ScenarioError as error:
            problems += [replace(problem, path=path) for problem in error.problems]
    if problems:
        raise ScenarioError(problems)
    return found


def assign_all(
    model: type[BaseModel], tree: Mapping, changes: list[Change]
) -> tuple[Mapping, list[Problem]]:
    """Set the values at several paths in turn, and collect what is wrong with the paths."""
    problems = []
    for path, value, place in changes:
        try:
            tree = assign(model, tree, path, value)
        except PathError as error:
            problems.append(Problem.at(place, path, str(error)))
    return tree, problems


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
        place = _place(node, key) if rest else self.value.place
        return node.lacking(key) if new is None else node.having(key, new, place)

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
            return _own_path(node, parts)
        for count in range(1, len(parts) + 1):
            key = ".".join(parts[:count])
            if key in node.entries or key in fields_of(kind):
                return key, parts[count:]
        if before == ("variants",) and len(parts) == 1 and not self.gone:
            return parts[0], ()  # a new one, to stand beside the others
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


def _own_path(settings: Mapping, parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the path, itself a key, that a variant sets, and what lies below it if it does."""
    for count in range(1, len(parts)):
        key, rest = ".".join(parts[:count]), parts[count:]
        if key in settings.entries and below_at(settings.entries[key].node, rest) is not None:
            return key, rest
    return ".".join(parts), ()


def _place(node: Mapping, key: str) -> Place | None:
    entry: Entry | None = node.entries.get(key)
    return None if entry is None else entry.place
