/* What is kept of each run. */
#pragma once
#include "block.h"

INLINE void bin(const vd *value, double low, double scale, int bins, uint32_t *count, int lanes) {
    for (int v = 0; v * WIDTH < lanes; v++) {
        const vi at = integer(whole(least(most((value[v] - low) * scale, all(0.0)), all(bins - 1))));
        for (int q = 0; q < WIDTH && v * WIDTH + q < lanes; q++) count[at[q]]++;
    }
}

static void stand(const Plan *s, Block *b) {
    const int64_t n = s->n;
    int64_t member[2][n];
    const int64_t many[2] = {members(s, 0, member[0]), members(s, 1, member[1])};
    for (int64_t i = 0; i < n; i++)
        EACH {
            for (int q = 0; q < 2; q++) {
                vd total = all(0.0);
                for (int64_t at = 0; at < many[q]; at++) {
                    const int64_t j = member[q][at];
                    total += b->p[s->capability + j][v] * (0.5 * (b->attitude[i * n + j][v] + b->attitude[j * n + i][v]));
                }
                b->toward[2 * i + q][v] = total * b->pole_weight[q][v];
            }
            b->tilt[i][v] = 0.5 * (b->toward[2 * i][v] - b->toward[2 * i + 1][v]);
        }
}

/* With whom each sides in what it says of events: worked out where anything was said in the step. */
static void side(const Plan *s, Block *b, int64_t step) {
    const int64_t n = s->n;
    int some = 0;
    int64_t member[2][n];
    const int64_t many[2] = {members(s, 0, member[0]), members(s, 1, member[1])};
    for (int64_t e = 0; e < s->e; e++) {
        if (b->new[e] != step) continue;
        some = 1;
        for (int64_t i = 0; i < n; i++)
            EACH {
                const vd stance = b->stance[e * n + i][v];
                for (int q = 0; q < 2; q++) {
                    vd total = all(0.0);
                    for (int64_t at = 0; at < many[q]; at++) {
                        const int64_t j = member[q][at];
                        total += b->p[s->capability + j][v] * (1.0 - size(stance - b->stance[e * n + j][v]));
                    }
                    b->sides[2 * (e * n + i) + q][v] = b->stake[e * n + i][v] * total;
                }
            }
    }
    for (int64_t i = 0; some && i < n; i++)
        EACH {
            vd weight = all(0.0), sum[2] = {{0}};
            for (int64_t e = 0; e < s->e; e++) {
                weight += b->stake[e * n + i][v];
                for (int q = 0; q < 2; q++) sum[q] += b->sides[2 * (e * n + i) + q][v];
            }
            for (int q = 0; q < 2; q++) {
                const vd total = weight * b->pole_power[q][v];
                b->sided[2 * i + q][v] = least(most(pick(total > 0.0, sum[q] / total, all(0.0)), all(-1.0)), all(1.0));
            }
        }
}

INLINE int64_t fixed_point(double x) { return (int64_t)floor(x * 0x1p32 + 0.5); }

INLINE vi fixed_points(vd x) { return integer(whole(x * 0x1p32 + 0.5)); }

/* Keep what is kept after a step; `NONE` at the start. */
static void record(const Plan *s, Block *b, int64_t live, int64_t step, int64_t row, int lanes, Out *out) {
    const int64_t n = s->n, point = step + 1;
    stand(s, b);
    if (step != NONE) side(s, b, step);
    for (int64_t i = 0; i < n; i++) {
        lane revealed;
        EACH revealed[v] = 0.5 * (b->sided[2 * i][v] - b->sided[2 * i + 1][v]);
        bin(b->tilt[i], -1.0, 0.5 * TILT_BINS, TILT_BINS, out->tilt_bins + (point * n + i) * TILT_BINS, lanes);
        bin(revealed, -1.0, 0.5 * TILT_BINS, TILT_BINS, out->revealed_bins + (point * n + i) * TILT_BINS, lanes);
        for (int q = 0; q < 2; q++) {
            bin(b->toward[2 * i + q], -1.0, 0.5 * TILT_BINS, TILT_BINS, out->toward_bins + ((point * n + i) * 2 + q) * TILT_BINS, lanes);
            vi sum = {0};
            for (int v = 0; v * WIDTH < lanes; v++) sum += fixed_points(b->sided[2 * i + q][v]) & (lane_numbers() + v * WIDTH < lanes);
            for (int l = 0; l < WIDTH; l++) out->revealed_toward_sum[(point * n + i) * 2 + q] += sum[l];
        }
    }
    for (int64_t k = 0; k < s->k; k++) bin(b->level[k], 0.0, LEVEL_BINS, LEVEL_BINS, out->level_bins + (point * s->k + k) * LEVEL_BINS, lanes);
    EACH { /* over countries, what hostile acts leave calm and what friendly ones leave unsoothed */
        vd tension = all(0.0);
        for (int64_t i = 0; i < n; i++) {
            vd calm = all(1.0), unsoothed = all(1.0);
            for (int64_t at = 0; at < live; at++) {
                const int64_t e = b->live[at];
                const vd attention = b->attention[e][v], score = b->p[s->score + e][v];
                const vd act = attention * b->answer[e * n + i][v];
                calm *= 1.0 + least(act, all(0.0));
                unsoothed *= 1.0 - pick(score >= 0.0, most(act, all(0.0)), all(0.0));
                if (s->actor[e] == i) {
                    calm *= 1.0 + attention * least(score, all(0.0)) / 10.0;
                    unsoothed *= 1.0 - attention * most(score, all(0.0)) / 10.0;
                }
            }
            tension += (1.0 - calm) * unsoothed;
        }
        tension /= (double)n;
        for (int q = 0; q < WIDTH && v * WIDTH + q < lanes; q++) {
            out->tension[row + v * WIDTH + q] += tension[q];
            out->tension_sum[point] += fixed_point(tension[q]);
        }
    }
}

/* The partition of least frustration; `at` holds mutual alignment, its diagonal 0.

   As in detente.theory.blocs, with the alignment of each country with each bloc kept up as
   countries move, and a start that was tried before left out. */
static void blocs(int64_t n, const double *restrict at, double *restrict inside, uint8_t *restrict tried, int16_t *bloc) {
    double best = -INFINITY;
    uint8_t *trial = tried + (n + 1) * n, held[n];
    for (int64_t start = 0; start <= n; start++) {
        uint8_t *mine = tried + start * n;
        for (int64_t j = 0; j < n; j++) mine[j] = start == n ? (uint8_t)j : !(j == start || at[start * n + j] > 0.0);
        int again = 0;
        for (int64_t was = 0; was < start && !again; was++) again = !memcmp(tried + was * n, mine, n);
        if (again) continue;
        memcpy(trial, mine, n);
        int64_t labels = start == n ? n : 2;
        memset(inside, 0, n * n * sizeof(double)); /* inside[c, i]: alignment of i with bloc c */
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < n; i++) inside[trial[j] * n + i] += at[j * n + i];
        for (int64_t sweep = 0, still = 0; sweep < 4 * n && !still; sweep++) {
            still = 1;
            for (int64_t i = 0; i < n; i++) {
                const int64_t own = trial[i];
                int64_t to = own;
                double most_aligned = inside[own * n + i];
                for (int64_t c = 0; c < (labels < n ? labels + 1 : n); c++)
                    if (inside[c * n + i] > most_aligned + 1e-12) {
                        most_aligned = inside[c * n + i];
                        to = c;
                    }
                if (most_aligned < -1e-12) { /* better alone, in a bloc that nobody holds */
                    memset(held, 0, n);
                    for (int64_t j = 0; j < n; j++)
                        if (j != i) held[trial[j]] = 1;
                    for (to = 0; to < n - 1 && held[to]; to++) {}
                }
                if (to == own) continue;
                still = 0;
                trial[i] = (uint8_t)to;
                labels = to >= labels ? to + 1 : labels;
                for (int64_t j = 0; j < n; j++) {
                    inside[own * n + j] -= at[i * n + j];
                    inside[to * n + j] += at[i * n + j];
                }
            }
        }
        double found = 0.0;
        for (int64_t i = 0; i < n; i++) found += 0.5 * inside[trial[i] * n + i];
        if (found > best + 1e-12) {
            best = found;
            for (int64_t i = 0; i < n; i++) bloc[i] = trial[i];
        }
    }
}

/* How much closer each two stand than how close each stands to all explains; the diagonal stays 0. */
static void beyond_level(int64_t n, double *at) {
    double level[n], whole = 0.0;
    for (int64_t i = 0; i < n; i++) {
        level[i] = 0.0;
        for (int64_t j = 0; j < n; j++) level[i] += at[i * n + j];
        whole += level[i];
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double *here = at + i * n + j;
            if (i != j && n > 2) *here -= (level[i] + level[j] - whole / (double)(n - 1)) / (double)(n - 2);
            if (n < 3 || fabs(*here) < 1e-9) *here = 0.0;
        }
}

static void find_blocs(const Plan *s, Block *b, int64_t row, int lanes, Out *out) {
    const int64_t n = s->n;
    for (int l = 0; l < lanes; l++) {
        int16_t *bloc = out->bloc + (row + l) * n, leader[n];
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < i; j++)
                b->aligned[i * n + j] = b->aligned[j * n + i] = 0.5 * (AT(b->attitude[i * n + j], l) + AT(b->attitude[j * n + i], l));
        beyond_level(n, b->aligned);
        blocs(n, b->aligned, b->inside, b->tried, bloc);
        for (int64_t i = 0; i < n; i++) leader[i] = NONE;
        for (int64_t i = 0; i < n; i++) {
            int16_t *first = leader + bloc[i];
            if (*first == NONE || AT(b->p[s->capability + i], l) > AT(b->p[s->capability + *first], l)) *first = (int16_t)i;
        }
        for (int64_t i = 0; i < n; i++) bloc[i] = leader[bloc[i]];
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < n; j++)
                if (bloc[i] == bloc[j]) {
                    out->together_sum[i * n + j] += fixed_point(1.0);
                    out->together_square_sum[i * n + j] += fixed_point(1.0);
                }
    }
}

static void finish(const Plan *s, Block *b, int64_t row, int lanes, Out *out) {
    const int64_t n = s->n;
    for (int l = 0; l < lanes; l++) {
        const int64_t run = row + l;
        double weight = 0.0, total = 0.0, squares = 0.0;
        for (int64_t i = 0; i < n; i++) {
            const double counts = AT(b->p[s->capability + i], l), tilt = AT(b->tilt[i], l);
            const double one = AT(b->toward[2 * i], l), two = AT(b->toward[2 * i + 1], l);
            weight += counts;
            total += counts * tilt;
            squares += counts * tilt * tilt;
            out->tilt[run * n + i] = tilt;
            out->toward[(run * n + i) * 2] = one;
            out->toward[(run * n + i) * 2 + 1] = two;
            out->revealed[run * n + i] = 0.5 * (AT(b->sided[2 * i], l) - AT(b->sided[2 * i + 1], l));
            for (int q = 0; q < 2; q++) out->revealed_toward[(run * n + i) * 2 + q] = AT(b->sided[2 * i + q], l);
            out->hedging[run * n + i] = 0.5 * ((one < two ? one : two) + 1.0);
        }
        const double spread = weight > 0.0 ? squares / weight - total / weight * (total / weight) : 0.0;
        out->polarisation[run] = sqrt(spread > 0.0 ? spread : 0.0);
        out->tension[run] /= (double)s->steps; /* nothing stands at the start */
        for (int64_t e = 0; e < s->e; e++) {
            for (int64_t i = 0; i < n; i++) {
                const double turns = b->turns[(e * n + i) * LANES + l];
                out->changes_sum[e * n + i] += fixed_point(turns);
                out->changes_square_sum[e * n + i] += fixed_point(turns * turns);
            }
            if (((int64_t *)b->born)[e * LANES + l] == NONE) continue;
            out->event_count[e]++;
            for (int64_t i = 0; i < n; i++) { /* who never spoke is silent, but for the actor */
                const int8_t quiet = s->actor[e] == i ? NONE : (int8_t)s->silence[e];
                const int8_t said = b->response[(e * n + i) * LANES + l], first = b->first[(e * n + i) * LANES + l];
                const int8_t last = said == NONE ? quiet : said;
                out->stance[(run * s->e + e) * n + i] = AT(b->stance[e * n + i], l);
                out->response[(run * s->e + e) * n + i] = last;
                out->first_response[(run * s->e + e) * n + i] = first == NONE ? quiet : first;
                if (last != NONE) out->response_count[(e * n + i) * s->r + last]++;
            }
        }
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i; j < n; j++) {
            int64_t sum = 0, square = 0;
            lane both;
            EACH both[v] = 0.5 * (b->attitude[i * n + j][v] + b->attitude[j * n + i][v]);
            for (int l = 0; l < lanes; l++) {
                sum += fixed_point(AT(both, l));
                square += fixed_point(AT(both, l) * AT(both, l));
            }
            for (int way = 0; way < 1 + (i != j); way++) {
                out->alignment_sum[way ? j * n + i : i * n + j] += sum;
                out->alignment_square_sum[way ? j * n + i : i * n + j] += square;
            }
        }
}
