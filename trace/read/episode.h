/* episode.h: fault episodes: everything between an application's leaving and its resuming. */
#ifndef TLTRACE_EPISODE_H
#define TLTRACE_EPISODE_H

#include "read/trace.h"

struct episode {
	u64 id;	   /* as event_episode() has it */
	u32 fault; /* its number in its domain */
	u16 domain;
	size_t first, last; /* indexes of its first and last event */
	size_t entry;	    /* index of its first VMM entry; == first if it has none */
	size_t events;
};

struct episodes {
	struct episode *v; /* in the order in which they begin */
	size_t count;
};

void episodes_find(const struct trace *t, struct episodes *out);
void episodes_free(struct episodes *e);

/** Does this episode begin with a page fault (vector 14) of an application? */
bool episode_is_page_fault(const struct trace *t, const struct episode *e);
/** Did it end with the application running again, with nothing lost on the way? */
bool episode_is_whole(const struct trace *t, const struct episode *e);
/** What became of it: a walk's verdict, "injected", "resumed" or "unfinished". */
const char *episode_verdict(const struct trace *t, const struct episode *e);

/** Find the episode that @spec names: "3", "2:3" for domain 2's, or "va=0x40001000" for the last
 * page fault of an application at that address. 0, or -1 with @err filled. */
int episode_select(const struct trace *t, const char *spec, struct episode *out, struct err *err);

#endif
