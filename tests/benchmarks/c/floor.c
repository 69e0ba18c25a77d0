/* The floor: what a processor needs for the arithmetic of a run, in C across SIMD lanes.

   The phases of detente.engine.model.RegionModel.step, on the same numbers and with the same outputs,
   written the way the machine likes best. No fast math: but a product and a sum may become one
   instruction, and an expression that the theory writes out may be factored, so numbers agree with
   the engines' to rounding.

   What is left out changes nothing: events on nobody's agenda and lanes where an event is on none;
   issues that an event does not name; pairs without dependence; hearing by a country that looks
   again in no lane, and weighing in each lane where it does not; conditions whose chance has not
   come; starts of the search for blocs seen before. What does not change within a run, or between
   events or responses, is computed once. */
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
    record(s, b, 0, 0, row, count, out);
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
        weigh_peers(s, b);
        SPENT(PEERS)
        for (int64_t at = 0; at < live; at++) respond(s, b, b->live[at], step, first, count, out);
#ifdef PROFILE
        then_ = NOW(); /* respond keeps its own account */
#endif
        move_issues(s, b, live);
        SPENT(ISSUES)
        third_parties(s->n, b->attitude, b->third);
        SPENT(BALANCE)
        move_attitudes(s, b, live);
        SPENT(ATTITUDES)
        fade(s, b);
        record(s, b, live, step + 1, row, count, out);
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
    for (int64_t r = 0; r < s->r; r++) b.act[r] = s->column[s->response_score + r] / 10.0;
    for (int64_t row = 0; row < last - first; row += LANES)
        run_block(s, &b, first + row, row, last - first - row < LANES ? (int)(last - first - row) : LANES, out);
    free(memory);
    return 0;
}
