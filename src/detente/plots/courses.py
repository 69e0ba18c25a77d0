"""How courses of events are called and drawn, and which of them a picture shows by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from matplotlib.lines import Line2D

from detente.plots import style
from detente.plots.look import look, palette
from detente.plots.style import REVEALED, Alignment
from detente.runs.results import Results

#: Dashes, mark and width of lines of the main course, of the reference and of others in turn.
_MAIN: Final = ("solid", "o", 2.6)
_REFERENCE: Final = ((0, (5, 2)), "s", 2.2)
_OTHERS: Final = (
    ((0, (7, 2, 1.5, 2)), "D", 2.0),
    ("solid", "^", 2.0),
    ((0, (1.2, 1.4)), "v", 2.4),
    ((0, (3, 1.2)), "P", 2.0),
    ((0, (7, 1.5, 1.2, 1.5, 1.2, 1.5)), "X", 2.0),
    ((0, (1, 3)), "*", 2.0),
)


class Variant(NamedTuple):
    """How a variant is called and drawn: what tells it from others in colour and in grey."""

    name: str
    title: str
    colour: str
    dashes: tuple[float, tuple[float, ...]] | str
    marker: str
    width: float

    @property
    def short(self) -> str:
        """What it is called where there is little room, as at the end of a line."""
        return style.wrapped(style.humanized(self.name), 14, 1)

    def key(self, label: str, kind: Alignment = REVEALED, **options: Any) -> Line2D:
        """Return what stands for it in a legend, with the mark of a kind of alignment."""
        look = {**kind.mark(self.colour), **options}
        return Line2D([], [], marker=self.marker, label=label, **look)


def pick_variants(results: Results, wanted: Sequence[str] | None = None) -> list[Variant]:
    """Return the variants asked for, or of all as many as the theme has room for.

    These are the main one, its twin and the next in the file. They stand in the order of the
    results; each is drawn in the same way whether all are drawn or some.
    """
    chosen = style.pick_all(results, "variant", wanted)
    main, *rest = style.labels(results, "variant")
    others = [name for name in rest if name != results.reference]
    if wanted is None:
        chosen = [*dict.fromkeys([main, results.reference, *others])][: look().theme.courses]
    colours = palette()
    looks: dict[str, Any] = {
        name: (colours.others[place % len(colours.others)], *_OTHERS[place % len(_OTHERS)])
        for place, name in enumerate(others)
    }
    looks |= {results.reference: (colours.reference, *_REFERENCE), main: (colours.main, *_MAIN)}
    known = style.titles(results, "variant")
    return [Variant(name, known[name], *looks[name]) for name in known if name in chosen]
