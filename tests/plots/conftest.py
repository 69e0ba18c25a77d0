"""Results made up once for all tests of pictures."""

from __future__ import annotations

import pytest
from synthetic import SyntheticResults, synthetic


@pytest.fixture(scope="session")
def results() -> SyntheticResults:
    return synthetic(runs=60)


@pytest.fixture(scope="session")
def smallest() -> SyntheticResults:
    return synthetic(2, 1, runs=8, record=False)
