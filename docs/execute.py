"""Pages whose code is run when the site is built, with what it prints and draws put below it.

On the pages that `RUN` names, all blocks share one Python session and one new folder, in the order
of the page. A ``yaml`` block that begins with its name (``# no-bases.yaml``) is written to the
folder; of a ``sh`` block, the lines that call ``detente`` are run; a ``python`` block is run, and
the value of a last expression is shown. A block below ``<!-- not run -->`` is only shown; of one
below ``<!-- no output -->``, nothing more is.
"""

import ast
import contextlib
import html
import io
import os
import re
import shlex
import tempfile
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from detente.cli import app as program
from detente.plots import alt_text

#: The pages that are run, by the beginning of their names.
RUN = ("index", "gallery", "guide/")
#: The folder of the pictures in the site.
PICTURES = "pictures"
#: Dots to the inch of a picture, and characters in a line of what is printed.
DPI, WIDTH = 110, 100
BLOCK = re.compile(
    r"^(?:<!-- (not run|no output) -->\n)?(```(\w+)\n(.*?)^```$)", re.MULTILINE | re.DOTALL
)
NAMED = re.compile(r"# ([\w-]+\.yaml)\n")
#: How many runs a line asks for, but for those that later blocks measure, and how many show that it
#: works.
RUNS, FEW = re.compile(r"^(?!.*detente\.run)(.*(?:\bruns=|--runs ))(\d+)", re.MULTILINE), 5
#: Pictures have a page of their own, and a bar is not for a page.
QUIET = ("--no-plots", "--quiet")


class Session:
    """Run the blocks of a page.

    Parameters
    ----------
    page : str
        Its name, such as ``guide/why``.
    site : Path
        Where the site is built.
    quick : bool
        Whether a few runs do for measures that ask for more: nobody will read the site.
    """

    def __init__(self, page, site, *, quick):
        self.page = page
        self.pictures = site / PICTURES
        self.to_root = "../" * page.count("/")
        self.names = {"__name__": "__main__"}
        self.quick = quick
        self.drawn = 0

    def run(self, text):
        """Return the text of the page with what each block prints or draws below it."""
        wide = pd.option_context("display.width", WIDTH, "display.max_columns", None)
        with wide, tempfile.TemporaryDirectory() as folder, _working_in(folder):
            return BLOCK.sub(self._run_block, text)

    def _run_block(self, block):
        mark, shown, language, code = block.groups()
        result = ""
        if mark == "not run":
            return shown
        if self.quick:
            code = RUNS.sub(lambda asked: f"{asked[1]}{min(int(asked[2]), FEW)}", code)
        if language == "yaml" and (named := NAMED.match(code)):
            Path(named[1]).write_text(code, "utf-8")
        elif language == "sh":
            few = ("--runs", str(FEW)) if self.quick else ()
            result = "".join(_shown(command(line, explain=few)) for line in commands_of(code))
        elif language == "python":
            result = self._run_python(code)
        return shown if mark == "no output" else shown + result

    def _run_python(self, code):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = evaluate(code, self.names, f"{self.page}.md")
        if hasattr(value, "savefig"):
            return _shown(printed.getvalue()) + self._picture(value, code)
        last = "" if value is None else f"{value!r}\n"
        return _shown(printed.getvalue() + last)

    def _picture(self, figure, code):
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.drawn += 1
        name = f"{self.page.replace('/', '-')}-{self.drawn}.png"
        figure.savefig(self.pictures / name, dpi=DPI)
        words = html.escape(" ".join(alt_text(figure).split()) or code.strip().splitlines()[-1])
        return f'\n\n<img src="{self.to_root}{PICTURES}/{name}" alt="{words}">\n'


def commands_of(code):
    """Return the lines of a shell block that call the program."""
    return [line for line in code.splitlines() if line.startswith("detente ")]


def command(line, **more):
    """Run a command, with `more` options for some, and return what it prints.

    Raises
    ------
    RuntimeError
        If it does not end well.
    """
    _, *arguments = shlex.split(line, comments=True)
    arguments += {"run": QUIET, **more}.get(arguments[0], ())
    environment = {"COLUMNS": str(WIDTH)}
    done = CliRunner().invoke(program, arguments, env=environment, catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(f"{line}\n{done.output}")
    return done.stdout


def evaluate(code, names, where):
    """Run code and return the value of its last statement if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, where, "exec"), names)  # noqa: S102 - our own pages
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), where, "eval"), names)  # noqa: S307 - ours


def _shown(printed):
    return f"\n\n```text\n{printed.rstrip()}\n```\n" if printed.strip() else ""


@contextlib.contextmanager
def _working_in(folder):
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
