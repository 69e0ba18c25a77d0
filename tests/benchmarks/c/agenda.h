/* The start of a run, and what comes on the agenda. */
#pragma once
#include "country.h"
#include "region.h"

/* Draw the parameters of a block, by inversion of one uniform number each. */
static void draw(const Plan *s, Block *b, int64_t first) {
    for (int64_t i = 0; i < s->draws; i++) {
        const double *a = s->normal + 6 * i;
        lane x;
        EACH {
            vd one, two;
            uniforms(runs_from((uint64_t)(first + v * WIDTH)), words(0xFFFFFFFF), words(s->path_word[2 * i]), words(s->path_word[2 * i + 1]), s->seed, &one, &two);
            const vd u = a[2] + middle_of_cell(one) * a[3];
            x[v] = middle(u - 0.5);
            for (uint32_t far = bits(size(u - 0.5) > 0.425); far; far &= far - 1) {
                const int at = __builtin_ctz(far);
                x[v][at] = tail(u[at]);
            }
            x[v] = least(most(a[0] + a[1] * x[v], all(a[4])), all(a[5]));
        }
        for (int64_t at = s->place_of[i]; at < s->place_of[i + 1]; at++) memcpy(b->p[s->place[at]], x, sizeof(lane));
    }
}

static void begin(const Plan *s, Block *b) {
    const int64_t n = s->n, K = s->k, E = s->e;
    const lane *c = b->p + s->coefficient;
    memcpy(b->level, b->p[s->status_quo], K * sizeof(lane));
    memcpy(b->attitude, b->p[s->baseline], n * n * sizeof(lane));
    memset(b->attention, 0, E * sizeof(lane));
    memset(b->before, 0, E * K * sizeof(lane));
    memset(b->stance, 0, E * n * sizeof(lane));
    memset(b->spoken, 0, E * n * sizeof(lane));
    memset(b->stake, 0, E * n * sizeof(lane));
    memset(b->answer, 0, E * n * sizeof(lane));
    memset(b->acts, 0, n * n * sizeof(lane));
    memset(b->weight, 0, K * sizeof(lane));
    memset(b->pole_weight, 0, 2 * sizeof(lane));
    memset(b->born, 0xFF, E * LANES * sizeof(int64_t));
    memset(b->response, 0xFF, E * n * LANES);
    memset(b->seen, 0, E * n * LANES * sizeof(uint16_t));
    for (int64_t i = 0; i < n; i++) {
        const lane *cares = b->p + s->salience + i * K;
        EACH {
            const vd can = b->p[s->capability + i][v];
            b->able[i][v] = root(can);
            b->conform[i][v] = c[CONFORMITY][v] * b->p[s->susceptibility + i][v];
            b->dear[i][v] = c[COST][v] * (1.0 - b->p[s->resolve + i][v]);
            b->precise[i][v] = c[RATIONALITY][v] * b->p[s->responsiveness + i][v];
            for (int64_t k = 0; k < K; k++) b->weight[k][v] += b->influence[i * K + k][v] = can * cares[k][v];
            for (int q = 0; q < 2; q++)
                if (s->pole[q * n + i]) b->pole_weight[q][v] += can;
            for (int64_t e = 0; e < E; e++) {
                vd stake = all(0.0);
                for (int64_t k = 0; k < K; k++) stake += (double)(s->proposes[e * K + k] | s->does[e * K + k]) * cares[k][v];
                b->stake[e * n + i][v] = least(stake, all(1.0));
            }
        }
    }
    EACH {
        for (int64_t k = 0; k < K; k++) b->weight[k][v] = pick(b->weight[k][v] > 0.0, 1.0 / b->weight[k][v], all(0.0));
        for (int q = 0; q < 2; q++) b->pole_weight[q][v] = pick(b->pole_weight[q][v] > 0.0, 1.0 / b->pole_weight[q][v], all(0.0));
    }
    third_parties(n, b->attitude, b->rest);
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
            const int64_t came = b->born[a * LANES + l];
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
    const double attention = exp(-0.6931471805599453 * (double)s->elapsed[e] / AT(b->p[s->coefficient + ATTENTION_HALF_LIFE], l));
    const double score = AT(b->p[s->score + e], l);
    const int anew = !(AT(b->attention[e], l) > 0.0); /* while it is live, only attention is renewed */
    AT(b->attention[e], l) = attention >= AT(b->p[s->coefficient + AGENDA_THRESHOLD], l) ? attention : 0.0;
    b->born[e * LANES + l] = step;
    for (int64_t i = 0; anew && i < n; i++) {
        AT(b->stance[e * n + i], l) = i == actor ? 1.0 : 0.0;
        AT(b->spoken[e * n + i], l) = AT(b->answer[e * n + i], l) = 0.0;
        b->response[(e * n + i) * LANES + l] = NONE;
    }
    if (actor != NONE && recipient != NONE) AT(b->acts[actor * n + recipient], l) += attention * score / 10.0;
    for (int64_t k = 0; k < s->k; k++) {
        AT(b->before[e * s->k + k], l) = AT(b->level[k], l);
        if (s->does[e * s->k + k]) AT(b->level[k], l) = AT(b->p[s->done + e * s->k + k], l);
    }
}

/* Mark in which lanes event e comes up, judged on the state before the step; return whether any. */
static int is_due(const Plan *s, Block *b, int64_t e, int64_t step, int64_t first) {
    uint8_t *comes = b->comes + e * LANES;
    int some = 0;
    memset(comes, 0, LANES);
    if (s->due[e] != NONE && s->due[e] != step) return 0;
    for (int l = 0; l < LANES; l++) {
        const int free = s->due[e] != NONE || b->born[e * LANES + l] == NONE || s->repeats[e];
        some |= comes[l] = (uint8_t)free;
    }
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
            some |= comes[l] &= lucky >> q & 1 && (s->due[e] != NONE || holds(s, b, e, step, l));
        }
    }
    return some;
}

static void arrive(const Plan *s, Block *b, int64_t step, int64_t first) {
    int some = 0;
    for (int64_t e = 0; e < s->e; e++) some |= is_due(s, b, e, step, first);
    if (!some) return;
    for (int64_t e = 0; e < s->e; e++) {
        int came = 0;
        for (int l = 0; l < LANES; l++)
            if (b->comes[e * LANES + l]) {
                come_up(s, b, e, step, l);
                came = 1;
            }
        if (!came) continue;
        for (int64_t i = 0; i < s->n; i++)
            EACH {
                vd gain = all(0.0), crossed = all(0.0);
                for (int64_t k = 0, at = e * s->k; k < s->k; k++, at++) {
                    if (s->proposes[at]) weigh_issue(s, b, i, k, v, b->before[at], b->p[s->proposed + at], &gain, &crossed);
                    if (s->does[at]) weigh_issue(s, b, i, k, v, b->before[at], b->p[s->done + at], &gain, &crossed);
                }
                b->gain[e * s->n + i][v] = gain;
                b->crossed[e * s->n + i][v] = crossed;
            }
    }
    for (int64_t e = 0; e < s->e; e++)
        for (int64_t other = 0; other < s->e; other++)
            if (s->ends[e * s->e + other])
                for (int l = 0; l < LANES; l++)
                    if (b->comes[e * LANES + l]) AT(b->attention[other], l) = 0.0;
}
