"""Change the code at random, one place at a time, and name changes that no test notices.

    uv run --group mutation python tests/mutants.py manifest --most 20 --seed 1

Cosmic Ray makes the changes, in a copy of the checkout; rules run as plain Python, so that nothing
is compiled for them. A change that lives is a test that is missing, or code that does nothing.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

ROOT = Path(__file__).parents[1]
#: What is changed, below `src/detente`, and the tests that should notice, the quickest first.
TARGETS = {
    "rules": (
        [f"theory/response/{name}.py"
         for name in ("choice", "exposure", "issues", "precedent", "ties", "utility")],
        ["theory/test_rules.py", "docs/test_odd_formulas.py"],
    ),
    "store": (["runs/store.py"], ["runs/test_store.py", "runs/test_resume.py"]),
    "manifest": (
        ["runs/manifest.py"],
        ["runs/test_opening.py", "runs/test_resume.py", "runs/test_manifest_damage.py"],
    ),
    "results": (
        ["runs/results.py"],
        ["runs/test_runner.py", "runs/test_opening.py", "runs/test_kept_responses.py"],
    ),
}  # fmt: skip
#: Of types, which nothing runs: as all annotations.
SENSELESS = "core/ReplaceBinaryOperator_BitOr_"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--most", type=int, default=20, help="how many changes to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=300, help="seconds that tests may take")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests", "scenarios", "pyproject.toml", "README.md"):
            one = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            one(ROOT / name, copy / name)
        session = copy / "session.sqlite"
        config = write_config(copy, asked)
        cosmic_ray(copy, "baseline", config)  # what fails unchanged would notice everything
        cosmic_ray(copy, "init", config, session)
        with use_db(session, WorkDB.Mode.open) as work:
            of = keep(work, asked.most, asked.seed)
        cosmic_ray(copy, "exec", config, session)
        with use_db(session) as work:
            tell(work, of)


def write_config(copy, asked):
    """Write what Cosmic Ray is to do."""
    files, tests = TARGETS[asked.target]
    names = " ".join(f"tests/{each}" for each in tests)
    plain = "-p plain_rules " if asked.target == "rules" else ""
    config = copy / "mutants.toml"
    lines = {
        "module-path": [f"src/detente/{each}" for each in files],
        "timeout": asked.timeout,
        "excluded-modules": [],
        "test-command": f"{sys.executable} -m pytest {plain}-p no:cacheprovider -n 0 -x -q {names}",
    }
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items())
    config.write_text(f'[cosmic-ray]\n{text}\n\n[cosmic-ray.distributor]\nname = "local"\n')
    return config


def cosmic_ray(copy, *arguments):
    path = os.pathsep.join(str(copy / name) for name in ("src", "tests"))
    command = [sys.executable, "-m", "cosmic_ray.cli", *arguments]
    subprocess.run(command, cwd=copy, env={**os.environ, "PYTHONPATH": path}, check=True)


def keep(work, most, seed):
    """Leave some of the changes to be tried, and return how many there are."""
    items = sorted(
        (item for item in work.pending_work_items),
        key=lambda item: [str(each) for each in item.mutations],
    )
    sensible = [
        item
        for item in items
        if not any(each.operator_name.startswith(SENSELESS) for each in item.mutations)
    ]
    kept = random.Random(seed).sample(sensible, min(most, len(sensible)))  # noqa: S311 - no secret
    names = {item.job_id for item in kept}
    for item in items:
        if item.job_id not in names:
            work.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))
    return len(sensible)


def tell(work, of):
    """Print each change that lives, then how many were tried."""
    tried = [done for _, done in work.results if done.worker_outcome != WorkerOutcome.SKIPPED]
    alive = [done for done in tried if done.test_outcome == TestOutcome.SURVIVED]
    for done in alive:
        print(done.diff, end="\n\n")  # noqa: T201 - it is what is asked for
    print(f"{len(tried)} changes of {of} tried, {len(alive)} live")  # noqa: T201


if __name__ == "__main__":
    main()
