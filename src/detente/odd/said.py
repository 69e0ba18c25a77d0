"""What has to be said of things that the code lists: tests hold the two together."""

from __future__ import annotations

from typing import Final

#: What draws, and which words make the draw its own beside seed and run.
CHANCE: Final = {
    "engine/sampler.py": (
        "the value of a parameter that is given as a distribution",
        "none: before the first",
        "none",
        "the parameter's path",
    ),
    "theory/agenda.py": ("whether an event comes up", "the step", "none", "the event"),
    "theory/response/decide.py": (
        "whether a country looks at an event again, and what it then responds",
        "the step",
        "the country",
        "the event",
    ),
    "engine/model.py": (
        "a rule of one's own in a subclass of `CountryAgent` (`uniform`)",
        "the step",
        "the country",
        "a name that the rule gives",
    ),
}
