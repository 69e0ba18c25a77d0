"""Everything that is wrong with a scenario, at once: the model, the checks and each variant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from detente.scenario import checks, pattern_checks, variants
from detente.scenario.messages import GIVEN, QUOTE_IT, Finding, Place, Problem, ScenarioError
from detente.scenario.paths import spell
from detente.scenario.tree import Mark, Steps, Table, find, has, places_in, planted
from detente.scenario.wording import in_plain_words

if TYPE_CHECKING:
    from detente.scenario.schema import Scenario

#: Context that tells the model's own validator that the checks run beside it.
CHECKED = {"checked": True}
#: Where the problems of a scenario that a program builds are found.
BUILT = Place("scenario", 1, 1)


def validated[S: Scenario](model: type[S], tree: Table) -> S:
    """Return the scenario that a tree describes, having validated it and each variant once.

    Raises
    ------
    ScenarioError
        With everything that is wrong, each where it was written.
    """
    scenario, found = examine(model, tree)
    problems = [_placed(finding, tree) for finding in found]
    courses, more = _variants(model, tree, scenario, found)
    if problems or more or scenario is None:
        raise ScenarioError(problems + more)
    scenario.keep(courses)
    return scenario


def examine[S: Scenario](model: type[S], tree: Table) -> tuple[S | None, list[Finding]]:
    """Validate a tree by the model and the checks, leaving its variants aside."""
    found: dict[Steps, list[Finding]] = {}
    for finding in checks.find(model, tree):
        found.setdefault(finding.steps, []).append(finding)
    scenario = None
    try:
        scenario = model.model_validate(tree, context=CHECKED)
    except ValidationError as error:
        for finding in in_plain_words(model, tree, error):
            found.setdefault(finding.steps, [finding])  # a check says more of the same place
    return scenario, [finding for at_one_place in found.values() for finding in at_one_place]


def complete(scenario: Scenario) -> None:
    """Run the checks on a scenario that a program built, and try its variants.

    Raises
    ------
    ValueError
        With everything that is wrong, a line each.
    """
    model = type(scenario)
    tree = planted(scenario.to_plain(), BUILT)
    found = list(checks.find(model, tree))
    problems = [_placed(finding, tree) for finding in found]
    courses, more = _variants(model, tree, scenario, found)
    if problems or more:
        raise ValueError("\n".join(f"{p.path}: {p.message}" for p in problems + more))
    scenario.keep(courses)


def course(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario of one variant.

    Raises
    ------
    ScenarioError
        If it does not hold together.
    """
    model = type(scenario)
    tree = planted(scenario.to_plain(), GIVEN)
    resolved, problems = variants.resolve(model, tree, name)
    found, findings = examine(model, resolved) if resolved is not None else (None, [])
    if found is None or problems or findings:
        raise ScenarioError([*problems, *(_placed(each, resolved or tree) for each in findings)])
    return found


def _variants(
    model: type[Scenario], tree: Table, scenario: Scenario | None, known: list[Finding]
) -> tuple[dict[str, Scenario], list[Problem]]:
    """Return each variant as a scenario in its own right, and what is wrong with it.

    What is wrong with the scenario that they vary, given as `known`, is not said again.
    """
    listed = tree.get("variants")
    told = {(spell(tree, finding.steps), _worded(finding, tree)) for finding in known}
    courses: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for name, variant in listed.items() if isinstance(listed, Table) else ():
        if scenario is not None and scenario.variants[name].is_as_written:
            courses[name] = scenario.model_copy(update={"variants": {}, "patterns": []})
            continue
        resolved, more = variants.resolve(model, tree, name)
        problems += more
        if resolved is None:
            continue
        course, found = examine(model, resolved)
        if course is not None:
            courses[name] = course
        own = set(places_in(variant))
        for finding in found:
            path, words = spell(resolved, finding.steps), _worded(finding, resolved)
            if (path, words) not in told:
                place = _place(finding, resolved)
                at = place if place in own else tree["variants"].mark(name).at_key
                message = f"{path}: {words}" if path else words
                problems.append(Problem.at(at, f"variants.{name}", message))
    if (trial := pattern_checks.as_variants(tree)) is not None:
        found_in_patterns = _variants(model, trial, None, known)[1]
        problems += [
            replace(each, path=each.path.removeprefix("variants.")) for each in found_in_patterns
        ]
    return courses, problems


def _placed(finding: Finding, tree: Table) -> Problem:
    """Return a finding as the problem at its place."""
    return Problem.at(_place(finding, tree), spell(tree, finding.steps), _worded(finding, tree))


def _worded(finding: Finding, tree: Table) -> str:
    """Return the message, with the value as it was written where that is to be quoted."""
    *holder, step = finding.steps or ("",)
    if finding.message.endswith(QUOTE_IT) and has(find(tree, tuple(holder)), step):
        mark: Mark = find(tree, tuple(holder)).mark(step)
        return f'{finding.message}, "{mark.text}"'
    return finding.message


def _place(finding: Finding, tree: Table) -> Place:
    """Return where a finding stands: its key, its value, or what it is missing from."""
    steps = finding.steps
    while steps:
        holder, step = find(tree, steps[:-1]), steps[-1]
        if has(holder, step):
            mark: Mark = holder.mark(step)
            value: Any = holder[step]
            # a mapping on lines of its own is better shown by its key
            spread = isinstance(value, Table) and mark.place.line != mark.at_key.line
            on_key = finding.on_key or spread or steps != finding.steps
            return mark.at_key if on_key else mark.place
        steps = steps[:-1]
    return tree.place
