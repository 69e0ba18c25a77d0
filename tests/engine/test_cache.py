"""Machine code is kept, and never outlives the sources that it comes from."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import detente
from detente.theory.prebuilt import sources

PACKAGE = Path(detente.__file__).parent


def test_every_constant_that_is_compiled_in_comes_from_a_file_of_the_digest():
    known = set(sources())
    assert all(file.exists() for file in known)
    for file in known:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("detente."):
                constants = [name.name for name in node.names if name.name.isupper()]
                path = PACKAGE.joinpath(*node.module.split(".")[1:])
                origin = path.with_suffix(".py") if not path.is_dir() else path / "__init__.py"
                assert not constants or origin in known, f"{file.name}: {constants}"


def test_every_module_with_a_compiled_rule_is_in_the_digest():
    decorators = ("@rule", "@inlined")
    for file in PACKAGE.rglob("*.py"):
        if any(line in decorators for line in file.read_text().splitlines()):
            assert file in sources(), file


def test_a_changed_constant_elsewhere_is_noticed(tmp_path):
    """Numba looks at a function's own file alone; the stamp covers what the function reads."""
    copy = tmp_path / "detente"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    ask = "from detente.theory.outcomes import hostility; print(hostility(-5.0, 1.0))"
    env = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def answer():
        done = subprocess.run(
            [sys.executable, "-c", ask], env=env, capture_output=True, text=True, check=True
        )
        return float(done.stdout)

    assert answer() == 0.5
    arrays = copy / "theory" / "arrays.py"
    text = arrays.read_text()
    arrays.write_text(text.replace("FULL_SCORE: Final = 10.0", "FULL_SCORE: Final = 20.0"))
    assert answer() == 0.25
