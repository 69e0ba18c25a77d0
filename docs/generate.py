"""What the pages take from the program itself: reference, commands, ODD and pictures.

A line ``<!-- generated: NAME -->`` in a page is replaced by what `CONTENT` has under that name. In
the gallery, the Python code is then run and each figure is put below the code that draws it.
"""

import inspect
import os
import re
import tempfile
from pathlib import Path

from typer.cli import get_docs_for_click
from typer.main import get_command
from typer.testing import CliRunner

import detente
from detente.cli import app as program

PLACE = re.compile(r"^<!-- generated: ([\w-]+) -->$", re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: The page whose code is run, and the folder of its pictures in the site.
GALLERY, PICTURES = "gallery", "pictures"
#: Dots to the inch of a picture.
DPI = 110


def output(*arguments):
    """Return what a command prints, without its title if that is a heading."""
    done = CliRunner().invoke(program, arguments, catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(f"detente {' '.join(arguments)} ended with {done.exit_code}")
    return re.sub(r"\A# .*\n+", "", done.stdout)


def plain():
    """Return the one-page description as it is printed."""
    return f"```text\n{output('odd', '--plain')}```"


def commands():
    """Return the help of every command."""
    command = get_command(program)
    with command.make_context("detente", [], resilient_parsing=True) as context:
        text = get_docs_for_click(obj=command, ctx=context, name="detente")
    return re.sub(r"\A# .*\n+", "", text)


def documented(module, names):
    """Return directives that document public names of a module, classes and errors last."""
    found = {name: getattr(module, name) for name in names}
    kinds = {
        "autofunction": [n for n, each in found.items() if inspect.isfunction(each)],
        "autoclass": [n for n, each in found.items() if _is_class(each)],
        "autoexception": [n for n, each in found.items() if _is_error(each)],
    }
    lines = ["```{eval-rst}"]
    for kind, known in kinds.items():
        for name in known:
            lines += [f".. {kind}:: {module.__name__}.{name}"]
            lines += ["   :members:", ""] if kind == "autoclass" else [""]
    return "\n".join([*lines, "```"])


def _is_class(thing):
    return inspect.isclass(thing) and not _is_error(thing)


def _is_error(thing):
    return inspect.isclass(thing) and issubclass(thing, BaseException)


def package():
    """Return the reference of what `detente` exports."""
    return documented(detente, [name for name in detente.__all__ if name != "plots"])


def plots():
    """Return the reference of `detente.plots`."""
    return documented(detente.plots, detente.plots.__all__)


def kinds():
    """Return a section for each picture that `detente run` draws."""
    sections = []
    for name, draw in detente.plots.KINDS.items():
        sentence = inspect.getdoc(draw).split("\n\n")[0]
        code = f"detente.plots.{name}(results)"
        sections.append(f"## {name}\n\n{sentence}\n\n```python\n{code}\n```\n")
    return "\n".join(sections)


CONTENT = {
    "scenario-format": lambda: output("schema", "--docs"),
    "odd": lambda: output("odd"),
    "plain": plain,
    "commands": commands,
    "package": package,
    "plots": plots,
    "kinds": kinds,
}


def with_pictures(text, folder):
    """Run the Python code of a page, in order, and show each figure below the code."""
    names = {"__name__": "gallery"}
    folder.mkdir(parents=True, exist_ok=True)
    parts, end = [], 0
    for number, block in enumerate(PYTHON.finditer(text)):
        parts.append(text[end : block.end()])
        end = block.end()
        figure = _last_value(block[1], names)
        if hasattr(figure, "savefig"):
            path = folder / f"{number}.png"
            figure.savefig(path, dpi=DPI)
            words = block[1].strip().splitlines()[-1]
            parts.append(f'\n\n<img src="{PICTURES}/{path.name}" alt="The picture of {words}">')
    return "".join([*parts, text[end:]])


def _last_value(code, names):
    """Run code in a folder of its own and return the value of its last line, if it has one."""
    *before, last = code.strip().splitlines()
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            exec("\n".join(before), names)  # noqa: S102 - our own page
            return eval(last, names)  # noqa: S307 - our own page
        except SyntaxError:  # the last line is a statement, or the end of one
            exec(code, names)  # noqa: S102 - our own page
            return None
        finally:
            os.chdir(here)


def fill(app, page, source):
    """Replace the marked lines of a page (the event ``source-read`` of Sphinx)."""
    text = PLACE.sub(lambda place: CONTENT[place[1]](), source[0])
    if page == GALLERY:
        text = with_pictures(text, Path(app.outdir) / PICTURES)
    source[0] = text


def outdated(_app, _env, _added, _changed, _removed):
    """Name the pages to read again each time: what they show follows from the code."""
    return [GALLERY, *(f"reference/{path.stem}" for path in Path(__file__).parent.glob("reference/*"))]


def setup(app):
    """Connect to Sphinx."""
    app.connect("source-read", fill)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True}
