"""How the rules of the theory are compiled.

`rule` is `numba.njit` with the settings that keep both engines equal to the last bit: no fast
math, so that the compiler may not reorder a sum. Machine code of what Python calls is kept in a
file; numba notices a change in a function's own file only, so that is stamped with all the sources
that a rule may call.

Most of what numba does for a function it does so that Python can call it, and again in each that
calls it. A rule that another calls is therefore only translated, and becomes machine code with
what Python calls: all of it at once, once. It is passed those arrays of a world alone of which it,
or what it calls, names one.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType
from typing import Any, Final, cast

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher
from numba.core.typing.templates import make_concrete_template
from numba.extending import lower_cast, models, register_model

# a loop over runs reads a dozen arrays: let the compiler check at run time that none overlap,
# where by default it gives up on vector instructions beyond eight such checks
llvm.set_option("", "-runtime-memory-check-threshold=256")


class _Unnamed(types.Type):
    """In the type of a group of arrays, one that a rule does not name: it takes no room."""

    def __init__(self) -> None:
        super().__init__("unnamed")


@register_model(_Unnamed)
class _UnnamedModel(models.PrimitiveModel):
    """No argument, and no bits."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.LiteralStructType([]))

    def get_argument_type(self) -> tuple[()]:
        return ()

    def as_argument(self, _builder: Any, _value: Any) -> tuple[()]:
        return ()

    def from_argument(self, _builder: Any, _value: Any) -> Any:
        return ir.Constant(ir.LiteralStructType([]), ir.Undefined)


UNNAMED = _Unnamed()


@lower_cast(types.NamedTuple, types.NamedTuple)  # type: ignore[untyped-decorator]
def _leave_out(context: Any, builder: Any, full: Any, less: Any, value: Any) -> Any:
    """Leave out what the type of a group of arrays lacks."""
    out = ir.Constant(context.get_value_type(less), ir.Undefined)
    for at, (before, after) in enumerate(zip(full.types, less.types, strict=True)):
        if after is not UNNAMED:
            part = context.cast(builder, builder.extract_value(value, at), before, after)
            out = builder.insert_value(out, part, at)
    return out


def _named(kind: Any, names: frozenset[str]) -> Any:
    """Return the type of a group of arrays with those alone that bear one of some names."""
    if not isinstance(kind, types.NamedTuple):
        return kind
    parts = [
        UNNAMED if _is_left_out(part, name, names) else _named(part, names)
        for name, part in zip(kind.fields, kind.types, strict=True)
    ]
    return types.NamedTuple(parts, kind.instance_class)


def _is_left_out(kind: Any, name: str, names: frozenset[str]) -> bool:
    return kind == types.none or (isinstance(kind, types.Array) and name not in names)


def _less(value: Any, names: frozenset[str]) -> Any:
    """Return a group of arrays with None for each that bears none of some names."""
    if not hasattr(value, "_fields"):
        return value
    return type(value)(
        *(
            None if isinstance(part, np.ndarray) and name not in names else _less(part, names)
            for name, part in zip(value._fields, value, strict=True)
        )
    )


@cache
def _names(function: Callable[..., Any]) -> frozenset[str]:
    """Return the names that a function and all rules that it calls use."""
    found: set[str] = set()
    todo, seen = [function], {function}
    while todo:
        at = todo.pop()
        code = at.__code__
        found.update(code.co_names)
        for name in code.co_names:
            other = getattr(at.__globals__.get(name), "py_func", None)
            if other is not None and other not in seen:
                seen.add(other)
                todo.append(other)
    return frozenset(found)


class _Whole(JITCodeLibrary):
    """Machine code of what Python calls, with all that it calls."""

    def _optimize_functions(self, module: Any) -> None:
        """Leave that to what is done to the whole, which takes far less time."""
        module.data_layout = self._codegen._data_layout  # noqa: SLF001

    def _optimize_final_module(self) -> None:
        """Optimise the whole, without what numba does first for the sake of counted references."""
        if hasattr(self._codegen, "_mpm_full"):  # numba before its passes had builders
            super()._optimize_final_module()
        else:
            passes, builder = self._codegen._module_pass_manager()  # noqa: SLF001
            passes.run(self._final_module, builder)

    def add_linking_library(self, library: Any) -> None:
        if isinstance(library, _Part):
            self._linking_libraries.append(library)
        else:
            super().add_linking_library(library)

    def finalize(self) -> None:
        self._linking_libraries = [*dict.fromkeys(_all_below(self))]
        super().finalize()


class _Part(_Whole):
    """A rule that another calls, before it becomes machine code."""

    def _get_module_for_linking(self) -> Any:
        if self._shared_module is None:
            self._shared_module = self._final_module.clone()
            for function in self._shared_module.functions:
                if not function.is_declaration and function.linkage == llvm.Linkage.external:
                    function.linkage = llvm.Linkage.linkonce_odr
        return self._shared_module


def _all_below(library: Any) -> Iterator[Any]:
    for part in library._linking_libraries:  # noqa: SLF001
        yield part
        if isinstance(part, _Part):
            yield from _all_below(part)


class _Compiler(Compiler):
    """Numba's compiler, told that the arrays passed to a rule never overlap."""

    library = _Whole

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.state.flags.noalias = True

    def _compile_core(self) -> Any:
        state = self.state
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return super()._compile_core()


class _PartCompiler(_Compiler):
    """Translates a rule that another calls, and does no more."""

    library = _Part

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.state.flags.no_compile = True
        self.state.flags.no_cpython_wrapper = True

    def _compile_core(self) -> Any:
        done = super()._compile_core()._replace(entry_point=object())
        context = self.state.targetctx
        context.insert_user_function(done.entry_point, done.fndesc, [done.library])
        return done


def sources() -> list[Path]:
    """Return every source file that compiled code, or a constant frozen into it, comes from."""
    package = Path(__file__).resolve().parents[1]
    files = sorted((package / "theory").rglob("*.py"))
    files += [package / "engine" / name for name in ("chunk.py", "recorder.py", "kernel.py")]
    return [*files, package / "pages" / "kernel.py"]


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


def text_of(function: Callable[..., Any], *kinds: Any) -> tuple[str, str]:
    """Return what calls rules in LLVM's language, for arguments of some types, and its name there.

    There it takes the addresses of room for what it returns and for an error, then its arguments,
    and returns 0 where nothing went wrong.
    """
    # numba has no other name for an array that is neither given nor made
    options = {**OPTIONS, "_nrt": True}
    made: Any = numba.njit(**options, pipeline_class=_Compiler)(function)
    made.compile(kinds)
    compiled = made.overloads[kinds]
    return compiled.library.get_llvm_str(), compiled.fndesc.llvm_func_name


class _Last(threading.local):
    """Groups of arrays that a rule was last called with in a thread, and less of each."""

    pairs: tuple[tuple[Any, Any], ...] = ()


class _Rule(CPUDispatcher):
    """A compiled rule."""

    def __call__(self, *args: Any) -> Any:
        """Call it from Python, with those arrays that it names."""
        return super().__call__(*(self._passed(each) for each in args))

    def _passed(self, value: Any) -> Any:
        """Return what is passed of an argument, most often one of the last call."""
        if not isinstance(value, tuple):
            return value
        last = self._last
        for known, less in last.pairs:
            if known is value:
                return less
        less = _less(value, _names(self.py_func))
        last.pairs = (*last.pairs[-1:], (value, less))
        return less

    @cached_property
    def _last(self) -> _Last:
        return _Last()

    @cached_property
    def _part(self) -> Any:
        """What becomes part of a rule that calls this one."""
        part = numba.njit(**OPTIONS, pipeline_class=_PartCompiler)(self.py_func)
        part.add_overload = lambda made: part.overloads.update({tuple(made.signature.args): made})
        return part

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Tell numba of what type the part is for arguments of some types."""
        part, name = self._part, self.py_func.__name__
        signature, given = part.fold_argument_types(args, kws)
        names = _names(self.py_func)
        passed = tuple(_named(types.unliteral(kind), names) for kind in given)
        part.compile(passed)
        known = make_concrete_template(name, key=name, signatures=part.nopython_signatures)
        return known, signature, passed, {}

    def get_overload(self, sig: Any) -> Any:
        """Tell numba by what name the part is known."""
        return self._part.get_overload(sig)


#: What numba is told of every rule.
OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nobody calls a rule from C
    "_nrt": False,  # rules make no arrays, so none need be counted
}


def _compiled[F: Callable[..., Any]](function: F, *, inline: bool) -> F:
    options = {**OPTIONS, "nopython": True, "inline": "always" if inline else "never"}
    made = _Rule(function, targetoptions=options, pipeline_class=_Compiler)
    made.enable_caching()
    index = getattr(getattr(made, "_cache", None), "_cache_file", None)
    if index is not None and hasattr(index, "_source_stamp"):
        index._source_stamp = (index._source_stamp, sources_digest())  # noqa: SLF001 - see above
        index._load_index = _forgiving(index._load_index)  # noqa: SLF001
    return cast(F, made)


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
