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

#: What is checked of each pattern, in the runs of the episode that it is about.
CHECKED: Final = {
    "P1": "Russia warns in most runs; it speaks in its own name earlier, and stands lower in "
    "stance, than China, India, Iran and Pakistan, each.",
    "P2": "Kabul opposes the demand in most runs. It supports US talks and US aid where there "
    "is no demand, and US aid after the demand, each in most runs.",
    "P3": "Each opposes in most runs; words of its own are likelier than a joint text for China "
    "and Iran, less likely for India and each of the four Central Asian states.",
    "P4": "It starts silent in most runs; the joint text is likelier in the end than at first, "
    "and than silence in the end; the entropy of its response is in the upper third.",
    "P5": "After the demand, and after a forced return, Kabul's tilt is lower and its alignment "
    "with the east higher than in twin runs in which the United States never speaks of "
    "Bagram.",
    "P6": "With Russia's acts Kabul is closer to the east, stands lower on the demand and on a "
    "return on terms, and consents less often to the latter, than in twin runs without "
    "them.",
    "P7": "Tension is higher with a forced return than with the demand, and with the demand "
    "than with no move; with restraint it is lower than with the demand and than with no "
    "move.",
    "P8": "Those who helped support and those who refused oppose, each in most runs; mean "
    "stance falls from hosts to those who assist, those who endorse and those who refuse.",
}
