"""Machine code of rules that comes with the package, so that a first run waits for no compiler.

It is made for two kinds of processor, that of most laptops and servers of the last ten years and
that with longer vectors, by ``python -m detente.pages.build``, and is the same to the last bit as
what numba compiles. It is used only as long as the sources are those that it was made from.

A function in it takes the address of a table of 64-bit integers: of each array its address and the
length of each axis, of each number its bits.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import platform
import struct
import sys
import warnings
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

#: Where the code is kept, and what it was made from.
FOLDER: Final = Path(__file__).resolve().parent / "machine"
ABOUT: Final = FOLDER / "about.json"
#: The kinds of processor, the fastest first, and what each has beyond the one that follows, by the
#: names of Linux: levels of the x86-64 psABI.
LEVELS: Final = {
    "x86-64-v4": ("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
    "x86-64-v3": ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"),
}
_CPUINFO: Final = Path("/proc/cpuinfo")


class Slot(NamedTuple):
    """An array or a number in the table that a function is given."""

    name: str
    kind: str  # as NumPy names types
    axes: str = ""  # a letter each, as in `detente.theory.arrays`; ? where they are not known


class Packed(NamedTuple):
    """An argument as the table has it."""

    kind: str  # tells arguments that the same machine code takes
    numbers: tuple[int, ...]


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


def slots_in(argument: Any) -> Iterator[Slot]:
    """Walk the slots of an argument: a slot, None, or a tuple's class with its parts."""
    if isinstance(argument, Slot):
        yield argument
    elif argument is not None:
        for part in argument[1]:
            yield from slots_in(part)


def argument_of(value: Any) -> Any:
    """Return the slots of an argument, as in `slots_in`."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return type(value), [argument_of(part) for part in value]
    array = np.asarray(value)
    return Slot("", array.dtype.name, "?" * array.ndim)


def packed(value: Any) -> Packed:
    """Return an argument as the table has it."""
    numbers: list[int] = []
    kind = _pack(value, numbers)
    if isinstance(value, tuple):
        kind = hashlib.sha256(kind.encode()).hexdigest()[:16]
    return Packed(kind, tuple(numbers))


def _pack(value: Any, numbers: list[int]) -> str:
    """Add an argument to a table, and return what kind it is."""
    if isinstance(value, np.ndarray):
        about = value.__array_interface__
        address, fixed = about["data"]
        numbers.append(address)
        numbers += value.shape
        order = " apart" if about["strides"] else ""
        return f"{about['typestr']}{value.ndim}{order}{' fixed' if fixed else ''}"
    if isinstance(value, tuple):
        return f"{type(value).__name__}({','.join([_pack(part, numbers) for part in value])})"
    if value is None:
        return "-"
    if isinstance(value, float):
        numbers.append(struct.unpack("q", struct.pack("d", value))[0])
        return "float64"
    if isinstance(value, int | np.integer):
        numbers.append(int(value))  # ctypes keeps the lower 64 bits
    return "int64" if type(value) is int else type(value).__name__


class Function(NamedTuple):
    """A rule's machine code."""

    at: Any  # of ctypes
    takes: str  # the kinds of its arguments

    def call(self, arguments: list[Packed]) -> bool:
        """Call it, if it was made for arguments of these kinds; return whether it was."""
        if ",".join([each.kind for each in arguments]) != self.takes:
            return False
        numbers = [number for each in arguments for number in each.numbers]
        table = (ctypes.c_int64 * len(numbers))(*numbers)
        nothing, error = ctypes.c_void_p(), ctypes.c_void_p()
        if self.at(ctypes.byref(nothing), ctypes.byref(error), table):
            raise RuntimeError("the machine code of a rule failed")
        return True


def find(name: str, level: str | None = None) -> Function | None:
    """Return the machine code of a rule by its full name, None where there is none to be used.

    It is that for a kind of processor, by default the fastest that this one runs.
    """
    level = level or next(runnable(_features()), None)
    takes = _about()["functions"].get(name)
    if level is None or takes is None or _about()["sources"] != sources_digest():
        return None
    library = _library(level)
    return None if library is None else Function(library[symbol(name)], takes)


def symbol(name: str) -> str:
    """Return the name in a library of a rule with a full name."""
    return name.replace(".", "_")


def library_file(level: str) -> Path:
    """Return the file of the code for a kind of processor."""
    return FOLDER / f"{level}.so"


def runnable(features: Collection[str]) -> Iterator[str]:
    """Walk the kinds of code that a processor with some features runs, the fastest first."""
    needed = list(LEVELS.values())
    for at, level in enumerate(LEVELS):
        if all(feature in features for one in needed[at:] for feature in one):
            yield level


@cache
def _library(level: str) -> Any:
    """Return the library for a kind of processor, None where it cannot be loaded."""
    file = library_file(level)
    try:
        if checksum(level) != _about()["libraries"].get(level):
            warnings.warn(
                f"{file} is not what came with Détente: the rules are compiled instead, which "
                "takes half a minute; installing Détente anew brings it back",
                RuntimeWarning,
                stacklevel=2,
            )
            return None
        return ctypes.CDLL(str(file))
    except OSError:  # it is not there, or its disk is one from which nothing may be run
        return None


def checksum(level: str) -> str:
    """Return the SHA-256 of the library for a kind of processor."""
    return hashlib.sha256(library_file(level).read_bytes()).hexdigest()


@cache
def _about() -> dict[str, Any]:
    """Return the digests of the sources and the libraries, and what each function takes."""
    if not ABOUT.exists():
        return {"sources": "", "libraries": {}, "functions": {}}
    about: dict[str, Any] = json.loads(ABOUT.read_text(encoding="utf-8"))
    return about


@cache
def _features() -> frozenset[str]:
    """Return what Linux says that this processor has; nothing on another system."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or not _CPUINFO.exists():
        return frozenset()
    for line in _CPUINFO.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("flags"):
            return frozenset(line.partition(":")[2].split())
    return frozenset()
