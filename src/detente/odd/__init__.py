"""The model described by the ODD protocol, in Markdown, with places that are filled from the code.

The text stands in the ``.md`` files beside this one, an element a file, in the order of their
names. A line such as ``<!-- from the code: Dynamics -->`` is a place: what stands there is read
off the code each time, so that no table can fall behind it.

References
----------
Grimm, V. et al. 2020. The ODD protocol for describing agent-based and other simulation models: a
second update to improve clarity, replication, and structural realism. Journal of Artificial
Societies and Social Simulation 23 (2) 7.
"""

from __future__ import annotations

import re
from functools import partial
from importlib.resources import files
from typing import Final

from detente.theory import DEFAULT

#: A place that is filled: from the code or from the files of the library, and what is wanted.
PLACE: Final = re.compile(r"^<!-- from the (code|files): ([\w-]+) -->$", re.MULTILINE)
#: Where figures of a measurement are to follow; not printed.
_AWAITED: Final = re.compile(r"^<!-- figures: \w+ -->\n", re.MULTILINE)
#: The file of each section by the name that a person types, in order; the first seven are elements.
SECTIONS: Final = {
    name[2:-3]: name
    for name in sorted(file.name for file in files(__name__).iterdir())
    if name[0].isdigit()
}


def odd(section: str | None = None, theory: str = DEFAULT) -> str:
    """Return the ODD, or one section of it, as Markdown.

    Parameters
    ----------
    section : str, optional
        One of `SECTIONS`; by default all of them.
    theory : str, optional
        A theory other than the main one has a page of its own, ``odd.md`` in its folder, without
        sections.
    """
    if theory != DEFAULT:
        page = _read("odd.md", f"detente.theory.{theory}")
        return PLACE.sub(partial(_fill, theory=theory), page)
    names = SECTIONS if section is None else [section]
    return "\n".join(PLACE.sub(_fill, written(name)) for name in names)


def written(section: str) -> str:
    """Return a section as it was written, with its places empty."""
    return _read(SECTIONS[section])


def plain_page() -> str:
    """Return the page of one screen, for whoever will not read an ODD."""
    return _read("plain.md")


def _read(file: str, package: str = __name__) -> str:
    return _AWAITED.sub("", files(package).joinpath(file).read_text(encoding="utf-8"))


def _fill(place: re.Match[str], theory: str = DEFAULT) -> str:
    from detente.odd.tables import filled

    return filled(place[1], place[2], theory)
