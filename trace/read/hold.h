/* hold.h: how long the VMM held the CPU: from each entry to the moment it let go again. */
#ifndef TLTRACE_HOLD_H
#define TLTRACE_HOLD_H

#include "read/trace.h"

/** Was there work all the time? A vcpu that blocks leaves the processor to another, or idle: only
 * in the latter case does the time say nothing. A trace of one domain has no word of who goes on.
 */
enum waiting { WORKED, BLOCKED, IDLED };
/** What @e changes about it. */
enum waiting hold_waiting(enum waiting before, const struct event *e);

/** One stay in the VMM. Indexes are those of trace->events. */
struct hold {
	size_t entry, exit; /* exit is the last event seen if the hold never ended */
	bool closed;	    /* an exit was seen */
	bool waited;	    /* nobody ran for a while: the time says nothing about work done */
	u64 cost;	    /* TSC ticks; 0 unless closed */
};

struct holds {
	struct hold *v;
	size_t count;
};

/** Find every hold in events [first, last] of @t that belongs to @episode (0: to any). */
void holds_find(const struct trace *t, size_t first, size_t last, u64 episode, struct holds *out);
void holds_free(struct holds *h);
/** Does a stay that @domain (TRACE_NO_DOMAIN: anyone) began go on from before event @at (an index)
 * to behind it? What is cut there does not have its cost. */
bool hold_is_cut(const struct trace *t, size_t at, u32 domain);

/** Why the VMM was entered, for people: "#PF from app, not_present", "hypercall mmu_update". */
void hold_reason(const struct trace *t, const struct hold *h, struct sb *out);

/** How many entries of each kind. */
struct tally {
	u32 traps, irqs, hypercalls;
	u64 cost;
};
/** Count the entry that begins @h, and what the VMM then took. What is no entry, or not @domain's,
 * adds nothing. */
void tally_entry(const struct trace *t, const struct hold *h, u32 domain, struct tally *y);
void tally_cost(const struct trace *t, const struct hold *h, u32 domain, struct tally *y);
void tally_events(const struct trace *t, size_t first, size_t last, u64 episode, struct tally *out);
/** The same of those that one domain has made; TRACE_NO_DOMAIN: of any. */
void tally_holds(const struct trace *t, const struct holds *h, u32 domain, struct tally *out);
/** Is there an event of class trap at all? Without it nobody knows how many entries there were. */
bool trace_counts_entries(const struct trace *t);
/** Append "VMM entries: 4 (traps 4, hypercalls 0)". */
void tally_format(struct sb *b, const struct tally *y);

#endif
