"""HTML in small functions: what was written by others is text in it, and never markup."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from detente.scenario.messages import printable

#: Elements that hold nothing and are not closed.
EMPTY: Final = frozenset({"img", "meta", "br", "source"})
#: On which screens pictures are as narrow as a column: as in ``style.css``.
NARROW: Final = "screen and (max-width: 44rem)"
#: Rows of a table from which on it may be broken over pages.
LONG: Final = 24
#: Units of the drawing in which an interval is drawn.
WIDE: Final = 200
HIGH: Final = 20
EDGE: Final = 6


class Html(str):
    """Text that is markup already; all other text is escaped where it is put into it."""

    __slots__ = ()


Content = str | Html | Iterable[Any] | None


def text(content: Content) -> Html:
    """Return content as markup: plain text escaped, markup as it is, several one after another."""
    if content is None:
        return Html()
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(html.escape(printable(content, lines=True)))
    return Html("".join(map(text, content)))


def tag(name: str, /, *inside: Content, **attributes: str | float | bool | None) -> Html:
    """Return an element with its attributes, of which ``class_`` is class, and its content.

    What is None or False is left out; a ``_`` in a name is a hyphen.
    """
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_quoted(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in EMPTY:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{text(inside)}</{name}>")


def digits(value: float, decimals: int = 2) -> str:
    """Write a number with a true minus; a dash where there is none."""
    return "\u2013" if math.isnan(value) else f"{value:.{decimals}f}".replace("-", "\u2212")


def _quoted(value: str | float) -> str:
    """Return the value of an attribute: markup too is text there."""
    return html.escape(value if isinstance(value, Html) else printable(str(value)))


def paragraph(*inside: Content, **attributes: str | None) -> Html:
    """Return a paragraph."""
    return tag("p", *inside, **attributes)


def items(inside: Iterable[Content], kind: str = "ul", **attributes: str | None) -> Html:
    """Return a list."""
    return tag(kind, [tag("li", each) for each in inside], **attributes)


class Column(NamedTuple):
    """A column of a table: its heading, and whether its cells are numbers."""

    heading: str
    number: bool = False


def table(caption: Content, columns: Sequence[Column], rows: Iterable[Sequence[Content]]) -> Html:
    """Return a table whose first column names its rows; where it is too wide it scrolls by itself.

    Headings have their scope, and whoever uses a keyboard can scroll.
    """
    heads = [
        tag("th", each.heading, scope="col", class_="number" if each.number else None)
        for each in columns
    ]
    body: list[Html] = []
    for first, *others in rows:
        cells = [
            tag("td", cell, class_="number" if column.number else None)
            for column, cell in zip(columns[1:], others, strict=True)
        ]
        body.append(tag("tr", tag("th", first, scope="row"), cells))
    whole = tag(
        "table",
        tag("caption", tag("span", caption)),
        tag("thead", tag("tr", heads)),
        tag("tbody", body),
    )
    kind = "scroll" if len(body) <= LONG else "scroll long"
    return tag("div", whole, class_=kind, tabindex="0", role="group", aria_label="Table")


def interval(low: float, value: float, high: float, ends: tuple[float, float]) -> Html:
    """Return a number with its interval as a line on an axis with a 0; filled if 0 is outside.

    It repeats what stands beside it in digits, so that a screen reader passes it over.
    """
    least, greatest = ends

    def place(at: float) -> float:
        return round(
            4 + (WIDE - 8) * (min(max(at, least), greatest) - least) / (greatest - least), 1
        )

    side = "none" if low <= 0 <= high else ("first" if low > 0 else "second")
    parts = [
        tag("line", x1=place(0), x2=place(0), y1=0, y2=HIGH, class_="zero"),
        tag("line", x1=place(low), x2=place(high), y1=HIGH / 2, y2=HIGH / 2, class_="span"),
        tag("circle", cx=place(value), cy=HIGH / 2, r=5, class_="value"),
    ]
    return tag(
        "svg", parts, viewBox=f"0 0 {WIDE} {HIGH}", class_=f"interval {side}", aria_hidden="true",
        focusable="false",
    )  # fmt: skip


def images(wide: bytes, narrow: bytes, words: str) -> Html:
    """Return an SVG picture within the page, and another for narrow screens, with its words."""
    first, second = (
        f"data:image/svg+xml;base64,{base64.b64encode(each).decode()}" for each in (wide, narrow)
    )
    source = tag("source", media=NARROW, srcset=second)
    return tag("picture", source, tag("img", src=first, alt=words))


def figure(picture: Html, caption: Content) -> Html:
    """Return a picture with its caption."""
    return tag("figure", picture, tag("figcaption", caption))


class Chapter(NamedTuple):
    """A part of the report under a heading that can be pointed to."""

    name: str  # of the anchor
    title: str
    inside: Html

    @property
    def html(self) -> Html:
        """The part itself."""
        heading = tag("h2", self.title, id=f"{self.name}-title")
        return tag(
            "section", heading, self.inside, id=self.name, aria_labelledby=f"{self.name}-title"
        )
