"""What every variable of the results means: its axes, its unit and a sentence about it."""

from __future__ import annotations

from typing import Final, NamedTuple


class Meaning(NamedTuple):
    """What a variable is: its dimensions, and how it describes itself to a reader."""

    dims: tuple[str, ...]
    long_name: str
    units: str
    description: str

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes that the variable carries."""
        return {
            "long_name": self.long_name,
            "units": self.units,
            "description": self.description,
        }


_BY_RUN: Final = ("variant", "run")
_BY_RESPONSE: Final = ("variant", "event", "country", "response")

#: Outcomes of each run.
OUTCOMES: Final[dict[str, Meaning]] = {
    "tilt": Meaning(
        (*_BY_RUN, "country"), "tilt", "-1 to 1",
        "Half of alignment with the first pole less that with the second, at the end.",
    ),
    "toward": Meaning(
        (*_BY_RUN, "country", "pole"), "alignment with a pole", "-1 to 1",
        "Mean mutual attitude to the members of a pole, by capability, at the end.",
    ),
    "hedging": Meaning(
        (*_BY_RUN, "country"), "hedging", "0 to 1",
        "The lesser of the alignments with the two poles, at the end: high only for a country "
        "close to both (Kuik 2008).",
    ),
    "bloc": Meaning(
        (*_BY_RUN, "country"), "bloc", "country code",
        "The most capable member of the bloc in which the country ends.",
    ),
    "tension": Meaning(
        _BY_RUN, "regional tension", "0 to 1",
        "Hostility of acts net of cooperation, mean over countries and steps.",
    ),
    "polarisation": Meaning(
        _BY_RUN, "polarisation", "0 to 1", "How far apart the countries stand at the end.",
    ),
    "stance": Meaning(
        (*_BY_RUN, "event", "country"), "stance", "-1 (opposes) to 1 (supports)",
        "What the country's last response to the event says; missing if it never came up.",
    ),
    "last_response": Meaning(
        (*_BY_RUN, "event", "country"), "last response", "place along response, or -1",
        "The country's last response while the event was live.",
    ),
    "path_tilt": Meaning(
        (*_BY_RUN, "step", "country"), "tilt over time", "-1 to 1", "The tilt at each step.",
    ),
}  # fmt: skip

#: What is summed over the runs of a variant.
TOTALS: Final[dict[str, Meaning]] = {
    "event_count": Meaning(
        ("variant", "event"), "runs in which the event came up", "runs",
        "Number of runs in which the event came on the agenda.",
    ),
    "response_count": Meaning(
        _BY_RESPONSE, "runs with this last response", "runs",
        "Number of runs whose last response while the event was live is this one.",
    ),
    "probability": Meaning(
        _BY_RESPONSE, "probability of the response", "probability",
        "Share of the runs in which the event came up that end with this response to it.",
    ),
    "chosen_count": Meaning(
        _BY_RESPONSE, "runs with this response at any time", "runs",
        "Number of runs in which the country ever chose the response.",
    ),
    "first_step": Meaning(
        _BY_RESPONSE, "when the response is first chosen", "steps",
        "Mean step at which the response was first chosen, over the runs that chose it.",
    ),
    "alignment_mean": Meaning(
        ("variant", "country", "other"), "mutual alignment", "-1 to 1",
        "Mean over runs of the mean attitude of the two to each other, at the end.",
    ),
    "alignment_sd": Meaning(
        ("variant", "country", "other"), "spread of mutual alignment", "-1 to 1",
        "Standard deviation over runs of the mutual alignment, at the end.",
    ),
    "tilt_bins": Meaning(
        ("variant", "step", "country", "bin"), "distribution of tilt", "runs",
        "Number of runs with the tilt in each bin, at each step.",
    ),
    "toward_bins": Meaning(
        ("variant", "step", "country", "pole", "bin"), "distribution of alignment", "runs",
        "Number of runs with the alignment with a pole in each bin, at each step.",
    ),
    "level_bins": Meaning(
        ("variant", "step", "issue", "level_bin"), "distribution of the level", "runs",
        "Number of runs with the level of an issue in each bin, at each step.",
    ),
    "tension_step": Meaning(
        ("variant", "step"), "regional tension", "0 to 1",
        "Mean over runs of the hostility of acts, net of cooperation, at a step.",
    ),
}  # fmt: skip
