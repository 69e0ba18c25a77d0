"""What the pages take from the program itself, so that none falls behind it.

A line ``<!-- generated: NAME -->`` of a page is replaced by what `CONTENT` has under that name, and
then the code of some pages is run (`execute`).
"""

import inspect
import re
import tempfile
from functools import cache
from pathlib import Path

from execute import RUN, Session
from pyarrow import parquet
from typer.cli import get_docs_for_click
from typer.main import get_command
from typer.testing import CliRunner

import detente
from detente.cli import app as program
from detente.theory import declare

PLACE = re.compile(r"^<!-- generated: ([\w-]+) -->$", re.MULTILINE)
TITLE = re.compile(r"\A# .*\n+")


def printed(*arguments):
    """Return what a command prints, without a title: the page has its own."""
    done = CliRunner().invoke(program, arguments, catch_exceptions=False)
    if done.exit_code:
        raise RuntimeError(f"detente {' '.join(arguments)} ended with {done.exit_code}")
    return TITLE.sub("", done.stdout)


def top_level(file):
    """Return a file that stands at the top of the repository, with its links as from here."""
    text = (Path(__file__).parents[1] / file).read_text("utf-8").replace("](docs/", "](")
    return re.sub(r"\]\(([A-Z]+)\.md\)", lambda link: f"]({link[1].lower()}.md)", text)


def plain():
    """Return the description of one page as it is printed."""
    return f"```text\n{printed('odd', '--plain')}```"


def commands():
    """Return the help of every command."""
    command = get_command(program)
    with command.make_context("detente", [], resilient_parsing=True) as context:
        return TITLE.sub("", get_docs_for_click(obj=command, ctx=context, name="detente"))


def package():
    """Return the reference of what `detente` exports."""
    return documented(detente, [name for name in detente.__all__ if name != "plots"])


def plots():
    """Return the reference of `detente.plots`."""
    return documented(detente.plots, detente.plots.__all__)


def seam():
    """Return the reference of what a theory declares."""
    names = [
        name
        for name, value in vars(declare).items()
        if inspect.isclass(value) and value.__module__ == declare.__name__
    ]
    return documented(declare, names)


def documented(module, names):
    """Return directives that document public names of a module: functions, classes, errors."""
    lines = {"autofunction": [], "autoclass": [], "autoexception": []}
    for name in names:
        value = getattr(module, name)
        if inspect.isclass(value):
            kind = "autoexception" if issubclass(value, BaseException) else "autoclass"
            lines[kind] += [f".. {kind}:: {module.__name__}.{name}", "   :members:", ""]
        elif callable(value):
            lines["autofunction"] += [f".. autofunction:: {module.__name__}.{name}", ""]
    return "\n".join(["```{eval-rst}", *(line for kind in lines.values() for line in kind), "```"])


def kinds():
    """Return a section for each picture that `detente run` draws."""
    return "\n".join(
        f"## {name}\n\n{inspect.getdoc(draw).split('\n\n')[0]}\n\n"
        f"```python\ndetente.plots.{name}(results)\n```\n"
        for name, draw in detente.plots.KINDS.items()
    )


@cache
def few_runs():
    """Return the folder of a few runs and their results."""
    folder = tempfile.TemporaryDirectory()  # kept as long as the process
    results = detente.run("bagram-2025", runs=2, out=folder.name, keep="paths", progress=False)
    return folder, results


def columns(file):
    """Return the columns of a Parquet file of a results folder; those of each event once."""
    folder, results = few_runs()
    axis_of_file = "response" if file.startswith("responses") else "run"
    rows = {}
    for field in parquet.read_schema(Path(folder.name, file)):
        name = field.name
        for axis in ("pole", "event"):
            for place in results.data[axis].values:
                name = name.replace(f"_{place}", f"_<{axis}>")
        kind = "text" if "string" in str(field.type) else str(field.type)
        variable = results.data.get(name.split("_<")[0])
        is_it = variable is not None and axis_of_file in variable.dims
        meaning = variable.attrs.get("description", "") if is_it else ""
        rows[name] = f"| `{name}` | {kind} | {meaning} |"
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows.values()])


def variables():
    """Return the variables of the results with what each says of itself."""
    _, results = few_runs()
    rows = [
        f"| `{name}` | {', '.join(each.dims)} | {each.attrs.get('units', '')} "
        f"| {each.attrs.get('description', '')} |"
        for name, each in results.data.data_vars.items()
    ]
    return "\n".join(["| variable | axes | unit or range | meaning |", "|---|---|---|---|", *rows])


CONTENT = {
    "changelog": lambda: top_level("CHANGELOG.md"),
    "contributing": lambda: top_level("CONTRIBUTING.md"),
    "scenario-format": lambda: printed("schema", "--docs"),
    "odd": lambda: printed("odd"),
    "plain": plain,
    "commands": commands,
    "outcome-columns": lambda: columns("outcomes.parquet"),
    "response-columns": lambda: columns("responses.parquet"),
    "variables": variables,
    "package": package,
    "plots": plots,
    "seam": seam,
    "kinds": kinds,
}


def fill(app, page, source):
    """Replace the marked lines of a page, and run its code."""
    text = PLACE.sub(lambda place: CONTENT[place[1]](), source[0])
    if page.startswith(RUN):
        text = Session(page, Path(app.outdir), quick=app.tags.has("quick")).run(text)
    source[0] = text


def outdated(_app, env, added, changed, removed):
    """Read all pages again each time: what they show follows from the program as well."""
    return list(env.found_docs - added - changed - removed)


def setup(app):
    """Connect to Sphinx."""
    app.connect("source-read", fill)
    app.connect("env-get-outdated", outdated)
    return {"parallel_read_safe": True}
