"""How ties between states moved, 2000 to 2019: a yearly panel of attitudes among eleven states.

It is what the law of ties is held against. The figures stand in ``data/ties_panel.csv``, a row a
pair and year; this is how they were made, by the formula of the scenario files,

    level = 0.2 (2 U - 1) + 0.5 t - 0.5 r.

U, agreement. Of each recorded vote of the General Assembly that both cast (yes 1, abstain 0.5, no
0), one less the distance of the two, less what each agrees with all states on the same vote, plus
what all pairs agree on it. Centred so on both sides, a vote on which all stand together, or one
stands alone, says nothing of a pair, and what the agenda does to everybody is gone. The column
``relative`` is the mean over a year's votes, adjusted for which items came up: the effects of
years in a regression on effects of items (titles without their numbers, as many items come up each
year) and of years, a pair at a time, about the mean of the pair. With U centred on 0 the formula
reads 0.4 U; what it leaves out is a constant of the pair, which no change depends on.
``agreement`` is the plain one, ``votes`` how many both cast. ``change`` is the mean change since
the pair's last row over the ``items`` that came up in both, and ``error`` its standard error over
them: this is the noise of the votes. (As if votes were drawn anew each year, noise would be larger
than all change there is.)

t, ``tie``: the strongest formal tie in force on 31 December, by the scale of region-2025.yaml and
region-2001.yaml. 1 Collective Security Treaty (RUS, KAZ, KGZ, TJK; UZB from August 2006 to
December 2012); 0.75 defence pact that binds both (ATOP: RUS, KAZ, KGZ, TJK, UZB, in 2001 as in
2018); 0.6 neutrality pact (RUS-IRN), ally or defence partner of the United States by its law (PAK
from June 2004, AFG from July 2012, IND from June 2016); 0.4 a standing forum of leaders (SCO: RUS,
CHN, KAZ, KGZ, TJK, UZB from June 2001, IND and PAK from June 2017; C5+1 from November 2015) and,
with the United States, NATO's Partnership for Peace as in region-2001.yaml (KAZ, KGZ, UZB, RUS
until practical cooperation was suspended in April 2014, TJK from February 2002). The declaration
of partnership of March 2002 between the United States and Uzbekistan, no law, is a tie no stronger
than that.

r, ``rivalry``: strategic rivalries not yet ended (Thompson, Sakuwa and Suhas).

Left out: Kyrgyzstan, Tajikistan and Uzbekistan in 2001, which cast next to no votes, and
Afghanistan's seat before 2002, which was not the Taliban's. From 2002 on it is the Republic's, and
never tells of the Taliban: its pairs stand apart.

``data/ties_persistence.csv`` has how much of a year's change in agreement is left later. So that
noise does not look like decay, a change on one half of the items is held against later changes on
the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.measures.forecasts import LEVEL, Floats, percentiles, resampled

if TYPE_CHECKING:
    import pandas as pd

#: What the panel is called among the variants of a scenario.
RECORD: Final = "2000-2019"
#: What relative agreement weighs in a level.
WEIGHT: Final = 0.4
#: Kinds of pairs, each with a test of its two codes; a pair is of the first kind that it passes.
APART: Final = "with Afghanistan"
TOGETHER: Final = "all without Afghanistan"
_CENTRAL: Final = frozenset({"KAZ", "KGZ", "TJK", "TKM", "UZB"})
KINDS: Final = (
    "with the United States", "with Russia or China", "among Central Asia", "others", APART,
)  # fmt: skip


def kind_of(a: str, b: str) -> str:
    """Return of which of `KINDS` a pair of countries is."""
    pair = {a, b}
    if "AFG" in pair:
        return APART
    if "USA" in pair:
        return KINDS[0]
    if pair & {"RUS", "CHN"}:
        return KINDS[1]
    return KINDS[2] if pair <= _CENTRAL else KINDS[3]


class Estimate(NamedTuple):
    """A figure with its 95 % interval over pairs and years, NaN where there is none."""

    value: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Changes:
    """Changes of ties in half a year, each with a weight a replicate.

    Parameters
    ----------
    amounts : ndarray, shape (n,)
        The changes.
    weights : ndarray, shape (m, n)
        How often each counts in each of the replicates, none of which is the first.
    """

    amounts: Floats
    weights: Floats

    def of(self, kept: NDArray[np.bool_]) -> Changes:
        """Return some of them."""
        return Changes(self.amounts[kept], self.weights[:, kept])

    @property
    def mean_absolute(self) -> Estimate:
        """The mean absolute change."""
        return self.mean(np.abs(self.amounts))

    @property
    def root_mean_square(self) -> Estimate:
        """The root of the mean square of the changes."""
        return Estimate(*(math.sqrt(each) for each in self.mean(self.amounts**2)))

    @property
    def up(self) -> Estimate:
        """The share of changes that are upward, of those that are any."""
        moved = self.amounts != 0.0
        return self.of(moved).mean(self.amounts[moved] > 0.0)

    def quantile(self, level: float) -> Estimate:
        """Return a quantile of the absolute changes."""
        size = np.abs(self.amounts)
        if not len(size):
            return Estimate(float("nan"))
        order = np.argsort(size)
        below = np.cumsum(self.weights[:, order], axis=1)
        at = (below < level * below[:, -1:]).sum(axis=1)
        value = float(np.quantile(size, level, method="inverted_cdf"))
        return Estimate(value, *percentiles(size[order][np.minimum(at, len(size) - 1)]))

    def mean(self, of: NDArray[Any]) -> Estimate:
        """Return the mean of something that has a value a change."""
        if not len(of):
            return Estimate(float("nan"))
        with np.errstate(invalid="ignore"):  # a replicate may have none of a few
            again = self.weights @ of / self.weights.sum(axis=1)
        return Estimate(float(of.mean()), *percentiles(again))


@dataclass(frozen=True)
class Panel:
    """The panel, as `panel` reads it.

    Parameters
    ----------
    rows : DataFrame
        A row a pair and year, with the columns of the file, and of each since the pair's last row:
        ``years``, ``formal`` (change of 0.5 t - 0.5 r), ``voted`` (the true part of that of 0.4 U).
    persistence : DataFrame
        As in the file.
    """

    rows: pd.DataFrame
    persistence: pd.DataFrame

    @property
    def changes(self) -> tuple[Changes, NDArray[np.str_]]:
        """Changes in half a year without the noise of votes, and of which kind of pair each is.

        A year's change becomes two of half a year. A formal tie is made or broken on a day, so that
        all of it falls in one half. What votes show goes on from where it is (see `half_life`), so
        that both halves move by the root of a half of the year's change. Intervals are those of a
        two-way bootstrap, which draws pairs and years anew and is conservative (Owen 2007).

        References
        ----------
        Owen, A. B. 2007. The pigeonhole bootstrap. Annals of Applied Statistics 1, 386-411.
        """
        moved = self.rows.dropna(subset="change")
        halves = np.repeat(np.arange(len(moved)), 2 * moved["years"].to_numpy(np.int64))
        first = np.r_[True, np.diff(halves) > 0]
        voted = moved["voted"].to_numpy() / np.sqrt(2 * moved["years"].to_numpy())
        values = voted[halves] + first * moved["formal"].to_numpy()[halves]
        rng = np.random.default_rng(0)
        weights = resampled(moved["a"] + moved["b"], rng) * resampled(moved["year"], rng)
        return Changes(values, weights[:, halves]), moved["kind"].to_numpy(np.str_)[halves]

    @property
    def left(self) -> dict[int, Estimate]:
        """The share of a year's change in agreement that is left so many years later.

        Of pairs without Afghanistan; intervals over pairs alone. A departure that decays with a
        half-life from a constant goes from 1 to a half.
        """
        kept, moved, again = self._products()
        values = kept.sum(axis=0) / moved.sum(axis=0)
        replicates = (again @ kept) / (again @ moved)
        return {
            years + 1: Estimate(float(value), *percentiles(replicates[:, years]))
            for years, value in enumerate(values)
        }

    @property
    def half_life(self) -> Estimate:
        """The half-life of a departure in years, infinite where none decays, over pairs.

        If a level departs from a constant and the departure decays by a share 1 - f a year, then
        (1 + f**k) / 2 of a year's change is left k years later. f is that of least squares.
        """
        kept, moved, again = self._products()
        trial = np.linspace(0.0, 1.0, 201)
        shares = (1 + trial[:, np.newaxis] ** np.arange(1, kept.shape[1] + 1)) / 2

        def fitted(kept: Floats, moved: Floats) -> float:
            share = trial[np.argmin(((kept - moved * shares) ** 2).sum(axis=1))]
            if share in (0.0, 1.0):
                return 0.0 if share == 0.0 else float("inf")
            return float(np.log(0.5) / np.log(share))

        value = fitted(kept.sum(axis=0), moved.sum(axis=0))
        drawn = np.array([fitted(*each) for each in zip(again @ kept, again @ moved, strict=True)])
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="nearest")
        return Estimate(value, float(low), float(high))

    def _products(self) -> tuple[Floats, Floats, Floats]:
        """Return products kept and moved (pairs, years after), and pairs drawn anew."""
        own = self.persistence[self.persistence["a"] != "AFG"]
        shape = (-1, own["after"].max())
        kept, moved = (own[name].to_numpy().reshape(shape) for name in ("kept", "moved"))
        return kept, moved, resampled(np.arange(len(kept)), np.random.default_rng(0))

    def spread(self, years: int) -> float:
        """Return the root mean square change of levels in so many years, without Afghanistan."""
        own = self.rows[self.rows["kind"] != APART]
        levels = own.pivot_table(index="year", columns=["a", "b"], values="level")
        return float(np.sqrt(np.nanmean((levels - levels.shift(years)).to_numpy() ** 2)))

    def moved(self, a: str, b: str, since: int, until: int) -> tuple[float, float]:
        """Return by how much 0.4 U and 0.5 t - 0.5 r of a pair changed; NaN without votes."""
        nothing = (float("nan"), float("nan"))
        pair = min(a, b), max(a, b)
        (voted, formal), (before, tied) = (
            self._parts.get((*pair, year), nothing) for year in (until, since)
        )
        return voted - before, formal - tied

    @cached_property
    def _parts(self) -> dict[tuple[str, str, int], tuple[float, float]]:
        """0.4 U and 0.5 t - 0.5 r by pair and year."""
        columns = self.rows[["a", "b", "year", "relative", "tie", "rivalry"]]
        return {
            (a, b, year): (WEIGHT * agreed, 0.5 * (tied - rivalled))
            for a, b, year, agreed, tied, rivalled in columns.itertuples(index=False)
        }


@cache
def panel() -> Panel:
    """Read the panel."""
    import pandas as pd

    folder = files("detente.measures").joinpath("data")
    with folder.joinpath("ties_panel.csv").open(encoding="utf-8") as file:
        rows = pd.read_csv(file, comment="#")
    with folder.joinpath("ties_persistence.csv").open(encoding="utf-8") as file:
        persistence = pd.read_csv(file, comment="#")
    rows["kind"] = [kind_of(a, b) for a, b in zip(rows["a"], rows["b"], strict=True)]
    pairs = rows.groupby(["a", "b"])
    rows["years"] = pairs["year"].diff()
    rows["formal"] = 0.5 * (pairs["tie"].diff() - pairs["rivalry"].diff())
    rows["voted"] = WEIGHT * rows["change"]
    for apart in (True, False):
        own = (rows["kind"] == APART) == apart
        rows.loc[own, "voted"] *= true_share(rows[own])
    return Panel(rows, persistence)


def true_share(rows: pd.DataFrame) -> float:
    """Return by what to multiply changes of votes so that they vary as the true ones do.

    Each true change could be estimated better by shrinking it further, but the estimates would then
    vary less than what they estimate (Louis 1984).

    References
    ----------
    Louis, T. A. 1984. Estimating a population of parameter values using Bayes and empirical Bayes
    methods. Journal of the American Statistical Association 79, 393-398.
    """
    seen, noise = (rows["change"] ** 2).mean(), (rows["error"] ** 2).mean()
    return float(np.sqrt(max(seen - noise, 0.0) / seen))
