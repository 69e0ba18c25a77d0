"""Everything that is wrong with a scenario, at once: the model, the checks and each variant."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from detente.scenario import checks, variants
from detente.scenario.messages import QUOTE_IT, Finding, Place, Problem, ScenarioError
from detente.scenario.nodes import Entry, Mapping, Scalar, Steps, child, find, from_plain, plain
from detente.scenario.paths import spell
from detente.scenario.wording import in_plain_words

#: Context that tells the model's own validator that the checks run beside it.
CHECKED = {"checked": True}


def validated[Model: BaseModel](model: type[Model], tree: Mapping) -> Model:
    """Return the scenario that a tree describes.

    Raises
    ------
    ScenarioError
        With everything that is wrong, each where it was written.
    """
    scenario, found = examine(model, plain(tree))
    problems = [_placed(finding, tree) for finding in found]
    problems += in_variants(model, tree, found)
    if problems or scenario is None:
        raise ScenarioError(problems)
    return scenario


def examine[Model: BaseModel](model: type[Model], data: Any) -> tuple[Model | None, list[Finding]]:
    """Validate plain data by the model and the checks, leaving its variants aside."""
    found: dict[Steps, list[Finding]] = {}
    for finding in checks.find(data):
        found.setdefault(finding.steps, []).append(finding)
    scenario = None
    try:
        scenario = model.model_validate(data, context=CHECKED)
    except ValidationError as error:
        for finding in in_plain_words(model, data, error):
            found.setdefault(finding.steps, [finding])  # a check says more of the same place
    return scenario, [finding for at_one_place in found.values() for finding in at_one_place]


def in_variants(model: type[BaseModel], tree: Mapping, known: list[Finding]) -> list[Problem]:
    """Return what is wrong with each variant as a scenario in its own right.

    What is wrong with the scenario that they vary, given as `known`, is not said again.
    """
    said = {(spell(tree, finding.steps), _said(finding, tree)) for finding in known}
    listed = tree.get("variants")
    problems: list[Problem] = []
    for name, entry in listed.entries.items() if isinstance(listed, Mapping) else ():
        resolved, more = variants.resolve(model, tree, name)
        problems += more
        if resolved is None:
            continue
        own = variants.places_in(entry.node)
        _, found = examine(model, plain(resolved))
        for finding in found:
            path = spell(resolved, finding.steps)
            words = _said(finding, resolved)
            if (path, words) not in said:
                place = _place_in_variant(finding, resolved, own) or entry.place
                message = f"{path}: {words}" if path else words
                problems.append(Problem.at(place, f"variants.{name}", message))
    return problems


def hold(model: type[BaseModel], data: dict[str, Any]) -> None:
    """Run the checks and try the variants of a scenario that a program built.

    Raises
    ------
    ValueError
        With everything that is wrong, a line each.
    """
    tree = from_plain(data, Place("scenario", 1, 1))
    assert isinstance(tree, Mapping)
    found = list(checks.find(data))
    problems = [_placed(finding, tree) for finding in found]
    problems += in_variants(model, tree, found)
    if problems:
        raise ValueError("\n".join(f"{p.path}: {p.message}" for p in problems))


def _placed(finding: Finding, tree: Mapping) -> Problem:
    place, path = _place(finding, tree), spell(tree, finding.steps)
    return Problem.at(place, path, _said(finding, tree))


def _said(finding: Finding, tree: Mapping) -> str:
    """Return the message, with the value as it was written where that is to be quoted."""
    node = find(tree, finding.steps)
    if finding.message.endswith(QUOTE_IT) and isinstance(node, Scalar):
        return f'{finding.message}, "{node.text}"'
    return finding.message


def _place(finding: Finding, tree: Mapping) -> Place:
    """Return where a finding stands: its key, its value, or what it is missing from."""
    steps = finding.steps
    while steps:
        holder = find(tree, steps[:-1])
        node = child(holder, steps[-1])
        if node is not None:
            missing = steps != finding.steps
            if isinstance(holder, Mapping):
                entry = holder.entries[str(steps[-1])]
                return entry.place if finding.on_key or missing or _spread(entry) else node.place
            return node.place
        steps = steps[:-1]
    return tree.place


def _spread(entry: Entry) -> bool:
    """Say whether a value is better shown by its key, being a mapping on lines of its own."""
    return isinstance(entry.node, Mapping) and entry.node.place.line != entry.place.line


def _place_in_variant(finding: Finding, tree: Mapping, own: dict[int, Place]) -> Place | None:
    """Return where a variant itself wrote what is wrong, or None."""
    steps = finding.steps
    while steps:
        node = find(tree, steps)
        if node is not None:
            return _place(finding, tree) if id(node) in own else None
        steps = steps[:-1]
    return None
