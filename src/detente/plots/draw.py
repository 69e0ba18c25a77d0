"""Every picture of results as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl

from detente.plots import style, words
from detente.plots.alignment import alignment
from detente.plots.fan import fan
from detente.plots.final_tilt import final_tilt
from detente.plots.map import region_map
from detente.plots.paths import paths
from detente.plots.responses import responses
from detente.runs.files import atomic_write, storage_errors
from detente.runs.folder import note_pictures

if TYPE_CHECKING:
    from matplotlib.figure import Figure, SubFigure

    from detente.runs.results import Results

    Drawing = Callable[[Results], Figure | SubFigure]

#: What can be drawn, by the name of its files.
KINDS: Final[MappingProxyType[str, Drawing]] = MappingProxyType(
    {
        "fan": fan,
        "final_tilt": final_tilt,
        "responses": responses,
        "alignment": alignment,
        "map": region_map,
        "paths": paths,
    }
)
#: Dots to the inch of a PNG.
DPI: Final = 150
#: What would make two drawings of the same results differ is left out: dates and versions.
METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
}


def draw_all(
    results: Results, folder: str | Path, kinds: Sequence[str] | None = None
) -> list[Path]:
    """Draw pictures of results and write each as PNG and SVG.

    A file appears under its name only once it is whole. The same results give the same bytes.

    Parameters
    ----------
    results
        Results of `detente.run`.
    folder
        Where to write; it is made if it is not there.
    kinds
        Names from `KINDS`; by default all that the results allow: without an event there are no
        responses to draw.

    Returns
    -------
    list of Path
        The files, PNG before SVG, in the order of the kinds.

    Raises
    ------
    UsageError
        If there is no such kind.
    StoreError
        If the folder cannot be written to.
    """
    known = list(KINDS)
    chosen = words.pick("kind of picture", known, kinds)
    if kinds is None and not results.data.sizes.get("event", 0):
        chosen = [kind for kind in known if kind != "responses"]
    folder = Path(folder)
    with storage_errors("write to", folder):
        folder.mkdir(parents=True, exist_ok=True)
        note_pictures(folder, [f"{kind}.{suffix}" for kind in chosen for suffix in METADATA])
    written = []
    for kind in chosen:
        figure = KINDS[kind](results)
        for suffix in METADATA:
            path = folder / f"{kind}.{suffix}"
            content = picture(figure, suffix, kind)
            with storage_errors("write", path), atomic_write(path) as file:
                file.write(content)
            written.append(path)
    return written


def picture(figure: Figure | SubFigure, suffix: str, salt: str = "detente") -> bytes:
    """Return a figure as the bytes of a PNG or SVG file.

    Parameters
    ----------
    figure
        What to write.
    suffix
        "png" or "svg".
    salt
        What the identifiers inside an SVG follow from, so that two on one page do not clash.
    """
    stream = BytesIO()
    whole = figure.get_figure(root=True)
    assert whole is not None
    metadata = {"Title": whole.get_suptitle() or None, **METADATA[suffix]}
    with style.settings(), mpl.rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
        whole.savefig(stream, format=suffix, dpi=DPI, metadata=metadata)
    return stream.getvalue()
