"""What a person writes: the scenario, its file and what may stand in it."""

from detente.scenario.conditions import Condition
from detente.scenario.library import library, new_scenario
from detente.scenario.loading import load, load_text, load_with_options, warnings_in
from detente.scenario.messages import Place, Problem, ScenarioError
from detente.scenario.quantity import Distribution, Number, Quantity, quantity_of, sample
from detente.scenario.schema import Scenario

__all__ = [
    "Condition",
    "Distribution",
    "Number",
    "Place",
    "Problem",
    "Quantity",
    "Scenario",
    "ScenarioError",
    "library",
    "load",
    "load_text",
    "load_with_options",
    "new_scenario",
    "quantity_of",
    "sample",
    "warnings_in",
]
