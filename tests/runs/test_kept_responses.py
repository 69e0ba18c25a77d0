"""What countries answered in each run: kept where stances do not tell it, read as it was."""

import numpy as np
import pytest
import xarray as xr
import zarr
from hypothesis import given
from hypothesis import strategies as st

import detente
from detente.runs.answers import TOLD, Answers, left, whole

BAGRAM = detente.load("bagram-2025")
NAMES = ("first_response", "last_response")


class Contrary(detente.CountryAgent):
    """Threatens over everything, and takes it back."""

    def decide(self):
        word = "warn" if self.model.steps % 2 else "silent"
        return {e: word for e in self.live_events if word in self.options(e)}


@pytest.mark.parametrize(
    ("changes", "agents"),
    [
        ({}, None),
        ({"repertoire.warn.stance": {"uniform": [-0.9, -0.7]}}, None),
        ({"repertoire.warn.stance": -0.6}, None),  # as that of condemn
        ({}, {"IRN": Contrary}),
    ],
)
def test_what_countries_answered_is_read_as_it_was(changes, agents, tmp_path):
    options = {"runs": 12, "variants": ["demand", "negotiated"], "progress": False}
    if agents:
        options |= {"agents": agents, "runs": 2}
    scenario = BAGRAM.set(changes)
    there = detente.run(scenario, **options).data
    here = detente.run(scenario, out=tmp_path / "out", **options).data
    few = {"run": slice(1, None, 3), "variant": [1, 0], "event": 4}
    for name in NAMES:
        xr.testing.assert_identical(here[name].isel(few).load(), there[name].isel(few))
        xr.testing.assert_identical(here[name].isel(run=-1).load(), there[name].isel(run=-1))
        xr.testing.assert_identical(here[name].load(), there[name])


def test_only_what_stances_do_not_tell_is_kept(tmp_path):
    results = detente.run(BAGRAM, runs=40, out=tmp_path / "out", progress=False)
    kept = zarr.open_group(tmp_path / "out" / "trajectories.zarr", mode="r")
    assert (kept["last_response"][:] == TOLD).all()
    data = results.data
    changed = data["first_response"] != data["last_response"]
    np.testing.assert_array_equal(kept["first_response"][:] != TOLD, changed)
    assert 0.02 < float(changed.mean()) < 0.3


@given(st.integers(0, 2**32 - 1))
def test_any_responses_and_stances_go_together(seed):
    course = BAGRAM.variant("demand")
    events = ("never", *(event.id for event in course.events))
    draw = np.random.default_rng(seed)
    shape = (3, len(events), len(course.countries))
    responses = draw.integers(-1, len(course.repertoire), shape).astype(np.int8)
    stances = [*(response.stance for response in course.repertoire.values()), np.nan, 0.123]
    told = Answers(course, events).told(draw.choice(stances, shape))
    kept = left(responses, told)
    np.testing.assert_array_equal(whole(kept, told), responses)
    assert (kept[told == responses] == TOLD).all()
