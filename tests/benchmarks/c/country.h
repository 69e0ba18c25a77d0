/* What countries do in a step: perceive, decide, act. */
#pragma once
#include "block.h"

/* Add what a move of issue k from one level to another is worth to country i. */
INLINE void weigh_issue(const Plan *s, const Block *b, int64_t i, int64_t k, int v, const vd *from, const vd *to, vd *gain, vd *crossed) {
    const int64_t at = i * s->k + k;
    const vd position = b->p[s->position + at][v], salience = b->p[s->salience + at][v], line = b->p[s->red_line + at][v];
    const vd above = most(to[v] - most(from[v], line), all(0.0)), below = most(least(from[v], line) - to[v], all(0.0));
    const vd beyond = pick(line >= 0.0, pick(line >= position, above, below), all(0.0));
    const vd change = size(from[v] - position) - size(to[v] - position) - beyond * (b->p[s->coefficient + RED_LINE_WEIGHT][v] - 1.0);
    *gain += salience * pick(change >= 0.0, change, b->p[s->coefficient + LOSS_AVERSION][v] * change);
    *crossed = most(*crossed, pick(beyond > 0.0, salience, all(0.0)));
}

/* How much each counts among another's peers, once a step for all events. */
static void weigh_peers(const Plan *s, Block *b) {
    const int64_t n = s->n;
    for (int64_t i = 0; i < n; i++)
        EACH {
            vd total = all(0.0);
            for (int64_t j = 0; j < n; j++) {
                const vd heed = j == i ? all(0.0) : b->able[j][v] * most(b->attitude[i * n + j][v], all(0.0));
                b->heed[i * n + j][v] = heed;
                total += heed;
            }
            b->heeded[i][v] = pick(total > 0.0, 1.0 / total, all(0.0));
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

/* Pack the choices to be made about event e: the countries that look again, in the lanes where. */
static int64_t look_again(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first, int64_t *looks, int64_t *looking) {
    int64_t awake = 0, packed = 0;
    for (int l = 0; l < LANES; l++) {
        b->lane_of[awake] = l;
        awake += AT(b->attention[e], l) > 0.0;
    }
    for (int64_t q = awake; q % WIDTH; q++) b->lane_of[q] = b->lane_of[0];
    *looking = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const int64_t before = packed;
        for (int64_t from = 0; from < awake; from += WIDTH) {
            const vi l = *(vi *)(b->lane_of + from);
            vd attention, occasion, luck;
            for (int q = 0; q < WIDTH; q++) attention[q] = AT(b->attention[e], l[q]);
            uniforms((vu)l + (uint64_t)first, words((uint64_t)step), words(s->country_word[i]), words(s->event_word[e]), s->seed, &occasion, &luck);
            uint32_t again = bits(occasion < attention);
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
    const int64_t n = s->n, here = e * n + i, actor = s->actor[e], recipient = s->recipient[e];
    const lane *c = b->p + s->coefficient;
    EACH {
        vd gain = b->gain[here][v];
        if (actor != NONE) gain += c[TIE_TO_ACTOR][v] * b->attitude[i * n + actor][v];
        if (recipient != NONE) gain += c[TIE_TO_RECIPIENT][v] * b->attitude[i * n + recipient][v] * (b->p[s->score + e][v] / 10.0);
        vd mean = all(0.0), supporters = all(0.0), opponents = all(0.0), for_ask = all(0.0), against_ask = all(0.0);
        for (int64_t j = 0; j < n; j++) mean += b->heed[i * n + j][v] * b->stance[e * n + j][v];
        for (int64_t at = s->depends_of[i]; at < s->depends_of[i + 1]; at++) {
            const int64_t j = s->depends_on[at];
            const vd said = b->stance[e * n + j][v], depends = b->p[s->dependence + i * n + j][v];
            const vd supporter = depends * most(said, all(0.0)), opponent = depends * least(said, all(0.0));
            supporters += supporter;
            for_ask += supporter * said;
            opponents -= opponent;
            against_ask += opponent * said;
        }
        const vd heeded = b->heeded[i][v], conform = b->conform[i][v], keep = c[INERTIA][v] * b->spoken[here][v];
        const vd exposure = c[EXPOSURE][v];
        b->rise[i][v] = gain + 2.0 * (conform * mean * heeded + keep * b->stance[here][v]);
        b->bend[i][v] = -pick(heeded > 0.0, conform, all(0.0)) - keep;
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
    const int64_t R = s->r;
    const double *stance = s->column + s->response_stance, *cost = s->column + s->response_cost;
    for (int64_t from = 0; from < packed; from += WIDTH) {
        const vi item = *(vi *)(b->item + from);
        const vd rise = gather(b->rise, item), bend = gather(b->bend, item);
        const vd to_for = gather(b->to_for, item), for_ask = gather(b->for_ask, item);
        const vd to_against = gather(b->to_against, item), against_ask = gather(b->against_ask, item);
        const vd dear = gather(b->dear, item), cheap = gather(b->cheap, item), precise = gather(b->precise, item);
        const int64_t own = s->actor[e] == NONE ? -LANES : s->actor[e] * LANES;
        const vi barred = (item >= own) & (item < own + LANES);
        vd odds[MOST_RESPONSES], best = all(-INFINITY), total = all(0.0), passed = all(0.0), says = all(0.0);
        vi chosen = {0};
        for (int64_t r = 0; r < R; r++) {
            const vd short_of_one = most(for_ask - to_for * stance[r], all(0.0));
            const vd short_of_other = most(against_ask + to_against * stance[r], all(0.0));
            odds[r] = stance[r] * (rise + bend * stance[r]) - (stance[r] < 0.0 ? cheap : dear) * cost[r] - short_of_one - short_of_other;
            if (!s->by_actor[r]) odds[r] = pick(barred, all(-INFINITY), odds[r]);
            best = most(best, odds[r]);
        }
        for (int64_t r = 0; r < R; r++) {
            const vi open = odds[r] > -INFINITY;
            odds[r] = pick(open, exponential(precise * (odds[r] - best)), all(0.0));
            total += odds[r];
        }
        total *= *(vd *)(b->luck + from);
        for (int64_t r = 0; r < R; r++) {
            const vi open = (passed <= total) & (odds[r] > 0.0);
            chosen = (open & r) | (~open & chosen);
            says = pick(open, all(stance[r]), says);
            passed += odds[r];
        }
        *(vi *)(b->chosen + from) = chosen;
        *(vd *)(b->says + from) = says;
    }
}

/* Make the choices about event e known; a response that is new is an act on its actor. */
static void act(const Plan *s, Block *b, int64_t e, int64_t step, int64_t packed, int lanes, Out *out) {
    const int64_t n = s->n, actor = s->actor[e];
    int64_t changed = 0, *which = b->lane_of; /* free again */
    for (int64_t q = 0; q < packed; q++) {
        which[changed] = q;
        changed += b->response[e * n * LANES + b->item[q]] != b->chosen[q];
    }
    for (int64_t at = 0; at < changed; at++) {
        const int64_t q = which[at], i = b->item[q] / LANES, l = b->item[q] % LANES, here = (e * n + i) * LANES + l;
        const int64_t r = b->chosen[q], was = b->response[here];
        if (actor != i && actor != NONE) AT(b->acts[i * n + actor], l) += b->act[r];
        AT(b->answer[e * n + i], l) = b->act[r];
        AT(b->stance[e * n + i], l) = b->says[q];
        if (was == NONE) AT(b->spoken[e * n + i], l) = 1.0;
        b->response[here] = (int8_t)r;
        if (!(b->seen[here] >> r & 1) && l < lanes) {
            b->seen[here] |= (uint16_t)(1 << r);
            out->chosen_count[(e * n + i) * s->r + r]++;
            out->first_step_sum[(e * n + i) * s->r + r] += step;
        }
    }
}

static void respond(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first, int lanes, Out *out) {
    int64_t looks[s->n], looking;
    START
    const int64_t packed = look_again(s, b, e, step, first, looks, &looking);
    SPENT(LUCK)
    for (int64_t at = 0; at < looking; at++) perceive(s, b, e, looks[at]);
    SPENT(PERCEIVE)
    choose(s, b, e, packed);
    SPENT(CHOOSE)
    act(s, b, e, step, packed, lanes, out);
    SPENT(ACT)
}
