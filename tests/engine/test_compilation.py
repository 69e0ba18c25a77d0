"""How rules become machine code."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from detente.theory.compilation import rule


class Group(NamedTuple):
    level: Any
    other: Any


class World(NamedTuple):
    state: Group
    inputs: Group


@rule
def raised(level, by):
    return level + by


@rule
def lower(group):
    for at in range(group.level.shape[0]):
        group.level[at] -= 1.0


@rule
def move(w, by):
    state = w.state
    for at in range(state.level.shape[0]):
        state.level[at] = raised(state.level[at], by)
    lower(w.inputs)


@rule
def step(w):
    move(w, 2)
    move(w, 0.5)


@pytest.fixture
def world():
    # numba knows no arrays of objects: whoever were passed one could not be compiled
    untold = np.array([object()])
    return World(Group(np.zeros(3), untold), Group(np.ones(2), untold))


def test_a_rule_is_passed_the_arrays_alone_that_it_or_what_it_calls_names(world):
    step(world)
    assert world.state.level.tolist() == [2.5, 2.5, 2.5]
    assert world.inputs.level.tolist() == [-1.0, -1.0]


def test_each_call_gets_the_arrays_of_its_own_world(world):
    other = World(Group(np.full(3, 9.0), world.state.other), world.inputs)
    for each in (world, other, world):
        move(each, 1.0)
    assert world.state.level.tolist() == [2.0, 2.0, 2.0]
    assert other.state.level.tolist() == [10.0, 10.0, 10.0]


def test_what_only_another_rule_calls_has_no_machine_code_of_its_own(world):
    step(world)
    assert step.compiled.signatures
    assert not raised.compiled.signatures
    assert raised(1.0, 2.0) == 3.0
    assert raised.compiled.signatures
