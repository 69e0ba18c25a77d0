"""Builds the machine code that comes with the package: see `detente.theory.prebuilt`.

Numba turns the rules into LLVM's language, llvmlite makes machine code of that for each kind of
processor, and ``ld.lld`` (Debian's package ``lld``) makes a library of it. ``python -m
detente.pages.build`` does this and builds the page's WebAssembly.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from detente import theory
from detente.theory import prebuilt
from detente.theory.arrays import shape_of, zeros

#: Numba then knows no processor's own instructions, and leaves the work on the text to us.
PLAIN: Final = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NUMBA_OPT": "0",
    "PYTHONHASHSEED": "0",
}
#: By itself LLVM uses half of the vectors of AVX-512, for processors that slowed down at the whole:
#: a run of bagram-2025 takes 57 microseconds with whole ones where it takes 64, on AMD's Zen 5.
FEATURES: Final = "-prefer-256-bit"
TRIPLE: Final = "x86_64-unknown-linux-gnu"


def digest() -> str:
    """Return the digest of every source that the libraries are made from."""
    return hashlib.sha256(
        prebuilt.sources_digest().encode() + Path(__file__).read_bytes()
    ).hexdigest()


def main() -> int:
    """Build the libraries, the code of each theory in a process of its own."""
    linker = shutil.which("ld.lld")
    if linker is None:
        sys.stderr.write("ld.lld is not there: it comes with the package lld\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        if not in_processes(__spec__.name, folder):
            return 1
        parts = [json.loads(file.read_text()) for file in sorted(Path(folder).glob("*.json"))]
        prebuilt.FOLDER.mkdir(exist_ok=True)
        for level in prebuilt.LEVELS:
            objects = [str(file) for file in sorted(Path(folder).glob(f"*.{level}.o"))]
            made = prebuilt.library_file(level)
            subprocess.run(  # noqa: S603 - the linker that was found
                [
                    linker, "-shared", "--strip-all", "--gc-sections",
                    "--defsym=NRT_MemInfo_call_dtor=0",  # nothing that is counted is ever freed
                    *objects, "-o", str(made),
                ],
                check=True,
            )  # fmt: skip
            sys.stdout.write(f"{made.name}: {made.stat().st_size} bytes\n")
    functions = {name: takes for part in parts for name, takes in part.items()}
    libraries = {level: prebuilt.checksum(level) for level in prebuilt.LEVELS}
    about = {
        "digest": digest(), "sources": prebuilt.sources_digest(), "libraries": libraries,
        "functions": functions,
    }  # fmt: skip
    prebuilt.ABOUT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return 0


def in_processes(module: str, *arguments: str) -> bool:
    """Run a module for each theory, in a process that `PLAIN` is told to; whether all did."""
    with tempfile.TemporaryDirectory() as cache:
        env = os.environ | PLAIN | {"NUMBA_CACHE_DIR": cache}
        again = [sys.executable, "-W", "ignore", "-m", module]
        builds = [
            subprocess.Popen([*again, name, *arguments], env=env)  # noqa: S603 - of this package
            for name in theory.names()
        ]
        return [each.wait() for each in builds] == [0] * len(builds)


def is_told_plain() -> bool:
    """Whether this is a process that `PLAIN` was told to."""
    return all(os.environ.get(key) == value for key, value in PLAIN.items())


def build(name: str, folder: str) -> None:
    """Write what Python calls of a theory as object files of each kind of processor."""
    from llvmlite import binding as llvm

    from detente.theory.compilation import less
    from detente.theory.compiler import text_of

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    functions = {}
    for group, called in (("many", _many(name)), ("one", _one(name))):
        texts = {}
        for function, arguments in called:
            given = [less(each, function.names) for each in arguments]
            text, symbol = text_of(function, [prebuilt.argument_of(each) for each in given])
            full = f"{function.__module__}.{function.__qualname__}"
            texts[prebuilt.symbol(full)] = renamed(text, symbol, prebuilt.symbol(full))
            functions[full] = ",".join(prebuilt.packed(each).kind for each in given)
        for level in prebuilt.LEVELS:
            machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
                cpu=level, features=FEATURES, opt=3, reloc="pic", codemodel="default"
            )
            whole = linked(texts)
            optimise(whole, machine, small=group == "one")
            Path(folder, f"{name}.{group}.{level}.o").write_bytes(machine.emit_object(whole))
    Path(folder, f"{name}.json").write_text(json.dumps(functions), encoding="utf-8")


#: A rule that Python calls, and arguments such as it gets.
Call = tuple[Any, tuple[Any, ...]]


def calls(name: str) -> Iterator[Call]:
    """Walk the rules that Python calls, each with arguments such as it gets."""
    yield from _many(name)
    yield from _one(name)


def _many(name: str) -> Iterator[Call]:
    """Walk the rules that Python calls to run a theory many times."""
    from detente.engine.kernel import kernel_of
    from detente.engine.recorder import new_recorder
    from detente.theory import chance, distributions

    sampler, world = _smallest(name)
    recorder = new_recorder(sampler.theory.outcomes, sampler.shape, 1, 1, paths=False)
    yield kernel_of(name), (world, recorder, 1, 0)
    if name == theory.DEFAULT:  # what all theories call
        drawn, share = np.zeros((1, 1)), np.zeros(1)
        yield distributions.hold, (sampler.laws,)
        yield distributions.draw, (sampler.structure.seed, 0, sampler.laws, drawn, share)
        yield chance.draw_jointly, (drawn, *(sampler.joint or ()))


def _one(name: str) -> Iterator[Call]:
    """Walk the rules that Python calls to run a theory in Mesa, and to explain a choice.

    Those that theories share are made for the default one.
    """
    from detente.engine.recorder import new_recorder, record_choices, recording_of
    from detente.theory import agenda, outcomes

    sampler, world = _smallest(name)
    declared, shape = sampler.theory, sampler.shape
    recorder = new_recorder(declared.outcomes, shape, 1, 1, paths=False)
    recording = recording_of(name)
    rows = np.zeros((len(declared.terms) + 2, shape.responses))
    called: list[Call] = [
        *((phase.function, (world,)) for phase in declared.phases),
        *((rule, (world,)) for rule in (
            agenda.begin, declared.begin, outcomes.align_all, outcomes.find_blocs
        )),
        *((o.measure, (world, zeros(*shape_of(o.letters, shape), 1))) for o in declared.outcomes),
        (declared.take_apart, (world, 0, 0, 0, rows)),
        (record_choices, (world, 0, recorder.responses)),
        (recording.at_point, (world, recorder.steps, 0, 0)),
        (recording.at_end, (world, recorder, 1, 0)),
    ]  # fmt: skip
    for rule, arguments in called:
        own = rule.__module__.startswith(f"{theory.__name__}.{name}")
        if own or rule.__name__.endswith(f"_{name}") or name == theory.DEFAULT:
            yield rule, arguments


def _smallest(name: str) -> tuple[Any, Any]:
    """Return the sampler of the smallest scenario of a theory, and arrays for one run of it."""
    from detente.engine.sampler import Sampler
    from detente.runs.engines import smallest

    sampler = Sampler(smallest(name))
    return sampler, sampler.world(sampler.columns(1))


def renamed(text: str, symbol: str, export: str) -> str:
    """Return a text without the processor that it is for, its function under another name."""
    text = re.sub(r'"target-(cpu|features)"="[^"]*"', "", text)
    quoted = f'@"{symbol}"' if f'@"{symbol}"' in text else f"@{symbol}"
    return text.replace(quoted + "(", f"@{export}(")


def linked(texts: Mapping[str, str]) -> Any:
    """Return a module of functions, given by name, of which nothing else can be called."""
    from llvmlite import binding as llvm

    whole, *others = map(llvm.parse_assembly, texts.values())
    for other in others:
        whole.link_in(other)
    for part in (*whole.functions, *whole.global_variables):
        if not part.is_declaration:
            part.linkage = "external" if part.name in texts else "internal"
    return whole


def optimise(module: Any, machine: Any, *, small: bool = False) -> None:
    """Leave of a module what can be called, as fast, or else as small, as LLVM makes it."""
    from llvmlite import binding as llvm

    options = llvm.create_pipeline_tuning_options(speed_level=2 if small else 3)
    options.loop_unrolling = not small
    options.loop_vectorization = options.slp_vectorization = not small
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    module.verify()


if __name__ == "__main__":
    if is_told_plain() and sys.argv[2:]:
        build(*sys.argv[1:])
    else:
        sys.exit(main())
