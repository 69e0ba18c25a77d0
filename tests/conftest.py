"""What all tests share."""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

# The first call of a compiled rule loads or compiles it: no single example has a deadline.
# A CI run draws the same examples each time: what it says of a commit does not depend on luck.
settings.register_profile(
    "detente",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("detente")

#: The files that take longest, the longest first: at the end no worker is left alone with one.
LONGEST = (
    "docs/test_site.py",
    "docs/test_contributing.py",
    "engine/test_seam.py",
    "cli/test_wheel.py",
    "docs/test_readme.py",
    "cli/test_machines.py",
    "measures/test_fit.py",
    "cli/test_commands.py",
    "benchmarks/test_speed.py",
    "measures/test_discovery.py",
)
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Put the files that take longest first."""
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
