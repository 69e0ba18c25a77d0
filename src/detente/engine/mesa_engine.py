"""The engine that runs `RegionModel`, one run after another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detente.engine.chunk import Chunk
from detente.engine.model import CountryAgent, RegionModel
from detente.engine.recorder import (
    gather,
    new_outcomes,
    new_scratch,
    new_tallies,
    note_choices,
    record_end,
    record_point,
)
from detente.engine.sampler import Plan
from detente.scenario import Scenario


def simulate(
    scenario: Scenario,
    variant: str,
    first: int,
    last: int,
    *,
    keep_paths: bool,
    events: tuple[str, ...],
    agents: Mapping[str, type[CountryAgent]] | None = None,
) -> Chunk:
    """Simulate runs `first` to `last - 1` of a variant in Mesa.

    Parameters
    ----------
    scenario : Scenario
        The variant's course of events.
    variant : str
        Its name.
    first, last : int
        The first run and the one after the last.
    keep_paths : bool
        Whether to keep each run's path of tilts.
    events : tuple of str
        Ids of the events of all variants: the axis of what is kept by event.
    agents : mapping of str to type, optional
        Another class of `CountryAgent` by country code.
    """
    plan = Plan(scenario)
    columns = plan.draw(first, last - first)
    steps = scenario.length
    tallies = new_tallies(plan.shape, steps)
    outcomes = new_outcomes(plan.shape, steps, last - first, paths=keep_paths)
    for row in range(last - first):
        scratch = new_scratch(plan.shape)
        model = RegionModel(
            scenario, first + row, variant, agents=agents, plan=plan,
            column=np.ascontiguousarray(columns[:, row]), collect=False,
        )  # fmt: skip
        seen = (model.structure, model.parameters, model.state, model.standing)
        record_point(*seen, 0, row, tallies, outcomes)
        for point in range(1, steps + 1):
            model.step()
            note_choices(model.view, point - 1, tallies, scratch)
            record_point(*seen, point, row, tallies, outcomes)
        record_end(*seen[1:], steps + 1, row, tallies, outcomes, scratch)
        model.remove_all_agents()
    return gather(variant, (first, last), plan.events, events, tallies, outcomes)
