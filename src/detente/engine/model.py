"""The model in Mesa: one run that one can read, step, watch and subclass."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detente.engine.sampler import Sampler
from detente.scenario import Scenario
from detente.scenario.loading import loaded
from detente.scenario.messages import UsageError, kind_of, require, require_country
from detente.theory.agenda import begin, choose
from detente.theory.arrays import FIRST, FIRST_RUN, LAST, NONE, STEP, Floats, State, shape_of, zeros
from detente.theory.chance import country_word, purpose_word, uniforms
from detente.theory.declare import Phase
from detente.theory.outcomes import align_all, find_blocs

with warnings.catch_warnings():
    # tqdm's, where a notebook has no widgets; no bar is shown here
    warnings.filterwarnings("ignore", message="IProgress not found")
    import mesa
    from mesa.agentset import AgentSet

if TYPE_CHECKING:
    import pandas as pd

_LANE = 0  # Mesa runs one lane


class Act(NamedTuple):
    """Something that a country did: an event, or a new response to one."""

    step: int
    event: str
    actor: str
    response: str | None
    recipient: str | None
    score: float


class CountrySet(AgentSet["CountryAgent"]):
    """The countries of a model, by position or by code: ``model.agents["PAK"]``."""

    def __getitem__(self, item: Any) -> Any:
        """Return the country of a code, or by its place among them."""
        if not isinstance(item, str):
            return self.to_list()[item]
        by_code = {agent.code: agent for agent in self}
        names = {code: agent.name for code, agent in by_code.items()}
        return by_code[require_country(item, names)]


class CountryAgent(mesa.Agent["RegionModel"]):
    """A country. To give it another rule, subclass it and override `decide`.

    Parameters
    ----------
    model : RegionModel
        The run that it belongs to.
    code : str
        Its ISO 3166-1 alpha-3 code.
    """

    def __init__(self, model: RegionModel, code: str) -> None:
        super().__init__(model)
        self.code = code
        self.name = model.scenario.countries[code].name
        self.index = model.sampler.codes.index(code)

    def __repr__(self) -> str:
        """Say which country it is and where it stands; less of it while it is being made."""
        if not hasattr(self, "index"):
            return f"<{type(self).__name__}>"
        if not hasattr(self.model, "world"):
            return f"<{self.code} {self.name}>"
        return f"<{self.code} {self.name}: tilt {self.tilt:.2f}, step {self.model.step_index}>"

    def decide(self) -> Mapping[str, str]:
        """Choose a response to each live event; what is not named stands as it was.

        Override this in plain Python to give a country another rule.

        Returns
        -------
        mapping of str to str
            Response by event id, for the events to which the country now responds otherwise.
        """
        m, a = self.model, self.model.world.agenda
        before = a.chosen.copy()
        m.do(m.decision, self)
        answer = {
            m.sampler.events[e]: m.sampler.responses[a.response[e, before[e]]]
            for e in np.flatnonzero(a.chosen > before)
        }
        a.chosen[:] = before  # `take_part` notes what is answered in the end
        return answer

    def take_part(self, phase: Phase) -> None:
        """Do the country's part of a phase of the step; where it decides, call `decide`."""
        m = self.model
        if phase is not m.decision or type(self).decide is CountryAgent.decide:
            m.do(phase, self)
            return
        answer: Any = self.decide()  # whatever a person's own rule gives
        if not isinstance(answer, Mapping):
            raise TypeError(
                f"decide of {self.code} must return {{event: response}}, not {kind_of(answer)}"
            )
        for event, response in answer.items():
            e, r = m.event_index(event), m.response_index(response)
            if m.state.attention[e, _LANE] <= 0:
                raise UsageError(f"{self.code} answers {event}, which is not on the agenda")
            if response not in self.options(event):
                can = ", ".join(self.options(event)) or "do nothing"
                raise UsageError(
                    f"{response} is not open to {self.code} about {event}: it can {can}"
                )
            choose(m.world.agenda, m.state.response, e, self.index, _LANE, r)

    def uniform(self, purpose: str) -> float:
        """Return a random number, uniform in [0, 1), for a rule of one's own.

        It is a pure function of seed, run, step, country and purpose, so it is the same whatever
        else is drawn, and the same in every variant of a run.

        Parameters
        ----------
        purpose : str
            What it is for, other than the id of an event.
        """
        m = self.model
        words = (m.run, m.step_index, country_word(self.code), purpose_word(f"luck/{purpose}"))
        return float(uniforms(m.structure.seed, *(np.uint64(word) for word in words))[0])

    luck = uniform  # its name in version 0.1

    @property
    def live_events(self) -> tuple[str, ...]:
        """Ids of the events on the agenda."""
        m = self.model
        return tuple(m.sampler.events[e] for e in np.flatnonzero(m.state.attention[:, _LANE] > 0))

    def options(self, event: str) -> tuple[str, ...]:
        """Return the responses that are open to the country about an event, or stand already."""
        m, e = self.model, self.model.event_index(event)
        opened, said = m.structure.open[e, self.index], m.state.response[e, self.index, _LANE]
        return tuple(n for r, n in enumerate(m.sampler.responses) if opened[r] == 1 or r == said)

    @property
    def tilt(self) -> float:
        """Tilt, -1 (with the second pole) to 1 (with the first)."""
        return self.outcome("tilt")

    @property
    def hedging(self) -> float:
        """How much it hedges, 0 to 1: high only where it is close to both poles."""
        return self.outcome("hedging")

    def outcome(self, name: str) -> float:
        """Return an outcome that the theory measures for each country, as it stands now."""
        return float(self.model.measure(name)[self.index])

    def stance(self, event: str) -> float:
        """Return what the country's response to an event says, -1 to 1; 0 before it has spoken."""
        return float(self.model.state.stance[self.model.event_index(event), self.index, _LANE])

    def response(self, event: str) -> str | None:
        """Return the country's response to an event, None before it has spoken."""
        m = self.model
        r = m.state.response[m.event_index(event), self.index, _LANE]
        return None if r == NONE else m.sampler.responses[r]

    def attitude(self, to: str) -> float:
        """Return the country's attitude to another, -1 to 1."""
        m = self.model
        return float(m.state.attitude[self.index, m.agents[to].index, _LANE])

    def explain(self, event: str | None = None) -> pd.DataFrame:
        """Take the choice apart: each term of each response's utility, and its probability.

        Parameters
        ----------
        event : str, optional
            By default the scenario's main event. It must be on the agenda.

        Returns
        -------
        pandas.DataFrame
            One row a response that is open to it; columns stance, the terms of the theory, which
            add up to utility, and probability. The values are those on which the country decided
            in the last step.

        Raises
        ------
        UsageError
            If there is no such event, or it is not on the agenda.
        """
        import pandas as pd

        m = self.model
        event = event or str(m.scenario.main)
        e, weighed = m.event_index(event), m.weighed or m.state
        if weighed.attention[e, _LANE] <= 0:
            raise UsageError(f"{event} is not on the agenda at step {m.step_index}")
        terms = m.theory.explain(m.world._replace(state=weighed), e, self.index)
        columns = {"stance": m.inputs.response_stance[:, _LANE], **terms}
        found = pd.DataFrame(columns, index=pd.Index(m.sampler.responses, name="response"))
        said = weighed.response[e, self.index, _LANE]
        opened = [bool(m.structure.open[e, self.index, r]) or r == said for r in range(len(found))]
        return found[opened]


class RegionModel(mesa.Model[CountryAgent, Any]):
    """A region of countries that respond to events.

    Parameters
    ----------
    scenario : Scenario or str or path
        What is simulated: a scenario, its file, or the name of one that comes with the package.
    run : int, default 0
        Which of its runs: the same run has the same random numbers in every variant.
    variant : str, optional
        Which course of events; by default the first.
    agents : mapping of str to type, optional
        Another class of `CountryAgent` by country code.
    sampler, column : Sampler and ndarray, optional
        Of the variant, and this run's column of inputs, where they are known already.
    collect : bool, default True
        Whether to fill the data collector and the log of acts, and keep what `explain` needs.
    rng : int, optional
        Mesa's name for the run, as its batch runner gives it.

    Raises
    ------
    ScenarioError
        If the file of the scenario is wrong, or there is none.
    TypeError
        If the scenario is none of the above, or a class of agents no `CountryAgent`.
    UsageError
        If the run is not a whole number of 0 or more, or there is no such variant or country.

    Attributes
    ----------
    theory : Theory
        That of the scenario: its `phases` are the step.
    world : World
        All arrays of the run (`detente.theory.arrays`), the last axis of length 1; of them
        ``structure``, ``inputs`` and ``state`` by themselves too. A stance on an event that is on
        the agenda may be written into the state: the others hear it from the next step on.
    acts : list of Act
        What was done, in order.
    datacollector : mesa.DataCollector
        Per step: the outcomes of the region and the level of each issue; per country its
        outcomes and its response to the main event.
    """

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        run: int = 0,
        variant: str | None = None,
        *,
        agents: Mapping[str, type[CountryAgent]] | None = None,
        sampler: Sampler | None = None,
        column: Floats | None = None,
        collect: bool = True,
        rng: int | None = None,
    ) -> None:
        run = _run_number(run if rng is None else rng)
        scenario = loaded(scenario)
        self._scenario: Scenario = scenario
        super().__init__(rng=np.random.SeedSequence([scenario.seed, run]))
        if sampler is None:
            names = scenario.variant_names
            variant = names[0] if variant is None else require(variant, names, "variant")
            sampler = Sampler(scenario.variant(variant))
        self._scenario = sampler.scenario
        self.sampler = sampler
        self.theory = sampler.theory
        self.decision = next(phase for phase in self.theory.phases if phase.name == "decide")
        self.run = run
        self.variant = variant
        self.step_index = 0
        self.acts: list[Act] = []
        self.weighed: State | None = None
        self._set: CountrySet | None = None
        self._measured: dict[str, Floats] = {}
        classes = self._classes(agents or {})
        for code in sampler.codes:
            classes.get(code, CountryAgent)(self, code)
        drawn = sampler.draw(run, 1)[:, 0] if column is None else column
        self.world = sampler.world(np.ascontiguousarray(drawn)[:, np.newaxis])
        self.structure, self.inputs = self.world.structure, self.world.inputs
        self.state: State = self.world.state
        self.world.now[FIRST_RUN] = run
        begin(self.world)
        self.theory.begin(self.world)
        self.collects = collect
        self.datacollector = self._collector()
        if collect:
            self.datacollector.collect(self)

    def _classes(self, agents: Mapping[str, type[CountryAgent]]) -> dict[str, type[CountryAgent]]:
        names = {code: self.scenario.countries[code].name for code in self.sampler.codes}
        classes = {require_country(code, names): agent for code, agent in agents.items()}
        for code, agent in classes.items():
            if not (isinstance(agent, type) and issubclass(agent, CountryAgent)):
                raise TypeError(
                    f"the agent of {code} must be a subclass of detente.CountryAgent, "
                    f"not {kind_of(agent)}"
                )
        return classes

    def _collector(self) -> mesa.DataCollector:
        measured = [o for o in self.theory.outcomes if o.keep == "runs" and not o.codes]
        region = {
            o.name: lambda model, name=o.name: float(model.measure(name))
            for o in measured
            if not o.axes
        }
        levels = {
            name: lambda model, k=k: float(model.state.level[k, _LANE])
            for k, name in enumerate(self.sampler.issues)
        }
        country: dict[str, Any] = {
            o.name: lambda agent, name=o.name: agent.outcome(name)
            for o in measured
            if o.axes == ("country",)
        }
        if self.scenario.main in self.sampler.events:
            country["response"] = _main_response
        return mesa.DataCollector(
            model_reporters=region | levels, agent_reporters={"country": "code"} | country
        )

    def __repr__(self) -> str:
        """Say which run it is and how far it has come."""
        if not hasattr(self, "world"):
            return f"<{type(self).__name__}>"
        variant = "" if self.variant is None else f", variant {self.variant}"
        return (
            f"<{type(self).__name__} {self.scenario.scenario}{variant}, run {self.run}, "
            f"step {self.step_index} of {self.scenario.length}>"
        )

    @property
    def scenario(self) -> Scenario:
        """The course of events that is run."""
        return self._scenario

    @scenario.setter
    def scenario(self, _: Any) -> None:
        """Leave Mesa's own scenario aside: ours is given."""

    @property  # type: ignore[misc] # never set, as in Mesa
    def agents(self) -> CountrySet:  # type: ignore[override] # by code as well
        """The countries, by position or by code."""
        if self._set is None or len(self._set) != len(self._all_agents):
            self._set = CountrySet(self._all_agents, random=self.random)
        return self._set

    def event_index(self, event: str) -> int:
        """Return the place of an event on the axis of events."""
        return self.sampler.events.index(require(event, self.sampler.events, "event"))

    def response_index(self, response: str) -> int:
        """Return the place of a response on the axis of responses."""
        return self.sampler.responses.index(require(response, self.sampler.responses, "response"))

    def step(self) -> None:
        """Run one step: the phases of the theory, in its order (``model.theory.phases``).

        A run has ``scenario.length`` steps; `running` is then False. It can be stepped further:
        the same rules go on, though no result of `detente.run` reaches there.
        """
        self.world.now[STEP] = self.step_index
        self._hear_what_was_set()
        for phase in self.theory.phases:
            if phase.by == "country":
                self.agents.do("take_part", phase)
            else:
                self.do(phase)
            if self.collects:
                self._log(phase)
        self.step_index += 1
        self.running = self.step_index < self.scenario.length
        self._measured.clear()
        if self.collects:
            self.datacollector.collect(self)

    def _hear_what_was_set(self) -> None:
        """Have stances heard that were written into the state and that nobody has spoken."""
        by = self.world.agenda.spoken_by
        by[(by == NONE) & (self.state.stance[:, :, _LANE] != 0.0)] = NONE - 1  # before any step

    def do(self, phase: Phase, country: CountryAgent | None = None) -> None:
        """Do a phase for the whole region, or the part of one country in it."""
        every = (0, len(self.sampler.codes))
        span = every if country is None else (country.index, country.index + 1)
        self.world.now[FIRST], self.world.now[LAST] = span
        phase.function(self.world)

    def measure(self, outcome: str) -> Floats:
        """Return an outcome of the theory as it stands now, an array by its axes."""
        declared = self.theory.outcomes[
            require(outcome, [each.name for each in self.theory.outcomes], "outcome")
        ]
        if outcome not in self._measured:
            room = zeros(*shape_of(declared.letters, self.sampler.shape), 1)
            align_all(self.world)
            find_blocs(self.world)
            declared.measure(self.world, room)
            self._measured[outcome] = room[..., _LANE]
        return self._measured[outcome]

    @property
    def tension(self) -> float:
        """Regional tension, 0 to 1: hostility of the acts that stand, net of cooperation."""
        return float(self.measure("tension"))

    @property
    def polarisation(self) -> float:
        """Polarisation, 0 to 1: the spread of tilts, by capability."""
        return float(self.measure("polarisation"))

    def _log(self, phase: Phase) -> None:
        """Note the events that have come up, and the responses that have been chosen, as acts."""
        events, a, step = self.scenario.events, self.world.agenda, self.step_index
        if phase is self.theory.phases[0]:
            for e in np.flatnonzero(a.arrives[:, _LANE]):
                if (actor := events[e].actor) is not None:
                    score = float(self.inputs.score[e, _LANE])
                    self.acts.append(
                        Act(step, events[e].id, actor, None, events[e].recipient, score)
                    )
            copies: Any = [array.copy() for array in self.state]
            self.weighed = State(*copies)
        elif phase is self.decision:
            chosen = [
                (a.country[e, at], e, a.response[e, at])
                for e in np.flatnonzero(a.chosen)
                for at in range(a.chosen[e])
            ]
            for i, e, r in sorted(chosen):
                code, actor = self.sampler.codes[i], events[e].actor
                response, score = self.sampler.responses[r], self.inputs.response_score[r, _LANE]
                whom = None if actor == code else actor
                self.acts.append(Act(step, events[e].id, code, response, whom, float(score)))


def _main_response(agent: CountryAgent) -> str | None:
    return agent.response(str(agent.model.scenario.main))


def _run_number(run: Any) -> int:
    try:
        number = index(run)
    except TypeError:
        number = -1
    if not 0 <= number < 2**63:
        raise UsageError(
            f"the run must be a whole number from 0 to below 2**63, not {kind_of(run)}"
        )
    return number
