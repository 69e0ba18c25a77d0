/* What the region does once all have acted: issues move, ties move, attention fades. */
#pragma once
#include "block.h"

static void move_issues(const Plan *s, Block *b, int64_t live) {
    const int64_t n = s->n, K = s->k;
    const lane *c = b->p + s->coefficient;
    memset(b->pull, 0, K * sizeof(lane));
    memset(b->pace, 0, K * sizeof(lane));
    for (int64_t at = 0; at < live; at++) {
        const int64_t e = b->live[at], actor = s->actor[e], giver = s->consent[e];
        int64_t asked = 0, some = 0; /* of a text nobody's consent is needed */
        for (int64_t i = 0; i < n; i++) asked += !s->text[e] && (giver != NONE ? i == giver : s->asked[e * n + i]);
        for (int64_t k = 0; k < K; k++) some |= s->proposes[e * K + k] | (s->risks[e * K + k] & (asked > 0));
        if (!some) continue;
        EACH {
            vd coerced = all(0.0), granted = all(0.0);
            if (giver != NONE && actor != NONE) {
                const vd one = b->p[s->capability + actor][v], both = one + b->p[s->capability + giver][v];
                coerced = pick(both > 0.0, b->p[s->force + e][v] * one / both, all(0.0));
            }
            for (int64_t i = 0; asked && i < n; i++)
                if (giver != NONE ? i == giver : s->asked[e * n + i]) granted += pick(b->stance[e * n + i][v] > 0.0, all(1.0), all(0.0));
            granted /= (double)(asked ? asked : 1);
            const vd rate = c[ISSUE_RATE][v] * b->attention[e][v];
            for (int64_t k = 0; k < K; k++) {
                if (s->proposes[e * K + k]) {
                    vd balance = all(0.0);
                    for (int64_t j = 0; j < n; j++)
                        if (has_spoken(s, b, e, j)) balance += b->influence[j * K + k][v] * b->stance[e * n + j][v];
                    balance *= b->weight[k][v];
                    const vd drive = asked ? most(granted * 0.5 * (1.0 + balance), coerced) : most(balance, all(0.0));
                    b->pace[k][v] += rate * drive;
                    b->pull[k][v] += rate * drive * (b->p[s->proposed + e * K + k][v] - b->level[k][v]);
                }
                if (s->risks[e * K + k] && asked) { /* what is refused lapses */
                    b->pace[k][v] += rate * (1.0 - granted);
                    b->pull[k][v] += rate * (1.0 - granted) * (b->p[s->otherwise + e * K + k][v] - b->level[k][v]);
                }
            }
        }
    }
    for (int64_t k = 0; k < K; k++)
        EACH b->level[k][v] = least(most(b->level[k][v] + b->pull[k][v] / most(b->pace[k][v], all(1.0)), all(0.0)), all(1.0));
}

/* What is heard of an event, less the mean, and what evens out each country's agreement with all
   others; what evened it out before is taken from `even`, which is thus what is new. */
static void centre(const Plan *s, Block *b, int64_t e) {
    const int64_t n = s->n;
    const lane *heard = b->heard + e * n;
    lane *says = b->says + e * n, *evened = b->evened + e * n;
    EACH {
        vd mean = all(0.0), squares = all(0.0);
        for (int64_t i = 0; i < n; i++) mean += heard[i][v];
        mean /= (double)n;
        for (int64_t i = 0; i < n; i++) {
            b->said[e * n + i][v] = says[i][v];
            says[i][v] = heard[i][v] - mean;
            squares += says[i][v] * says[i][v];
        }
        for (int64_t i = 0; n > 2 && i < n; i++) {
            const vd now = (says[i][v] * says[i][v] - squares * (0.5 / (double)(n - 1))) / (double)(n - 2);
            b->even[i][v] += now - evened[i][v];
            evened[i][v] = now;
        }
    }
}

static void move_ties(const Plan *s, Block *b, int64_t step) {
    const int64_t n = s->n;
    const lane *c = b->p + s->coefficient;
    int64_t new = 0, spoken[s->e];
    memset(b->even, 0, n * sizeof(lane));
    for (int64_t e = 0; e < s->e; e++)
        if (b->new[e] == step) {
            centre(s, b, e);
            spoken[new++] = e;
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            EACH {
                vd moved = b->even[i][v] + b->even[j][v]; /* the same both ways */
                for (int64_t at = 0; at < new; at++) {
                    const int64_t one = spoken[at] * n + i, other = spoken[at] * n + j;
                    moved += b->says[one][v] * b->says[other][v] - b->said[one][v] * b->said[other][v];
                }
                for (int way = 0; way < 2; way++) {
                    const int64_t there = way ? j * n + i : i * n + j, back = way ? i * n + j : j * n + i;
                    const vd a = b->attitude[there][v];
                    vd to = a + b->reverts[v] * (b->p[s->baseline + there][v] - a);
                    if (new) { /* else nothing was done either */
                        const vd push = least(most(c[TIE_RATE][v] * moved + c[ACT_RATE][v] * b->acts[back][v], all(-0.5)), all(0.5));
                        to += (1.0 - a * a) * push;
                        b->acts[back][v] = all(0.0);
                    }
                    b->attitude[there][v] = least(most(to, all(-1.0)), all(1.0));
                }
            }
}

static void fade(const Plan *s, Block *b) {
    const lane *c = b->p + s->coefficient;
    EACH for (int64_t e = 0; e < s->e; e++) {
        const vd left = b->attention[e][v] * b->kept[v];
        b->attention[e][v] = pick(left >= c[AGENDA_THRESHOLD][v], left, all(0.0));
    }
}
