"""Pictures of results: one a file, each a function that returns a matplotlib Figure.

Whoever adds a picture adds a file here with a function marked by `detente.plots.base.plot`.
Pictures are made without pyplot, so no window opens, no figure stays in memory and no global
setting changes.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from detente.plots.base import KINDS, PLOTS, draw_all, picture

if TYPE_CHECKING:
    from detente.plots.base import Drawing

    def __getattr__(name: str) -> Drawing: ...


__all__ = ["KINDS", "draw_all", "picture"]


def discover() -> None:
    """Import every module of this package, so that the pictures in them can be found here."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    globals().update(PLOTS)  # a picture takes the place of the module of its name
    __all__[3:] = PLOTS  # after what is always there


def __dir__() -> list[str]:
    """List the pictures and what is done with them."""
    return sorted(__all__)


discover()
