"""Results made up once for all tests of pictures."""

from __future__ import annotations

import pytest
from synthetic import SyntheticResults, synthetic

import detente


@pytest.fixture(scope="session")
def results() -> SyntheticResults:
    return synthetic(runs=60)


@pytest.fixture(scope="session")
def smallest() -> SyntheticResults:
    return synthetic(2, 1, runs=8, record=False)


@pytest.fixture(scope="session")
def ran() -> detente.Results:
    """So few runs that one definition of a quantile differs from another."""
    return detente.run(
        "bagram-2025", runs=50, variants=["demand", "no_move", "forced"], progress=False
    )
