"""What the source says of itself: phases, rules, constants and chance, read without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

#: The head of a phase in the docstring of `RegionModel.step`: ``1. **Events** come ...``.
_HEAD: Final = re.compile(r"^ *(\d+)\. ", re.MULTILINE)
#: The modules of the phases of a step; the rules stand in the others of the theory.
_PHASES: Final = ("act", "agenda", "conditions", "decide", "perceive", "region", "standing")
#: Where a function of a step, or of the record of it, may come from.
_STEP: Final = tuple(f"detente.theory.response.{name}" for name in _PHASES)
_RECORDER: Final = "detente.engine.recorder"
_RULES: Final = "detente.theory."


class Phase(NamedTuple):
    """A phase of a step: what the docstring says of it, and the functions that do it."""

    number: int
    sentence: str
    functions: tuple[str, ...]


class Rule(NamedTuple):
    """A public function of a module of the theory, and the first sentence about it."""

    module: str
    name: str
    sentence: str


class Constant(NamedTuple):
    """A public number of a module of the theory, and what is said above it."""

    module: str
    name: str
    value: str
    sentence: str


def phases() -> list[Phase]:
    """Return the phases of a step, in the order in which `RegionModel.step` runs them.

    Raises
    ------
    ValueError
        If its docstring numbers more or fewer phases than the method calls.
    """
    module = _tree("engine", "model.py")
    region, country = _class(module, "RegionModel"), _class(module, "CountryAgent")
    step = region["step"]
    said = [" ".join(part.split()) for part in _items(ast.get_docstring(step) or "")]
    known = _imported(module, *_STEP)
    done = [names for call in _calls(step) if (names := _does(call, region, country, known))]
    if len(said) != len(done):
        raise ValueError(f"{len(said)} phases are described and {len(done)} are run: {done}")
    return [
        Phase(number, sentence, names)
        for number, (sentence, names) in enumerate(zip(said, done, strict=True), 1)
    ]


def kernel_calls() -> list[str]:
    """Return the functions of a step that the compiled engine calls, in order, each once."""
    module = _tree("engine", "kernel.py")
    known = _imported(module, *_STEP, _RECORDER)
    own = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    found: list[str] = []

    def walk(function: ast.FunctionDef) -> None:
        for call in _calls(function):
            if isinstance(call.func, ast.Name):
                if call.func.id in own:
                    walk(own[call.func.id])
                elif call.func.id in known and call.func.id not in found:
                    found.append(call.func.id)

    walk(own["run_block"])
    return found


def rules() -> list[Rule]:
    """Return the public functions of the theory, by module."""
    return [
        Rule(module, node.name, _sentence(node))
        for module, tree in _theory()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def constants() -> list[Constant]:
    """Return the public numbers of the theory that a comment ``#:`` describes."""
    found = []
    for module, tree in _theory():
        lines = _text("theory", *module.split("/")).splitlines()
        for node in tree.body:
            name, value = _assigned(node)
            if name and not name.startswith("_") and lines[node.lineno - 2].startswith("#:"):
                above = _above(lines, node.lineno - 1)
                found.append(Constant(module, name, value, above))
    return found


def drawing_modules() -> list[str]:
    """Return the modules, as paths within the package, that draw, by way of the theory or not."""
    drawing = {"uniforms"}
    functions = [
        node for _, tree in _theory() for node in tree.body if isinstance(node, ast.FunctionDef)
    ]
    while more := {f.name for f in functions if _called(f) & drawing} - drawing:
        drawing |= more
    return [
        path
        for path, tree in _modules()
        if _called(tree) & drawing and (not path.startswith("theory/") or _is_phase(path))
    ]


def rule_modules() -> set[str]:
    """Return the modules of the theory that a step, or the record of it, calls."""
    return {
        f"{(node.module or '').removeprefix(_RULES).replace('.', '/')}.py"
        for path, tree in _modules()
        if _is_phase(path) or path == "engine/recorder.py"
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_RULES)
        if node.module not in (None, "detente.theory.arrays", *_STEP)
    }


def mechanisms() -> dict[str, dict[str, float]]:
    """Return the coefficients that switch each mechanism of the theory off."""
    for node in _tree("measures", "ablations.py").body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="MECHANISMS"), value=ast.expr() as value):
                return dict(ast.literal_eval(value))
    raise ValueError("measures/ablations.py names no MECHANISMS")


def step_functions() -> dict[str, str]:
    """Return the public functions of the modules of a step, and a sentence about each."""
    return {
        node.name: _sentence(node)
        for name in _PHASES
        for node in _tree("theory", "response", f"{name}.py").body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def _text(*path: str) -> str:
    return files("detente").joinpath(*path).read_text(encoding="utf-8")


@cache
def _tree(*path: str) -> ast.Module:
    return ast.parse(_text(*path))


def _theory() -> Iterator[tuple[str, ast.Module]]:
    for path, tree in _modules():
        if path.startswith("theory/") and not path.endswith("__init__.py") and not _is_phase(path):
            yield path.removeprefix("theory/"), tree


def _is_phase(path: str) -> bool:
    return (
        path.startswith("theory/response/")
        and path.rsplit("/", maxsplit=1)[-1].removesuffix(".py") in _PHASES
    )


def _modules() -> Iterator[tuple[str, ast.Module]]:
    """Walk all modules of the package, with their paths within it."""

    def walk(folder: Traversable, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for item in sorted(folder.iterdir(), key=lambda item: item.name):
            if item.is_dir():
                yield from walk(item, (*path, item.name))
            elif item.name.endswith(".py"):
                yield (*path, item.name)

    for path in walk(files("detente"), ()):
        yield "/".join(path), _tree(*path)


def _class(module: ast.Module, name: str) -> dict[str, ast.FunctionDef]:
    """Return the methods of a class."""
    (found,) = (n for n in module.body if isinstance(n, ast.ClassDef) and n.name == name)
    return {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}


def _imported(module: ast.Module, *places: str) -> set[str]:
    """Return the names that a module imports from places that begin so."""
    return {
        alias.asname or alias.name
        for node in module.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(places)
        for alias in node.names
    }


def _called(node: ast.AST) -> set[str]:
    """Return the names of the functions that a piece of code calls."""
    return {call.func.id for call in _calls(node) if isinstance(call.func, ast.Name)}


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Walk the calls in a piece of code, in the order in which they are written."""
    found = [item for item in ast.walk(node) if isinstance(item, ast.Call)]
    yield from sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _does(
    call: ast.Call,
    own: dict[str, ast.FunctionDef],
    agent: dict[str, ast.FunctionDef],
    known: set[str],
) -> tuple[str, ...]:
    """Return the functions of a step that a call leads to, by way of methods.

    Parameters
    ----------
    call : Call
        To a function, to a method of ``self``, or ``self.agents.do(name)``.
    own, agent : dict
        Methods of the class that the call stands in, and of the agents.
    known : set of str
        The functions of a step.
    """
    match call.func:
        case ast.Name(id=name):
            return (name,) if name in known else ()
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if name in own:
            inner = [_does(each, own, agent, known) for each in _calls(own[name])]
        case ast.Attribute(value=ast.Attribute(attr="agents"), attr="do"):
            (argument,) = call.args
            name = str(ast.literal_eval(argument))
            inner = [_does(each, agent, agent, known) for each in _calls(agent[name])]
        case _:
            return ()
    return tuple(dict.fromkeys(name for names in inner for name in names))


def _items(docstring: str) -> list[str]:
    """Return the numbered items of a docstring, without their numbers."""
    parts = _HEAD.split(docstring)[2::2]
    return [part.split("\n\n")[0] for part in parts]


def _sentence(node: ast.FunctionDef) -> str:
    return " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())


def _assigned(node: ast.stmt) -> tuple[str, str]:
    """Return the name that a statement gives a value, and that value as written; else nothing."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
        ):
            return name, ast.unparse(value)
        case _:
            return "", ""


def _above(lines: list[str], line: int) -> str:
    """Return the comment that ends right above a line, counted from 0."""
    first = line
    while lines[first - 1].startswith("#:"):
        first -= 1
    return " ".join(part.removeprefix("#:").strip() for part in lines[first:line])
