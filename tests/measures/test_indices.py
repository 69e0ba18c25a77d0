"""Indices of functions whose indices are known, through the path that scenarios take."""

from dataclasses import dataclass, field

import numpy as np
import pytest

import detente
from detente.measures import indices
from detente.measures.experiment import Experiment, Factor
from detente.measures.indices import CHANCE, morris, sobol


@dataclass
class Known:
    """A function of inputs in the unit cube, and of chance."""

    function: object
    dimension: int
    noise: float = 0.0
    groups: tuple = ()
    factors: tuple = field(init=False)

    def __post_init__(self):
        self.factors = tuple(
            Factor(f"x{at}", "input", np.array([at])) for at in range(self.dimension)
        )

    def realise(self, units):
        return units.T.copy()

    def outcome(self, inputs, first):
        runs = np.arange(first, first + inputs.shape[1])
        luck = np.array([np.random.default_rng(run).standard_normal() for run in runs])
        return self.function(inputs) + self.noise * luck


def ishigami(x, a=7.0, b=0.1):
    x = np.pi * (2.0 * x - 1.0)
    return np.sin(x[0]) + a * np.sin(x[1]) ** 2 + b * x[2] ** 4 * np.sin(x[0])


def ishigami_indices(a=7.0, b=0.1):
    first = 0.5 * (1 + b * np.pi**4 / 5) ** 2
    second = a**2 / 8
    both = b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = first + second + both
    return np.array([first, second, 0]) / whole, np.array([first + both, second, both]) / whole


A = np.array([0.0, 1.0, 4.5, 9.0, 99.0])


def test_indices_and_intervals_are_those_of_salib():
    """The same resamples, in another order of adding."""
    from SALib.analyze import sobol as salib

    problem = Known(ishigami, 3, noise=1.0)
    again, _ = sobol(problem, 256, seed=0)
    once_more, _ = sobol(problem, 256, seed=0)
    assert once_more.equals(again)
    values = np.random.default_rng(5).standard_normal((64, 6)).cumsum(axis=1)
    about = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
    theirs = salib.analyze(
        about, values.reshape(-1), calc_second_order=False, num_resamples=200, seed=7
    )
    ours = indices._indices(values, 0.95, 7)
    for name, of in (("first", "S1"), ("total", "ST")):
        np.testing.assert_allclose(ours[name], theirs[of], rtol=1e-9)
        np.testing.assert_allclose(
            ours[f"{name}_high"] - ours[name], theirs[f"{of}_conf"], rtol=1e-9
        )


def g_function(x):
    return np.prod((np.abs(4 * x - 2) + A[:, None]) / (1 + A[:, None]), axis=0)


def g_indices():
    parts = 1 / (3 * (1 + A) ** 2)
    whole = np.prod(1 + parts) - 1
    return parts / whole, parts * np.array(
        [np.prod(np.delete(1 + parts, at)) for at in range(len(A))]
    ) / whole


@pytest.mark.parametrize(
    ("function", "dimension", "known"),
    [(ishigami, 3, ishigami_indices()), (g_function, 5, g_indices())],
    ids=["Ishigami", "g"],
)
def test_indices_are_those_that_are_known(function, dimension, known):
    table, settled = sobol(Known(function, dimension), 4096)
    inputs = table[table["kind"] == "input"]
    for name, expected in zip(("first", "total"), known, strict=True):
        np.testing.assert_allclose(inputs[name], expected, atol=0.02)
        low, high = (inputs[f"{name}_{end}"].to_numpy() for end in ("low", "high"))
        inside = (low - 0.005 <= expected) & (expected <= high + 0.005)
        assert inside.all()
    assert list(settled["samples"]) == [1024, 2048, 4096]
    assert settled["widest"].is_monotonic_decreasing
    assert settled["shift"].iloc[-1] == 0


def test_chance_and_groups_have_their_share():
    """Of x0 + x1 + noise with variances 1/12, 1/12 and 1/6 half is chance."""
    problem = Known(lambda x: x[0] + x[1], 3, noise=np.sqrt(1 / 6))
    problem.groups = (Factor("both", "group", np.array([0, 1])),)
    table = sobol(problem, 4096)[0].set_index("name")
    for name, share in {"x0": 0.25, "x1": 0.25, "both": 0.5, CHANCE: 0.5}.items():
        assert table.loc[name, "first"] == pytest.approx(share, abs=0.04)
        assert table.loc[name, "total"] == pytest.approx(share, abs=0.04)


def test_what_has_no_influence_has_0_in_its_interval():
    table = sobol(Known(lambda x: x[0], 2, noise=0.2), 256)[0].set_index("name")
    for index in ("first", "total"):
        assert table.loc["x1", f"{index}_low"] <= 0 <= table.loc["x1", f"{index}_high"]
        assert not table.loc["x0", f"{index}_low"] <= 0
    effects = morris(Known(lambda x: x[0], 2, noise=1.0), 20).set_index("name")
    assert effects.loc["x1", ["effect", "low"]].tolist() == [0, 0]


def test_elementary_effects_are_those_of_a_linear_function():
    effects = morris(Known(lambda x: 3 * x[0] - x[1], 3), 10)
    moved = 2 / 3 * 0.98  # two thirds of the way from the first to the last hundredth
    np.testing.assert_allclose(effects["effect"], [3 * moved, moved, 0], rtol=1e-6)


def test_too_few_samples_are_refused():
    for samples in (32, 1000):
        with pytest.raises(detente.UsageError, match="power of two"):
            sobol(Known(ishigami, 3), samples)
    with pytest.raises(detente.UsageError, match="2 trajectories"):
        morris(Known(ishigami, 3), 1)


@pytest.fixture(scope="module")
def scenario():
    return detente.load("bagram-2025")


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_without_an_input_that_varies_there_is_nothing_to_vary(small, method):
    fixed = small.set({"coefficients": "fixed"})
    with pytest.raises(detente.UsageError, match=f"no input varies, so {method} has none to vary"):
        detente.sensitivity(fixed, "revealed.RUS", method=method)
    samples = {"sobol": 64, "morris": 4}[method]
    drawn = detente.sensitivity(small, "revealed.RUS", method=method, samples=samples)
    assert "coefficients" in set(drawn.table["name"])


def test_drawn_inputs_give_the_runs_of_the_scenario(scenario):
    results = detente.run(scenario, runs=64, progress=False)
    asked = Experiment(scenario, "revealed.PAK")
    own = asked.outcome(asked.drawn(0, 64), 0)
    stored = results.data["revealed"].sel(variant="demand", country="PAK").to_numpy()
    np.testing.assert_array_equal(own, stored)
    change = Experiment(scenario, "revealed.PAK", "demand", "no_move")
    twin = results.data["revealed"].sel(variant="no_move", country="PAK").to_numpy()
    np.testing.assert_array_equal(change.outcome(change.drawn(0, 64), 0), stored - twin)


def test_every_input_is_in_one_factor_and_in_one_group_of_each_kind(scenario):
    asked = Experiment(scenario, "tilt.PAK", "demand", "no_move")
    rows = sorted(np.concatenate([each.rows for each in asked.factors]))
    assert rows == list(range(len(asked.drawn(0, 1))))
    for kind in ("country", "group"):
        grouped = [each.rows for each in asked.groups if each.kind == kind]
        assert sorted(np.concatenate(grouped)) == rows
    names = {each.name for each in asked.groups}
    assert {"all of RUS's", "all saliences", "all attitudes", "all coefficients"} <= names


def test_inputs_made_from_uniform_numbers_are_spread_as_those_that_are_drawn(scenario):
    asked = Experiment(scenario, "tilt.PAK")
    made = asked.realise(np.random.default_rng(1).random((4000, asked.dimension)))
    drawn = asked.drawn(0, 4000)
    error = drawn.std(axis=1) / np.sqrt(2000) + 1e-12
    assert (np.abs(made.mean(axis=1) - drawn.mean(axis=1)) < 5 * error).all()
    np.testing.assert_allclose(made.std(axis=1), drawn.std(axis=1), rtol=0.12)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("titl.PAK", "did you mean 'tilt'"),
        ("tilt", "'tilt' is of a country: write tilt."),
        ("tension.PAK", "of the region, not of a country: write tension"),
        ("tilt.PKA", "no country 'PKA' - did you mean 'PAK'?"),
    ],
)
def test_an_outcome_that_does_not_exist_is_refused(scenario, outcome, said):
    with pytest.raises(detente.UsageError) as refusal:
        Experiment(scenario, outcome)
    assert said in str(refusal.value)
