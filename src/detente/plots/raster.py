"""How a picture becomes dots: as by matplotlib, in half the time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from numpy.typing import NDArray
from PIL.PngImagePlugin import PngInfo

#: What zlib is told, of 1 to 9: beyond it, the time doubles for a tenth of the room.
EFFORT: Final = 3
_INCH: Final = 0.0254  # metres


class Raster(FigureCanvasAgg):
    """A canvas that writes PNG without a filter, and letters without scaling their font for each.

    To look for the best of five filters of each row takes most of the time that PIL does, and
    what is drawn in few colours needs more room with them.
    """

    _made: tuple[Any, ...] = ()

    def get_renderer(self) -> Any:
        """Return what draws the figure, the last one if that has its size."""
        key = (*self.get_width_height(physical=True), self.figure.dpi)
        if self._made != key:
            self._made = key
            made: Any = _Renderer
            self.renderer: Any = made(*key)
        return self.renderer

    def print_png(
        self, filename_or_obj: Any, *, metadata: Mapping[str, Any] | None = None,
        pil_kwargs: Any = None, **_: Any,
    ) -> None:  # fmt: skip
        """Write the figure; PIL does it where it was told how, or where one can see through it."""
        canvas: Any = super()
        canvas.draw()
        dots = np.asarray(canvas.buffer_rgba())
        if pil_kwargs or not hasattr(filename_or_obj, "write") or dots[..., 3].min() < 255:
            canvas.print_png(filename_or_obj, metadata=metadata, pil_kwargs=pil_kwargs)
            return
        filename_or_obj.write(png(dots, self.figure.dpi, metadata or {}))


def png(dots: NDArray[np.uint8], dpi: float, said: Mapping[str, str | None]) -> bytes:
    """Return a PNG file.

    Parameters
    ----------
    dots : ndarray of uint8, shape (height, width, 3 or more)
        Red, green and blue of each.
    dpi : float
        How many to the inch.
    said : mapping of str to str
        What it says besides.
    """
    height, width, _ = dots.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter: none
    for colour in range(3):
        rows[:, 1 + colour :: 3] = dots[..., colour]
    info = PngInfo()
    for name, text in said.items():
        if text is not None:
            info.add_text(name, text)
    metre = round(dpi / _INCH)
    chunks = [
        (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
        *((kind, content) for kind, content, *_ in info.chunks),
        (b"pHYs", struct.pack(">2IB", metre, metre, 1)),
        (b"IDAT", zlib.compress(rows, EFFORT)),
        (b"IEND", b""),
    ]
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, content in chunks:
        check = zlib.crc32(content, zlib.crc32(kind))
        parts += [struct.pack(">I", len(content)), kind, content, struct.pack(">I", check)]
    return b"".join(parts)


class _Renderer(RendererAgg):
    """Draws as matplotlib does."""

    def _draw_text_glyphs_and_boxes(
        self, gc: Any, x: float, y: float, angle: float, glyphs: Iterable[Any], *more: Any
    ) -> None:
        """Draw letters: since matplotlib 3.11, each by itself."""
        renderer: Any = super()
        renderer._draw_text_glyphs_and_boxes(gc, x, y, angle, _scaled_once(glyphs), *more)  # noqa: SLF001 - its own


def _scaled_once(glyphs: Iterable[Any]) -> Iterator[Any]:
    """Walk letters, of which those that follow in the same font find that as large as they are."""
    fonts: dict[int, _Font] = {}
    for font, *rest in glyphs:
        yield (fonts.setdefault(id(font), _Font(font)), *rest)


class _Font:
    """A font that is not scaled to the size that it has: for each letter all its hints are read."""

    def __init__(self, font: Any) -> None:
        self._font = font
        self._size: tuple[float, ...] = ()

    def set_size(self, *size: float) -> None:
        """Scale it, unless it is as large."""
        if size != self._size:
            self._size = size
            self._font.set_size(*size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._font, name)
