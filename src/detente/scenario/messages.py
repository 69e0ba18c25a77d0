"""Messages: problems and where they stand, the nearest name, how values and numbers read."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, takewhile
from os import PathLike
from typing import ClassVar, Final, NamedTuple

#: How a message ends that is followed by the value as it was written, in quotes.
QUOTE_IT: Final = "quote it"
#: So many names are listed in a message.
FEW: Final = 20
#: So many problems of a scenario are shown.
MOST_SHOWN: Final = 50
#: The longest path and the longest message that are shown whole.
LONGEST_PATH: Final = 200
LONGEST_MESSAGE: Final = 2000
#: Among so many names the one that was meant is sought, and for no longer one than so.
MOST_NAMES: Final = 1000
LONGEST_NAME: Final = 100
#: Letters of a country's code.
CODE_LENGTH: Final = 3
#: A whole number of more bits is not shown.
MANY_BITS: Final = 1000
#: What stands in a table where there is no number.
MISSING: Final = "-"
#: Characters that look like others, by name, with the one that is wanted.
LOOKALIKES: Final[dict[str, tuple[str, str]]] = {
    "\u2212": ("a minus sign", "-"),
    "\u2013": ("an en dash", "-"),
    "\u2014": ("an em dash", "-"),
    "\u2011": ("a no-break hyphen", "-"),
    **dict.fromkeys("\u2018\u2019\u201a", ("a typographic quote", "'")),
    **dict.fromkeys("\u201c\u201d\u201e", ("a typographic quote", '"')),
    "\u00a0": ("a no-break space", "a space"),
    "\u202f": ("a narrow no-break space", "a space"),
    "\u2009": ("a thin space", "a space"),
    "\u200b": ("a zero-width space", "nothing"),
}


class Place(NamedTuple):
    """Where something stands: a file, and line and column counted from 1; line 0 is in no file."""

    file: str
    line: int
    column: int


#: The place of values that a program gives.
PROGRAM: Final = Place("set", 0, 0)


class Finding(NamedTuple):
    """One thing that is wrong with plain data: the steps to it, and whether its key is wrong."""

    steps: tuple[str | int, ...]
    message: str
    on_key: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    file : str
        As it was named; ``--set`` for an option, ``set`` for what a program gave.
    line, column : int
        Counted from 1; 0 for what stands in no file, such as one that is not there.
    path : str
        Such as ``countries.PAK.resolve``; empty for the file as a whole.
    message : str
        In plain words.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    @classmethod
    def at(cls, place: Place, path: str, message: str) -> Problem:
        """Make a problem at a place."""
        return cls(place.file, place.line, place.column, path, message)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: "
        if not self.line:
            place = "" if self.file == PROGRAM.file else f"{self.file}: "
        elif self.file.startswith("--"):
            column = f", character {self.column}" if self.column > 1 else ""
            place = f"{self.file}{column}: "
        path = f"{shortened(self.path, LONGEST_PATH)}: " if self.path else ""
        return printable(place + path + shortened(self.message, LONGEST_MESSAGE))


class ScenarioError(ValueError):
    """A scenario that cannot be used, with its `problems`, by file and position, each once.

    The message tells the first `MOST_SHOWN` of them.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        once = dict.fromkeys(problems)
        files = list(dict.fromkeys(problem.file for problem in once))
        self.problems: list[Problem] = sorted(
            once, key=lambda p: (files.index(p.file), p.line, p.column, p.path, p.message)
        )
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        if len(self.problems) > MOST_SHOWN:
            lines.append(f"and more: these are the first {MOST_SHOWN}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        """Keep the problems when an error crosses to another process."""
        return type(self), (self.problems,)


class UsageError(ValueError):
    """What was asked for does not exist or does not go together; nothing was written."""

    exit_code: ClassVar[int] = 2


def require_type[T](given: object, kind: type[T], what: str) -> T:
    """Return what was given if it is of a type.

    Raises
    ------
    TypeError
        Otherwise, with what was expected in words.
    """
    wrong = bool is type(given) and kind is not bool
    if isinstance(given, kind) and not wrong:
        return given
    raise TypeError(f"expected {what}, not {kind_of(given)}")


def require_path(given: object, what: str) -> str:
    """Return a path, or a name in its place, as text; a TypeError says what was expected."""
    path = given.__fspath__() if isinstance(given, PathLike) else given
    if not isinstance(path, str):
        raise TypeError(f"expected {what}, not {kind_of(given)}")
    return path


def kind_of(given: object) -> str:
    """Return what was given if it is short, or else of what type it is."""
    if isinstance(given, str):
        return f"the text '{printable(shortened(given))}'"
    many = isinstance(given, int) and given.bit_length() > MANY_BITS
    if given is None or (isinstance(given, bool | int | float) and not many):
        return repr(given)
    return f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__


def require(given: str, known: Iterable[str], what: str, where: str = "") -> str:
    """Return `given` if it is known; `where` says in words of what, such as a variant.

    Raises
    ------
    UsageError
        Otherwise, with the known name that was probably meant, or all of them.
    """
    names = list(known)
    if isinstance(given, str) and given in names:
        return given
    name = given if isinstance(given, str) else kind_of(given)
    raise UsageError(unknown(what, name, names, where=where))


def require_country(given: str, names: Mapping[str, str]) -> str:
    """Return a country's code if it is one of those of `names`; its name leads to it, no more."""
    if isinstance(given, str) and given not in names and (meant := country_meant(given, names)):
        raise UsageError(unknown("country", given, names, meant))
    return require(given, names, "country")


def country_meant(given: str, names: Mapping[str, str]) -> str:
    """Return the code of the country that was meant by its name or two letters, or nothing."""
    if (code := _of_two_letters().get(given.upper(), "")) in names:
        return code
    if not CODE_LENGTH < len(given) <= LONGEST_NAME:
        return ""  # it is meant for a code
    codes = {str(name).partition(" (")[0].casefold(): code for code, name in names.items()}
    near = difflib.get_close_matches(given.casefold(), codes, n=1, cutoff=0.7)
    return codes[near[0]] if near else ""


@cache
def _of_two_letters() -> dict[str, str]:
    """Return countries' codes of three letters by those of two."""
    text = files("detente.scenario").joinpath("iso_3166.csv").read_text("utf-8")
    rows = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    return dict(rows[1:])


def did_you_mean_country(given: str, names: Mapping[str, str]) -> str:
    """Return `` - did you mean 'PAK'?`` for the country of the nearest name or code, or nothing."""
    meant = country_meant(given, names)
    return f" - did you mean '{meant}'?" if meant else did_you_mean(given, names)


def printable(text: str, *, lines: bool = False) -> str:
    """Escape what a terminal would act upon or show in another order, and keep `lines` if asked to.

    Whatever others wrote, such as a title or the text of a failure, is printed and drawn by this.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (lines and char == "\n")
        else char.encode("unicode_escape").decode()
        for char in text
    )  # fmt: skip


def shortened(text: str, longest: int = 40) -> str:
    """Return a text, or its beginning and dots if it is long."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def describe(value: object) -> str:
    """Name a value as a person who wrote YAML would."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text '{shortened(value)}'"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return kind_of(value) if isinstance(value, int) else str(value)


def lookalike(text: str) -> str:
    """Return `` - U+2212 is a minus sign: type -`` for the first such character, or nothing."""
    char = next((each for each in text if each in LOOKALIKES), None)
    if char is None:
        return ""
    name, wanted = LOOKALIKES[char]
    return f" - U+{ord(char):04X} is {name}: type {wanted}"


#: What to write in place of names of version 0.1.
RETIRED: Final = {
    "by_actor": "write open_to, a list of actor, asked, bystander: by_actor: false is "
    "open_to: [asked, bystander]",
    "agreement_rate": "ties move by what is newly said and done: write tie_rate and word_weight",
    "balance_rate": "ties no longer drift toward structural balance: leave it out",
    "reversion_rate": "write tie_half_life, in years",
}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `` - did you mean 'x'?`` for the nearest known name, or nothing.

    Of names that are equally near, the one that starts in the same way is meant.
    """
    if len(name) > LONGEST_NAME:
        return ""
    folded = {name.lower(): name for name in reversed(list(islice(known, MOST_NAMES)))}
    wanted = name.lower()

    def nearness(known_name: str) -> tuple[float, int]:
        ratio = difflib.SequenceMatcher(None, known_name, wanted).ratio()
        same = takewhile(lambda pair: pair[0] == pair[1], zip(known_name, wanted, strict=False))
        return round(ratio, 3), len(list(same))

    near = difflib.get_close_matches(wanted, folded, n=3, cutoff=0.5)
    return f" - did you mean '{folded[max(near, key=nearness)]}'?" if near else ""


def hint(name: str, known: Iterable[str]) -> str:
    """Return what to write in place of an unknown name: the nearest, or all if they are few."""
    names = list(known)
    listed = f" - one of {', '.join(names)}" if 0 < len(names) <= FEW else ""
    return lookalike(name) or did_you_mean(name, names) or listed


def unknown(
    what: str, name: object, known: Iterable[str], nearest: str = "", where: str = ""
) -> str:
    """Say that a name names nothing, which one was probably meant and which ones there are.

    Such as "no variant 'demnd' - did you mean 'demand'? there are demand, no_move". Without the
    `nearest` that was meant it is the nearest by its letters. `where` is said after the name, such
    as "in the variant 'demand'".
    """
    names = list(known)
    near = f" - did you mean '{nearest}'?" if nearest else did_you_mean(str(name), names)
    rest = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    listed = f"there are {', '.join(names[:FEW])}{rest}" if names else "there are none"
    place = f" {where}" if where else ""
    return f"no {what} '{name}'{place}{near or ';'} {listed}"


def counted(count: int, one: str, many: str) -> str:
    """Write a number with what it counts: "1 country", "8 countries"."""
    return f"{count:,} {one if count == 1 else many}"


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a number with its sign, or a dash for what is missing."""
    if value is None or math.isnan(value):
        return MISSING
    return f"{round(value, decimals) + 0.0:+.{decimals}f}"  # +0.0: no -0.00


def between(low: float | None, high: float | None, decimals: int = 2) -> str:
    """Return an interval of numbers with their signs, or a dash for what is missing."""
    if low is None or high is None:
        return MISSING
    return f"{signed(low, decimals)} to {signed(high, decimals)}"


def percent(share: float | None, *, rare: bool = False) -> str:
    """Return a share in whole per cent; with `rare` what is not quite never is ``<1 %``."""
    if share is None or math.isnan(share):
        return MISSING
    return "<1 %" if rare and 0 < share < 0.005 else f"{100 * share:.0f} %"


def two_digits(value: float) -> str:
    """Return a coefficient to two digits."""
    return f"{value:#.2g}".rstrip(".") if value < 100 else f"{value:.0f}"
