"""Both engines give the same runs, to the last bit."""

import numpy as np
import pytest

import detente
from detente.engine import kernel, mesa_engine


def both(scenario, variant, runs, first=0):
    course = scenario.variant(variant)
    events = tuple(event.id for event in course.events)
    call = (course, variant, first, first + runs)
    return tuple(
        engine.simulate(*call, keep_paths=True, events=events) for engine in (mesa_engine, kernel)
    )


def assert_same(one, other):
    assert one.runs.keys() == other.runs.keys()
    for name, array in one.runs.items():
        floats = array.dtype.kind == "f"
        assert np.array_equal(array, other.runs[name], equal_nan=floats), name
    for name, array in one.tallies.items():
        assert np.array_equal(array, other.tallies[name]), name


BAGRAM = detente.load("bagram-2025")


@pytest.mark.parametrize("variant", BAGRAM.variant_names)
def test_every_variant_of_the_library(variant):
    assert_same(*both(BAGRAM, variant, runs=20, first=30))


def test_a_run_is_the_same_whatever_runs_beside_it():
    course = BAGRAM.variant("demand")
    events = tuple(event.id for event in course.events)
    many = kernel.simulate(course, "demand", 0, 40, keep_paths=True, events=events)
    alone = kernel.simulate(course, "demand", 17, 18, keep_paths=True, events=events)
    for name, array in alone.runs.items():
        assert np.array_equal(array[0], many.runs[name][17], equal_nan=array.dtype.kind == "f")
