"""How quickly the page follows a slider, and whether its memory grows, in Chromium from a file.

    uv run python tests/benchmarks/page_moves.py [SCENARIO]

A move is timed inside the page from the event of the slider to the frame after the pictures of 300
runs of two variants have been drawn anew; the view is that of the first slider, with response bars,
effects against the twin and a fan. Memory is what all processes of the browser hold for themselves.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import notes
from playwright.sync_api import sync_playwright

import detente

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--js-flags=--expose-gc"]  # fmt: skip
VIEW = "view=whatif&levers=1"
TIMED, FEW, MANY = 50, 50, 500
MOVES = """
async ([count, from]) => {
  const app = document.getElementById("app");
  const slider = document.querySelector(".control input[type=range]");
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const before = app.dataset.drawn;
    const began = performance.now();
    slider.value = String(((from + at) * 37 % 100) / 100 + 0.001);
    slider.dispatchEvent(new Event("input"));
    while (app.dataset.drawn === before || app.hasAttribute("aria-busy")) {
      await new Promise((done) => setTimeout(done, 1));
    }
    await frame();
    times.push(performance.now() - began);
  }
  return times;
}
"""


def processes():
    """Return the processes of this script's browser."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
    parents = dict(map(int, line.split()) for line in listed.stdout.splitlines()[1:])
    return [pid for pid in parents if "chrom" in _name(pid) and _descends(pid, parents)]


def held():
    """Return the megabytes that all processes of the browser hold for themselves."""
    return round(sum(map(_private, processes())) / 1024)


def worked():
    """Return the seconds of processor time that the browser has taken."""
    stats = (
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in processes()
    )
    return sum(int(own[11]) + int(own[12]) for own in stats) / os.sysconf("SC_CLK_TCK")


def _descends(pid, parents):
    while pid in parents:
        pid = parents[pid]
        if pid == os.getpid():
            return True
    return False


def _name(pid):
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def _private(pid):
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private"))


def main(name="bagram-2025"):
    found = {"scenario": name}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = detente.page(detente.load(name)).save(Path(folder, "page.html"))
        found["megabytes_of_file"] = round(file.stat().st_size / 1e6, 2)
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1366, "height": 768})
        first = []
        for _ in range(5):
            tab.goto("about:blank")
            tab.goto(f"{file.as_uri()}#{VIEW}")
            while not tab.evaluate("document.getElementById('app').dataset.drawn"):
                time.sleep(0.01)
            first.append(tab.evaluate("performance.getEntriesByName('drawn')[0].startTime"))
        found["ms_to_first_picture"] = round(statistics.median(first))
        tab.evaluate(MOVES, [5, 0])
        before = worked()
        times = tab.evaluate(MOVES, [TIMED, 5])
        found["ms_of_processor_time_a_move"] = round(1000 * (worked() - before) / TIMED)
        found["ms_of_move"] = {
            "median": round(statistics.median(times)),
            "worst": round(max(times)),
        }
        heap = "(gc(), performance.memory.usedJSHeapSize / 1e6)"
        found["megabytes_after_50"] = {"heap": tab.evaluate(heap), "processes": held()}
        tab.evaluate(MOVES, [MANY - FEW, 60])
        found["megabytes_after_500"] = {"heap": tab.evaluate(heap), "processes": held()}
        browser.close()
    sys.stdout.write(json.dumps({**found, **notes()}, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
