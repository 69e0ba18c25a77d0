"""How the rules of the theory are compiled.

`rule` is `numba.njit` with the settings that keep both engines equal to the last bit: no fast
math, so that the compiler may not reorder a sum, and one cached machine-code file a function.
Numba notices a change in a function's own file only, so the cache is stamped with all the
sources that a rule may call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import numba


@cache
def sources_digest() -> str:
    """Return a digest of every source file that compiled code may come from."""
    package = Path(__file__).resolve().parents[1]
    files = [package / "world.py"]
    for floor in ("theory", "step"):
        files += sorted((package / floor).glob("*.py"))
    files += [package / "ensemble" / name for name in ("recorder.py", "kernel.py")]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def rule[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule; its signature and docstring stay as they are."""
    dispatcher = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    index = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if index is not None and hasattr(index, "_source_stamp"):
        index._source_stamp = (index._source_stamp, sources_digest())  # noqa: SLF001 - see above
    return cast(F, dispatcher)
