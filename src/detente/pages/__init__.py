"""The page: a scenario, the model and its pictures in one HTML file that reruns as sliders move.

The file asks nothing of any network and opens by a double click. `page` returns it; `page_data` is
what it holds of a scenario, and the modules in ``js/`` are what it shows.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detente.pages.bundle import bundle

if TYPE_CHECKING:
    from os import PathLike

    from detente.scenario import Scenario

#: What the page may do: run its own script and the model, draw; nothing may be fetched or sent.
POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"
)
#: Height in a notebook, in pixels.
HEIGHT: Final = 860


@dataclass(frozen=True)
class Page:
    """A page of `detente.page`: in a notebook it shows itself, `save` writes it to a file."""

    title: str
    html: str

    def __repr__(self) -> str:
        """Say what it is and how large."""
        return f"<detente page '{self.title}': {len(self.html.encode()) / 1e6:.1f} MB of HTML>"

    def _repr_html_(self) -> str:
        """Show it in a frame of its own, which may run scripts and save files and nothing else."""
        return (
            f'<iframe title="{html.escape(self.title)}" srcdoc="{html.escape(self.html)}" '
            f'sandbox="allow-scripts allow-downloads allow-modals" width="100%" height="{HEIGHT}" '
            'style="border:1px solid #ccc"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write it to a file, whole or not at all, and return where.

        As ``report.html`` or ``page.html`` beside results it goes when new ones replace those.
        """
        from detente.runs.files import atomic_write, storage_errors
        from detente.runs.folder import note_document

        target = Path(path)
        with storage_errors("write", target):
            note_document(target.absolute())
            with atomic_write(target) as file:
                file.write(self.html.encode())
        return target


def page(scenario: Scenario | str | PathLike[str]) -> Page:
    """Return the page of a scenario: one HTML file that holds the model and reruns it.

    Parameters
    ----------
    scenario : Scenario or str or path
        A scenario, its file, or the name of one that comes with the package.

    Returns
    -------
    Page
        Shows itself in a notebook; ``page.save("page.html")`` writes the file.
    """
    from detente.pages.data import page_data
    from detente.pages.outlines import region_map
    from detente.scenario.loading import loaded

    scenario = loaded(scenario)
    data = page_data(scenario)
    data["scenario"]["map"] = region_map(list(scenario.countries))
    title = scenario.title or scenario.scenario
    return Page(title, assemble(title, data))


def assemble(title: str, data: dict[str, Any]) -> str:
    """Return the HTML of a page from what it holds."""
    parts = {
        "policy": POLICY,
        "title": html.escape(title),
        "style": _source("style.css"),
        "data": _inert(json.dumps(data, ensure_ascii=False, separators=(",", ":"))),
        "worker": _inert(json.dumps(bundle("engine/worker.js", _source), ensure_ascii=False)),
        "script": bundle("main.js", _source).replace("</script", r"<\/script"),
    }
    done, text = "", _source("page.html")
    for name, part in parts.items():  # in the order of the file: what was filled in is passed over
        head, mark, tail = text.partition(f"<!--{name}-->")
        assert mark, name
        done, text = done + head + part, tail
    return done + text


def _source(path: str) -> str:
    return files("detente.pages").joinpath("js", *path.split("/")).read_text("utf-8")


def _inert(text: str) -> str:
    """Return JSON that no reader of HTML takes for markup."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
