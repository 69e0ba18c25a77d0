/* The floor: what a processor needs for the arithmetic of a run, in C across SIMD lanes.

   The phases of detente.engine.model.RegionModel.step, on the same numbers and with the same outputs,
   written the way the machine likes best. No fast math: but a product and a sum may become one
   instruction, and an expression that the theory writes out may be factored, so numbers agree with
   the engines' to rounding.

   What is left out changes nothing: events on nobody's agenda and lanes where an event is on none;
   issues that an event does not name; pairs without dependence; stances of who
   never spoke, which are 0; hearing by a country that looks in
   no lane, and weighing in each lane where it does not; conditions whose chance has not come; what
   words do to ties, and with whom each sides, where nothing was said; starts of the search for blocs
   seen before. What does not change within a run, or between events or responses, is computed
   once. */
#include "agenda.h"
#include "country.h"
#include "record.h"
#include "region.h"

int lanes(void) { return LANES; }

static void run_block(const Plan *s, Block *b, int64_t first, int64_t row, int count, Out *out) {
    START
    draw(s, b, first);
    SPENT(DRAW)
    begin(s, b);
    SPENT(BEGIN)
    record(s, b, 0, NONE, row, count, out);
    SPENT(RECORD)
    for (int64_t step = 0; step < s->steps; step++) {
        arrive(s, b, step, first);
        int64_t live = 0;
        for (int64_t e = 0; e < s->e; e++) {
            uint32_t on = 0;
            EACH on |= bits(b->attention[e][v] > 0.0);
            if (on) b->live[live++] = e;
        }
        SPENT(AGENDA)
        memset(b->count, 0, s->e * sizeof(int64_t));
        for (int64_t at = 0; at < live; at++) decide(s, b, b->live[at], step, first, out);
#ifdef PROFILE
        then_ = NOW(); /* decide keeps its own account */
#endif
        act(s, b, step, live, count, out);
        SPENT(ACT)
        move_issues(s, b, live);
        SPENT(ISSUES)
        move_ties(s, b, step);
        SPENT(TIES)
        fade(s, b);
        record(s, b, live, step, row, count, out);
        SPENT(RECORD)
    }
    finish(s, b, row, count, out);
    SPENT(FINISH)
    find_blocs(s, b, row, count, out);
    SPENT(BLOCS)
}

/* Run `first` to `last - 1` and record them in `out`; return 1 if there is no memory. */
int run(const Plan *s, int64_t first, int64_t last, Out *out) {
    Block b;
    const size_t bytes = lay_out(s, &b, (char *)0);
    char *memory = aligned_alloc(64, bytes);
    if (!memory) return 1;
    memset(memory, 0, bytes);
    lay_out(s, &b, memory);
    for (int64_t row = 0; row < s->rows; row++) EACH b.p[row][v] = all(s->column[row]);
    for (int64_t at = 0; at < s->e * s->n; at++)
        for (int64_t r = 0; r < s->r; r++) b.opens[at] |= (uint16_t)(s->open[at * s->r + r] << r);
    for (int64_t r = 0; r < s->r; r++) b.act[r] = s->column[s->response_score + r] / 10.0;
    for (int64_t row = 0; row < last - first; row += LANES)
        run_block(s, &b, first + row, row, last - first - row < LANES ? (int)(last - first - row) : LANES, out);
    free(memory);
    return 0;
}
