"""Builds the WebAssembly of the page from the rules: ``python -m detente.pages.build``.

Numba turns the rules into LLVM's language, llvmlite makes WebAssembly of that with vectors of two
numbers, and ``wasm-ld`` (Debian's package ``lld``) links it. There is one file a theory, kept
beside this one with the digest of the sources that it was made from. Before that
`detente.runs.build` builds what runs outside the page.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from detente.runs import build as machine_code

#: Where the binaries are kept, and the digest of what they were made from.
FOLDER: Final = Path(__file__).resolve().parent / "wasm"
DIGEST: Final = FOLDER / "sources.json"
#: What WebAssembly has, of what browsers of the last years all have.
FEATURES: Final = "+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals"
TRIPLE: Final = "wasm32-unknown-unknown"
#: A function of WebAssembly takes no more parameters (its JavaScript interface, limits).
MOST_PARAMETERS: Final = 1000
STACK: Final = 1 << 20


def digest() -> str:
    """Return the digest of every source that a binary is made from."""
    return hashlib.sha256(machine_code.digest().encode() + Path(__file__).read_bytes()).hexdigest()


def kept_digest() -> str:
    """Return the digest of the sources that the kept binaries were made from."""
    return str(json.loads(DIGEST.read_text(encoding="utf-8"))["sources"]) if DIGEST.exists() else ""


def binary(name: str) -> Path:
    """Return the file of a theory's binary, whether or not it is there."""
    return FOLDER / f"{name}.wasm"


def main() -> int:
    """Build the binary of each theory of the package, each in a process of its own."""
    if machine_code.is_told_plain() and sys.argv[1:]:
        build(sys.argv[1], str(_linker()))
        return 0
    if _linker() is None:
        sys.stderr.write("wasm-ld is not there: it comes with the package lld\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    sources = digest()
    if machine_code.main() != 0 or not machine_code.in_processes("detente.pages.build"):
        return 1
    DIGEST.write_text(json.dumps({"sources": sources}) + "\n", encoding="utf-8")
    return 0


def _linker() -> str | None:
    return shutil.which("wasm-ld")


def build(name: str, linker: str) -> None:
    """Build the binary of one theory, in a process that `PLAIN` was told to."""
    from llvmlite import binding as llvm

    from detente.pages.kernel import entries
    from detente.theory.compiler import text_of

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(
        cpu="generic", features=FEATURES, opt=3, reloc="static", codemodel="default"
    )
    layout, texts = str(machine.target_data), {}
    for export, entry in entries(name).items():
        text, symbol = text_of(entry.call, entry.arguments)
        texts[export] = _for_web(machine_code.renamed(text, symbol, export), layout)
    whole = machine_code.linked(texts)
    for function in whole.functions:
        if not function.is_declaration and len(list(function.arguments)) > MOST_PARAMETERS:
            function.add_function_attribute("alwaysinline")
    machine_code.optimise(whole, machine)
    for function in whole.functions:
        assert len(list(function.arguments)) <= MOST_PARAMETERS, function.name
    with tempfile.TemporaryDirectory() as folder:
        made, file = Path(folder, "made.o"), Path(folder, "made.wasm")
        made.write_bytes(machine.emit_object(whole))
        subprocess.run(  # noqa: S603 - the linker that was found
            [
                linker, "--no-entry", "--allow-undefined", "--strip-all", "--stack-first",
                "--import-undefined", "-z", f"stack-size={STACK}", "--export=__heap_base",
                *(f"--export={export}" for export in texts), str(made), "-o", str(file),
            ],
            check=True,
        )  # fmt: skip
        binary(name).write_bytes(file.read_bytes())
    sys.stdout.write(f"{binary(name).name}: {binary(name).stat().st_size} bytes\n")


def _for_web(text: str, layout: str) -> str:
    """Return a text for WebAssembly."""
    text = re.sub(
        r'^target triple = ".*"$', f'target triple = "{TRIPLE}"', text, flags=re.MULTILINE
    )
    text = re.sub(
        r'^target datalayout = ".*"$', f'target datalayout = "{layout}"', text, flags=re.MULTILINE
    )
    # the counting of references, of which nothing is called, has an instruction of its processor's
    text = re.sub(
        r"(%[\w.]+) = (?:tail )?call i8 @llvm\.x86\.atomic\.sub\.cc\.i64\(.*?\)(, !.*)?$",
        r"\1 = add i8 0, 0", text, flags=re.MULTILINE,
    )  # fmt: skip
    text = text.replace("= common ", "= weak ")
    return text.replace("double @sqrt(double", "double @llvm.sqrt.f64(double")


if __name__ == "__main__":
    sys.exit(main())
