"""One tree on top of another: a file on what it extends, what a variant adds on its scenario.

Tables merge key by key. Lists whose entries are known by a key (events, attitudes, dependence,
record) merge entry by entry; any other list, a distribution and a condition are replaced whole.
A file wins over what it extends, and ``null`` drops a key; a variant adds what is not there yet.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import BaseModel

from detente import theory
from detente.scenario import pattern_checks
from detente.scenario.messages import Place, Problem, ScenarioError
from detente.scenario.shape import KEYS, below, default_at, merges
from detente.scenario.tree import Rows, Table, as_tree, child


def extended(model: type[BaseModel], parent: Table, over: Table) -> Table:
    """Return a file's tree on top of that of the file that it extends."""
    if child(over, "theory") not in (None, child(parent, "theory") or theory.DEFAULT):
        parent = parent.lacking("dynamics")  # they are coefficients of another theory
    merged: Table = _merge(parent, over, (model, ""), (over.place, ""), None)
    pattern_checks.prune(merged, pattern_checks.ids(parent) - pattern_checks.ids(over))
    return merged


def added(
    model: type[BaseModel], tree: Table, addition: Table, path: str
) -> tuple[Table, list[Problem]]:
    """Return a tree with what a variant adds to it, and what is there already."""
    problems: list[Problem] = []
    merged: Table = _merge(tree, addition, (model, ""), (addition.place, path), problems)
    return merged, problems


def _merge(
    under: Any, over: Any, what: tuple[Any, str], at: tuple[Place, str], there: list[Problem] | None
) -> Any:
    """Lay one tree over another, at a place of a type and a key, which say whether it merges.

    `over`, which stands `at` a place and a path, wins; or it may only add, where what is `there`
    already is collected.
    """
    kind, name = what
    if isinstance(under, Rows) and isinstance(over, Rows) and name in KEYS:
        return _merge_rows(under, over, what, at[1], there)
    if isinstance(under, Table) and isinstance(over, Table) and merges(kind):
        return _merge_tables(under, over, what, at[1], there)
    if there is None:
        return over
    there.append(Problem.at(at[0], at[1], "is there already: a variant changes it with set"))
    return under


def _merge_tables(
    under: Table, over: Table, what: tuple[Any, str], path: str, there: list[Problem] | None
) -> Table:
    kind, name = what
    merged = under.lacking()
    if there is None:
        merged.place = over.place
    for key, item in over.items():
        mark = over.mark(key)
        if (
            there is not None
            and key not in merged
            and isinstance(default := default_at(kind, key), dict)
        ):
            merged.put(key, as_tree(default, mark.place), mark)
        if key not in merged:
            merged.put(key, item, mark)
        elif there is None and item is None:
            merged.drop(key)
        else:
            inner = (below(kind, key), key), (mark.place, f"{path}.{key}")
            node = _merge(merged[key], item, *inner, there)
            merged.put(key, node, mark if there is None else merged.mark(key))
    return _in_order_of_stance(merged) if name == "repertoire" else merged


def _merge_rows(
    under: Rows, over: Rows, what: tuple[Any, str], path: str, there: list[Problem] | None
) -> Rows:
    kind, name = what
    if there is None:
        _refuse_repeats(over, name)
    merged = Rows(under.place if there is not None else over.place)
    for index, item in enumerate(under):
        merged.put(index, item, under.mark(index))
    for index, item in enumerate(over):
        key = key_of(item, name)
        if there is None and name == "attitudes" and key and item.get("mutual") is True:
            merged.keep(partial(_is_not_mutual, key[::-1]))
        keys = [key_of(old, name) for old in merged]
        if key is None or key not in keys:
            merged.put(len(merged), item, over.mark(index))
        elif there is None:
            place = keys.index(key)
            node = _merge(merged[place], item, (below(kind, 0), ""), (item.place, path), there)
            merged.put(place, node, over.mark(index))
        else:
            spelled = ".".join(str(part) for part in key if part is not None)
            message = f"'{spelled}' is there already: a variant changes it with set"
            there.append(Problem.at(item.place, f"{path}.{spelled}", message))
    return merged


def _refuse_repeats(rows: Rows, name: str) -> None:
    """Refuse a file that gives an entry twice: the later would replace the earlier unseen."""
    first: dict[tuple[Any, ...], Place] = {}
    problems = []
    for index, entry in enumerate(rows):
        key = key_of(entry, name)
        if key in first:
            at = first[key]
            spelled = " ".join(str(part) for part in key if part is not None)
            message = f"'{spelled}' is given twice, first at {at.line}:{at.column}"
            problems.append(Problem.at(entry.place, f"{name}.{index}", message))
        elif key is not None:
            first[key] = entry.place
    if problems:
        raise ScenarioError(problems)


def _is_not_mutual(key: tuple[Any, ...], entry: Any) -> bool:
    """Say whether an entry does not give the mutual attitude of a pair."""
    return key_of(entry, "attitudes") != key or entry.get("mutual") is not True


def key_of(entry: Any, name: str) -> tuple[Any, ...] | None:
    """Return what an entry of a list is known by, or None if it does not say."""
    found = tuple(child(entry, field) for field in KEYS[name])
    if found[0] is None or any(isinstance(part, dict | list) for part in found):
        return None
    return found


def _in_order_of_stance(repertoire: Table) -> Table:
    """Put merged responses in the order of their stances, where each is a number."""
    stances = {key: child(response, "stance") for key, response in repertoire.items()}
    if any(isinstance(s, bool) or not isinstance(s, int | float) for s in stances.values()):
        return repertoire
    ordered = Table(repertoire.place)
    for key in sorted(repertoire, key=stances.__getitem__):
        ordered.put(key, repertoire[key], repertoire.mark(key))
    return ordered
