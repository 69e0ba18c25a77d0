/* The start of a run, and what comes on the agenda. */
#pragma once
#include "country.h"

#define LN_2 0.6931471805599453

/* Turn what was drawn from the standard normal into coefficients that vary together. */
static void draw_jointly(const Plan *s, Block *b) {
    for (int64_t d = s->jointly - 1; d >= 0; d--) /* from the last: each needs those before it as drawn */
        EACH {
            vd x = all(s->joint_centre[d]);
            for (int64_t k = 0; k <= d; k++) x += s->joint_factor[d * s->jointly + k] * b->drawn[s->joint_row[k]][v];
            x = s->joint_scale[d] == 0 ? exponential(x) : s->joint_scale[d] == 1 ? 1.0 + exponential(x) : 1.0 / (1.0 + exponential(-x));
            b->drawn[s->joint_row[d]][v] = least(most(x, all(s->joint_bounds[2 * d])), all(s->joint_bounds[2 * d + 1]));
        }
}

/* Draw the parameters of a block, by inversion of one uniform number each. */
static void draw(const Plan *s, Block *b, int64_t first) {
    for (int64_t i = 0; i < s->draws; i++) {
        const double *a = s->normal + 6 * i;
        EACH {
            vd one, two, x;
            uniforms(runs_from((uint64_t)(first + v * WIDTH)), words(0xFFFFFFFF), words(s->path_word[2 * i]), words(s->path_word[2 * i + 1]), s->seed, &one, &two);
            const vd u = a[2] + middle_of_cell(one) * a[3];
            x = middle(u - 0.5);
            for (uint32_t far = bits(size(u - 0.5) > 0.425); far; far &= far - 1) {
                const int at = __builtin_ctz(far);
                x[at] = tail(u[at]);
            }
            b->drawn[i][v] = least(most(a[0] + a[1] * x, all(a[4])), all(a[5]));
        }
    }
    draw_jointly(s, b);
    for (int64_t i = 0; i < s->draws; i++)
        for (int64_t at = s->place_of[i]; at < s->place_of[i + 1]; at++) memcpy(b->p[s->place[at]], b->drawn[i], sizeof(lane));
}

/* Whom each counts among its peers, on whom it depends, and whom it heeds: the same all run. */
static void weigh_others(const Plan *s, Block *b) {
    const int64_t n = s->n;
    for (int64_t i = 0; i < n; i++)
        EACH {
            vd weights = all(0.0), total = all(0.0);
            for (int64_t j = 0; j < n; j++) {
                const vd share = j == i ? all(0.0) : root(b->p[s->capability + j][v]) * most(b->p[s->heeded + i * n + j][v], all(0.0));
                weights += b->share[i * n + j][v] = share;
            }
            for (int64_t at = s->depends_of[i]; at < s->depends_of[i + 1]; at++) total += b->p[s->dependence + i * n + s->depends_on[at]][v];
            const vd one = pick(weights > 0.0, 1.0 / weights, all(0.0)), other = 1.0 / most(total, all(1.0));
            b->shares[i][v] = pick(weights > 0.0, all(1.0), all(0.0));
            for (int64_t j = 0; j < n; j++) {
                b->share[i * n + j][v] *= one;
                b->leverage[i * n + j][v] = b->p[s->dependence + i * n + j][v] * other;
                b->heeds[i * n + j][v] = least(b->share[i * n + j][v] + b->leverage[i * n + j][v], all(1.0));
            }
        }
}

static void begin(const Plan *s, Block *b) {
    const int64_t n = s->n, K = s->k, E = s->e;
    const lane *c = b->p + s->coefficient;
    memcpy(b->level, b->p[s->status_quo], K * sizeof(lane));
    memcpy(b->attitude, b->p[s->baseline], n * n * sizeof(lane));
    lane *empty[] = {b->stance, b->answer, b->stake, b->offered, b->heard, b->says, b->evened};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) memset(empty[i], 0, E * n * sizeof(lane));
    memset(b->attention, 0, E * sizeof(lane));
    memset(b->before, 0, E * K * sizeof(lane));
    memset(b->sides, 0, 2 * E * n * sizeof(lane));
    memset(b->sided, 0, 2 * n * sizeof(lane));
    memset(b->acts, 0, n * n * sizeof(lane));
    memset(b->weight, 0, K * sizeof(lane));
    memset(b->pole_power, 0, 2 * sizeof(lane));
    memset(b->born, 0xFF, E * sizeof(lane));
    memset(b->spoke, 0xFF, E * n * sizeof(lane));
    memset(b->last, 0xFF, E * n * sizeof(int64_t));
    memset(b->new, 0xFF, E * sizeof(int64_t));
    memset(b->response, 0xFF, E * n * LANES);
    memset(b->first, 0xFF, E * n * LANES);
    memset(b->turns, 0, E * n * LANES * sizeof(uint16_t));
    memset(b->seen, 0, E * n * LANES * sizeof(uint16_t));
    weigh_others(s, b);
    for (int64_t i = 0; i < n; i++) {
        const lane *cares = b->p + s->salience + i * K;
        EACH {
            const vd can = b->p[s->capability + i][v];
            b->conform[i][v] = c[CONFORMITY][v] * b->p[s->susceptibility + i][v];
            b->dear[i][v] = c[COST][v] * (1.0 - b->p[s->resolve + i][v]);
            b->friendly[i][v] = c[SUPPORT_COST][v] * (1.0 - b->p[s->resolve + i][v]);
            b->precise[i][v] = c[RATIONALITY][v] * b->p[s->responsiveness + i][v];
            for (int64_t k = 0; k < K; k++) {
                b->weight[k][v] += b->influence[i * K + k][v] = can * cares[k][v];
                if (s->past[i * K + k] != NONE) b->fresh[i * K + k][v] = exponential(-LN_2 * s->past_years[i * K + k] / c[PRECEDENT_HALF_LIFE][v]);
            }
            for (int q = 0; q < 2; q++)
                if (s->pole[q * n + i]) b->pole_power[q][v] += can;
        }
    }
    EACH {
        for (int64_t k = 0; k < K; k++) b->weight[k][v] = pick(b->weight[k][v] > 0.0, 1.0 / b->weight[k][v], all(0.0));
        for (int q = 0; q < 2; q++) b->pole_weight[q][v] = pick(b->pole_power[q][v] > 0.0, 1.0 / b->pole_power[q][v], all(0.0));
        b->kept[v] = exponential(-LN_2 / c[ATTENTION_HALF_LIFE][v]);
        b->reverts[v] = 1.0 - exponential(-LN_2 * s->years[0] / c[TIE_HALF_LIFE][v]);
    }
}

/* Whether the condition of event e holds in lane l: a program in postfix, truth values as bits. */
static int holds(const Plan *s, Block *b, int64_t e, int64_t step, int l) {
    int64_t stack = 1;
    for (int64_t c = s->program_of[2 * e]; c < s->program_of[2 * e + 1]; c++) {
        const int64_t *code = s->program + 4 * c, a = code[1], to = code[2];
        double value;
        switch (code[0]) {
        case 7: stack ^= 1; continue;
        case 5: stack = (stack >> 1) & (stack | -2); continue;
        case 6: stack = (stack >> 1) | (stack & 1); continue;
        case 4: {
            const int64_t came = ((int64_t *)b->born)[a * LANES + l];
            stack = (stack << 1) | (came != NONE && step - came >= to);
            continue;
        }
        case 0: value = AT(b->level[a], l); break;
        case 1: value = AT(b->stance[a * s->n + to], l); break;
        case 2: {
            double total = 0.0, against = 0.0;
            for (int64_t i = 0; i < s->n; i++)
                if (i != s->actor[a]) {
                    const double can = AT(b->p[s->capability + i], l);
                    total += can;
                    if (AT(b->stance[a * s->n + i], l) < 0.0) against += can;
                }
            value = total > 0.0 ? against / total : 0.0;
            break;
        }
        default: value = AT(b->attitude[a * s->n + to], l);
        }
        const double against = AT(b->p[s->threshold + c], l);
        stack = (stack << 1) | (code[3] == 1 ? value > against : value < against);
    }
    return stack & 1;
}

static void come_up(const Plan *s, Block *b, int64_t e, int64_t step, int l) {
    const int64_t n = s->n, actor = s->actor[e], recipient = s->recipient[e];
    const double attention = exp(-LN_2 * (double)s->elapsed[e] / AT(b->p[s->coefficient + ATTENTION_HALF_LIFE], l));
    const int anew = !(AT(b->attention[e], l) > 0.0); /* while it is live, only attention is renewed */
    ((int64_t *)b->comes)[e * LANES + l] = anew ? NEW : RENEWED;
    AT(b->attention[e], l) = attention >= AT(b->p[s->coefficient + AGENDA_THRESHOLD], l) ? attention : 0.0;
    ((int64_t *)b->born)[e * LANES + l] = b->new[e] = step;
    for (int64_t i = 0; anew && i < n; i++) {
        const int64_t here = e * n + i;
        AT(b->stance[here], l) = AT(b->heard[here], l) = i == actor ? 1.0 : 0.0; /* it stands behind its own act, a deed */
        AT(b->answer[here], l) = AT(b->says[here], l) = AT(b->evened[here], l) = 0.0;
        AT(b->offered[here], l) = AT(b->p[s->offer + here], l);
        b->response[here * LANES + l] = b->first[here * LANES + l] = NONE;
        ((int64_t *)b->spoke)[here * LANES + l] = NONE;
        b->turns[here * LANES + l] = 0;
    }
    if (actor != NONE && recipient != NONE) AT(b->acts[actor * n + recipient], l) += attention * AT(b->p[s->score + e], l) / 10.0;
    for (int64_t k = 0; k < s->k; k++) {
        AT(b->before[e * s->k + k], l) = AT(b->level[k], l);
        if (s->does[e * s->k + k]) AT(b->level[k], l) = AT(b->p[s->done + e * s->k + k], l);
    }
}

/* Mark in which lanes event e comes up, judged on the state before the step; return whether any. */
static int is_due(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first) {
    int64_t *comes = (int64_t *)b->comes + e * LANES, *born = (int64_t *)b->born + e * LANES;
    int64_t some = 0;
    memset(comes, 0, LANES * sizeof(int64_t));
    if (s->due[e] != NONE && s->due[e] != step) return 0;
    for (int l = 0; l < LANES; l++) some |= comes[l] = s->due[e] != NONE || born[l] == NONE || s->repeats[e];
    if (!some) return 0;
    const vd *chance = b->p[s->probability + e];
    some = 0;
    EACH {
        uint32_t lucky = bits(chance[v] >= 1.0);
        if (lucky != (1 << WIDTH) - 1) { /* a condition is looked at only where chance has come */
            vd luck, two;
            uniforms(runs_from((uint64_t)(first + v * WIDTH)), words((uint64_t)step), words(0), words(s->event_word[e]), s->seed, &luck, &two);
            lucky |= bits(luck < chance[v]);
        }
        for (int q = 0; q < WIDTH; q++) {
            const int l = v * WIDTH + q;
            some |= comes[l] = comes[l] && lucky >> q & 1 && (s->due[e] != NONE || holds(s, b, e, step, l));
        }
    }
    return some != 0;
}

static void arrive(const Plan *s, Block *b, int64_t step, int64_t first) {
    const int64_t *comes = (int64_t *)b->comes;
    int some = 0;
    for (int64_t e = 0; e < s->e; e++) some |= is_due(s, b, e, step, first);
    if (!some) return;
    for (int64_t e = 0; e < s->e; e++) {
        for (int l = 0; l < LANES; l++)
            if (comes[e * LANES + l]) come_up(s, b, e, step, l);
        for (int64_t i = 0; b->new[e] == step && i < s->n; i++) weigh_event(s, b, e, i);
    }
    for (int64_t e = 0; e < s->e; e++)
        for (int64_t other = 0; other < s->e; other++)
            if (s->ends[e * s->e + other])
                for (int l = 0; l < LANES; l++)
                    if (comes[e * LANES + l]) AT(b->attention[other], l) = 0.0;
    for (int64_t e = 0; e < s->e; e++) { /* an offer in answer adds to that of the same actor, and outbids another's */
        const int64_t other = s->answers[e];
        if (other == NONE || b->new[e] != step) continue;
        const double sign = s->actor[other] == s->actor[e] ? 1.0 : -1.0;
        for (int64_t i = 0; i < s->n; i++)
            EACH {
                const vi counts = (b->comes[e * VECTORS + v] == NEW) & (b->attention[other][v] > 0.0);
                b->offered[other * s->n + i][v] += pick(counts, sign * b->p[s->offer + e * s->n + i][v], all(0.0));
            }
    }
}
