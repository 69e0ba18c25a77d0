"""Change the code at random, one place at a time, and name changes that no test notices.

    uv run --group mutation python tests/mutants.py manifest --most 20 --seed 1

Cosmic Ray makes the changes, in a copy of the checkout, and a fork of this process, which has
imported what takes long, runs the tests. Rules run as plain Python, so that nothing is compiled for
them, and no test of digests judges. A change that lives is a test that is missing, or code that
does nothing.
"""

import argparse
import difflib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from cosmic_ray.commands.init import _all_work_items
from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator

ROOT = Path(__file__).parents[1]
#: What is changed, below `src/detente`, and the tests that should notice, the quickest first.
TARGETS = {
    "rules": (
        [f"theory/response/{name}.py"
         for name in ("choice", "exposure", "issues", "precedent", "ties", "utility")],
        ["theory/test_rules.py", "docs/test_odd_formulas.py"],
    ),
    "store": (
        ["runs/store.py"],
        ["runs/test_store.py", "runs/test_resume.py", "runs/test_disk.py", "runs/test_shares.py"],
    ),
    "manifest": (
        ["runs/manifest.py"],
        ["runs/test_manifest_damage.py", "runs/test_resume.py", "runs/test_opening.py",
         "runs/test_custom_agents.py"],
    ),
    "reader": (
        ["scenario/reader.py"],
        [f"scenario/test_{name}.py"
         for name in ("reader", "bad_files", "roundtrip", "large_files", "extends")],
    ),
    "results": (
        ["runs/results.py"],
        ["runs/test_runner.py", "runs/test_opening.py", "runs/test_kept_responses.py"],
    ),
}  # fmt: skip
#: Of types, which nothing runs: as all annotations.
SENSELESS = "core/ReplaceBinaryOperator_BitOr_"
#: What tests import that is not changed.
LIBRARIES = (
    "matplotlib.pyplot", "mesa", "numba", "pandas", "pyarrow.parquet", "pydantic", "ruamel.yaml",
    "scipy.stats", "typer.testing", "xarray", "zarr",
)  # fmt: skip

#: Tests do the same each time, and importing starts no threads: it is forks that run them.
ALIKE = {
    "CI": "true", "DETENTE_FUZZ_CASES": "50", "DETENTE_FUZZ_SEED": "1", "OPENBLAS_NUM_THREADS": "1",
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--most", type=int, default=20, help="how many changes to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=300, help="seconds that tests may take")
    asked = parser.parse_args()
    files, tests = TARGETS[asked.target]
    plugins = ["-p", "plain_rules"] if asked.target == "rules" else []
    os.environ |= ALIKE
    for name in LIBRARIES:
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        copy_to(Path(folder))
        sources = [Path("src", "detente", each) for each in files]
        arguments = [*plugins, *(f"tests/{each}" for each in tests)]
        if not passes(arguments, asked.timeout):  # what fails unchanged would notice everything
            sys.exit("the tests fail on the code as it is")
        sys.dont_write_bytecode = True  # a change may leave a file as long and as old as it was
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        for source in sources:
            Path(importlib.util.cache_from_source(source)).unlink(missing_ok=True)
        kept, of = changes(sources, asked.most, asked.seed)
        alive = []
        for number, change in enumerate(kept, start=1):
            if lives(change, arguments, asked.timeout):
                alive.append(change)
            sys.stderr.write(f"\r{number} tried, {len(alive)} live ")
    say(f"{len(kept)} changes of {of} tried, {len(alive)} live")


def copy_to(folder):
    """Copy what is tested, work in the copy, and import from there."""
    for name in ("src", "tests", "scenarios", "pyproject.toml", "README.md"):
        one = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        one(ROOT / name, folder / name)
    os.chdir(folder)
    sys.path[:0] = [str(folder / "src"), str(folder / "tests")]
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])


def changes(sources, most, seed):
    """Return some of the changes that can be made, and how many there are."""
    possible = [item.mutations[0] for item in _all_work_items(sources, {})]
    sensible = sorted(
        (each for each in possible if not each.operator_name.startswith(SENSELESS)), key=str
    )
    return random.Random(seed).sample(sensible, min(most, len(sensible))), len(sensible)  # noqa: S311


def lives(change, arguments, timeout):
    """Whether no test notices a change, which is then printed."""
    operator = get_operator(change.operator_name)(**change.operator_args)
    with use_mutation(Path(change.module_path), operator, change.occurrence) as (before, after):
        if not passes(arguments, timeout):
            return False
    lines = (text.splitlines(keepends=True) for text in (before, after))
    say("".join(difflib.unified_diff(*lines, str(change.module_path), change.operator_name)))
    return True


def passes(arguments, timeout):
    """Whether tests pass within some seconds, in a process of their own."""
    child = os.fork()
    if child == 0:
        os.setsid()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        known = "ignore::pytest.PytestAssertRewriteWarning"  # of what was imported before
        options = ["-p", "no:cacheprovider", "-n", "0", "-x", "-q", "-W", known]
        code = 1
        with suppress(BaseException):
            code = int(pytest.main([*options, *arguments]))
        os._exit(code)
    until = time.monotonic() + timeout
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return False
        time.sleep(0.02)
    return ended[1] == 0


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
