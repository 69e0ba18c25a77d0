"""Addresses of the values in a scenario: ``countries.PAK.preferences.foreign_basing.salience``.

Entries of lists are addressed by what they are known by: ``events.us_demand.type``,
``attitudes.PAK.USA`` (its level), ``dependence.PAK.CHN``, ``record.us_demand.PAK.response``,
``conduct.UZB.foreign_basing.2005-11-21.response``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel

from detente.scenario import checks
from detente.scenario.dynamics import elsewhere
from detente.scenario.messages import (
    MOST_SHOWN,
    Place,
    Problem,
    ScenarioError,
    describe,
    did_you_mean,
    did_you_mean_country,
)
from detente.scenario.quantity import KINDS, find_quantity
from detente.scenario.shape import (
    KEYS,
    below,
    default_at,
    field_at,
    fields_of,
    is_table,
    known_keys,
)
from detente.scenario.tree import (
    Mark,
    Rows,
    Steps,
    Table,
    as_tree,
    child,
    has,
    rows_at,
    shallow,
    table_at,
)

if TYPE_CHECKING:
    import pandas as pd

#: So many paths are shown in a notebook, the first and the last of them.
MANY: Final = 120
#: Lists in which a pair that nobody wrote stands at 0, so that it can be set.
PAIRS: Final = frozenset({"attitudes", "dependence"})
#: Tables in which any issue may stand, so that one more can be set.
BY_ISSUE: Final = frozenset({"preferences", "proposes", "does", "otherwise"})
#: Tables in which any country may stand.
BY_COUNTRY: Final = frozenset({"offers"})

#: A path, what to set there, and where that was asked for.
type Change = tuple[str, Any, Mark]
type Parts = tuple[str, ...]


class PathError(LookupError):
    """A path that leads nowhere."""


def fetch(tree: Table, path: str) -> Any:
    """Return the value at a path of a complete scenario in plain form."""
    node: Any = tree
    way: Parts = ()
    rest = tuple(path.split("."))
    while rest:
        step, after = _step(node, way, rest)
        taken = rest[: len(rest) - len(after)]
        if step is None and (name := _keyed(way)):
            if name not in PAIRS or len(after) > 1:
                raise PathError(f"there is no {'.'.join((name, *taken))}")
            return _mirrored(node, *taken) if name == "attitudes" else 0.0
        if step is None:
            near = _near(way, rest[0], node if isinstance(node, dict) else ())
            raise PathError(f"nothing stands at {path}{near}")
        node, way, rest = node[step], (*way, *taken), after
    return node["level"] if way[0] in PAIRS and len(way) == 3 else node


def spell(tree: Any, steps: Steps) -> str:
    """Write the steps to a value as the path that a person would use."""
    parts: list[str] = []
    node, before = tree, ""
    for step in steps:
        node = child(node, step)
        known = [child(node, name) for name in KEYS.get(before, ())]
        if isinstance(step, int) and known and all(isinstance(name, str) for name in known[:2]):
            parts += [name for name in known if isinstance(name, str)]
        else:
            parts.append(str(step))
        before = str(step)
    return ".".join(parts)


class Paths(dict[str, Any]):
    """What can be set in a scenario, and what stands there: a value by its path.

    A notebook shows `table`, which also says what each is.
    """

    def __init__(self, values: Mapping[str, Any], fields: Mapping[str, tuple[Any, str]]) -> None:
        super().__init__(values)
        self._fields = dict(fields)

    @property
    def table(self) -> pd.DataFrame:
        """The paths, a row each: value, unit, low, high (nothing of texts) and sentence."""
        import pandas as pd

        rows = [(_shown(value), *_about(*self._fields[path])) for path, value in self.items()]
        index = pd.Index(self, name="path", dtype=object)
        return pd.DataFrame(rows, index, ["value", "unit", "low", "high", "sentence"])

    def _repr_html_(self) -> str:
        """Show the table in a notebook, its sentences whole."""
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            return self.table.to_html(max_rows=MANY, na_rep="")


def _shown(value: Any) -> Any:
    """Return a value as one reads it: of a distribution its kind and arguments."""
    if not isinstance(value, dict):
        return value
    return "; ".join(f"{kind}: {arguments}" for kind, arguments in value.items())


def _about(model: Any, field: str) -> tuple[str, float | None, float | None, str]:
    """Return the unit of a field, its range, and the sentence that describes it."""
    about = model.model_fields[field]
    low = next((each.ge for each in about.metadata if hasattr(each, "ge")), None)
    high = next((each.le for each in about.metadata if hasattr(each, "le")), None)
    unit, quantity = "", find_quantity(model, field)
    if quantity is not None:
        unit, low, high = quantity.unit, quantity.low, quantity.high
    return unit, low, high, about.description or ""


def leaves(model: type[BaseModel], tree: Table | dict[str, Any], about: str | None = None) -> Paths:
    """Return each value of a scenario in plain form by its path, of all or of one thing."""
    found: dict[str, Any] = {}
    fields: dict[str, tuple[Any, str]] = {}

    def walk(node: Any, steps: tuple[Any, ...]) -> None:
        inner: list[tuple[Any, Any]] = []
        if steps[:1] == ("variants",) and len(steps) == 3:
            pass  # what a variant sets, adds or drops is set as a whole
        elif isinstance(node, dict) and not (len(node) == 1 and next(iter(node)) in KINDS):
            inner = list(node.items())
        elif isinstance(node, list) and any(isinstance(item, dict) for item in node):
            inner = list(enumerate(node))
        for key, value in inner:
            walk(value, (*steps, key))
        known = KEYS.get(str(steps[0]), ()) if len(steps) == 3 else ()
        if not inner and steps and steps[-1] not in known:  # by which its entry is known
            path = spell(tree, steps)
            if about is None or about in path.split("."):
                found[path] = node
                fields[path] = field_at(model, tree, steps)

    walk(tree, ())
    return Paths(found, fields)


def changes_of(values: Mapping[str, Any], place: Place) -> list[Change]:
    """Return the changes that a program asks for, as they go to `assign_all`."""
    form = 'values by path, such as {"countries.PAK.resolve": 0.6}'
    if not isinstance(values, Mapping):
        message = f"expected a mapping of {form}, not {describe(values)}"
        raise ScenarioError([Problem.at(place, "", message)])
    found: list[Change] = []
    problems: list[Problem] = []
    for path, value in values.items():
        if not isinstance(path, str):
            message = f"expected {form}: {describe(path)} is no path"
            problems.append(Problem.at(place, str(path), message))
            continue
        try:
            found.append((path, as_tree(value, place), Mark(place, str(value))))
        except ScenarioError as error:
            problems += [replace(each, path=str(path)) for each in error.problems]
    if problems:
        raise ScenarioError(problems)
    return found


def assign_all(model: type[BaseModel], tree: Table, changes: list[Change]) -> list[Problem]:
    """Set the values at several paths of a tree in turn; return what is wrong with the paths."""
    problems: list[Problem] = []
    before = shallow(tree)
    for path, value, mark in changes:
        if len(problems) > MOST_SHOWN:
            break
        try:
            _assign(model, tree, path, value, mark)
        except PathError as error:
            problems.append(Problem.at(mark.at_key, path, str(error)))
    missing = checks.not_measurable(tree)
    if missing and tree.get("patterns") is before.get("patterns"):
        checks.without(tree, missing - checks.not_measurable(before))
    return problems


def _assign(model: type[BaseModel], tree: Table, path: str, value: Any, mark: Mark) -> None:
    """Set the value at a path; null takes what stands there away."""
    parts = tuple(path.split("."))
    if not all(parts):
        raise PathError("expected keys joined by points, such as countries.PAK.resolve")
    if path == "theory" and value != child(tree, "theory"):
        tree.drop("dynamics")  # they are coefficients of another theory
    _Assignment(model, tree, value, mark).down(tree, model, parts)


class _Assignment:
    """One value on its way to its place. Nothing is changed before the whole path is known."""

    def __init__(self, model: type[BaseModel], tree: Table, value: Any, mark: Mark) -> None:
        self.model = model
        self.tree = tree
        self.value = value
        self.mark = mark._replace(key=None)

    def down(self, holder: Any, kind: Any, parts: Parts, before: Parts = ()) -> None:
        """Set somewhere below a table or a list; `before` is the path that led to it."""
        if before[:1] == ("variants",) and before[2:] == ("add",):
            kind = self.model
        step, rest = self.step(holder, kind, parts, before)
        key = parts[: len(parts) - len(rest)]
        inner, inner_kind, there = child(holder, step), below(kind, step, holder), has(holder, step)
        if opened := isinstance(inner, Table | Rows):
            inner = shallow(inner)
        if name := _keyed(before):
            inner = inner if there else self.new_pair(holder, name, key)
            inner_kind = below(kind, 0)
        if not rest:
            if self.value is not None:
                entry = self.entry(inner, name, key) if name else self.value
                holder.put(step, entry, self.mark)
            elif there:
                holder.drop(step)
            return
        if not there and not name:
            default = default_at(kind, str(step))
            inner = as_tree(default, self.mark.place) if isinstance(default, dict | list) else None
        if not isinstance(inner, Table | Rows):
            if not fields_of(inner_kind) and not is_table(inner_kind):
                raise PathError(f"nothing stands below {'.'.join((*before, *key))}")
            inner = Table(self.mark.place)
        self.down(inner, inner_kind, rest, (*before, *key))
        if opened:
            holder.swap(step, inner)
        else:
            holder.put(step, inner, self.mark)

    def step(self, holder: Any, kind: Any, parts: Parts, before: Parts) -> tuple[Any, Parts]:
        """Return the key or index that a path goes by, there or to be, and the rest of it."""
        if before[:1] == ("variants",) and before[2:] == ("set",):
            return _own_path(holder, parts)
        if parts[0] in fields_of(kind):
            return parts[0], parts[1:]
        found, rest = _step(holder, before, parts)
        if found is not None:
            return found, rest
        if isinstance(holder, Rows) and _keyed(before):
            return len(holder), rest
        if isinstance(holder, Rows):
            raise PathError(f"{'.'.join(before)} is a list of {len(holder)}, counted from 0")
        if before == ("variants",) and len(parts) == 1 and self.value is not None:
            return parts[0], ()  # a new one, to stand beside the others
        known = known_keys(kind, holder)
        if before[-1:] and before[-1] in BY_ISSUE | BY_COUNTRY:
            what = "issues" if before[-1] in BY_ISSUE else "countries"
            known = list(child(self.tree, what) or known)
            if parts[0] in known:
                return parts[0], parts[1:]
        where = f" in {'.'.join(before)}" if before else ""
        near = _near(before, parts[0], holder if before == ("countries",) else known)
        missing = f"there is no '{parts[0]}'{where}{near}"
        raise PathError((before == ("dynamics",) and elsewhere(parts[0], kind)) or missing)

    def entry(self, old: Any, name: str, key: Parts) -> Any:
        """Return what becomes of an entry that is set as a whole; a pair is its level."""
        entry = self.value
        if name in PAIRS and not (has(entry, "level") or has(entry, "mutual")):
            old.put("level", entry, self.mark)
            return old
        if not isinstance(entry, Table):
            raise PathError(f"expected a mapping to take the place of {'.'.join((name, *key))}")
        known_by = dict(zip(KEYS[name], key, strict=False))
        for field, part in {**(old if name in PAIRS else {}), **known_by}.items():
            if field not in entry:
                entry.put(field, part, Mark(entry.place, part))
        return entry

    def new_pair(self, rows: Rows, name: str, key: Parts) -> Any:
        """Return an entry for a pair that nobody wrote."""
        if name not in PAIRS:
            fields, spelled = KEYS[name][:2], ".".join(key)
            known = [".".join(str(child(row, field)) for field in fields) for row in rows]
            what = {"events": "event", "record": "entry of the record"}.get(
                name, f"entry of {name}"
            )
            near = did_you_mean(spelled, known)
            for variant, own in table_at(self.tree, "variants").items():
                if any(child(row, "id") == spelled for _, row in rows_at(own.get("add"), name)):
                    near = f": a variant adds it, as variants.{variant}.add.events.{spelled}"
            raise PathError(f"there is no {what} '{spelled}'{near}")
        countries = child(self.tree, "countries") or {}
        for code in key:
            if code not in countries:
                near = _near(("countries",), code, countries)
                raise PathError(f"unknown country '{code}'{near}")
        level = _mirrored(rows, *key) if name == "attitudes" else 0.0
        return as_tree({"of": key[0], KEYS[name][1]: key[1], "level": level}, self.mark.place)


def _near(way: Parts, name: str, known: Any) -> str:
    """Return what was probably meant at a path; of a country by its name too."""
    if way != ("countries",):
        return did_you_mean(name, known)
    return did_you_mean_country(name, {code: child(known[code], "name") for code in known})


def _keyed(way: Parts) -> str:
    """Return the name of the list at a path whose entries go by what they are known by, if any."""
    within_whole = len(way) == 1 or way[-2:-1] == ("add",)
    return way[-1] if within_whole and way[-1] in KEYS else ""


def _step(node: Any, way: Parts, parts: Parts) -> tuple[str | int | None, Parts]:
    """Return the key or index of what a path goes by next, or None, and the rest of the path."""
    if isinstance(node, Rows) and (name := _keyed(way)):
        return _entry_at(node, name, parts)
    if isinstance(node, list):
        index = int(parts[0]) if parts[0].isdecimal() and len(parts[0]) < 6 else len(node)
        return (index if index < len(node) else None), parts[1:]
    for count in range(1, len(parts) + 1):  # keys may hold points
        if child(node, key := ".".join(parts[:count])) is not None:
            return key, parts[count:]
    return None, parts[1:]


def _own_path(settings: Table, parts: Parts) -> tuple[str, Parts]:
    """Return the path, itself a key, that a variant sets, and what lies below it if it does."""
    for count in range(1, len(parts)):
        key, rest = ".".join(parts[:count]), parts[count:]
        node, below_it = child(settings, key), rest
        while below_it and node is not None:
            step, below_it = _step(node, (), below_it)
            node = None if step is None else node[step]
        if node is not None:
            return key, rest
    return ".".join(parts), ()


def _entry_at(rows: Rows, name: str, parts: Parts) -> tuple[int | None, Parts]:
    """Find the entry of a list that some parts of a path name, and the parts that remain."""
    fields = KEYS[name][:2]
    if len(parts) < len(fields):
        spelled = ".".join((name, *parts))
        raise PathError(f"expected the {fields[len(parts)]} after {spelled}, as the next key")
    key, rest = parts[: len(fields)], parts[len(fields) :]
    dated: list[int] = []
    if len(KEYS[name]) > len(fields) and rest:
        dated = rows.at(KEYS[name], (*key, rest[0]))
    found, rest = (dated, rest[1:]) if dated else (rows.at(fields, key), rest)
    if len(found) > 1:
        more = " - give its date" if len(KEYS[name]) > len(fields) else ""
        raise PathError(f"{'.'.join((name, *parts))} names several entries{more}")
    return (found[0] if found else None), rest


def _mirrored(attitudes: Rows, of: str, to: str) -> Any:
    """Return the level of an attitude that only the other side's entry gives, else 0."""
    for index in attitudes.at(KEYS["attitudes"], (to, of))[:1]:
        row = attitudes[index]
        return row.get("level", 0.0) if row.get("mutual") is True else 0.0
    return 0.0
