"""How numba compiles the rules of a theory.

Both engines are to be equal to the last bit: no fast math, so that the compiler may not reorder a
sum. Machine code of what Python calls is kept in a file; numba notices a change in a function's own
file only, so that is stamped with all the sources that a rule may call.

Most of what numba does for a function it does so that Python can call it, and again in each that
calls it. A rule that another calls is therefore only translated, and becomes machine code with
what Python calls: all of it at once, once. It is passed those arrays of a world alone of which it,
or what it calls, names one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba import carray, types  # type: ignore[attr-defined] # public all the same
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher
from numba.core.typing.templates import make_concrete_template
from numba.extending import intrinsic, lower_cast, models, register_model

from detente.theory.prebuilt import Slot, slots_in, sources_digest

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


#: What numba is told of every rule.
OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nobody calls a rule from C
    "_nrt": False,  # rules make no arrays, so none need be counted
}


class Compiled(CPUDispatcher):
    """A rule as numba compiles it: `function`, which uses some `names`."""

    def __init__(
        self, function: Callable[..., Any], options: Mapping[str, Any], names: frozenset[str]
    ) -> None:
        made = {**OPTIONS, "nopython": True, **options}
        super().__init__(function, targetoptions=made, pipeline_class=_Compiler)
        self._names = names
        self.enable_caching()
        index = getattr(getattr(self, "_cache", None), "_cache_file", None)
        if index is not None and hasattr(index, "_source_stamp"):
            index._source_stamp = (index._source_stamp, sources_digest())  # noqa: SLF001 - see above
            index._load_index = _forgiving(index._load_index)  # noqa: SLF001

    @property
    def is_kept(self) -> bool:
        """Whether machine code was kept that the present sources gave.

        Numba has no public way to ask. Where its own way changes, nothing is known to be kept.
        """
        try:
            return bool(self._cache._cache_file._load_index())  # type: ignore[attr-defined] # noqa: SLF001
        except Exception:  # noqa: BLE001 - it only words a notice
            return False

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
        passed = tuple(_named(types.unliteral(kind), self._names) for kind in given)
        part.compile(passed)
        known = make_concrete_template(name, key=name, signatures=part.nopython_signatures)
        return known, signature, passed, {}

    def get_overload(self, sig: Any) -> Any:
        """Tell numba by what name the part is known."""
        return self._part.get_overload(sig)


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


@intrinsic
def _pointer(_context: Any, _number: Any) -> Any:
    """Take a number for an address."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


@intrinsic
def _double(_context: Any, _number: Any) -> Any:
    """Take a number for the bits of another."""

    def generate(_context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


def text_of(call: Callable[..., Any], arguments: Sequence[Any]) -> tuple[str, str]:
    """Return a function that calls a rule in LLVM's language, and its name there.

    There it takes the addresses of room for what it returns and for an error, then that of a table
    of the rule's arguments, and returns 0 where nothing went wrong.

    Parameters
    ----------
    call : callable
        The rule.
    arguments : sequence
        Of the rule, as in `detente.theory.prebuilt.slots_in`.
    """
    names = {"np": np, "carray": carray, "pointer": _pointer, "double": _double, "call": call}
    slots = [slot for each in arguments for slot in slots_in(each)]
    length = sum(1 + len(slot.axes) for slot in slots)
    lines = ["def entry(table):", f"    t = carray(table, ({length},), np.int64)"]
    at = 0
    for number, slot in enumerate(slots):
        if slot.axes:
            shape = "".join(f"t[{at + 1 + axis}], " for axis in range(len(slot.axes)))
            line = f"carray(pointer(t[{at}]), ({shape}), np.{slot.kind})"
        else:
            line = f"double(t[{at}])" if slot.kind == "float64" else f"np.{slot.kind}(t[{at}])"
        lines.append(f"    a{number} = {line}")
        at += 1 + len(slot.axes)
    numbers = iter(range(len(slots)))
    lines.append(f"    call({', '.join(_written(each, numbers, names) for each in arguments)})")
    exec("\n".join(lines), names)  # noqa: S102 - written here alone
    # numba has no other name for an array that is neither given nor made
    options = {**OPTIONS, "_nrt": True}
    made: Any = numba.njit(**options, pipeline_class=_Compiler)(names["entry"])
    kinds = (types.CPointer(types.int64),)
    made.compile(kinds)
    compiled = made.overloads[kinds]
    return compiled.library.get_llvm_str(), compiled.fndesc.llvm_func_name


def _written(argument: Any, numbers: Iterator[int], names: dict[str, Any]) -> str:
    """Write an argument of the call, and note the classes that it names."""
    if argument is None:
        return "None"
    if isinstance(argument, Slot):
        return f"a{next(numbers)}"
    of, parts = argument
    inner = "".join(f"{_written(part, numbers, names)}, " for part in parts)
    if of is tuple:
        return f"({inner})"
    names[of.__qualname__] = of
    return f"{of.__qualname__}({inner})"
