"""What each rule of the theory promises, by itself."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from detente import RegionModel
from detente.theory.agenda import kept, on_agenda
from detente.theory.blocs import blocs, leaders
from detente.theory.exponential import exponential
from detente.theory.outcomes import half_difference, hostility, lesser, spread
from detente.theory.response.choice import (
    apart,
    bend,
    factored,
    hazard,
    heeds,
    might,
    odds,
    peer_weight,
    share,
    slope,
    utility,
)
from detente.theory.response.exposure import asked, exposed, exposure, leverage
from detente.theory.response.issues import balance, coercion, drive, moved, pace
from detente.theory.response.precedent import calls_for, departure
from detente.theory.response.ties import MOST_PUSH, changed, evened, heard, reversion, square
from detente.theory.response.utility import (
    HALF_OFFER,
    crosses,
    gain,
    intensity_cost,
    own_affair,
    paid,
    relieved,
    tie_to_actor,
    tie_to_recipient,
    unit_cost,
)

NONE = math.nan
unit = st.floats(0, 1)
signed = st.floats(-1, 1)


@given(st.floats(-700, 700))
def test_exponential_is_accurate_to_two_ulp(x):
    assert abs(exponential(x) - math.exp(x)) <= 2 * math.ulp(math.exp(x))


def test_exponential_is_bounded():
    assert exponential(-1e9) == exponential(-700.0) > 0
    assert math.isfinite(exponential(1e9))


def test_gain_by_hand():
    assert gain(0.0, 0.6, 0.6, 0.5, 2.0, NONE, 1.0) == pytest.approx(0.3)
    assert gain(0.6, 0.0, 0.6, 0.5, 2.0, NONE, 1.0) == pytest.approx(-0.6)


def test_a_loss_past_a_red_line_counts_more():
    # from 0 to 0.7 with the line at 0.4: 0.7 lost, 0.3 of it past the line and counted twice
    assert gain(0.0, 0.7, 0.0, 1.0, 1.0, 0.4, 2.0) == pytest.approx(-1.0)
    assert crosses(0.0, 0.7, 0.0, 0.4) == pytest.approx(0.3)
    assert crosses(0.0, 0.3, 0.0, 0.4) == 0.0
    assert crosses(1.0, 0.2, 0.9, 0.5) == pytest.approx(0.3)  # a line below the position
    assert crosses(0.0, 1.0, 0.9, 0.5) == 0.0  # a move toward the position crosses nothing


@given(unit, unit, unit, unit, st.floats(1, 5), st.one_of(unit, st.just(NONE)), st.floats(1, 5))
def test_a_gain_is_bounded_and_grows_in_size_with_salience(x, y, p, w, aversion, line, weight):
    less = gain(x, y, p, w / 2, aversion, line, weight)
    more = gain(x, y, p, w, aversion, line, weight)
    assert abs(more) <= aversion * (1 + weight) + 1e-9
    assert abs(less) <= abs(more)
    assert less * more >= 0


@given(unit, unit, unit, unit, st.floats(1, 5))
def test_no_move_no_gain(x, p, w, line, aversion):
    assert gain(x, x, p, w, aversion, line, 2.0) == 0.0


def test_harm_to_a_friend_repels_and_to_a_foe_attracts():
    assert tie_to_recipient(0.5, 1.0, 0.8, -5.0) == pytest.approx(-0.2)
    assert tie_to_recipient(0.5, 1.0, -0.8, -5.0) == pytest.approx(0.2)
    assert tie_to_actor(0.5, 1.0, 0.4) == pytest.approx(0.2)


@given(unit, signed, st.floats(-10, 10))
def test_a_tie_counts_as_much_as_the_matter_does(stake, attitude, score):
    assert tie_to_actor(2.0, stake, attitude) == pytest.approx(2.0 * stake * attitude)
    whole = tie_to_recipient(2.0, 1.0, attitude, score)
    assert tie_to_recipient(2.0, stake, attitude, score) == pytest.approx(stake * whole)
    assert tie_to_actor(2.0, 0.0, attitude) == tie_to_recipient(2.0, 0.0, attitude, score) == 0.0


def test_what_is_asked_of_others_counts_less():
    assert own_affair(1, 0.3) == 1.0
    assert own_affair(0, 0.3) == 0.3


@given(st.floats(0, 10), st.floats(0, 1), st.floats(0, 1))
def test_an_offer_earns_ever_less_and_a_rival_one_takes_as_much(weight, offer, more):
    assert paid(weight, 0.0) == 0.0
    assert paid(weight, HALF_OFFER) == pytest.approx(weight / 2)
    assert paid(weight, -offer) == -paid(weight, offer)
    assert paid(weight, offer) <= paid(weight, offer + more) <= weight
    first = paid(weight, more) - paid(weight, 0.0)
    assert paid(weight, offer + more) - paid(weight, offer) <= first + 1e-9 * weight


@given(unit, unit, unit)
def test_a_government_looks_for_the_first_time_by_its_stake_and_again_on_news(
    attention, stake, news
):
    first, again = (hazard(attention, stake, waiting, news, 1.0) for waiting in (1.0, 0.0))
    assert first == pytest.approx(attention * min(stake + news, 1.0))
    assert again == pytest.approx(attention * news)
    assert 0.0 <= again <= first <= attention
    assert hazard(attention, stake, 1.0, news, 0.4) == pytest.approx(0.4 * first)  # in company
    assert hazard(attention, stake, 0.0, 0.0, 1.0) == 0.0  # what has been looked at waits for news
    assert hazard(attention, 0.0, 1.0, 0.0, 1.0) == 0.0  # where nothing is at stake nobody looks


def test_peers_and_those_one_depends_on_make_news():
    assert heeds(0.2, 0.3) == pytest.approx(0.5)
    assert heeds(0.0, 0.0) == 0.0
    assert heeds(0.8, 0.7) == 1.0


@given(st.lists(unit, min_size=1, max_size=8))
def test_leverage_is_a_share(dependence):
    total = sum(dependence)
    shares = [leverage(each, total) for each in dependence]
    assert sum(shares) <= 1.0 + 1e-12
    if total <= 1.0:  # for the rest it stands on its own feet
        assert shares == dependence


@given(unit, unit, signed)
def test_exposure_counts_by_what_is_at_stake_for_the_other(on, stake, said):
    assert exposed(on, stake, said) == pytest.approx(stake * exposed(on, 1.0, said))
    assert exposed(on, stake, said) * exposed(on, stake, -said) == 0.0  # it is on one side


def test_earlier_conduct_calls_for_more_or_less_of_the_issue():
    assert calls_for(1.0, 0.1, 0.7) == 1.0  # a host of old, asked for more
    assert calls_for(1.0, 0.7, 0.1) == -1.0  # and when it is to end
    assert calls_for(-0.6, 0.1, 0.7) == -0.6
    assert calls_for(-0.6, 0.7, 0.1) == 0.6


@given(st.lists(st.tuples(unit, signed), max_size=5), signed)
def test_departure_from_earlier_conduct_is_a_weighted_sum_of_squares(past, stance):
    sums = [sum(f * s**power for f, s in past) for power in (0, 1, 2)]
    direct = sum(f * (stance - s) ** 2 for f, s in past)
    assert departure(stance, *sums) == pytest.approx(direct, abs=1e-12)


@given(st.lists(st.tuples(unit, signed, signed), min_size=1, max_size=8), signed)
def test_the_distance_from_peers_is_a_weighted_mean_of_squares(peers, stance):
    weights = [peer_weight(might(capability), attitude) for capability, attitude, _ in peers]
    shares = [share(weight, sum(weights)) for weight in weights]
    said = [s for *_, s in peers]
    direct = sum(q * (stance - s) ** 2 for q, s in zip(shares, said, strict=True))
    found = apart(stance, np.array([shares]).T, np.array([said]).T, 0)
    assert found == pytest.approx(direct, abs=1e-12)


def test_a_disliked_country_is_no_peer():
    assert peer_weight(might(0.9), -0.2) == 0.0
    assert share(0.0, 0.0) == 0.0


def one_side(others):
    """Return what a country is exposed to, and asked, by those of (dependence, stance) above 0."""
    exposures = [exposed(d, 1.0, s) for d, s in others]
    asks = [asked(x, s) for x, (_, s) in zip(exposures, others, strict=True)]
    return sum(exposures), sum(asks)


@given(st.lists(st.tuples(unit, signed), max_size=8), signed)
def test_exposure_lies_between_standing_against_and_falling_short_of_each(others, stance):
    supporters, opponents = one_side(others), one_side([(d, -s) for d, s in others])
    price = exposure(stance, *supporters, *opponents)
    against = sum(d * max(0.0, -stance * s) for d, s in others)  # what standing against costs
    whole = sum(d * max(0.0, s * (s - stance)) for d, s in others)  # what each asks, one by one
    assert against - 1e-12 <= price <= whole + 1e-12


@given(unit, signed, signed)
def test_exposure_to_one_other_is_what_falls_short_of_it(dependence, said, stance):
    sides = (*one_side([(dependence, said)]), *one_side([(dependence, -said)]))
    price = exposure(stance, *sides)
    assert price == pytest.approx(dependence * max(0.0, said * (said - stance)), abs=1e-12)
    assert exposure(said, *sides) == pytest.approx(0.0, abs=1e-12)
    assert exposure(0.0, *sides) == pytest.approx(dependence * said * said, abs=1e-12)


@given(
    st.lists(st.tuples(unit, signed), max_size=6), st.lists(st.tuples(unit, signed), max_size=3),
    signed, signed, signed, signed, unit, unit, unit, unit,
)  # fmt: skip
def test_the_factored_utility_is_the_stated_one_but_for_a_constant(
    peers, past, one, other, appeal, last, conformity, inertia, precedent, price
):
    total = sum(weight for weight, _ in peers)
    shares = np.array([[share(weight, total)] for weight, _ in peers]).reshape(-1, 1)
    said = np.array([[stance] for _, stance in peers]).reshape(-1, 1)
    weight, pull, squares = (sum(f * s**power for f, s in past) for power in (0, 1, 2))
    mean = float((shares * said).sum())
    rise = slope(appeal, conformity, mean, inertia, last, precedent * pull)
    bent = bend(conformity, 1.0 if total > 0 else 0.0, inertia, precedent * weight)

    def stated(stance):
        distance = apart(stance, shares, said, 0)
        departs = precedent * departure(stance, weight, pull, squares)
        return utility(
            stance, appeal, conformity, distance, price / 2, inertia, last, departs, price / 2
        )

    expected = stated(one) - stated(other)
    found = factored(one, rise, bent, price) - factored(other, rise, bent, price)
    assert found == pytest.approx(expected, abs=1e-12)


def test_utility_is_the_sum_of_its_terms():
    found = utility(0.5, 0.3, 0.4, 0.25, 0.1, 0.2, -0.5, 0.03, 0.05)
    assert found == pytest.approx(0.15 - 0.1 - 0.1 - 0.2 - 0.03 - 0.05)


def test_countries_choose_by_the_stated_utility():
    """What the kernel weighs, in its factored form, gives the probabilities that are explained."""
    model = RegionModel("bagram-2025", variant="demand")
    checked = 0
    for _ in range(20):
        model.weighed = None
        model.world.now[0] = model.step_index
        for phase in model.theory.phases:
            if phase is model.decision:
                state = type(model.state)(*(array.copy() for array in model.state))
            model.do(phase)
            if phase is model.decision:
                checked += compare_choices(model, state)
        model.step_index += 1
    assert checked > 10


def compare_choices(model, state):
    """Compare the odds of those who chose last, about the last live event, with `explain`."""
    choices, agenda = model.world.choices, model.world.agenda
    event = int(np.flatnonzero(agenda.live)[-1])
    first, last = model.structure.replies_of[event : event + 2]
    replies = model.structure.replies[first:last]
    odds_of = {}
    for m in range(len(model.agents) - 1, -1, -1):  # what stands past the list is of others
        weights = np.zeros(len(choices.utility))
        weights[replies] = choices.utility[replies, m]
        odds_of[int(choices.country[m])] = weights
    chose = set(agenda.country[event, : agenda.chosen[event]].tolist())
    found = {i: p for i, p in odds_of.items() if i in chose}
    for i, weights in found.items():
        probability = weights / weights.sum()
        terms = model.theory.explain(model.world._replace(state=state), event, i)
        assert probability == pytest.approx(terms["probability"], abs=1e-12)
        assert sum(terms[t.name] for t in model.theory.terms) == pytest.approx(terms["utility"])
    return len(found)


@given(signed, st.lists(signed, max_size=5))
def test_no_dependence_no_exposure(stance, others):
    nobody = (*one_side([(0.0, s) for s in others]), *one_side([(0.0, -s) for s in others]))
    assert exposure(stance, *nobody) == 0.0


def test_cost_falls_with_resolve_and_with_a_crossed_line_only_for_hostile_responses():
    assert price_of(0.5, 0.4, -0.8, 0.0) == pytest.approx(0.3)
    assert price_of(0.5, 0.4, -0.8, 0.6) == pytest.approx(0.21)
    assert price_of(0.5, 0.4, 0.8, 0.6) == pytest.approx(0.3)


def price_of(cost, resolve, stance, crossed):
    """Return what a response costs where a crossed line takes half of the cost away."""
    dear = unit_cost(1.0, resolve)
    return intensity_cost(cost, stance, relieved(dear, 0.5, crossed), dear)


@given(st.floats(0, 50), signed, signed, st.floats(-5, 5))
def test_odds_depend_on_differences_alone(precision, utility, best, constant):
    assume(utility <= best)
    shifted = odds(precision, utility + constant, best + constant)
    assert shifted == pytest.approx(odds(precision, utility, best), rel=1e-9)
    assert 0.0 < shifted <= 1.0 + 1e-9


def test_consent_is_support_and_anything_less_is_refusal():
    assert drive(1.0, 1.0, 0.0, 1.0) == 1.0
    assert drive(1.0, 1.0, 0.0, -0.5) == pytest.approx(0.25)  # others slow what is granted
    assert drive(1.0, 1.0, 0.0, -0.9) > 0.0  # and do not stop it
    assert drive(1.0, 0.0, 0.3, -1.0) == 0.3
    assert drive(1.0, 0.0, 0.0, 1.0) == 0.0
    assert drive(4.0, 0.5, 0.0, 1.0) == 0.5  # of four that are asked two grant it
    assert coercion(0.8, 0.3, 0.1) == pytest.approx(0.6)
    assert coercion(1.0, 0.0, 0.0) == 0.0


@given(unit, st.lists(st.tuples(unit, st.floats(0, 3)), max_size=5))
def test_a_level_stays_between_where_it_is_and_what_is_proposed(level, proposals):
    pull = sum(speed * (target - level) for target, speed in proposals)
    after = moved(level, pull, sum(speed for _, speed in proposals))
    ends = [level, *(target for target, _ in proposals)]
    assert min(ends) - 1e-9 <= after <= max(ends) + 1e-9


def test_opposition_does_not_move_an_issue():
    assert pace(0.1, 1.0, drive(0.0, 1.0, 1.0, -0.5)) == 0.0  # where nobody is asked all decide
    assert pace(0.1, 0.5, drive(0.0, 0.0, 0.0, 0.5)) == pytest.approx(0.025)


@given(signed, st.floats(-100, 100), signed, unit)
def test_a_tie_stays_in_range(tie, push, baseline, reverting):
    assert -1.0 <= changed(tie, push, baseline - tie, reverting) <= 1.0


@given(st.floats(-0.999, 0.999), st.floats(0.001, 1))
def test_a_tie_follows_the_push(tie, push):
    assert tie <= changed(tie, push, 0.0, 0.5) <= tie + MOST_PUSH
    assert tie - MOST_PUSH <= changed(tie, -push, 0.0, 0.5) <= tie


@given(signed, unit)
def test_a_tie_at_its_baseline_that_nothing_pushes_stays_exactly(tie, reverting):
    assert changed(tie, 0.0, 0.0, reverting) == tie


@given(signed, signed, unit)
def test_a_departure_decays(tie, baseline, reverting):
    left = abs(baseline - changed(tie, 0.0, baseline - tie, reverting))
    assert left == pytest.approx((1.0 - reverting) * abs(baseline - tie), abs=1e-12)


def test_half_of_a_departure_is_gone_after_its_half_life():
    assert reversion(10.0, 10.0) == pytest.approx(0.5)
    assert reversion(10.0, 0.0) == 0.0


def test_words_weigh_less_than_deeds():
    assert heard(-0.8, 1.0) == -0.8
    assert heard(-0.8, 0.3) == pytest.approx(-0.24)


@given(st.lists(signed, min_size=3, max_size=12))
def test_the_agreement_of_a_country_with_all_others_adds_up_to_nothing(said):
    centred = np.array(said) - np.mean(said)
    owed = square(float(centred @ centred), len(said))
    even = [evened(v * v, owed, len(said)) for v in centred]
    agreed = np.outer(centred, centred) + np.add.outer(even, even)
    np.fill_diagonal(agreed, 0.0)
    assert np.abs(agreed.sum(axis=1)).max() < 1e-9


def test_where_two_stand_against_the_rest_they_come_closer_and_part_from_it():
    said = np.array([1.0, 1.0, -1.0, -1.0, -1.0])
    centred = said - said.mean()
    even = [evened(v * v, square(float(centred @ centred), 5), 5) for v in centred]
    agreed = np.outer(centred, centred) + np.add.outer(even, even)
    assert agreed[0, 1] > 0.0 > agreed[0, 2]
    assert agreed[2, 3] > 0.0


def test_attention_halves():
    assert kept(6.0, 6.0) == pytest.approx(0.5)
    assert kept(6.0, 0.0) == 1.0
    assert on_agenda(0.04, 0.05) == 0.0
    assert on_agenda(0.05, 0.05) == 0.05


def test_tilt_and_hedging_by_hand():
    assert half_difference(0.5, -0.5) == 0.5
    assert lesser(1.0, -1.0) == 0.0  # wholly with one pole
    assert lesser(0.6, 0.8) == pytest.approx(0.8)  # close to both
    assert lesser(-0.9, -0.9) == pytest.approx(0.05)  # far from both is no hedge


def test_hostility_counts_harm_alone():
    assert hostility(-5.0, 0.5) == 0.25
    assert hostility(5.0, 1.0) == 0.0


def test_polarisation_of_two_equal_camps_is_one():
    assert spread(1.0, 0.0, 1.0) == 1.0
    assert spread(1.0, 0.3, 0.09) == pytest.approx(0.0, abs=1e-8)
    assert spread(0.0, 0.0, 0.0) == 0.0


def partitions(n):
    """Every partition of n countries, as labels."""

    def grow(labels):
        if len(labels) == n:
            yield labels
            return
        for label in range(max(labels, default=-1) + 2):
            yield from grow([*labels, label])

    return grow([])


def harmony(aligned, labels):
    """Return the sum of alignment within blocs."""
    return np.triu(np.where(labels[:, None] == labels, aligned, 0.0), 1).sum()


def test_blocs_have_the_least_frustration():
    """Against exhaustive search: equal in nearly all random regions, and never far off."""
    luck = np.random.default_rng(7)
    every = np.array(list(partitions(6)))
    exact = 0
    for _ in range(200):
        aligned = luck.uniform(-1, 1, (6, 6))
        aligned = (aligned + aligned.T) / 2
        best = max(harmony(aligned, labels) for labels in every)
        found = np.zeros(6, np.int64)
        blocs(aligned, found, np.zeros(6, np.int64), np.zeros((6, 6)))
        got = harmony(aligned, found)
        assert got <= best + 1e-9
        exact += got >= best - 1e-9
    assert exact >= 196


def test_two_camps_are_found_and_led_by_the_most_capable():
    camp = np.array([0, 1, 0, 1, 1])
    aligned = np.where(camp[:, None] == camp[None, :], 0.5, -0.5)
    found, lead = np.zeros(5, np.int64), np.zeros(5, np.int64)
    blocs(aligned, found, np.zeros(5, np.int64), np.zeros((5, 5)))
    leaders(found, np.array([[0.1], [0.2], [0.3], [0.1], [0.2]]), 0, lead)
    assert lead.tolist() == [2, 1, 2, 1, 1]


def test_stances_balance_by_weight_and_nothing_where_none_has_any():
    assert balance(0.5, 2.0) == 0.25
    assert balance(-0.5, 0.5) == -1.0
    assert balance(0.0, 0.0) == 0.0
