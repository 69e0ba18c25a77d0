"""Each notebook runs from top to bottom and shows its pictures; git holds no outputs of them."""

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

import detente

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
#: A first run compiles the rules.
PATIENCE = 600
#: What the cell tagged `parameters` says here: enough to run everything, too few to learn anything.
FEW = {"RUNS": 60, "TRIALS": 4}
#: In place of them: conditions need more to be looked for, and plain Python takes long.
OTHERS = {"4-what-drives-pakistan": {"RUNS": 200}, "6-a-rule-of-your-own": {"RUNS": 8}}
#: Names, settings of matplotlib and modules of Détente are then as in a kernel of its own.
AFRESH = """%reset -f
import sys, matplotlib
matplotlib.rcdefaults()
for name in [name for name in sys.modules if name.partition(".")[0] == "detente"]:
    del sys.modules[name]
%reset -f"""
#: How many pictures each shows, and what it leaves beside itself.
SHOWN = {
    "1-first-steps": (1, set()),
    "2-tweak-a-preference": (1, set()),
    "3-your-own-event": (2, {"railways.yaml"}),
    "4-what-drives-pakistan": (3, set()),
    "5-2001-against-2025": (2, set()),
    "6-a-rule-of-your-own": (0, {"results"}),
    "7-another-region": (2, {"philippines-2014.yaml"}),
    "8-teach-with-it": (1, {"bagram-2025.html"}),
}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """Start this very interpreter as a kernel, whatever others are installed: one for all."""
    place = tmp_path_factory.mktemp("jupyter")
    folder = place / "kernels" / "python3"
    folder.mkdir(parents=True)
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": launch, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(place))
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        patch.setenv("IPYTHONDIR", str(place / "ipython"))
        client = NotebookClient(new_notebook(), kernel_name="python3", timeout=PATIENCE)
        with client.setup_kernel():
            yield client


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook, kernel, folder):
    """Run a notebook in a folder, without what those that ran before it have left."""
    notebook.cells.insert(0, new_code_cell(f"{AFRESH}\n%cd -q {folder}"))
    kernel.nb = notebook
    kernel.reset_execution_trackers()
    for place, cell in enumerate(notebook.cells):
        kernel.execute_cell(cell, place)


def with_few_runs(notebook, name):
    """Put fewer runs into the cell of parameters, and return how many numbers it gave."""
    values = FEW | OTHERS.get(name, {})
    (cell,) = [each for each in code_of(notebook) if "parameters" in each.metadata.get("tags", [])]
    cell.source, count = re.subn(
        r"^(RUNS|TRIALS) = \d+",
        lambda m: f"{m[1]} = {values[m[1]]}",
        cell.source,
        flags=re.MULTILINE,
    )
    return count


def outputs_of(notebook):
    return [out for cell in code_of(notebook) for out in cell.outputs]


@pytest.mark.parametrize("name", NAMES)
def test_is_valid_and_holds_no_outputs(name):
    notebook = read(name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in code_of(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None
        written = cell.source.startswith("%%writefile")
        assert written or len(cell.source.splitlines()) <= 20  # logic stands in the package
    links = re.findall(r"\]\(([^)]+)\)", "".join(cell.source for cell in notebook.cells))
    assert all((FOLDER / link).exists() for link in links)


def test_all_notebooks_are_known_here():
    assert set(NAMES) == SHOWN.keys()


@pytest.mark.parametrize("name", NAMES)
def test_runs_and_shows_its_pictures(name, kernel, tmp_path):
    pictures, left = SHOWN[name]
    notebook = read(name)
    assert with_few_runs(notebook, name) >= 1
    execute(notebook, kernel, tmp_path)
    outputs = outputs_of(notebook)
    assert [out for out in outputs if out.output_type == "error" or _complains(out)] == []
    kinds = [kind for out in outputs for kind in out.get("data", {})]
    assert kinds.count("image/png") == pictures
    assert kinds.count("text/html") >= 1
    assert {path.name for path in tmp_path.iterdir()} == left


def test_no_notebook_sees_what_another_left(kernel, tmp_path):
    left = "import detente, matplotlib\nmatplotlib.rcParams['font.size'] = 31\ndetente.left = 1"
    seen = (
        "import detente, matplotlib\n"
        "print(matplotlib.rcParams['font.size'], hasattr(detente, 'left'), 'name' in dir())"
    )
    for source in (left, seen):
        notebook = new_notebook(cells=[new_code_cell(source)])
        execute(notebook, kernel, tmp_path)
    (out,) = outputs_of(notebook)
    assert out.text.split() == ["10.0", "False", "False"]


def test_the_other_region_is_valid_and_says_where_its_figures_come_from(tmp_path):
    (cell,) = [each for each in code_of(read("7-another-region")) if "%%writefile" in each.source]
    path = tmp_path / "philippines-2014.yaml"
    path.write_text(cell.source.partition("\n")[2], "utf-8")
    scenario = detente.load(path)
    assert set(scenario.countries) == {"USA", "CHN", "PHL", "VNM", "MYS", "IDN", "JPN"}
    assert sum(each.capability for each in scenario.countries.values()) == pytest.approx(
        1, abs=0.01
    )
    assert "judgement" in cell.source


def _complains(output):
    return output.get("name") == "stderr"
