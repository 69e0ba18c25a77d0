"""The generator against published vectors, and as a source of uniform, independent numbers."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from detente.theory.chance import (
    country_word,
    draw_parameter,
    path_words,
    philox,
    purpose_word,
    uniforms,
)

WORD = 2**32 - 1

# kat_vectors of Random123 1.14 (Salmon et al. 2011), lines "philox4x32 10"
VECTORS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((WORD,) * 4, (WORD,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_published_vectors(counter, key, expected):
    words = [np.uint64(word) for word in (*counter, *key)]
    assert tuple(int(word) for word in philox(*words)) == expected


def draw(seed=1, run=2, step=3, country="PAK", purpose="us_demand"):
    return uniforms(
        np.uint64(seed),
        np.uint64(run),
        np.uint64(step),
        np.uint64(country_word(country)),
        np.uint64(purpose_word(purpose)),
    )


def test_a_draw_is_a_function_of_its_arguments_alone():
    before = draw()
    for run in range(100):
        draw(run=run)
    assert draw() == before


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"seed": 1 + 2**32},
        {"run": 3},
        {"step": 4},
        {"country": "IND"},
        {"purpose": "x"},
    ],
)
def test_every_argument_matters(other):
    assert draw(**other) != draw()


@pytest.mark.parametrize("axis", ["seed", "run", "step"])
def test_uniform_along_each_argument(axis):
    drawn = np.array([draw(**{axis: value}) for value in range(20_000)])
    for column in drawn.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 5 / np.sqrt(20_000)


def test_uniform_along_countries_and_purposes():
    codes = ["".join(letters) for letters in itertools.product("ABCDEFGHIJKLMNO", repeat=3)]
    for drawn in (
        [draw(country=code)[0] for code in codes],
        [draw(purpose=f"event_{number}")[0] for number in range(3000)],
    ):
        assert stats.kstest(drawn, "uniform").pvalue > 1e-4


@pytest.mark.parametrize(
    ("axis", "other"), list(itertools.combinations(["seed", "run", "step"], 2))
)
def test_neighbours_are_independent(axis, other):
    """A chi-square test over the joint bins of draws one apart along two arguments."""
    counts = np.zeros((8, 8))
    for value in range(6000):
        here = draw(**{axis: value, other: value})[0]
        there = draw(**{axis: value + 1, other: value})[0]
        counts[int(here * 8), int(there * 8)] += 1
    assert stats.chisquare(counts.ravel()).pvalue > 1e-4


@given(st.integers(0, 2**64 - 1), st.integers(0, WORD), st.integers(0, WORD))
def test_numbers_lie_in_the_unit_interval(seed, run, step):
    for number in draw(seed=seed, run=run, step=step):
        assert 0.0 <= number < 1.0


def test_parameters_are_drawn_by_run_wherever_the_chunk_begins():
    high, low = (np.uint64(word) for word in path_words("countries.PAK.resolve"))
    whole, part = np.empty(100), np.empty(30)
    draw_parameter(np.uint64(5), 0, high, low, whole)
    draw_parameter(np.uint64(5), 40, high, low, part)
    assert np.array_equal(whole[40:70], part)
    assert ((whole > 0) & (whole < 1)).all()


def test_no_two_countries_share_a_word():
    codes = ["".join(letters) for letters in itertools.product("ABCXYZ", repeat=3)]
    assert len({country_word(code) for code in codes}) == len(codes)
