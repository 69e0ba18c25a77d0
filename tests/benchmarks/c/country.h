/* What countries do in a step: weigh, look, perceive, decide, act. */
#pragma once
#include "block.h"

/* What comes about on issue k if event e is refused, and if it goes through. */
INLINE vd refused(const Plan *s, const Block *b, int64_t at, int v) { return s->risks[at] ? b->p[s->otherwise + at][v] : b->before[at][v]; }
INLINE vd granted(const Plan *s, const Block *b, int64_t at, int v) {
    return s->proposes[at] ? b->p[s->proposed + at][v] : s->does[at] ? b->p[s->done + at][v] : b->before[at][v];
}

/* What an event that has come up means to country i on the issues; elsewhere it stays as it was. */
static void weigh_event(const Plan *s, Block *b, int64_t e, int64_t i) {
    const int64_t here = e * s->n + i;
    const lane *c = b->p + s->coefficient;
    EACH {
        vd gain = all(0.0), crossed = all(0.0), stake = all(0.0), past_weight = all(0.0), past_pull = all(0.0);
        for (int64_t q = s->about_of[e]; q < s->about_of[e + 1]; q++) {
            const int64_t k = s->about[q], at = i * s->k + k, past = s->past[at];
            const vd from = refused(s, b, e * s->k + k, v), to = granted(s, b, e * s->k + k, v);
            const vd position = b->p[s->position + at][v], salience = b->p[s->salience + at][v], line = b->p[s->red_line + at][v];
            const vd above = most(to - most(from, line), all(0.0)), below = most(least(from, line) - to, all(0.0));
            const vd beyond = pick(line >= 0.0, pick(line >= position, above, below), all(0.0));
            const vd change = size(from - position) - size(to - position) - beyond * (c[RED_LINE_WEIGHT][v] - 1.0);
            const vd matters = salience * size(to - from);
            gain += salience * pick(change >= 0.0, change, c[LOSS_AVERSION][v] * change);
            crossed = most(crossed, pick(beyond > 0.0, salience, all(0.0)));
            stake += matters;
            if (past != NONE) {
                const double did = s->column[s->response_stance + past];
                const vd weight = matters * b->fresh[at][v];
                past_weight += weight;
                past_pull += weight * pick(to > from, all(did), all(-did));
            }
        }
        const vd whole = pick(stake > 0.0, stake, all(1.0));
        b->gain[here][v] = gain;
        b->crossed[here][v] = crossed;
        b->past_weight[here][v] = past_weight / whole;
        b->past_pull[here][v] = past_pull / whole;
        b->stake[here][v] = pick(b->born[e * VECTORS + v] != NONE, least(stake, all(1.0)), all(0.0));
    }
}

/* Store the lanes of a mask side by side. */
INLINE void pack(int64_t *item, double *luck, vi items, vd lucks, uint32_t mask) {
#ifdef __AVX512F__
    _mm512_storeu_si512(item, _mm512_maskz_compress_epi64((__mmask8)mask, (__m512i)items));
    _mm512_storeu_pd(luck, _mm512_maskz_compress_pd((__mmask8)mask, (__m512d)lucks));
#else
    for (; mask; mask &= mask - 1) {
        const int q = __builtin_ctz(mask);
        *item++ = items[q];
        *luck++ = lucks[q];
    }
#endif
}

/* The chance that country i looks at event e: news, from speakers of the last step or of the event,
   and what is at stake for who has not spoken. */
INLINE vd hazard(const Plan *s, const Block *b, int64_t e, int64_t i, int64_t step, int64_t speakers, const int64_t *speaker, int v) {
    const int64_t n = s->n, text = s->company[e * n + i], here = e * n + i;
    vd news = all(0.0), ready = all(1.0);
    for (int64_t at = 0; at < speakers; at++) {
        const int64_t j = speaker[at];
        news += pick(b->spoke[(e * n + j) * VECTORS + v] == step - 1, b->heeds[i * n + j][v], all(0.0));
    }
    const vi comes = b->comes[e * VECTORS + v] != 0;
    if (s->concerned[here]) {
        news = pick(comes, all(1.0), news);
        for (int64_t other = 0; other < s->e; other++)
            if (s->answers[other] == e && !s->text[other]) news = pick(b->comes[other * VECTORS + v] != 0, all(1.0), news);
    }
    vi said;
    for (int q = 0; q < WIDTH; q++) said[q] = b->response[here * LANES + v * WIDTH + q];
    const vi waiting = said == NONE;
    if (text != NONE) ready = pick(waiting & (b->born[text * VECTORS + v] == NONE), b->p[s->resolve + i][v], ready);
    const vd chance = b->attention[e][v] * least(pick(waiting, b->stake[here][v], all(0.0)) + news, all(1.0)) * ready;
    return s->concerned[here] ? pick(comes, all(1.0), chance) : chance;
}

/* Pack the choices to be made about event e: the countries that look, in the lanes where. */
static int64_t look(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first, int64_t *looks, int64_t *looking) {
    int64_t awake = 0, packed = 0, speakers = 0, speaker[s->n];
    for (int64_t j = 0; step > 0 && j < s->n; j++)
        if (b->last[e * s->n + j] == step - 1) speaker[speakers++] = j;
    for (int l = 0; l < LANES; l++) {
        b->lane_of[awake] = l;
        awake += AT(b->attention[e], l) > 0.0;
    }
    for (int64_t q = awake; q % WIDTH; q++) b->lane_of[q] = b->lane_of[0];
    *looking = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const int64_t before = packed;
        lane chances;
        uint32_t some = 0;
        if (!s->party[e * s->n + i]) continue;
        EACH {
            chances[v] = hazard(s, b, e, i, step, speakers, speaker, v);
            some |= bits(chances[v] > 0.0);
        }
        if (!some) continue;
        for (int64_t from = 0; from < awake; from += WIDTH) {
            const vi l = *(vi *)(b->lane_of + from);
            vd chance, occasion, luck;
            for (int q = 0; q < WIDTH; q++) chance[q] = AT(chances, l[q]);
            uniforms((vu)l + (uint64_t)first, words((uint64_t)step), words(s->country_word[i]), words(s->event_word[e]), s->seed, &occasion, &luck);
            uint32_t again = bits(occasion < chance);
            if (awake - from < WIDTH) again &= (1u << (awake - from)) - 1;
            pack(b->item + packed, b->luck + packed, l + i * LANES, luck, again);
            packed += __builtin_popcount(again);
        }
        looks[*looking] = i;
        *looking += packed > before;
    }
    for (int64_t q = packed; q % WIDTH; q++) b->item[q] = b->item[0];
    return packed;
}

/* Add up what event e means to country i and hear the others, in all lanes.

   But for exposure and cost, utility is quadratic in the stance of a response, so its coefficients
   serve for all responses; what all responses share changes no choice and is left out. */
static void perceive(const Plan *s, Block *b, int64_t e, int64_t i) {
    const int64_t n = s->n, here = e * n + i, actor = s->actor[e], recipient = s->recipient[e], other = s->answers[e];
    const lane *c = b->p + s->coefficient;
    int64_t heard = 0, speaker[n]; /* of the others nothing is heard: their stance is 0 in all lanes */
    for (int64_t j = 0; j < n; j++)
        if (has_spoken(s, b, e, j)) speaker[heard++] = j;
    EACH {
        vd appeal = b->gain[here][v];
        const vd stake = b->stake[here][v], offered = b->offered[here][v];
        if (actor != NONE) appeal += c[TIE_TO_ACTOR][v] * stake * b->attitude[i * n + actor][v];
        if (recipient != NONE) appeal += c[TIE_TO_RECIPIENT][v] * stake * b->attitude[i * n + recipient][v] * (b->p[s->score + e][v] / 10.0);
        if (!s->concerned[here]) appeal *= c[BYSTANDER][v];
        appeal += c[OFFER][v] * offered / (size(offered) + 0.01);
        vd mean = all(0.0), supporters = all(0.0), opponents = all(0.0), for_ask = all(0.0), against_ask = all(0.0);
        for (int64_t at = 0; at < heard; at++) mean += b->share[i * n + speaker[at]][v] * b->stance[e * n + speaker[at]][v];
        for (int64_t at = s->depends_of[i]; at < s->depends_of[i + 1]; at++) {
            const int64_t j = s->depends_on[at];
            if (!has_spoken(s, b, e, j)) continue;
            const vd said = b->stance[e * n + j][v], depends = b->leverage[i * n + j][v] * b->stake[e * n + j][v];
            const vd supporter = depends * most(said, all(0.0)), opponent = depends * least(said, all(0.0));
            supporters += supporter;
            for_ask += supporter * said;
            opponents -= opponent;
            against_ask += opponent * said;
        }
        vd last = b->stance[here][v]; /* its word on the matter */
        if (other != NONE && s->text[e]) last = pick(last == 0.0, -b->stance[other * n + i][v], last);
        const vd keep = pick(last != 0.0, c[INERTIA][v], all(0.0));
        const vd conform = b->conform[i][v], precedent = c[PRECEDENT][v], exposure = c[EXPOSURE][v];
        b->rise[i][v] = appeal + 2.0 * (conform * mean + keep * last + precedent * b->past_pull[here][v]);
        b->bend[i][v] = -(conform * b->shares[i][v] + keep + precedent * b->past_weight[here][v]);
        b->to_for[i][v] = exposure * supporters;
        b->for_ask[i][v] = exposure * for_ask;
        b->to_against[i][v] = exposure * opponents;
        b->against_ask[i][v] = exposure * against_ask;
        b->cheap[i][v] = b->dear[i][v] * (1.0 - c[RED_LINE_RESOLVE][v] * b->crossed[here][v]);
    }
}

INLINE vd gather(const lane *from, vi item) {
    vd found;
    for (int q = 0; q < WIDTH; q++) found[q] = AT(from, item[q]);
    return found;
}

/* The logit over packed choices about event e, and the draw from it. */
static void choose(const Plan *s, Block *b, int64_t e, int64_t packed) {
    const int64_t most_of = s->replies_of[e + 1] - s->replies_of[e], *replies = s->replies + s->replies_of[e];
    const int8_t *said = b->response + e * s->n * LANES;
    const double *stance = s->column + s->response_stance, *cost = s->column + s->response_cost;
    for (int64_t from = 0; from < packed; from += WIDTH) {
        const vi item = *(vi *)(b->item + from);
        const vd rise = gather(b->rise, item), bend = gather(b->bend, item);
        const vd to_for = gather(b->to_for, item), for_ask = gather(b->for_ask, item);
        const vd to_against = gather(b->to_against, item), against_ask = gather(b->against_ask, item);
        const vd friendly = gather(b->friendly, item), cheap = gather(b->cheap, item), precise = gather(b->precise, item);
        vd odds[MOST_RESPONSES], best = all(-INFINITY), total = all(0.0), passed = all(0.0);
        vi chosen = {0}, opens;
        for (int q = 0; q < WIDTH; q++) { /* who has given an answer can stand by it */
            const int8_t was = said[item[q]];
            opens[q] = b->opens[e * s->n + item[q] / LANES] | (was == NONE ? 0 : 1 << was);
        }
        for (int64_t at = 0; at < most_of; at++) {
            const int64_t r = replies[at];
            const vd short_of_one = most(for_ask - to_for * stance[r], all(0.0));
            const vd short_of_other = most(against_ask + to_against * stance[r], all(0.0));
            odds[at] = stance[r] * (rise + bend * stance[r]) - (stance[r] < 0.0 ? cheap : friendly) * cost[r] - short_of_one - short_of_other;
            odds[at] = pick((opens & ((int64_t)1 << r)) != 0, odds[at], all(-INFINITY));
            best = most(best, odds[at]);
        }
        for (int64_t at = 0; at < most_of; at++) {
            const vi open = odds[at] > -INFINITY;
            odds[at] = pick(open, exponential(precise * (odds[at] - best)), all(0.0));
            total += odds[at];
        }
        total *= *(vd *)(b->luck + from);
        for (int64_t at = 0; at < most_of; at++) {
            const vi open = (passed <= total) & (odds[at] > 0.0);
            chosen = (open & replies[at]) | (~open & chosen);
            passed += odds[at];
        }
        *(vi *)(b->chosen + from) = chosen;
    }
    /* note those that are not what was said before */
    int64_t changed = 0, *who = b->who + e * s->n * LANES, *what = b->what + e * s->n * LANES;
    for (int64_t q = 0; q < packed; q++) {
        who[changed] = b->item[q];
        what[changed] = b->chosen[q];
        changed += said[b->item[q]] != b->chosen[q];
    }
    b->count[e] = changed;
}

/* Let a response to event e be known from this step on; the last of two in a step counts. */
INLINE void say(const Plan *s, Block *b, int64_t e, int64_t item, int64_t r, int64_t step) {
    const int64_t n = s->n, here = e * n * LANES + item, i = item / LANES, l = item % LANES;
    int64_t *spoke = (int64_t *)b->spoke + here;
    const int again = *spoke == step;
    const double stance = s->column[s->response_stance + r];
    if (b->first[here] == NONE || (again && !b->turns[here])) b->first[here] = (int8_t)r;
    else b->turns[here] += !again;
    b->response[here] = (int8_t)r;
    AT(b->stance[e * n + i], l) = stance;
    AT(b->answer[e * n + i], l) = b->act[r];
    AT(b->heard[e * n + i], l) = s->deed[r] ? stance : stance * AT(b->p[s->coefficient + WORD_WEIGHT], l);
    *spoke = b->last[e * n + i] = b->new[e] = step;
}

INLINE void count_choice(const Plan *s, Block *b, int64_t e, int64_t item, int64_t step, int lanes, Out *out) {
    const int64_t here = e * s->n * LANES + item, r = b->response[here], at = (e * s->n + item / LANES) * s->r + r;
    if (b->seen[here] >> r & 1 || item % LANES >= lanes) return;
    b->seen[here] |= (uint16_t)(1 << r);
    out->chosen_count[at]++;
    out->first_step_sum[at] += step;
}

/* Make choices known; who joins a text has given the collective answer to what it answers. */
static void act(const Plan *s, Block *b, int64_t step, int64_t live, int lanes, Out *out) {
    const int64_t n = s->n;
    const double *stance = s->column + s->response_stance;
    for (int64_t turn = 0; turn < 3; turn++)
        for (int64_t at = 0; at < live; at++) {
            const int64_t e = b->live[at], *who = b->who + e * n * LANES, *what = b->what + e * n * LANES;
            const int64_t other = s->answers[e], joint = s->collective[e];
            if (turn > 0 && (other == NONE || joint == NONE)) {
                for (int64_t q = 0; turn == 2 && q < b->count[e]; q++) count_choice(s, b, e, who[q], step, lanes, out);
                continue;
            }
            for (int64_t q = 0; q < b->count[e]; q++) {
                const int64_t i = who[q] / LANES, l = who[q] % LANES;
                if (turn == 0) say(s, b, e, who[q], what[q], step);
                else if (turn == 1) {
                    if (stance[what[q]] > 0.0 && AT(b->stance[other * n + i], l) > stance[joint] && s->actor[other] != i && AT(b->attention[other], l) > 0.0)
                        say(s, b, other, who[q], joint, step);
                } else {
                    count_choice(s, b, e, who[q], step, lanes, out);
                    if (((int64_t *)b->spoke)[other * n * LANES + who[q]] == step) count_choice(s, b, other, who[q], step, lanes, out);
                }
            }
        }
}

static void decide(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first, Out *out) {
    int64_t looks[s->n], looking;
    START
    const int64_t packed = look(s, b, e, step, first, looks, &looking);
    SPENT(LUCK)
    for (int64_t at = 0; at < looking; at++) perceive(s, b, e, looks[at]);
    SPENT(PERCEIVE)
    choose(s, b, e, packed);
    SPENT(CHOOSE)
    (void)out;
}
