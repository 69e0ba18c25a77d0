"""Pictures of results: one plot a file, each a function that returns a matplotlib Figure.

Pictures are made without pyplot, so no window opens, no figure stays in memory and no global
setting changes.
"""

from __future__ import annotations

from detente.plots.alignment import alignment
from detente.plots.coefficients import coefficients
from detente.plots.draw import KINDS, draw_all, picture
from detente.plots.fan import fan
from detente.plots.final_tilt import final_tilt
from detente.plots.map import region_map
from detente.plots.paths import paths
from detente.plots.record import record
from detente.plots.responses import responses

map = region_map  # noqa: A001 - `plots.map` is what people type; nothing here needs the builtin

__all__ = [
    "KINDS",
    "alignment",
    "coefficients",
    "draw_all",
    "fan",
    "final_tilt",
    "map",
    "paths",
    "picture",
    "record",
    "region_map",
    "responses",
]
