"""Results as a run would leave them, made up in a moment: what the pictures are tested on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import xarray as xr

from detente.runs.labelled import Labelled, LabelledArrays
from detente.scenario.elements import Event, default_repertoire

NAMES = {
    "AFG": ("Afghanistan", -0.24, 0.1, 0.58),
    "CHN": ("China", -0.62, 0.2, 0.99),
    "IND": ("India", 0.12, 0.55, 0.31),
    "IRN": ("Iran", -0.66, 0.0, 0.62),
    "KAZ": ("Kazakhstan", -0.13, 0.42, 0.66),
    "KGZ": ("Kyrgyzstan", -0.21, 0.28, 0.68),
    "PAK": ("Pakistan", -0.16, 0.3, 0.6),
    "RUS": ("Russia", -0.7, 0.2, 0.97),
    "TJK": ("Tajikistan", -0.19, 0.27, 0.65),
    "USA": ("United States", 0.78, 1.0, -0.55),
    "UZB": ("Uzbekistan", -0.05, 0.45, 0.55),
}
BLOCS = {"USA": "USA", "IND": "USA", "UZB": "CHN", "KAZ": "CHN"}
VARIANTS = {
    "demand": ("As it happened: a demand", 0.0),
    "no_move": ("No US move", 0.10),
    "negotiated": ("A return by agreement", 0.06),
    "forced": ("A return by force", -0.13),
    "neighbour": ("A base in a neighbour", -0.03),
    "restraint": ("Restraint and cooperation", 0.13),
}
EVENTS = {
    "us_demand": ("The United States asks for Bagram back", 0),
    "bad_things": ("“Bad things” if not", 1),
    "moscow_format": ("The Moscow Format meets", 3),
    "isk_attack": ("An attack by IS-K", -1),
    "transit_offer": ("An offer of transit and trade", 11),
}
UNSURE = {"IND": 0.55, "KAZ": 0.55}
COURSE = {
    "us_demand": {"at": date(2025, 9, 18), "actor": "USA", "asks": ["AFG"]},
    "bad_things": {"at": date(2025, 9, 22), "actor": "USA", "asks": ["AFG"]},
    "moscow_format": {"at": 3, "kind": "text", "actor": "RUS", "asks": ["AFG", "CHN", "PAK"]},
    "isk_attack": {"probability": 0.1},
    "transit_offer": {"at": 11},
}
RESPONSES = default_repertoire()
PAINS = {"mobilise": 2.5, "warn": 1.0, "condemn": 0.5, "assist": 1.0, "host": 2.0}
LEANING = {"AFG": -0.6, "CHN": -0.55, "IND": -0.28, "IRN": -0.5, "KAZ": -0.3, "KGZ": -0.35,
           "PAK": -0.22, "RUS": -0.75, "TJK": -0.35, "USA": 0.6, "UZB": -0.3}  # fmt: skip
RECORD = (
    ("AFG", "condemn", date(2025, 9, 21)),
    ("CHN", "condemn", date(2025, 9, 19)),
    ("CHN", "joint", date(2025, 10, 7)),
    ("IND", "joint", date(2025, 10, 7)),
    ("IRN", "joint", date(2025, 9, 25)),
    ("KAZ", "joint", date(2025, 10, 7)),
    ("PAK", "silent", date(2025, 9, 20)),
    ("PAK", "joint", date(2025, 10, 7)),
    ("RUS", "warn", date(2025, 10, 7)),
)
BINS, STEPS = 400, 26


@dataclass
class SyntheticResults:
    """The part of `detente.Results` that pictures need."""

    data: xr.Dataset
    scenario: Any
    seed: int = 2025
    engine: str = "mesa"
    folder: None = field(default=None)

    @property
    def arrays(self) -> LabelledArrays:
        """As the arrays of `detente.Results`, which pictures are drawn from."""
        data = self.data
        labels = {
            str(name): [*map(str, values.to_numpy())]
            for name, values in data.coords.items()
            if values.dims == (name,) and values.dtype.kind in "UO"
        }

        def labelled(values: xr.DataArray) -> Labelled:
            about = {str(name): text for name, text in values.attrs.items()}
            return Labelled([*map(str, values.dims)], values.to_numpy(), about, labels)

        return LabelledArrays(
            {str(name): labelled(values) for name, values in data.data_vars.items()},
            {str(name): labelled(values) for name, values in data.coords.items()},
        )

    @property
    def summary(self) -> dict[str, dict[str, dict[str, float | None]]]:
        """Change of each variant against the reference, as `detente.Results.summary` has it."""
        found: dict[str, dict[str, dict[str, float | None]]] = {}
        for variant in self.data["variant"].values.tolist():
            rows = found.setdefault(variant, {c: {} for c in self.data["country"].values.tolist()})
            for name, prefix in (("tilt", ""), ("revealed", "revealed_")):
                values = self.data[name].transpose("variant", "run", "country")
                change = values.sel(variant=variant) - values.sel(variant=self.reference)
                ends = [change.mean("run"), *change.quantile([0.025, 0.975], "run")]
                for key, numbers in zip(("effect", "effect_low", "effect_high"), ends, strict=True):
                    for code, number in zip(rows, numbers.values.tolist(), strict=True):
                        rows[code][prefix + key] = number if variant != self.reference else None
                means = values.sel(variant=variant).mean("run").values.tolist()
                for code, number in zip(rows, means, strict=True):
                    rows[code][name] = number
        return found

    @property
    def reference(self) -> str:
        names = [str(name) for name in self.data["variant"].values]
        return "no_move" if "no_move" in names else names[0]


def synthetic(
    countries: int = 11,
    variants: int = 6,
    runs: int = 200,
    *,
    record: bool = True,
    made_up: bool = False,
    seed: int = 1,
) -> SyntheticResults:
    """Return results of so many countries, variants and runs.

    ``made_up`` gives the countries codes that no map has. Beyond eleven, countries have such codes
    in any case.
    """
    rng = np.random.default_rng(seed)
    rows = dict(list(NAMES.items()) if not made_up else [])
    while len(rows) < countries:
        code = "X" + chr(65 + len(rows) // 26) + chr(65 + len(rows) % 26)
        tilt = rng.uniform(-0.8, 0.8)
        rows[code] = (f"Country {code}", tilt, np.clip(0.3 + tilt, -1, 1), 0.3 - tilt)
    order = ["USA", "RUS", "AFG", "PAK", "CHN", *list(rows)]
    kept = [c for c in dict.fromkeys(order) if c in rows][:countries]
    codes = sorted(kept)
    names = list(VARIANTS)[:variants] if variants > 1 else ["base"]
    poles = {"west": [codes[-1] if "USA" not in codes else "USA"],
             "east": [c for c in ("RUS", "CHN") if c in codes] or [codes[0]]}  # fmt: skip
    data = _dataset(rng, codes, {c: rows[c] for c in codes}, names, runs)
    scenario = SimpleNamespace(
        scenario="synthetic",
        title="Synthetic region",
        start=date(2025, 9, 15),
        step="1 week",
        poles=poles,
        main="us_demand",
        main_event=None,
        countries={c: SimpleNamespace(name=rows[c][0], capability=0.05) for c in codes},
        issues={"foreign_basing": SimpleNamespace(title="Foreign military basing")},
        theory="response",
        repertoire=RESPONSES,
        variant=lambda _: SimpleNamespace(
            main="us_demand",
            events=[Event(id=event, score=0.0, **COURSE[event]) for event in EVENTS],
        ),
        record=[
            SimpleNamespace(
                event="us_demand", country=c, response=r, date=d, confidence=UNSURE.get(c, 1.0)
            )
            for c, r, d in RECORD
            if record and c in codes
        ],
    )
    return SyntheticResults(data, scenario)


def _dataset(
    rng: np.random.Generator,
    codes: list[str],
    rows: dict[str, tuple[str, float, float, float]],
    variants: list[str],
    runs: int,
) -> xr.Dataset:
    n, v, steps, e, r = len(codes), len(variants), STEPS + 1, len(EVENTS), len(RESPONSES)
    shift = np.array([VARIANTS.get(name, ("", 0.0))[1] for name in variants])
    pull = np.array([{"AFG": 2.0, "USA": 0.2, "RUS": 0.3}.get(c, 0.6) for c in codes])
    course = 1 - np.exp(-np.arange(steps) / 8.0)
    start = np.array([rows[c][2:] for c in codes])
    own = rng.normal(0, 0.05, (1, runs, 1, n, 2))  # the same in every variant
    noise = rng.normal(0, 0.012, (v, runs, steps, n, 2)).cumsum(axis=2) * 0.6
    move = shift[:, None, None, None] * pull * course[:, None] * np.array([1, -0.6])[:, None, None]
    paths = start + own + noise + np.moveaxis(move[:, None], 2, -1)
    paths = np.clip(paths, -0.999, 0.999)
    tilts = (paths[..., 0] - paths[..., 1]) / 2
    stances = np.array([each.stance for each in RESPONSES.values()])
    lean = np.array([LEANING.get(c, 0.0) for c in codes])
    utility = -((stances - lean[:, None]) ** 2) * 9
    utility -= np.array([PAINS.get(name, 0.0) for name in RESPONSES])
    chances = {}
    for event in EVENTS:
        kind = COURSE[event].get("kind", "move")
        weight = np.exp(utility) * [kind in each.kinds for each in RESPONSES.values()]
        chances[event] = weight / weight.sum(axis=1, keepdims=True)
    count = np.zeros((v, e, n, r), np.int64)
    chosen = np.zeros((v, e, n, r), np.int64)
    first = np.full((v, runs, e, n), -1, np.int8)
    came = np.zeros((v, e), np.int64)
    stance = np.full((v, runs, e, n), np.nan)
    event_step = np.full((v, e), -1)
    for i, name in enumerate(variants):
        for j, (event, (_, step)) in enumerate(EVENTS.items()):
            if name == "no_move" and event in ("us_demand", "bad_things"):
                continue
            event_step[i, j] = step
            came[i, j] = runs if step >= 0 else runs // 3
            for k in range(n):
                drawn, before = rng.choice(r, (2, came[i, j]), p=chances[event][k])
                count[i, j, k] = np.bincount(drawn, minlength=r)
                first[i, : came[i, j], j, k] = before
                for each in (drawn, before[before != drawn]):
                    chosen[i, j, k] += np.bincount(each, minlength=r)
                stance[i, : came[i, j], j, k] = stances[drawn]
    final = paths[:, :, -1]
    revealed = np.clip(0.4 * tilts + 3 * (tilts - tilts[:, :, :1]), -1, 1)
    similar = 1 - np.abs(tilts[:, :, -1, :, None] - tilts[:, :, -1, None, :]) * 1.6
    similar = np.clip(similar + rng.normal(0, 0.06, similar.shape), -1, 1)
    similar = (similar + np.swapaxes(similar, -1, -2)) / 2
    similar[..., np.arange(n), np.arange(n)] = 1
    bloc = np.array([[[BLOCS.get(c, "RUS") if c in rows else c for c in codes]] * runs] * v)
    flip = rng.random(bloc.shape) < 0.12
    bloc[flip] = codes[0]
    start_day = np.datetime64("2025-09-15", "ns")
    return xr.Dataset(
        {
            "tilt": (("variant", "run", "country"), tilts[:, :, -1]),
            "revealed": (("variant", "run", "country"), revealed[:, :, -1]),
            "toward": (("variant", "run", "country", "pole"), final),
            "hedging": (("variant", "run", "country"), (final.min(axis=-1) + 1) / 2),
            "bloc": (("variant", "run", "country"), bloc),
            "tension": (("variant", "run"), rng.random((v, runs))),
            "stance": (("variant", "run", "event", "country"), stance),
            "response_count": (("variant", "event", "country", "response"), count),
            "chosen_count": (("variant", "event", "country", "response"), chosen),
            "first_response": (("variant", "run", "event", "country"), first),
            "event_count": (("variant", "event"), came),
            "probability": (
                ("variant", "event", "country", "response"),
                count / np.where(came > 0, came, np.nan)[:, :, None, None],
            ),
            "alignment_mean": (("variant", "country", "other"), similar.mean(axis=1)),
            "alignment_sd": (("variant", "country", "other"), similar.std(axis=1)),
            "together_mean": (
                ("variant", "country", "other"),
                (bloc[..., :, None] == bloc[..., None, :]).mean(axis=1),
            ),
            "revealed_bins": (("variant", "step", "country", "bin"), _bins(revealed)),
            "tilt_bins": (("variant", "step", "country", "bin"), _bins(tilts)),
            "toward_bins": (("variant", "step", "country", "pole", "bin"), _bins(paths)),
            "event_step": (("variant", "event"), event_step),
        },
        coords={
            "variant": variants,
            "variant_title": ("variant", [VARIANTS.get(v, ("base",))[0] for v in variants]),
            "run": np.arange(runs),
            "step": np.arange(steps),
            "country": codes,
            "country_name": ("country", [rows[c][0] for c in codes]),
            "other": codes,
            "pole": ["west", "east"],
            "event": list(EVENTS),
            "event_title": ("event", [t for t, _ in EVENTS.values()]),
            "response": list(RESPONSES),
            "response_stance": ("response", stances),
            "response_title": ("response", [x.title for x in RESPONSES.values()]),
            "bin": np.linspace(-1, 1, BINS, endpoint=False) + 1 / BINS,
            "date": (
                "step",
                start_day + np.arange(steps) * np.timedelta64(7 * 86400 * 10**9, "ns"),
            ),
        },
    )


def _bins(values: np.ndarray) -> np.ndarray:
    """Count values of shape (variant, run, step, ...) in bins over the runs."""
    index = np.clip(((values + 1) / 2 * BINS).astype(int), 0, BINS - 1)
    index = np.moveaxis(index, 1, -1)
    flat = index.reshape(-1, index.shape[-1])
    table = np.zeros((flat.shape[0], BINS), np.int64)
    for row, found in enumerate(flat):
        table[row] = np.bincount(found, minlength=BINS)
    return table.reshape(*index.shape[:-1], BINS)
