"""JavaScript modules joined into one script, in the order in which they need one another.

The page's modules are plain enough that joining them takes no tool of its own: nothing is built
ahead of time, so nothing can be stale, and what stands in the page reads as it was written. They
may import names or a whole module, and export what they declare; what goes beyond that is refused.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Final

#: ``import {a, b as c} from "./x.js";`` or ``import * as x from "./x.js";``, over lines or not.
IMPORT: Final = re.compile(
    r'^import\s+(?:\{(?P<names>[^}]*)\}|\*\s+as\s+(?P<whole>\w+))\s+from\s+"(?P<path>[^"]+)";\n?',
    re.MULTILINE,
)
#: ``export`` before what a module declares.
EXPORT: Final = re.compile(
    r"^export\s+(?P<kind>(?:async\s+)?function\*?|class|const|let)\s+(?P<name>\w+)", re.MULTILINE
)
#: What neither of them is.
OTHER: Final = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(entry: str, read: Callable[[str], str]) -> str:
    """Return a script that does what a module and all that it imports do.

    Parameters
    ----------
    entry : str
        Path of the module, such as ``main.js``.
    read : callable
        Returns the text of a module by its path.

    Returns
    -------
    str
        Each module is a function that returns what it exports and is called once.

    Raises
    ------
    ValueError
        If a module says something that is not understood, or modules import each other in a ring.
    """
    scripts: list[str] = []
    numbers: dict[str, int] = {}
    _add(entry, read, scripts, numbers, ())
    return '"use strict";\n' + "".join(scripts)


def _add(
    path: str, read: Callable[[str], str], scripts: list[str], numbers: dict[str, int],
    way: tuple[str, ...],
) -> None:  # fmt: skip
    """Add a module after those that it imports."""
    if path in way:
        raise ValueError(f"modules import each other: {' -> '.join([*way, path])}")
    if path in numbers:
        return
    text = read(path)
    heads = []
    for found in IMPORT.finditer(text):
        other = posixpath.normpath(posixpath.join(posixpath.dirname(path), found["path"]))
        _add(other, read, scripts, numbers, (*way, path))
        named = found["whole"] or f"{{{re.sub(r'(\w+)\s+as\s+(\w+)', r'\1: \2', found['names'])}}}"
        heads.append(f"const {named} = $module{numbers[other]};\n")
    names = [found["name"] for found in EXPORT.finditer(text)]
    body = EXPORT.sub(r"\g<kind> \g<name>", IMPORT.sub("", text))
    if (strange := OTHER.search(body)) is not None:
        raise ValueError(f"{path}: the page cannot be joined from '{strange[0].strip()}'")
    numbers[path] = len(numbers)
    scripts.append(
        f"// {path}\nconst $module{numbers[path]} = (() => {{\n{''.join(heads)}{body}"
        f"return {{{', '.join(names)}}};\n}})();\n"
    )
