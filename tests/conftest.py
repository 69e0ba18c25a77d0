"""What all tests share."""

import os
from pathlib import Path

import pytest
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
#: Before them one that compiles what many others call, and one that needs none of it: each worker
#: compiles what is not kept yet, and two at once would do so twice.
LONGEST = (
    "engine/test_prebuilt.py",
    "docs/test_notebooks.py",
    "docs/test_contributing.py",
    "docs/test_site.py",
    "runs/test_kill.py",
    "measures/test_fit.py",
    "engine/test_seam.py",
    "pages/test_equality_in_page.py",
    "pages/test_page.py",
    "runs/test_folder_safety.py",
    "runs/test_shares.py",
    "cli/test_commands.py",
    "benchmarks/test_speed.py",
    "cli/test_machines.py",
    "pages/test_report.py",
    "cli/test_answers.py",
    "plots/test_looks.py",
    "docs/test_readme.py",
    "plots/test_pictures.py",
    "cli/test_run.py",
    "measures/test_discovery.py",
    "measures/test_patterns.py",
    "measures/test_explanation.py",
    "plots/test_files.py",
    "cli/test_fit_command.py",
    "cli/test_report_command.py",
    "cli/test_wheel.py",
    "measures/test_sensitivity.py",
)
TESTS = Path(__file__).parent


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk():
    """Leave out, in this process, what is for power cuts: a folder has hundreds of files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def pytest_collection_modifyitems(items):
    """Put the files that take longest first."""
    places = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))
