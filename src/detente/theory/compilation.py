"""How the rules of the theory are compiled.

`rule` is `numba.njit` with the settings that keep both engines equal to the last bit: no fast
math, so that the compiler may not reorder a sum, and one cached machine-code file a function.
Numba notices a change in a function's own file only, so the cache is stamped with all the
sources that a rule may call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, cast

import llvmlite.binding as llvm
import numba
from numba.core.compiler import Compiler

# a loop over runs reads a dozen arrays: let the compiler check at run time that none overlap,
# where by default it gives up on vector instructions beyond eight such checks
llvm.set_option("", "-runtime-memory-check-threshold=256")


class _Compiler(Compiler):
    """Numba's compiler, told that the arrays passed to a rule never overlap."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self.state.flags.noalias = True


def sources() -> list[Path]:
    """Return every source file that compiled code, or a constant frozen into it, comes from."""
    package = Path(__file__).resolve().parents[1]
    files = sorted((package / "theory").rglob("*.py"))
    return files + [package / "engine" / name for name in ("chunk.py", "recorder.py", "kernel.py")]


@cache
def sources_digest() -> str:
    """Return a digest of all `sources`."""
    digest = hashlib.sha256()
    for file in sources():
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def rule[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule; its signature and docstring stay as they are.

    A private one (``_name``) becomes part of the function that calls it.
    """
    return _compiled(function, inline=function.__name__.startswith("_"))


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule that always becomes part of the function that calls it.

    For rules too long for the compiler to inline by itself: a loop with a call in it gets no
    vector instructions.
    """
    return _compiled(function, inline=True)


def inside[F: Callable[..., Any]](function: F) -> F:
    """Return a compiled rule as one that always becomes part of the function that calls it.

    Calls that pass all arrays of a world take longer to compile than what they call.
    """
    return cast(F, _compiled(cast(Any, function).py_func, inline=True))


def filled[F: Callable[..., Any]](template: F, name: str, **names: Any) -> F:
    """Compile a plain function some of whose global names stand for what is only known later.

    Its machine code is kept under its name, so what is filled in otherwise must be named otherwise.
    """
    function = FunctionType(template.__code__, {**template.__globals__, **names}, name)
    function.__qualname__ = name
    function.__doc__ = template.__doc__
    return cast(F, rule(function))


def in_turn(calls: Sequence[str], name: str, arguments: str, names: Mapping[str, Any]) -> Any:
    """Compile lines of Python that call something by `names` into a function, named as in `filled`.

    They are written out one after another, since arrays that pass through functions within
    functions take long to compile.
    """
    lines = [f"def {name}({arguments}):", *(f"    {call}" for call in calls)]
    scope = {"__name__": __name__, **names}
    exec(compile("\n".join(lines), __file__, "exec"), scope)  # noqa: S102 - written here alone
    return rule(scope[name])


def _compiled[F: Callable[..., Any]](function: F, *, inline: bool) -> F:
    options: dict[str, Any] = {
        "cache": True,
        "nogil": True,
        "error_model": "numpy",
        "inline": "always" if inline else "never",
        "no_cfunc_wrapper": True,  # nobody calls a rule from C
        "pipeline_class": _Compiler,
        "_nrt": False,  # rules make no arrays, so none need be counted
    }
    dispatcher = numba.njit(**options)(function)
    index = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if index is not None and hasattr(index, "_source_stamp"):
        index._source_stamp = (index._source_stamp, sources_digest())  # noqa: SLF001 - see above
        index._load_index = _forgiving(index._load_index)  # noqa: SLF001
    return cast(F, dispatcher)


def _forgiving(load: Callable[[], dict[Any, Any]]) -> Callable[[], dict[Any, Any]]:
    """Return what reads an index of machine code, or nothing where that was for a theory now gone.

    What all theories share is compiled for the arrays of each, and the index names their classes.
    """

    def read() -> dict[Any, Any]:
        try:
            return load()
        except (ImportError, AttributeError):
            return {}

    return read
