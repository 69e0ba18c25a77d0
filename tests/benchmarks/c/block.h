/* What a block of runs is given, holds and leaves. */
#pragma once
#include "lanes.h"

#define TILT_BINS 400
#define LEVEL_BINS 200
#define MOST_RESPONSES 16
#define NEW 1
#define RENEWED 2

enum { RATIONALITY, LOSS_AVERSION, RED_LINE_WEIGHT, RED_LINE_RESOLVE, TIE_TO_ACTOR, TIE_TO_RECIPIENT,
       BYSTANDER, CONFORMITY, EXPOSURE, INERTIA, PRECEDENT, OFFER, COST, SUPPORT_COST,
       PRECEDENT_HALF_LIFE, ISSUE_RATE, TIE_RATE, WORD_WEIGHT, ACT_RATE, TIE_HALF_LIFE,
       ATTENTION_HALF_LIFE, AGENDA_THRESHOLD };

/* In the order of floor.py. */
typedef struct {
    int64_t n, k, e, r, steps, rows; /* countries, issues, events, responses */
    uint64_t seed;
    const uint64_t *country_word, *event_word;
    const int64_t *actor, *recipient, *consent, *concerned, *asked, *open, *party, *replies_of, *replies,
        *company, *silence, *answers, *text, *collective, *due, *repeats, *elapsed, *proposes, *does,
        *risks, *about_of, *about, *ends, *program, *program_of, *deed, *past,
        *depends_of, *depends_on, /* pairs (of, on) that depend, by the first */
        *pole;
    const double *past_years, *years;
    /* where each field of the parameters begins in a column */
    int64_t capability, resolve, responsiveness, susceptibility, position, salience, red_line, baseline,
        dependence, status_quo, score, probability, force, proposed, done, otherwise, offer, heeded,
        response_stance, response_cost, response_score, threshold, coefficient;
    /* what each run draws: words of its path; mean, spread, floor, width, least, greatest; rows */
    const double *column;
    int64_t draws;
    const uint64_t *path_word;
    const double *normal;
    const int64_t *place_of, *place;
    /* which of these vary together, and how */
    int64_t jointly;
    const int64_t *joint_row, *joint_scale;
    const double *joint_centre, *joint_factor, *joint_bounds;
} Plan;

typedef struct {
    double *tilt, *toward, *hedging;
    int16_t *bloc;
    double *revealed, *revealed_toward, *tension, *polarisation, *stance;
    int8_t *response, *first_response;
    int64_t *event_count, *response_count, *chosen_count, *first_step_sum;
    uint32_t *tilt_bins, *toward_bins, *revealed_bins, *level_bins;
    int64_t *revealed_toward_sum, *tension_sum, *alignment_sum, *alignment_square_sum,
        *together_sum, *together_square_sum, *changes_sum, *changes_square_sum;
    uint64_t *ticks; /* by phase, where compiled with PROFILE */
} Out;

typedef struct {
    lane *p;                                               /* parameters (rows) */
    lane *drawn;                                           /* (draws) */
    lane *level, *attitude, *attention, *before, *stance;  /* as in detente.theory.arrays */
    lane *gain, *crossed, *stake, *offered;                /* (e, n): known once an event has come up */
    lane *past_weight, *past_pull;                         /* (e, n): likewise */
    lane *fresh;                                           /* (n, k): what earlier conduct still weighs */
    lane *answer;                                          /* (e, n): a tenth of the score of the response that stands */
    lane *conform, *dear, *friendly, *precise;             /* (n): products of parameters */
    lane *influence, *weight, *pole_power, *pole_weight;   /* (n, k), (k), (2), (2) */
    lane *share, *shares, *leverage, *heeds, *acts;        /* (n, n), (n), and (n, n) thrice */
    vd *reverts, *kept;                                    /* shares of a step */
    lane *rise, *bend, *cheap;                             /* (n): terms of the utility of the event at hand */
    lane *to_for, *for_ask, *to_against, *against_ask;     /* (n): of exposure, likewise */
    lane *pull, *pace;                                     /* (k) */
    lane *heard, *says, *said, *evened, *even;             /* (e, n) but the last: what is heard of whom, of ties */
    lane *toward, *tilt, *sided, *sides;                   /* (n, 2), (n), (n, 2), and (e, n, 2) */
    vi *born, *comes;                                      /* (e, lane) */
    vi *spoke;                                             /* (e, n, lane) */
    int64_t *last, *new;                                   /* (e, n), (e): last step in which it spoke, anything was new, in any lane */
    int8_t *response, *first;                              /* (e, n, lane) */
    uint16_t *seen;                                        /* (e, n, lane): a bit a response */
    uint16_t *turns;                                       /* (e, n, lane) */
    uint16_t *opens;                                       /* (e, n): likewise */
    /* choices at hand, packed from all countries and lanes of one event */
    double *luck;
    int64_t *item, *lane_of, *chosen;
    /* those made in a step that are not what was said before, by event */
    int64_t *count, *who, *what;
    int64_t *live;
    double *aligned, *inside, act[MOST_RESPONSES]; /* a tenth of the score of each response */
    uint8_t *tried;
} Block;

#ifdef PROFILE
enum { DRAW, BEGIN, AGENDA, LUCK, PERCEIVE, CHOOSE, ACT, ISSUES, TIES, RECORD, FINISH, BLOCS };
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
        {&b->p, s->rows}, {&b->drawn, s->draws}, {&b->level, K}, {&b->attitude, n * n}, {&b->attention, E},
        {&b->before, E * K}, {&b->stance, E * n}, {&b->gain, E * n}, {&b->crossed, E * n},
        {&b->stake, E * n}, {&b->offered, E * n}, {&b->past_weight, E * n}, {&b->past_pull, E * n},
        {&b->fresh, n * K}, {&b->answer, E * n}, {&b->conform, n}, {&b->dear, n}, {&b->friendly, n},
        {&b->precise, n}, {&b->influence, n * K}, {&b->weight, K}, {&b->pole_power, 2}, {&b->pole_weight, 2},
        {&b->share, n * n}, {&b->shares, n}, {&b->leverage, n * n}, {&b->heeds, n * n}, {&b->acts, n * n},
        {&b->rise, n}, {&b->bend, n}, {&b->cheap, n}, {&b->to_for, n}, {&b->for_ask, n},
        {&b->to_against, n}, {&b->against_ask, n}, {&b->pull, K}, {&b->pace, K}, {&b->heard, E * n},
        {&b->says, E * n}, {&b->said, E * n}, {&b->evened, E * n}, {&b->even, n}, {&b->toward, 2 * n},
        {&b->tilt, n}, {&b->sided, 2 * n}, {&b->sides, 2 * E * n},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) *parts[i].to = room(&at, parts[i].count * sizeof(lane));
    b->reverts = room(&at, sizeof(lane));
    b->kept = room(&at, sizeof(lane));
    b->born = room(&at, E * sizeof(lane));
    b->comes = room(&at, E * sizeof(lane));
    b->spoke = room(&at, E * n * sizeof(lane));
    b->last = room(&at, E * n * sizeof(int64_t));
    b->new = room(&at, E * sizeof(int64_t));
    b->response = room(&at, E * n * LANES);
    b->first = room(&at, E * n * LANES);
    b->seen = room(&at, E * n * LANES * sizeof(uint16_t));
    b->turns = room(&at, E * n * LANES * sizeof(uint16_t));
    b->opens = room(&at, E * n * sizeof(uint16_t));
    b->luck = room(&at, packed * sizeof(double));
    b->item = room(&at, packed * sizeof(int64_t));
    b->lane_of = room(&at, packed * sizeof(int64_t));
    b->chosen = room(&at, packed * sizeof(int64_t));
    b->count = room(&at, E * sizeof(int64_t));
    b->who = room(&at, E * n * LANES * sizeof(int64_t));
    b->what = room(&at, E * n * LANES * sizeof(int64_t));
    b->live = room(&at, E * sizeof(int64_t));
    b->aligned = room(&at, n * n * sizeof(double));
    b->inside = room(&at, n * n * sizeof(double));
    b->tried = room(&at, (n + 2) * n);
    return (size_t)(at - from);
}

/* Whether country j has ever had a stance on event e, in any lane: its actor has from the start. */
INLINE int has_spoken(const Plan *s, const Block *b, int64_t e, int64_t j) { return s->actor[e] == j || b->last[e * s->n + j] != NONE; }

/* List the members of a pole; return how many. */
static int64_t members(const Plan *s, int q, int64_t *member) {
    int64_t count = 0;
    for (int64_t j = 0; j < s->n; j++)
        if (s->pole[q * s->n + j]) member[count++] = j;
    return count;
}
