/* What a block of runs is given, holds and leaves. */
#pragma once
#include "lanes.h"

#define TILT_BINS 400
#define LEVEL_BINS 200
#define MOST_RESPONSES 16

enum { RATIONALITY, LOSS_AVERSION, RED_LINE_WEIGHT, RED_LINE_RESOLVE, TIE_TO_ACTOR, TIE_TO_RECIPIENT,
       CONFORMITY, EXPOSURE, INERTIA, COST, ISSUE_RATE, AGREEMENT_RATE, ACT_RATE, BALANCE_RATE,
       REVERSION_RATE, ATTENTION_HALF_LIFE, AGENDA_THRESHOLD };

/* In the order of floor.py. */
typedef struct {
    int64_t n, k, e, r, steps, rows; /* countries, issues, events, responses */
    uint64_t seed;
    const uint64_t *country_word, *event_word;
    const int64_t *actor, *recipient, *consent, *due, *repeats, *elapsed, *ends, *program, *program_of,
        *by_actor, *pole, *proposes, *does;
    /* where each field of the parameters begins in a column */
    int64_t capability, resolve, responsiveness, susceptibility, position, salience, red_line, baseline,
        dependence, status_quo, score, probability, force, proposed, done, response_stance,
        response_cost, response_score, threshold, coefficient;
    /* what each run draws: words of its path; mean, spread, floor, width, least, greatest; rows */
    const double *column;
    int64_t draws;
    const uint64_t *path_word;
    const double *normal;
    const int64_t *place_of, *place;
    const int64_t *depends_of, *depends_on; /* pairs (of, on) that depend, by the first */
} Plan;

typedef struct {
    double *tilt, *toward, *hedging;
    int16_t *bloc;
    double *tension, *polarisation, *stance;
    int8_t *response;
    int64_t *event_count, *response_count, *chosen_count, *first_step_sum;
    uint32_t *tilt_bins, *toward_bins, *level_bins;
    int64_t *tension_sum, *alignment_sum, *alignment_square_sum;
    uint64_t *ticks; /* by phase, where compiled with PROFILE */
} Out;

typedef struct {
    lane *p;                                                       /* parameters (rows) */
    lane *level, *attitude, *attention, *before, *stance, *spoken; /* as in detente.theory.arrays */
    lane *gain, *crossed, *stake;                /* (e, n): known once an event has come up */
    lane *answer;                                /* (e, n): a tenth of the score of the response that stands */
    lane *able, *conform, *dear, *precise;       /* (n): products of parameters */
    lane *influence, *weight, *pole_weight;      /* (n, k), (k), (2) */
    lane *heed, *heeded, *rest, *third, *acts;   /* (n, n), (n), and (n, n) thrice */
    lane *rise, *bend, *cheap;                   /* (n): terms of the utility of the event at hand */
    lane *to_for, *for_ask, *to_against, *against_ask; /* (n): of exposure, likewise */
    lane *pull, *pace, *toward, *tilt;           /* (k), (k), (n, 2), (n) */
    lane *mattering, *together;                  /* (e, n): of events on the agenda */
    int64_t *born;                               /* (e, lane) */
    int8_t *response;                            /* (e, n, lane) */
    uint16_t *seen;                              /* (e, n, lane): a bit a response */
    /* choices at hand, packed from all countries and lanes of one event */
    double *luck, *says;
    int64_t *item, *lane_of, *chosen;
    int64_t *live;
    double *aligned, *inside, act[MOST_RESPONSES]; /* a tenth of the score of each response */
    uint8_t *tried, *comes;
} Block;

#ifdef PROFILE
enum { DRAW, BEGIN, AGENDA, PEERS, LUCK, PERCEIVE, CHOOSE, ACT, ISSUES, BALANCE, ATTITUDES, RECORD, FINISH, BLOCS };
#if defined(__x86_64__)
#define NOW() __builtin_ia32_rdtsc()
#else
#include <time.h>
static uint64_t NOW(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
#endif
#define START uint64_t then_ = NOW();
#define SPENT(phase) { const uint64_t now_ = NOW(); out->ticks[phase] += now_ - then_; then_ = now_; }
#else
#define START
#define SPENT(phase)
#endif

static void *room(char **at, size_t bytes) {
    char *here = *at;
    *at += (bytes + 63) / 64 * 64;
    return here;
}

/* Lay the block out from `at` on; from NULL, to learn how much room it takes. */
static size_t lay_out(const Plan *s, Block *b, char *at) {
    const int64_t n = s->n, K = s->k, E = s->e, packed = n * LANES + WIDTH;
    char *from = at;
    struct { lane **to; int64_t count; } parts[] = {
        {&b->p, s->rows}, {&b->level, K}, {&b->attitude, n * n}, {&b->attention, E}, {&b->before, E * K},
        {&b->stance, E * n}, {&b->spoken, E * n}, {&b->gain, E * n}, {&b->crossed, E * n},
        {&b->stake, E * n}, {&b->answer, E * n}, {&b->able, n}, {&b->conform, n}, {&b->dear, n}, {&b->precise, n},
        {&b->influence, n * K}, {&b->weight, K}, {&b->pole_weight, 2}, {&b->heed, n * n}, {&b->heeded, n},
        {&b->rest, n * n}, {&b->third, n * n}, {&b->acts, n * n}, {&b->rise, n}, {&b->bend, n}, {&b->cheap, n},
        {&b->to_for, n}, {&b->for_ask, n}, {&b->to_against, n}, {&b->against_ask, n}, {&b->pull, K}, {&b->pace, K}, {&b->toward, 2 * n}, {&b->tilt, n}, {&b->mattering, E * n},
        {&b->together, E * n},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) *parts[i].to = room(&at, parts[i].count * sizeof(lane));
    b->born = room(&at, E * LANES * sizeof(int64_t));
    b->response = room(&at, E * n * LANES);
    b->seen = room(&at, E * n * LANES * sizeof(uint16_t));
    b->luck = room(&at, packed * sizeof(double));
    b->says = room(&at, packed * sizeof(double));
    b->item = room(&at, packed * sizeof(int64_t));
    b->lane_of = room(&at, packed * sizeof(int64_t));
    b->chosen = room(&at, packed * sizeof(int64_t));
    b->live = room(&at, E * sizeof(int64_t));
    b->aligned = room(&at, n * n * sizeof(double));
    b->inside = room(&at, n * n * sizeof(double));
    b->tried = room(&at, (n + 2) * n);
    b->comes = room(&at, E * LANES);
    return (size_t)(at - from);
}
