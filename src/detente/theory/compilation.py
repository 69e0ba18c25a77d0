"""Rules: functions that become machine code, and how Python calls them.

Where machine code of a rule comes with the package (`detente.theory.prebuilt`), that is what a call
runs. Else numba compiles it (`detente.theory.compiler`), which is imported no sooner: that alone
takes half a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property, update_wrapper
from types import FunctionType
from typing import Any, Final, cast

import numpy as np

from detente.theory import prebuilt


def rule[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule; its signature and docstring stay as they are.

    A private one (``_name``) becomes part of the function that calls it.
    """
    return cast(F, Rule(function, inline=function.__name__.startswith("_")))


def inlined[F: Callable[..., Any]](function: F) -> F:
    """Compile a rule that always becomes part of the function that calls it.

    For rules too long for the compiler to inline by itself: a loop with a call in it gets no
    vector instructions.
    """
    return cast(F, Rule(function, inline=True))


def inside[F: Callable[..., Any]](function: F) -> F:
    """Return a compiled rule as one that always becomes part of the function that calls it.

    Calls that pass all arrays of a world take longer to compile than what they call.
    """
    return cast(F, Rule(cast(Any, function).py_func, inline=True))


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


class _Last(threading.local):
    """Groups of arrays that a rule was last called with in a thread, and what is passed of each."""

    pairs: tuple[tuple[Any, Any], ...] = ()


class Rule:
    """A function that becomes machine code; see `rule`.

    Attributes
    ----------
    py_func : function
        As it is written.
    targetoptions : dict
        Where numba finds whether it becomes part of the function that calls it.
    """

    def __init__(self, function: Callable[..., Any], *, inline: bool) -> None:
        update_wrapper(self, function)
        self.py_func: Final[Any] = function
        self.targetoptions: Final = {"inline": "always" if inline else "never"}
        self._last = _Last()

    def __call__(self, *args: Any) -> Any:
        """Call it from Python, with those arrays that it names."""
        if self._prebuilt is None:
            return self.compiled(*(self._passed(each) for each in args))
        if self._prebuilt.call([self._passed(each) for each in args]):
            return None
        return self.compiled(*(less(each, self.names) for each in args))

    def __reduce__(self) -> str:
        """Pickle it as functions are: by its name."""
        return str(self.py_func.__qualname__)

    @property
    def _numba_type_(self) -> Any:
        """What numba takes it for in a rule that calls it."""
        return self.compiled._numba_type_

    @property
    def names(self) -> frozenset[str]:
        """The names that it and all rules that it calls use."""
        return names_used(self.py_func)

    @property
    def is_kept(self) -> bool:
        """Whether there is machine code of it: that of the package, or of an earlier process."""
        return self._prebuilt is not None or self.compiled.is_kept

    @cached_property
    def compiled(self) -> Any:
        """What numba makes of it."""
        from detente.theory.compiler import Compiled

        return Compiled(self.py_func, self.targetoptions, self.names)

    @cached_property
    def _prebuilt(self) -> prebuilt.Function | None:
        return prebuilt.find(f"{self.py_func.__module__}.{self.py_func.__qualname__}")

    def _passed(self, value: Any) -> Any:
        """Return what is passed of an argument, most often one of the last call."""
        if not isinstance(value, tuple):
            return self._made_of(value)
        last = self._last
        for known, made in last.pairs:
            if known is value:
                return made
        made = self._made_of(less(value, self.names))
        last.pairs = (*last.pairs[-1:], (value, made))
        return made

    def _made_of(self, value: Any) -> Any:
        return value if self._prebuilt is None else prebuilt.packed(value)


def less(value: Any, names: frozenset[str]) -> Any:
    """Return a group of arrays with None for each that bears none of some names."""
    if not hasattr(value, "_fields"):
        return value
    return type(value)(
        *(
            None if isinstance(part, np.ndarray) and name not in names else less(part, names)
            for name, part in zip(value._fields, value, strict=True)
        )
    )


@cache
def names_used(function: Callable[..., Any]) -> frozenset[str]:
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
