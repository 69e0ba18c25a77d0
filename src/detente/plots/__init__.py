"""Pictures of results: one a file, each a function that returns a matplotlib Figure.

Whoever adds a picture adds a file here with a function marked by `detente.plots.base.plot`.
Pictures are made without pyplot, so no window opens, no figure stays in memory and no global
setting changes. Fonts that a user set in matplotlib's settings are used; colours, sizes and the
page are arguments of every picture: `palette`, `size` and `theme`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from detente.plots.base import KINDS, PLOTS, draw_all
from detente.plots.page import alt_text, picture

if TYPE_CHECKING:
    from detente.plots.base import Drawing

    def __getattr__(name: str) -> Drawing: ...


__all__ = ["KINDS", "alt_text", "draw_all", "picture"]
_SHARED = len(__all__)


def discover() -> None:
    """Import every module of this package, so that the pictures in them can be found here."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    globals().update(PLOTS)  # a picture takes the place of the module of its name
    __all__[_SHARED:] = PLOTS  # after what is always there


def __dir__() -> list[str]:
    """List the pictures and what is done with them."""
    return sorted(__all__)


discover()
