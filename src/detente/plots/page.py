"""The page that a picture is drawn on, and the files that it is written to."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import Any, Final
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase, SubFigure

from detente.plots import style
from detente.plots.look import look, settings
from detente.plots.raster import Raster
from detente.runs.files import atomic_write
from detente.scenario.messages import printable

Canvas = Figure | SubFigure

#: Dots to the inch of a picture in a notebook.
SCREEN: Final = 90
#: What would make two drawings of the same results differ is left out: dates and versions.
METADATA: Final[dict[str, dict[str, Any]]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
#: Under which key a file has what a picture says in words.
_SAID: Final = {"png": "Description", "svg": "Description", "pdf": "Subject"}
#: Least width in inches of a page with type of the usual size, unless a picture has another.
LEAST: Final = 6.0
#: Inches of a letter a point of its size: of bold titles and of the text below them.
LETTERS: Final = (0.0092, 0.0079)
#: Inches of a line a point of its size.
LINE: Final = 0.0175
#: Lines of a title at most, and of each paragraph below it.
MOST_LINES: Final = (4, 5)
#: Inches above the title, between it and what is below it, and below that.
MARGINS: Final = (0.14, 0.1, 0.1)


class Picture(Figure):
    """A figure of a picture: it is scaled when it is written, and says in words what it shows.

    Attributes
    ----------
    scale : float
        Inches of what is written for each of the page that it was laid out on, which
        `get_size_inches` has.
    alt_text : str
        What it shows in words. A file of it has them too.
    dots : int
        Dots to the inch of a PNG, unless another number is asked for.
    """

    def __init__(self, size: tuple[float, float], scale: float, dots: int) -> None:
        super().__init__(figsize=size, dpi=dots * scale)
        self.scale, self.dots, self.alt_text = scale, dots, ""
        Raster(self)

    def savefig(self, fname: Any, *, transparent: bool | None = None, **kwargs: Any) -> None:
        """Write it as `Figure.savefig` does: to scale, with its fonts and with what it says."""
        suffix = str(kwargs.pop("format", None) or _suffix(fname)).lower()
        if suffix not in METADATA or hasattr(fname, "attach_note"):  # pages of a PDF file
            with settings():
                super().savefig(fname, transparent=transparent, format=suffix, **kwargs)
            return
        stream = BytesIO()
        metadata = {**said(self, suffix), **(kwargs.pop("metadata", None) or {})}
        to: Any = stream
        if suffix == "pdf" and self.scale != 1:
            to = _scaled_pages(stream, metadata, self.scale)
            metadata = {}
        with settings():
            dots = kwargs.pop("dpi", None) or mpl.rcParams["savefig.dpi"]
            dots = (self.dots if dots == "figure" else dots) * (self.scale if to is stream else 1)
            super().savefig(
                to, transparent=transparent, format=suffix, dpi=dots, metadata=metadata, **kwargs
            )
        if to is not stream:
            to.close()
        content = stream.getvalue()
        if suffix == "svg":
            content = _finished(content, self.scale, self.alt_text)
        if hasattr(fname, "write"):
            fname.write(content)
            return
        path = os.fspath(fname)
        with atomic_write(Path(path if Path(path).suffix else f"{path}.{suffix}")) as file:
            file.write(content)

    def _repr_png_(self) -> bytes:
        return picture(self, "png", dpi=SCREEN)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show it in a notebook, with what it says for who does not see it."""
        said = {"image/png": self._repr_png_(), "text/plain": self.alt_text}
        return said, {"image/png": {"alt": self.alt_text}}


def _scaled_pages(stream: Any, metadata: dict[str, Any], scale: float) -> Any:
    """Return pages of a PDF file that are drawn smaller or larger than they were laid out."""
    from matplotlib.backends.backend_pdf import Op, PdfFile, PdfPages  # takes long to import

    class ScaledFile(PdfFile):
        def newPage(self, width: float, height: float) -> None:  # noqa: N802 - matplotlib's
            super().newPage(width * scale, height * scale)  # type: ignore[no-untyped-call]
            matrix = (scale, 0, 0, scale, 0, 0, Op.concat_matrix)
            self.output(*matrix)  # type: ignore[no-untyped-call]

    pages = PdfPages(stream, metadata=metadata)
    file = ScaledFile(stream, metadata=metadata)  # type: ignore[no-untyped-call]
    setattr(pages, "_file", file)  # noqa: B010 - pages open their file only once it is written
    return pages


def _suffix(fname: Any) -> str:
    name = Path(os.fspath(fname)).suffix if isinstance(fname, str | os.PathLike) else ""
    return name.removeprefix(".") or str(mpl.rcParams["savefig.format"])


def _finished(svg: bytes, scale: float, words: str) -> bytes:
    """Return an SVG at its size, marked as one picture with a description."""

    def head(found: re.Match[bytes]) -> bytes:
        wide, high = (scale * float(each) for each in found.group(2, 3))
        size = f'role="img" width="{wide:.4f}pt" height="{high:.4f}pt"'
        return found[1] + size.encode()

    svg = re.sub(rb'(<svg[^>]*?)width="([\d.]+)pt" height="([\d.]+)pt"', head, svg, count=1)
    described = f"</title>\n <desc>{escape(words)}</desc>".encode()
    return svg.replace(b"</title>", described, 1)


def picture(figure: Canvas, suffix: str, salt: str = "detente", dpi: int | None = None) -> bytes:
    """Return a figure as the bytes of a PNG, SVG or PDF file.

    Parameters
    ----------
    figure
        What to write.
    suffix
        "png", "svg" or "pdf".
    salt
        What the identifiers inside an SVG follow from, so that two on one page do not clash.
    dpi
        Dots to the inch of a PNG; by default those of its theme.
    """
    stream = BytesIO()
    whole = root(figure)
    dots = dpi or (whole.dots if isinstance(whole, Picture) else look().theme.dpi)
    with settings(), mpl.rc_context({"svg.hashsalt": salt}):
        whole.savefig(stream, format=suffix, metadata=said(whole, suffix), dpi=dots)
    return stream.getvalue()


def said(figure: Figure, suffix: str) -> dict[str, Any]:
    """Return what a file says of a figure: its title, and what it shows in words."""
    title = " ".join(figure.get_suptitle().split())
    words = alt_text(figure)
    return {"Title": title or None, _SAID[suffix]: words or None, **METADATA[suffix]}


def alt_text(figure: Canvas) -> str:
    """Return what a figure shows in words, for who does not see it.

    Parameters
    ----------
    figure
        A picture of `detente.plots`, or a figure that some were drawn on.

    Returns
    -------
    str
        Its title, how it is to be read, and its numbers; the same text is in the files of a
        picture, where programs that read pages aloud look for it. Empty of any other figure.
    """
    parts: list[Any] = [figure, *figure.axes, *figure.subfigs]
    found = [
        alt_text(part) if isinstance(part, SubFigure) and part is not figure
        else getattr(part, "alt_text", "")
        for part in parts
    ]  # fmt: skip
    return "\n\n".join(dict.fromkeys(each for each in found if each))


def width_for(on: Canvas | Axes | None, natural: float, least: float = LEAST) -> float:
    """Return how many inches wide the page is on which a picture of a natural width is laid out."""
    if on is None:
        return look().width(natural, least)
    figure = on.figure if isinstance(on, Axes) else on
    return float(figure.bbox.width / root(figure).dpi)


class Page:
    """A figure with a title, measured in inches from its lower left corner.

    It is `figure`, of `width` and `height`, free up to `top`. It may be given as a whole, as a part
    of a figure, or as axes, which get the title and nothing else (it is not `is_whole`). None makes
    one whose `size` is its natural width and the height that it needs below its heading, if no
    other was asked for; its width is then that of `width_for`, and never below `least`. On a page
    of a given height it may be as low as `lowest`. What it shows in words is its title, its
    subtitle and what was `told`.
    """

    def __init__(
        self, on: Canvas | Axes | None, size: tuple[float, float], title: str, subtitle: str,
        told: Sequence[str] = (), least: float = LEAST, lowest: float | None = None,
    ) -> None:  # fmt: skip
        self._axes = on if isinstance(on, Axes) else None
        title = title.removesuffix(".")  # a sentence that a measure says
        self.is_whole = self._axes is None
        words = f"{' '.join(title.split())}. {' '.join(subtitle.split())}"
        words = printable("\n".join([words.replace("?.", "?"), *told]), lines=True)
        self.width = width_for(on, size[0], least)
        theme = look().theme
        chars = [
            int((self.width - 0.3) / (rate * points))
            for rate, points in zip(LETTERS, (theme.title, theme.subtitle), strict=True)
        ]
        title = fill(title, chars[0], max_lines=MOST_LINES[0], placeholder=" \u2026")
        subtitle = "\n".join(
            fill(line, chars[1], max_lines=MOST_LINES[1], placeholder=" \u2026")
            for line in subtitle.split("\n")
        )
        heights = (
            (1 + title.count("\n")) * LINE * theme.title if title else 0.0,
            (1 + subtitle.count("\n")) * 1.1 * LINE * theme.subtitle if subtitle else 0.0,
        )
        above, between, below = MARGINS
        heading = above + heights[0] + between + heights[1] + below
        if isinstance(on, Axes):
            on.set_title(title, loc="left", fontweight="bold")
            setattr(on, "alt_text", words)  # noqa: B010 - axes know of no such attribute
            on = on.figure
        elif on is None:
            scale = look().scale(size[0], least)
            body = size[1] if lowest is None or look().size[1] is None else lowest
            height = look().height(body + heading, scale)
            on = Picture((self.width, height), scale, theme.dpi)
        self.figure: Canvas = on
        self.height = float(on.bbox.height / root(on).dpi)
        self.top = self.height
        if self.is_whole:
            setattr(on, "alt_text", words)  # noqa: B010 - figures of others know of none
            self.top = self.height - heading
            self._heading(title, subtitle, above, above + heights[0] + between)

    def _heading(self, title: str, subtitle: str, first: float, second: float) -> None:
        """Write the title and, below it, the subtitle, so many inches from the top."""
        theme = look().theme
        left = 0.15 / self.width
        self.figure.suptitle(
            title, x=left, y=1 - first / self.height, ha="left", va="top", fontsize=theme.title,
            fontweight="bold",
        )  # fmt: skip
        self.figure.text(
            left, 1 - second / self.height, subtitle, ha="left", va="top",
            fontsize=theme.subtitle, color=style.FAINT, linespacing=1.3,
        )  # fmt: skip

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return new axes, or those that the picture was to be drawn on."""
        if self._axes is not None:
            return self._axes
        return self.figure.add_axes(
            (left / self.width, bottom / self.height, width / self.width, height / self.height)
        )

    def text(self, left: float, bottom: float, text: str, **options: Any) -> None:
        """Write a text."""
        self.figure.text(left / self.width, bottom / self.height, text, **options)

    def legend(self, handles: Sequence[Artist], bottom: float, **options: Any) -> None:
        """Draw a legend along the foot of the page."""
        self.figure.legend(
            handles=list(handles), loc="lower left",
            bbox_to_anchor=(0.2 / self.width, bottom / self.height),
            bbox_transform=self.figure.transSubfigure, **options,
        )  # fmt: skip


def root(artist: Any) -> Figure:
    """Return the whole figure that something is on."""
    figure = artist.get_figure(root=True)
    assert isinstance(figure, FigureBase)
    assert isinstance(figure, Figure)
    return figure
