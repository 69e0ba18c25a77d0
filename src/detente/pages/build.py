"""Builds the WebAssembly of the page from the rules: ``python -m detente.pages.build``.

Numba turns the rules into LLVM's language, llvmlite makes WebAssembly of that with vectors of two
numbers, and ``wasm-ld`` (Debian's package ``lld``) links it. There is one file a theory, kept
beside this one with the digest of the sources that it was made from.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from detente import theory
from detente.theory.compilation import sources_digest, text_of

#: Where the binaries are kept, and the digest of what they were made from.
FOLDER: Final = Path(__file__).resolve().parent / "wasm"
DIGEST: Final = FOLDER / "sources.json"
#: Numba then knows no processor's own instructions, and leaves the work on the text to us.
PLAIN: Final = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NUMBA_OPT": "0",
    "PYTHONHASHSEED": "0",
}
#: What WebAssembly has, of what browsers of the last years all have.
FEATURES: Final = "+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals"
TRIPLE: Final = "wasm32-unknown-unknown"
#: A function of WebAssembly takes no more parameters (its JavaScript interface, limits).
MOST_PARAMETERS: Final = 1000
STACK: Final = 1 << 20


def digest() -> str:
    """Return the digest of every source that a binary is made from."""
    return hashlib.sha256(sources_digest().encode() + Path(__file__).read_bytes()).hexdigest()


def kept_digest() -> str:
    """Return the digest of the sources that the kept binaries were made from."""
    return str(json.loads(DIGEST.read_text(encoding="utf-8"))["sources"]) if DIGEST.exists() else ""


def binary(name: str) -> Path:
    """Return the file of a theory's binary, whether or not it is there."""
    return FOLDER / f"{name}.wasm"


def main() -> int:
    """Build the binary of each theory of the package, each in a process of its own."""
    if all(os.environ.get(key) == value for key, value in PLAIN.items()) and sys.argv[1:]:
        build(sys.argv[1], str(_linker()))
        return 0
    if _linker() is None:
        sys.stderr.write("wasm-ld is not there: it comes with the package lld\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    sources = digest()
    with tempfile.TemporaryDirectory() as cache:
        env = os.environ | PLAIN | {"NUMBA_CACHE_DIR": cache}
        again = [sys.executable, "-W", "ignore", "-m", "detente.pages.build"]
        builds = [subprocess.Popen([*again, name], env=env) for name in theory.names()]  # noqa: S603 - this module
        failed = [each.wait() for each in builds]
    if any(failed):
        return 1
    DIGEST.write_text(json.dumps({"sources": sources}) + "\n", encoding="utf-8")
    return 0


def _linker() -> str | None:
    return shutil.which("wasm-ld")


def build(name: str, linker: str) -> None:
    """Build the binary of one theory, in a process that `PLAIN` was told to."""
    from llvmlite import binding as llvm

    from detente.pages.kernel import entries

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
        cpu="generic", features=FEATURES, opt=3, reloc="static", codemodel="default"
    )
    whole: Any = None
    exports = []
    for export, entry in entries(name).items():
        text, symbol = _text(export, entry)
        module = llvm.parse_assembly(_for_web(text, symbol, export, str(machine.target_data)))
        exports.append(export)
        if whole is None:
            whole = module
        else:
            whole.link_in(module)
    _optimise(whole, machine, exports)
    with tempfile.TemporaryDirectory() as folder:
        made, linked = Path(folder, "made.o"), Path(folder, "made.wasm")
        made.write_bytes(machine.emit_object(whole))
        subprocess.run(  # noqa: S603 - the linker that was found
            [
                linker, "--no-entry", "--allow-undefined", "--strip-all", "--stack-first",
                "--import-undefined", "-z", f"stack-size={STACK}", "--export=__heap_base",
                *(f"--export={export}" for export in exports), str(made), "-o", str(linked),
            ],
            check=True,
        )  # fmt: skip
        binary(name).write_bytes(linked.read_bytes())
    sys.stdout.write(f"{binary(name).name}: {binary(name).stat().st_size} bytes\n")


def _text(name: str, entry: Any) -> tuple[str, str]:
    """Return an entry in LLVM's language, unoptimised, and the name of its function there."""
    import numpy as np
    from numba import carray, types  # type: ignore[attr-defined] # public all the same
    from numba.extending import intrinsic

    @intrinsic
    def pointer(_: Any, number: Any) -> Any:  # noqa: ARG001 - it is generated below
        def generate(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

        return types.voidptr(types.int64), generate

    names: dict[str, Any] = {"np": np, "carray": carray, "pointer": pointer, "call": entry.call}
    lines = [f"def {name}(table):", f"    t = carray(table, ({_length(entry)},), np.int64)"]
    at = 0
    for number, slot in enumerate(entry.slots):
        if slot.axes:
            shape = "".join(f"t[{at + 1 + axis}], " for axis in range(len(slot.axes)))
            line = f"carray(pointer(t[{at}]), ({shape}), np.{slot.kind})"
        else:
            line = f"np.{slot.kind}(t[{at}])"
        lines.append(f"    a{number} = {line}")
        at += 1 + len(slot.axes)
    numbers = iter(range(len(entry.slots)))
    arguments = [_argument(each, numbers, names) for each in entry.arguments]
    lines.append(f"    call({', '.join(arguments)})")
    exec("\n".join(lines), names)  # noqa: S102 - written here alone
    pointers: Any = types.CPointer
    return text_of(names[name], pointers(types.int64))


def _length(entry: Any) -> int:
    return sum(1 + len(slot.axes) for slot in entry.slots)


def _argument(argument: Any, numbers: Iterator[int], names: dict[str, Any]) -> str:
    """Write an argument of the call, and note the classes that it names."""
    from detente.pages.kernel import Slot

    if isinstance(argument, Slot):
        return f"a{next(numbers)}"
    of, parts = argument
    inner = "".join(f"{_argument(part, numbers, names)}, " for part in parts)
    if of is tuple:
        return f"({inner})"
    names[of.__qualname__] = of
    return f"{of.__qualname__}({inner})"


def _for_web(text: str, symbol: str, export: str, layout: str) -> str:
    """Return the text of an entry for WebAssembly, under the name that it is exported by."""
    text = re.sub(
        r'^target triple = ".*"$', f'target triple = "{TRIPLE}"', text, flags=re.MULTILINE
    )
    text = re.sub(
        r'^target datalayout = ".*"$', f'target datalayout = "{layout}"', text, flags=re.MULTILINE
    )
    text = re.sub(r'"target-(cpu|features)"="[^"]*"', "", text)
    # the counting of references, of which nothing is called, has an instruction of its processor's
    text = re.sub(
        r"(%[\w.]+) = (?:tail )?call i8 @llvm\.x86\.atomic\.sub\.cc\.i64\(.*?\)(, !.*)?$",
        r"\1 = add i8 0, 0", text, flags=re.MULTILINE,
    )  # fmt: skip
    text = text.replace("= common ", "= weak ")
    text = text.replace("double @sqrt(double", "double @llvm.sqrt.f64(double")
    quoted = f'@"{symbol}"' if f'@"{symbol}"' in text else f"@{symbol}"
    return text.replace(quoted + "(", f"@{export}(")


def _optimise(module: Any, machine: Any, exports: list[str]) -> None:
    """Leave of a module what the exports call, inlined where there are too many parameters."""
    from llvmlite import binding as llvm

    for function in module.functions:
        if function.is_declaration:
            continue
        if function.name in exports:
            function.linkage = "external"
            continue
        function.linkage = "internal"
        if len(list(function.arguments)) > MOST_PARAMETERS:
            function.add_function_attribute("alwaysinline")
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    options.slp_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    module.verify()
    for function in module.functions:
        assert len(list(function.arguments)) <= MOST_PARAMETERS, function.name


if __name__ == "__main__":
    sys.exit(main())
