"""The model in Mesa: one run that one can read, step, watch and subclass."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detente.engine.quiet_mesa import AgentSet, mesa
from detente.engine.sampler import Plan
from detente.scenario import Scenario
from detente.scenario.messages import did_you_mean
from detente.theory.arrays import NONE, Floats, State, new_standing, new_state, new_view
from detente.theory.chance import country_word, purpose_word, uniforms
from detente.theory.response.act import act
from detente.theory.response.agenda import arrive, begin, fade
from detente.theory.response.decide import decide
from detente.theory.response.perceive import perceive
from detente.theory.response.region import move_attitudes, move_issues
from detente.theory.response.standing import conclude, stand

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
        if isinstance(item, str):
            for agent in self:
                if agent.code == item:
                    return agent
            raise _no_country(item, {agent.code: agent.name for agent in self})
        return self.to_list()[item]


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
        self.index = model.plan.codes.index(code)
        self.choices: dict[str, str] = {}

    def __repr__(self) -> str:
        """Say which country it is and where it stands; less of it while it is being made."""
        if not hasattr(self, "choices"):
            return f"<{type(self).__name__}>"
        if not hasattr(self.model, "standing"):
            return f"<{self.code} {self.name}>"
        return f"<{self.code} {self.name}: tilt {self.tilt:.2f}, step {self.model.step_index}>"

    def perceive(self) -> None:
        """Value each live event, and hear what the others said up to the last step."""
        m = self.model
        i = self.index
        perceive(m.structure, m.parameters, m.state, m.view, i, i + 1)

    def decide(self) -> Mapping[str, str]:
        """Choose a response to each live event; what is not named stands as it was.

        Override this in plain Python to give a country another rule.

        Returns
        -------
        mapping of str to str
            Response by event id, for the events that the country looks at again in this step.
        """
        m = self.model
        i = self.index
        decide(m.structure, m.parameters, m.state, m.view, i, i + 1, m.step_index, m.run)
        choice = m.view.choice[:, self.index, _LANE]
        return {m.plan.events[e]: m.plan.responses[choice[e]] for e in np.flatnonzero(choice >= 0)}

    def settle(self) -> None:
        """Call `decide` and hold its answer until all have decided.

        Raises
        ------
        TypeError
            If that is no mapping.
        KeyError
            If it names an event or a response that is not there.
        ValueError
            If it answers an event that is not on the agenda, or its own act by a response that
            is not open to an actor.
        """
        answer: Any = self.decide()  # whatever a person's own rule gives
        if not isinstance(answer, Mapping):
            raise TypeError(
                f"decide of {self.code} must return {{event: response}}, not {_shown(answer)}"
            )
        self.choices = dict(answer)
        m = self.model
        column = m.view.choice[:, self.index, _LANE]
        column[:] = NONE
        for event, response in self.choices.items():
            e, r = m.event_index(event), m.response_index(response)
            if m.state.attention[e, _LANE] <= 0:
                raise ValueError(f"{self.code} answers {event}, which is not on the agenda")
            if m.structure.actor[e] == self.index and m.structure.by_actor[r] == 0:
                raise ValueError(f"{response} is not open to {self.code}, whose act {event} is")
            column[e] = r

    def luck(self, purpose: str) -> float:
        """Return a uniform number in [0, 1) for a rule of one's own.

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

    def act(self) -> None:
        """Make the choices known; a response that is new is an act on the event's actor."""
        m = self.model
        for event, response in self.choices.items() if m.collects else ():
            e, r = m.event_index(event), m.response_index(response)
            if m.state.response[e, self.index, _LANE] != r:
                m.log_response(event, self.code, response)
        i = self.index
        act(m.structure, m.parameters, m.state, m.view, i, i + 1)

    @property
    def live_events(self) -> tuple[str, ...]:
        """Ids of the events on the agenda."""
        m = self.model
        return tuple(m.plan.events[e] for e in np.flatnonzero(m.state.attention[:, _LANE] > 0))

    @property
    def tilt(self) -> float:
        """Tilt, -1 (with the second pole) to 1 (with the first)."""
        return float(self.model.standing.tilt[self.index, _LANE])

    @property
    def hedging(self) -> float:
        """How much it hedges, 0 to 1: high only where it is close to both poles."""
        return float(self.model.standing.hedging[self.index, _LANE])

    def stance(self, event: str) -> float:
        """Return what the country's response to an event says, -1 to 1; 0 before it has spoken."""
        return float(self.model.state.stance[self.model.event_index(event), self.index, _LANE])

    def response(self, event: str) -> str | None:
        """Return the country's response to an event, None before it has spoken."""
        m = self.model
        r = m.state.response[m.event_index(event), self.index, _LANE]
        return None if r == NONE else m.plan.responses[r]

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
            One row a response; columns issues, tie_to_actor, tie_to_recipient, conformity,
            exposure, inertia, cost, which add up to utility, and probability. The values are
            those on which the country decided in the last step.

        Raises
        ------
        ValueError
            If the event is not on the agenda.
        """
        from detente.engine.explanation import explain

        m = self.model
        event = event or str(m.scenario.main)
        e, weighed = m.event_index(event), m.weighed or m.state
        if weighed.attention[e, _LANE] <= 0:
            raise ValueError(f"{event} is not on the agenda at step {m.step_index}")
        world = (m.structure, m.parameters, weighed, m.view)
        return explain(*world, e, self.index, m.plan.responses)


class RegionModel(mesa.Model[CountryAgent, Any]):
    """A region of countries that respond to events.

    Parameters
    ----------
    scenario : Scenario or str or path
        What is simulated: a scenario, its file, or the name of one that comes with the package.
    run : int, default 0
        Which of its runs: the same run meets the same luck in every variant.
    variant : str, optional
        Which course of events; by default the first.
    agents : mapping of str to type, optional
        Another class of `CountryAgent` by country code.
    plan, column : Plan and ndarray, optional
        The variant's plan and this run's column of parameters, where they are known already.
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
    ValueError
        If the run is not a whole number of 0 or more.
    KeyError
        If there is no such variant or country.

    Attributes
    ----------
    parameters, state, view, standing : Parameters, State, View, Standing
        The arrays of the run (`detente.theory.arrays`), the last axis of length 1.
    acts : list of Act
        What was done, in order.
    datacollector : mesa.DataCollector
        Per step: tension, polarisation, the level of each issue; per country tilt, hedging and
        its response to the main event.
    """

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        run: int = 0,
        variant: str | None = None,
        *,
        agents: Mapping[str, type[CountryAgent]] | None = None,
        plan: Plan | None = None,
        column: Floats | None = None,
        collect: bool = True,
        rng: int | None = None,
    ) -> None:
        run = _run_number(run if rng is None else rng)
        scenario = _loaded(scenario)
        self._given = scenario
        super().__init__(rng=np.random.SeedSequence([scenario.seed, run]))
        if plan is None:
            names = scenario.variant_names
            variant = names[0] if variant is None else variant
            if variant not in names:
                raise _unknown("variant", variant, names)
            plan = Plan(scenario.variant(variant))
        self._given = plan.scenario
        self.plan = plan
        self.run = run
        self.variant = variant
        self.step_index = 0
        self.acts: list[Act] = []
        self.weighed: State | None = None
        self.structure = plan.structure
        drawn = plan.draw(run, 1)[:, 0] if column is None else column
        self.parameters = plan.view(np.ascontiguousarray(drawn)[:, np.newaxis])
        self.state = new_state(plan.shape)
        self.view = new_view(plan.shape)
        begin(self.parameters, self.state, self.view)
        self._event_of = {name: e for e, name in enumerate(plan.events)}
        self._response_of = {name: r for r, name in enumerate(plan.responses)}
        self._set: CountrySet | None = None
        classes = dict(agents or {})
        for code, given in classes.items():
            if code not in plan.codes:
                countries = plan.scenario.countries
                raise _no_country(code, {known: countries[known].name for known in plan.codes})
            if not (isinstance(given, type) and issubclass(given, CountryAgent)):
                raise TypeError(
                    f"the agent of {code} must be a subclass of detente.CountryAgent, "
                    f"not {_shown(given)}"
                )
        for code in plan.codes:
            classes.get(code, CountryAgent)(self, code)
        self.standing = new_standing(plan.shape)
        self._stand()
        self.collects = collect
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "tension": "tension",
                "polarisation": "polarisation",
                **{name: [_level, [self, k]] for k, name in enumerate(plan.issues)},
            },
            agent_reporters={
                "country": "code",
                "tilt": "tilt",
                "hedging": "hedging",
                **({"response": _main_response} if plan.scenario.main in plan.events else {}),
            },
        )
        if collect:
            self.datacollector.collect(self)

    def __repr__(self) -> str:
        """Say which run it is and how far it has come."""
        if not hasattr(self, "standing"):
            return f"<{type(self).__name__}>"
        variant = "" if self.variant is None else f", variant {self.variant}"
        return (
            f"<{type(self).__name__} {self.scenario.scenario}{variant}, run {self.run}, "
            f"step {self.step_index} of {self.scenario.length}>"
        )

    @property
    def scenario(self) -> Scenario:
        """The course of events that is run."""
        return self._given

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
        try:
            return self._event_of[event]
        except KeyError:
            raise _unknown("event", event, self._event_of, ";") from None

    def response_index(self, response: str) -> int:
        """Return the place of a response on the axis of responses."""
        try:
            return self._response_of[response]
        except KeyError:
            raise _unknown("response", response, self._response_of, ";") from None

    def step(self) -> None:
        """Run one step of the theory.

        1. **Events** come on the agenda: those that are due, those whose condition holds, those
           that chance brings. What they do at once moves its issues now.
        2. **Perceive**: each country values every live event, its ties to actor and recipient,
           and hears what the others said up to the last step.
        3. **Decide**, all at once: the countries that look at the matter again choose a response
           by random utility.
        4. **Act**: responses become known; a new one is an act on the event's actor. The
           recipient's response is its consent or refusal.
        5. **Issues move** toward what is proposed, by the balance of stances, gated by consent
           or coercion.
        6. **Attitudes move** by agreement, acts, structural balance and reversion.
        7. **Attention** to every event fades.
        8. **Record**.

        A run has ``scenario.length`` steps; `running` is then False. It can be stepped further:
        the same rules go on, though no result of `detente.run` reaches there.
        """
        arrive(self.structure, self.parameters, self.state, self.view, self.step_index, self.run)
        if self.collects:
            self._log_arrivals()
            copies: Any = [array.copy() for array in self.state]
            self.weighed = State(*copies)
        self.agents.do("perceive")
        self.agents.do("settle")
        self.agents.do("act")
        move_issues(self.structure, self.parameters, self.state, self.view)
        move_attitudes(self.parameters, self.state, self.view)
        fade(self.parameters, self.state, self.view)
        self.step_index += 1
        self.running = self.step_index < self.scenario.length
        self._stand()
        if self.collects:
            self.datacollector.collect(self)

    def _stand(self) -> None:
        stand(self.structure, self.parameters, self.state, self.standing)
        conclude(self.parameters, self.standing)

    @property
    def tension(self) -> float:
        """Regional tension, 0 to 1: the mean hostility of acts."""
        return float(self.standing.tension[_LANE])

    @property
    def polarisation(self) -> float:
        """Polarisation, 0 to 1: the spread of tilts, by capability."""
        return float(self.standing.polarisation[_LANE])

    def _log_arrivals(self) -> None:
        for e in np.flatnonzero(self.view.arrives[:, _LANE]):
            event = self.plan.scenario.events[e]
            if event.actor is not None:
                score = float(self.parameters.score[e, _LANE])
                self.acts.append(
                    Act(self.step_index, event.id, event.actor, None, event.recipient, score)
                )

    def log_response(self, event: str, country: str, response: str) -> None:
        """Note a new response as an act on the event's actor."""
        score = float(self.parameters.response_score[self.response_index(response), _LANE])
        actor = self.plan.scenario.events[self.event_index(event)].actor
        recipient = None if actor == country else actor
        self.acts.append(Act(self.step_index, event, country, response, recipient, score))


def _level(model: RegionModel, issue: int) -> float:
    return float(model.state.level[issue, _LANE])


def _main_response(agent: CountryAgent) -> str | None:
    return agent.response(str(agent.model.scenario.main))


def _loaded(scenario: Any) -> Scenario:
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, str | os.PathLike):
        from detente.scenario import load

        return load(scenario)
    raise TypeError(
        f"a model needs a scenario, its file or its name, not {_shown(scenario)}: see detente.load"
    )


def _run_number(run: Any) -> int:
    try:
        number = index(run)
    except TypeError:
        number = -1
    if number < 0:
        raise ValueError(f"the run must be a whole number of 0 or more, not {_shown(run)}")
    return number


def _shown(given: Any) -> str:
    """Return what was given, or what kind of thing it is if that is not short."""
    if given is None or isinstance(given, str | int | float):
        return repr(given)
    return f"the class {given.__name__}" if isinstance(given, type) else type(given).__name__


def _no_country(given: str, names: Mapping[str, str]) -> KeyError:
    """Say that there is no such code, and which is meant: a name leads to its code."""
    for code, name in names.items():
        if str(given).casefold() == name.casefold():
            return _unknown("country", given, names, f" - did you mean '{code}'?")
    return _unknown("country", given, names)


def _unknown(what: str, given: str, known: Iterable[str], hint: str = "") -> KeyError:
    """Say that there is no such thing, with the nearest (or the hint given) and all there are."""
    names = list(known)
    hint = hint or did_you_mean(str(given), names)
    there = f"there are {', '.join(names) or 'none'}"
    return KeyError(f"no {what} {given}{hint or ';'} {there}")
