"""The engine that runs `RegionModel`, one run after another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detente.engine.chunk import Chunk
from detente.engine.model import CountryAgent, RegionModel
from detente.engine.recorder import gather, new_recorder, record_choices, recording_of
from detente.engine.sampler import Sampler
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
    sampler = Sampler(scenario)
    theory, steps = sampler.theory, scenario.length
    recording = recording_of(theory.name)
    columns = sampler.draw(first, last - first)
    recorder = new_recorder(theory.outcomes, sampler.shape, steps, last - first, paths=keep_paths)
    for row in range(last - first):
        model = RegionModel(
            scenario, first + row, variant, agents=agents, sampler=sampler,
            column=np.ascontiguousarray(columns[:, row]), collect=False,
        )  # fmt: skip
        recorder.responses.chosen[:] = 0
        recording.at_point(model.world, recorder.steps, 0, row)
        for point in range(1, steps + 1):
            model.step()
            record_choices(model.world, point - 1, recorder.responses)
            recording.at_point(model.world, recorder.steps, point, row)
        recording.at_end(model.world, recorder, steps + 1, row)
        model.remove_all_agents()
    return gather(variant, (first, last), sampler, events, recorder)
