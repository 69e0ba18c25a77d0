/* What the region does once all have acted: issues move, attitudes move, attention fades. */
#pragma once
#include "block.h"

/* out[i, j] = sum over k of A[i, k] A[k, j] / n, k neither i nor j; the diagonal of A is 1. */
static void third_parties(int64_t n, const lane *a, lane *out) {
    const double share = 1.0 / (double)n;
    for (int64_t i = 0; i < n; i++)
        EACH {
            int64_t j = 0;
            for (; j + 8 <= n; j += 8) { /* eight sums in registers: one load serves eight products */
                vd sum[8] = {{0}};
                for (int64_t k = 0; k < n; k++) {
                    const vd one = a[i * n + k][v];
#pragma GCC unroll 8
                    for (int q = 0; q < 8; q++) sum[q] += one * a[k * n + j + q][v];
                }
                for (int q = 0; q < 8; q++) out[i * n + j + q][v] = (sum[q] - 2.0 * a[i * n + j + q][v]) * share;
            }
            for (; j < n; j++) {
                vd sum = all(0.0);
                for (int64_t k = 0; k < n; k++) sum += a[i * n + k][v] * a[k * n + j][v];
                out[i * n + j][v] = (sum - 2.0 * a[i * n + j][v]) * share;
            }
        }
}

static void move_issues(const Plan *s, Block *b, int64_t live) {
    const int64_t n = s->n, K = s->k;
    const lane *c = b->p + s->coefficient;
    memset(b->pull, 0, K * sizeof(lane));
    memset(b->pace, 0, K * sizeof(lane));
    for (int64_t at = 0; at < live; at++) {
        const int64_t e = b->live[at], actor = s->actor[e], giver = s->consent[e];
        EACH {
            vd coerced = all(0.0);
            if (giver != NONE && actor != NONE) {
                const vd one = b->p[s->capability + actor][v], both = one + b->p[s->capability + giver][v];
                coerced = pick(both > 0.0, b->p[s->force + e][v] * one / both, all(0.0));
            }
            const vd rate = c[ISSUE_RATE][v] * b->attention[e][v];
            for (int64_t k = 0; k < K; k++) {
                if (!s->proposes[e * K + k]) continue;
                vd balance = all(0.0);
                for (int64_t j = 0; j < n; j++) balance += b->influence[j * K + k][v] * b->stance[e * n + j][v];
                balance *= b->weight[k][v];
                vd drive = most(balance, all(0.0));
                if (giver != NONE) drive = pick(b->stance[e * n + giver][v] > 0.0, most(0.5 * (1.0 + balance), coerced), coerced);
                b->pace[k][v] += rate * drive;
                b->pull[k][v] += rate * drive * (b->p[s->proposed + e * K + k][v] - b->level[k][v]);
            }
        }
    }
    for (int64_t k = 0; k < K; k++)
        EACH b->level[k][v] = least(most(b->level[k][v] + b->pull[k][v] / most(b->pace[k][v], all(1.0)), all(0.0)), all(1.0));
}

static void move_attitudes(const Plan *s, Block *b, int64_t live) {
    const int64_t n = s->n;
    const lane *c = b->p + s->coefficient;
    for (int64_t at = 0; at < live; at++)
        for (int64_t i = 0; i < n; i++)
            EACH {
                const int64_t e = b->live[at];
                const vd matters = b->stake[e * n + i][v] * b->stance[e * n + i][v];
                b->mattering[at * n + i][v] = matters;
                b->together[at * n + i][v] = matters * b->attention[e][v] * c[AGREEMENT_RATE][v];
            }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++)
            EACH {
                vd agreed = all(0.0); /* the same both ways */
                for (int64_t at = 0; at < live; at++) agreed += b->mattering[at * n + i][v] * b->together[at * n + j][v];
                for (int way = 0; way < 2; way++) {
                    const int64_t there = way ? j * n + i : i * n + j, back = way ? i * n + j : j * n + i;
                    const vd a = b->attitude[there][v];
                    vd push = agreed + c[ACT_RATE][v] * b->acts[back][v] + c[BALANCE_RATE][v] * (b->third[there][v] - b->rest[there][v])
                        + c[REVERSION_RATE][v] * (b->p[s->baseline + there][v] - a);
                    push = least(most(push, all(-0.5)), all(0.5));
                    b->attitude[there][v] = least(most(a + (1.0 - a * a) * push, all(-1.0)), all(1.0));
                    b->acts[back][v] = all(0.0);
                }
            }
}

static void fade(const Plan *s, Block *b) {
    const lane *c = b->p + s->coefficient;
    EACH {
        const vd kept = exponential(-0.6931471805599453 / c[ATTENTION_HALF_LIFE][v]);
        for (int64_t e = 0; e < s->e; e++) {
            const vd left = b->attention[e][v] * kept;
            b->attention[e][v] = pick(left >= c[AGENDA_THRESHOLD][v], left, all(0.0));
        }
    }
}
